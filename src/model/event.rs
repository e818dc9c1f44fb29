//! What can happen next: the arrival of a message, a timer, an action of the script.

use super::ids::{
    BrokerId, ConnectionId, ConsumerId, GroupId, MessageId, Node, ProducerId, RecordId, RequestId,
};

/// An event of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The action of that index in the script is due.
    Action(u16),
    /// Whoever restarts the brokers one after the other, for that action, looks after this one: for
    /// the n-th time.
    Roll(u16, BrokerId, u16),
    /// A message arrives.
    Arrive(MessageId),
    /// A SYN arrives at the server.
    ConnectArrives(ConnectionId),
    /// A client has waited for `socket.connection.setup.timeout.ms`.
    ConnectTimeout(ConnectionId),
    /// The client learns whether the server accepted.
    ConnectResult(ConnectionId, bool),
    /// An end of a connection learns that the other one closed it.
    Closed(ConnectionId, Node),
    /// A timer of a producer.
    Producer(ProducerId, ProducerTimer),
    /// A timer of a broker's process; it dies with the incarnation that set it.
    Broker(BrokerId, u32, BrokerTimer),
    /// A timer of the controller.
    Controller(ControllerTimer),
    /// A timer of a consumer.
    Consumer(ConsumerId, ConsumerTimer),
}

/// A producer's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerTimer {
    /// The application calls `send()`.
    Send,
    /// The sender thread has something to look at.
    Wake,
    /// `max.block.ms` is over for the `send()` call of that number.
    BlockTimeout(u32),
    /// A request has waited for `request.timeout.ms`.
    RequestTimeout(RequestId),
    /// The timeout of that call of `close()` is over.
    CloseTimeout(u32),
    /// `max.block.ms` is over for the call of that number that has to do with transactions.
    CallTimeout(u32),
    /// The consumer of the same process has processed a record; this one is made of it.
    Output(RecordId),
    /// It has processed everything that `poll()` returned.
    Finish,
    /// The process shall have the settings of that action: its consumer is closed.
    Reconfigure(u16),
}

/// What a consumer hears of the producer of the same process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerSays {
    /// `initTransactions()` returned.
    Ready,
    /// A `send()` threw, or will: the transaction has to be aborted.
    Threw,
    /// What was sent is committed, or without transactions flushed.
    Committed,
    /// The transaction is aborted.
    Aborted,
    /// The producer cannot go on.
    Fatal,
}

/// A broker's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerTimer {
    /// The process has started and its logs are loaded.
    Started,
    /// It is time to register with the controller (again).
    Register,
    /// It is time for a heartbeat.
    Heartbeat,
    /// A broker that stops asks once more whether it may, before its next heartbeat.
    AskToStop,
    /// The fetcher for that leader goes on.
    Fetch(BrokerId),
    /// A fetch has waited for its maximum wait.
    FetchTimeout(RequestId),
    /// A produce request has waited in purgatory for its timeout.
    ProduceTimeout(RequestId),
    /// The response to a request is ready.
    Respond(RequestId),
    /// Followers are checked for lag.
    IsrCheck,
    /// High watermarks are written to `replication-offset-checkpoint`.
    Checkpoint,
    /// The operating system looks for old dirty pages.
    Writeback,
    /// The log flusher looks at that partition's `flush.ms`.
    FlushCheck,
    /// The wait of a controlled shutdown is over.
    Stop,
    /// The transaction coordinator looks for transactions that are too old.
    TransactionSweep,
    /// What concerns transactions and could not be sent is tried again.
    Transactions,
    /// A member of a group may have been silent for too long.
    GroupCheck(GroupId),
    /// Its last log directory has failed.
    Halt,
    /// A request to the controller or to a leader has waited for its timeout.
    RequestTimeout(RequestId),
}

/// The controller's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControllerTimer {
    /// Brokers are checked for silence.
    SessionCheck,
    /// Leaderships go back to the preferred replicas.
    Balance,
    /// Partitions without a leader get one, where unclean elections are allowed.
    UncleanSweep,
}

/// A consumer's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumerTimer {
    /// The consumer starts.
    Start,
    /// `poll()` looks again.
    Poll,
    /// The application has finished one record, in that round of its work.
    Processed(u32),
    /// A worker thread has finished one record, in that round.
    Worked(u32),
    /// It is time for a heartbeat to the group coordinator, in that life of the process.
    Heartbeat(u32),
    /// `max.poll.interval.ms` may be over, in that life of the process.
    PollTimeout(u32),
    /// The producer of the same process has something to say.
    Producer(ProducerSays),
    /// The client's network has something to look at.
    Wake,
    /// A request has waited for `request.timeout.ms`.
    RequestTimeout(RequestId),
}
