//! What the actions of a script do to the world.

use super::broker::Process;
use super::consumer::halves;
use super::cx::Cx;
use super::event::Event;
use super::faults::{Chance, Loss};
use super::ids::{BrokerId, GroupId, Node, PartitionId, RecordId, TraceId};
use super::links::Rule;
use super::queue::Scheduled;
use super::trace::{Kind, Observer};
use super::world::World;
use crate::script::action::{Between, DropPackets, LoseNext, LoseSome, SlowDisk, SlowLink};
use crate::script::{Do, Duration};

impl World {
    /// An action of the script, on something that it can act on, or else it is ignored.
    pub(super) fn act(&mut self, observer: &mut dyn Observer, index: u16, cause: Option<TraceId>) {
        let setup = self.setup.clone();
        let what = &setup.actions[usize::from(index)].what;
        let node = what.entity().and_then(|name| setup.node(name));
        let applies = match what {
            Do::ExpireOffsets(group) => self.expirable(group).is_some(),
            _ => node.is_none_or(|node| self.applies(what, node)),
        };
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        if !applies {
            cx.emit(Kind::ActionIgnored { action: index });
            return;
        }
        cx.emit(Kind::ActionApplied { action: index });
        let cause = cx.cause;
        match (what, node) {
            (Do::Crash(_), Some(node)) => {
                halves(&setup, node).into_iter().for_each(|n| self.crash(observer, n, cause));
            }
            (Do::Restart(_), Some(node)) => {
                halves(&setup, node).into_iter().for_each(|n| self.restart(observer, n, cause));
            }
            (Do::PowerCut(_), Some(node)) => self.power_cut(observer, node, cause),
            (Do::Shutdown(_), Some(node)) => {
                halves(&setup, node).into_iter().for_each(|n| self.shut_down(observer, n, cause));
            }
            (Do::Pause(_), Some(node)) => {
                cx.emit(Kind::Paused { node });
                halves(&setup, node).into_iter().for_each(|n| self.core.faults.pause(n, true));
            }
            (Do::Resume(_), Some(node)) => {
                cx.emit(Kind::Resumed { node });
                halves(&setup, node).into_iter().for_each(|n| self.core.faults.pause(n, false));
                self.release();
            }
            _ => {
                self.act_on_link(observer, index, cause);
                self.act_on_cluster(observer, index, node, cause);
                self.act_on_client(observer, index, node, cause);
            }
        }
    }

    fn act_on_link(&mut self, observer: &mut dyn Observer, index: u16, cause: Option<TraceId>) {
        let setup = self.setup.clone();
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match &setup.actions[usize::from(index)].what {
            Do::Cut(Between { from, to, one_way }) => {
                cx.emit(Kind::LinkCut { action: index });
                self.core.faults.cuts(setup.way(from, to, *one_way), true);
            }
            Do::Heal(Between { from, to, one_way }) => {
                cx.emit(Kind::LinkHealed { action: index });
                self.core.faults.cuts(setup.way(from, to, *one_way), false);
                self.release();
            }
            Do::Slow(SlowLink { from, to, one_way, latency }) => {
                let way = setup.way(from, to, *one_way);
                let latency_us = Some(latency.as_us());
                let rule = way.map(|way| Rule { way, latency_us, jitter_us: None, drops: None });
                self.core.network.rules.extend(rule);
            }
            Do::Drop(DropPackets { from, to, one_way, per_million }) => {
                let way = setup.way(from, to, *one_way);
                let drops = Some(*per_million);
                let rule = way.map(|way| Rule { way, latency_us: None, jitter_us: None, drops });
                self.core.network.rules.extend(rule);
            }
            Do::Lose(LoseNext { client, server, what, connection }) => {
                let (action, what, connection) = (index, *what, *connection);
                if let Some(way) = setup.way(client, server, true) {
                    self.core.faults.lose_next(Loss { action, way, what, connection });
                }
            }
            Do::LoseSome(LoseSome { client, server, what, per_million, connection }) => {
                if let Some(way) = setup.way(client, server, true) {
                    let (action, what, connection) = (index, *what, *connection);
                    let of = Loss { action, way, what, connection };
                    self.core.faults.lose_some(Chance { of, per_million: *per_million });
                }
            }
            _ => {}
        }
    }

    fn act_on_cluster(
        &mut self,
        observer: &mut dyn Observer,
        index: u16,
        node: Option<Node>,
        cause: Option<TraceId>,
    ) {
        let setup = self.setup.clone();
        let what = &setup.actions[usize::from(index)].what;
        let expirable = match what {
            Do::ExpireOffsets(group) => self.expirable(group),
            _ => None,
        };
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match (what, node) {
            (Do::ElectPreferred, _) => self.controller.balance(&mut cx),
            (Do::ElectUnclean, _) => self.controller.elect_unclean(&mut cx, true),
            (Do::Roll(_), _) => cx.after(0, Event::Roll(index, BrokerId(0), 0)),
            (Do::Set(_), _) => self.controller.set(&mut cx, &setup.changes[usize::from(index)]),
            (Do::AddPartitions(add), _) => {
                let topic = setup.topics.iter().find(|topic| topic.name == add.topic);
                let all = topic.map_or(&[][..], |topic| &topic.partitions);
                let exists = |p: &PartitionId| self.controller.partitions[p.index()].exists;
                let wanted = all.iter().take(usize::from(add.partitions)).copied();
                let added: Vec<PartitionId> = wanted.filter(|p| !exists(p)).collect();
                self.controller.add_partitions(&mut cx, &added);
            }
            (Do::DeleteRecords(delete), _) => {
                let topic = setup.topics.iter().find(|topic| topic.name == delete.topic);
                let partition = topic.map(|t| t.partitions[usize::from(delete.partition)]);
                let leads = |p: &PartitionId| self.controller.partitions[p.index()].leader;
                if let Some((partition, leader)) = partition.and_then(|p| Some((p, leads(&p)?))) {
                    let broker = &mut self.brokers[leader.index()];
                    broker.delete_records(&mut cx, partition, delete.before);
                }
            }
            (Do::ExpireOffsets(_), _) => {
                if let Some((coordinator, group)) = expirable {
                    self.brokers[coordinator.index()].expire_offsets(&mut cx, group);
                }
            }
            (Do::FailDisk(disk), Some(Node::Broker(id))) => {
                self.brokers[id.index()].fail_disk(usize::from(disk.directory) - 1);
            }
            (Do::LoseDisk(disk), Some(Node::Broker(id))) => {
                self.brokers[id.index()].lose_disk(&mut cx, usize::from(disk.directory) - 1);
            }
            (Do::SlowDisk(SlowDisk { append, fsync, .. }), Some(Node::Broker(id))) => {
                let disks = &mut self.brokers[id.index()].disks;
                disks.append_us = append.map_or(disks.append_us, Duration::as_us);
                disks.fsync_us = fsync.map_or(disks.fsync_us, Duration::as_us);
            }
            _ => {}
        }
    }

    /// What an application does.
    fn act_on_client(
        &mut self,
        observer: &mut dyn Observer,
        index: u16,
        node: Option<Node>,
        cause: Option<TraceId>,
    ) {
        let setup = self.setup.clone();
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match (&setup.actions[usize::from(index)].what, node) {
            (Do::Send(_), Some(Node::Producer(id))) => {
                self.producers[id.index()].send_also(&mut cx, setup.sent_by(index));
            }
            (Do::Stall(stall), Some(Node::Consumer(id))) => {
                self.consumers[id.index()].stall(stall.longer.as_us());
            }
            (Do::Resend(record), _) => {
                let record = RecordId(*record);
                let producer = setup.record(record).producer;
                self.producers[producer.index()].send_also(&mut cx, record);
            }
            (Do::Reconfigure(_), _) => self.reconfigure(observer, index, cause),
            (Do::Flush(_), Some(Node::Producer(id))) => {
                self.producers[id.index()].call_flush(&mut cx);
            }
            _ => {}
        }
    }

    /// The coordinator of a group whose offsets may expire.
    fn expirable(&self, name: &str) -> Option<(BrokerId, GroupId)> {
        let setup = &self.setup;
        let group = setup.groups.iter().position(|group| group.id == name)?;
        let group = GroupId(group as u16);
        let coordinator = self.controller.partitions[setup.offsets_partition?.index()].leader?;
        let may = self.brokers[coordinator.index()].may_expire(group);
        may.then_some((coordinator, group))
    }

    /// Whether there is something to act on: a process to kill, a place for one to start.
    fn applies(&self, what: &Do, node: Node) -> bool {
        let running = match node {
            Node::Broker(id) => self.brokers[id.index()].process != Process::Down,
            Node::Producer(id) => self.producers[id.index()].alive,
            Node::Consumer(id) => self.consumers[id.index()].alive,
            Node::Controller => false,
        };
        let paused = self.core.faults.is_paused(node);
        match what {
            Do::Restart(_) => !running,
            Do::Pause(_) => running && !paused,
            Do::Resume(_) => paused,
            Do::LoseDisk(_) | Do::SlowDisk(_) | Do::Reconfigure(_) => true,
            Do::PowerCut(_) => !self.core.faults.is_off(node),
            _ => running,
        }
    }

    /// The process is killed. The machine lives on and closes its connections.
    fn crash(&mut self, observer: &mut dyn Observer, node: Node, cause: Option<TraceId>) {
        self.core.faults.pause(node, false);
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match node {
            Node::Broker(id) => {
                cx.emit(Kind::BrokerCrashed { broker: id });
                self.brokers[id.index()].process_dies(&mut cx);
            }
            Node::Producer(id) => self.producers[id.index()].crash(&mut cx),
            Node::Consumer(id) => self.consumers[id.index()].crash(&mut cx),
            Node::Controller => {}
        }
        cx.close_all(node);
        self.release();
    }

    /// The machine goes dark. Nobody is told; what was not on disk is gone.
    fn power_cut(&mut self, observer: &mut dyn Observer, node: Node, cause: Option<TraceId>) {
        let Node::Broker(id) = node else { return };
        self.core.faults.pause(node, false);
        self.core.faults.power(node, true);
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        cx.emit(Kind::PowerCut { broker: id });
        self.brokers[id.index()].process_dies(&mut cx);
        self.brokers[id.index()].page_cache_lost(&mut cx);
        self.core.network.silence(node);
        self.release();
    }

    /// The process is started, and the machine if it was off. A machine that comes back answers
    /// what still arrives on its old connections with a reset.
    fn restart(&mut self, observer: &mut dyn Observer, node: Node, cause: Option<TraceId>) {
        if self.core.faults.is_off(node) {
            self.core.faults.power(node, false);
            for (connection, peer) in self.core.network.half_open(node) {
                let event = Event::Closed(connection, peer);
                let at_us = self.core.now_us;
                self.core.queue.push(Scheduled { at_us, event, cause, ambient: true });
            }
        }
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match node {
            Node::Broker(id) => self.brokers[id.index()].restart(&mut cx),
            Node::Producer(id) => self.producers[id.index()].restart(&mut cx),
            Node::Consumer(id) => self.consumers[id.index()].restart(&mut cx),
            Node::Controller => {}
        }
    }

    /// Clients come back with other settings. Of a process with two halves the consumer goes first, and
    /// takes its producer along.
    fn reconfigure(&mut self, observer: &mut dyn Observer, index: u16, cause: Option<TraceId>) {
        let setup = self.setup.clone();
        for (client, _) in &setup.client_changes[usize::from(index)] {
            let mut cx = Cx::new(&setup, &mut self.core, observer, cause);
            let halves = halves(&setup, *client);
            let reads = halves.iter().find_map(|half| match half {
                Node::Consumer(id) if self.consumers[id.index()].alive => Some(*id),
                _ => None,
            });
            if let Some(id) = reads {
                self.consumers[id.index()].reconfigure(&mut cx, index);
                continue;
            }
            for half in halves {
                match half {
                    Node::Producer(id) => self.producers[id.index()].reconfigure(&mut cx, index),
                    Node::Consumer(id) => self.consumers[id.index()].reconfigure(&mut cx, index),
                    _ => {}
                }
            }
        }
    }

    /// An orderly stop: controlled shutdown of a broker, `close()` of a client.
    fn shut_down(&mut self, observer: &mut dyn Observer, node: Node, cause: Option<TraceId>) {
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match node {
            Node::Broker(id) => self.brokers[id.index()].shut_down(&mut cx),
            Node::Producer(id) => self.producers[id.index()].close(&mut cx),
            Node::Consumer(id) => self.consumers[id.index()].close(&mut cx),
            Node::Controller => {}
        }
    }

    /// What has waited for a link or a process comes now; what still must wait, waits again.
    fn release(&mut self) {
        for scheduled in self.core.faults.release() {
            let at_us = self.core.now_us.max(scheduled.at_us);
            self.core.queue.push(Scheduled { at_us, ..scheduled });
        }
    }
}
