//! A proxy that knows Kafka's frames: who a connection belongs to (requests carry a `client.id`),
//! where a request ends, and which response answers which request.
//!
//! One listens in front of each listener of each broker, and one in front of the controller for each
//! broker. Simplified: a connection is accepted at once also where nothing gets through; what is sent
//! on it waits, as it would with TCP.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ackscope::script::action::{Broken, Lost};
use ackscope::script::entity::Entity;

use super::net::Net;

/// Requests that an application is waiting for: Produce, OffsetCommit, AddPartitionsToTxn,
/// AddOffsetsToTxn, EndTxn, TxnOffsetCommit. An action that loses the next message means one of them.
const LOSABLE: &[u16] = &[0, 8, 24, 25, 26, 28];

/// Who a `client.id` belongs to.
pub type Who = Arc<Mutex<BTreeMap<String, Entity>>>;

/// Where a connection leads, and who can be at its other end.
#[derive(Clone)]
pub struct Route {
    /// The port of the real listener.
    pub port: u16,
    /// Who listens there.
    pub server: Entity,
    /// Who connects, if only one can.
    pub client: Option<Entity>,
    /// Who has which `client.id`.
    pub who: Who,
}

/// Listens on a port of its own, and answers with it.
pub fn listen(net: &Net, route: Route) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let net = net.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (net, route) = (net.clone(), route.clone());
            thread::spawn(move || connect(&net, &route, stream));
        }
    });
    Ok(port)
}

/// What both directions of a connection share.
struct Connection {
    client: TcpStream,
    server: TcpStream,
    /// The requests without an answer, by their correlation ids.
    asked: Mutex<BTreeMap<u32, u16>>,
    /// Nothing gets through any more, and nobody is told.
    mute: AtomicBool,
}

impl Connection {
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

fn connect(net: &Net, route: &Route, mut client: TcpStream) -> Option<()> {
    let _ = client.set_nodelay(true);
    let first = read_frame(&mut client)?;
    let from = route.client.or_else(|| whose(&first, &route.who))?;
    let lives = net.lives(from, route.server);
    if !net.wait(from, route.server, lives) {
        return None;
    }
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, route.port)).ok()?;
    let _ = server.set_nodelay(true);
    let connection = Arc::new(Connection {
        client,
        server,
        asked: Mutex::default(),
        mute: AtomicBool::new(false),
    });
    let requests = Pump {
        net: net.clone(),
        connection: Arc::clone(&connection),
        from,
        to: route.server,
        lives,
        requests: true,
    };
    let responses =
        Pump { net: net.clone(), connection, from: route.server, to: from, lives, requests: false };
    thread::spawn(move || responses.run(None));
    requests.run(Some(first));
    None
}

/// The entity that a request comes from: brokers say `broker-1-fetcher-0` and the like.
fn whose(request: &[u8], who: &Who) -> Option<Entity> {
    let length = usize::from(u16::from_be_bytes(request.get(8..10)?.try_into().ok()?));
    let name = std::str::from_utf8(request.get(10..10 + length)?).ok()?;
    let known = who.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(entity) = known.get(name) {
        return Some(*entity);
    }
    let number = name.strip_prefix("broker-").map(|rest| rest.split('-').next());
    let number = number.flatten().and_then(|number| number.parse().ok());
    // Others (a broker that asks a coordinator about a transaction) are named by their number alone.
    Some(number.map_or(Entity::Controller, Entity::Broker))
}

fn read_frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).ok()?;
    Some(frame)
}

fn number(frame: &[u8], from: usize) -> Option<u32> {
    Some(u32::from_be_bytes(frame.get(from..from + 4)?.try_into().ok()?))
}

/// One direction of a connection.
struct Pump {
    net: Net,
    connection: Arc<Connection>,
    from: Entity,
    to: Entity,
    lives: u32,
    requests: bool,
}

impl Pump {
    /// Reads here, writes in a thread of its own, so that a latency does not slow the next message.
    fn run(self, first: Option<Vec<u8>>) {
        let source = if self.requests { &self.connection.client } else { &self.connection.server };
        let Ok(mut source) = source.try_clone() else { return };
        let (sender, receiver): (Sender<(Instant, Vec<u8>)>, Receiver<_>) = channel();
        let (net, from, to) = (self.net.clone(), self.from, self.to);
        let writer = thread::spawn(move || self.write(&receiver));
        let send = |frame| sender.send((Instant::now() + net.latency(from, to), frame)).is_ok();
        if first.is_none_or(send) {
            while let Some(frame) = read_frame(&mut source) {
                if !send(frame) {
                    break;
                }
            }
        }
        drop(sender);
        let _ = writer.join();
    }

    fn write(&self, frames: &Receiver<(Instant, Vec<u8>)>) {
        let sink = if self.requests { &self.connection.server } else { &self.connection.client };
        let Ok(mut sink) = sink.try_clone() else { return };
        while let Ok((due, frame)) = frames.recv() {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if !self.net.wait(self.from, self.to, self.lives) {
                return self.connection.close();
            }
            match self.lost(&frame) {
                None if self.connection.mute.load(Ordering::Relaxed) => {}
                None => {
                    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes();
                    let whole = [&length[..], &frame].concat();
                    if sink.write_all(&whole).is_err() {
                        return self.connection.close();
                    }
                }
                Some(Broken::Silent) => self.connection.mute.store(true, Ordering::Relaxed),
                Some(Broken::Reset) => return self.connection.close(),
            }
        }
        // The other side has closed: that takes as long as a message, and a cut holds it up too.
        thread::sleep(self.net.latency(self.from, self.to));
        self.net.wait(self.from, self.to, self.lives);
        if self.connection.mute.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_secs(600));
        }
        self.connection.close();
    }

    /// Whether this message is one that is to be lost.
    fn lost(&self, frame: &[u8]) -> Option<Broken> {
        let mut asked = self.connection.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if self.requests {
            let api = u16::from_be_bytes(frame.get(..2)?.try_into().ok()?);
            asked.insert(number(frame, 4)?, api);
            LOSABLE.contains(&api).then(|| self.net.take_loss(self.from, self.to, Lost::Request))?
        } else {
            let api = asked.remove(&number(frame, 0)?)?;
            LOSABLE
                .contains(&api)
                .then(|| self.net.take_loss(self.to, self.from, Lost::Response))?
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::net::{Loss, Way};
    use super::*;
    use ackscope::script::entity::End;

    /// A request with an api key, a correlation id and a client id, as Kafka frames it.
    fn request(api: u16, correlation: u32, client: &str) -> Vec<u8> {
        let mut frame = [api.to_be_bytes(), 9u16.to_be_bytes()].concat();
        frame.extend(correlation.to_be_bytes());
        frame.extend((client.len() as u16).to_be_bytes());
        frame.extend(client.bytes());
        frame
    }

    fn framed(frame: &[u8]) -> Vec<u8> {
        [&(frame.len() as u32).to_be_bytes()[..], frame].concat()
    }

    #[test]
    fn a_connection_belongs_to_whom_its_client_id_names() {
        let who = Who::default();
        who.lock().expect("nobody else").insert("billing-1".to_owned(), Entity::Producer(7));
        assert_eq!(whose(&request(0, 1, "billing-1"), &who), Some(Entity::Producer(7)));
        assert_eq!(whose(&request(1, 1, "broker-2-fetcher-0"), &who), Some(Entity::Broker(2)));
    }

    /// Sends a metadata request and a produce request through a proxy to a server that answers each
    /// by its correlation id; answers with what came back.
    fn talk(net: &Net) -> Vec<u32> {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = server.local_addr().expect("an address").port();
        thread::spawn(move || {
            let (mut stream, _) = server.accept().expect("a connection");
            while let Some(frame) = read_frame(&mut stream) {
                let _ = stream.write_all(&framed(&frame[4..8]));
            }
        });
        let who = Who::default();
        who.lock().expect("nobody else").insert("producer-1".to_owned(), Entity::Producer(1));
        let route = Route { port, server: Entity::Broker(1), client: None, who };
        let port = listen(net, route).expect("a proxy");
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a connection");
        let mut heard = Vec::new();
        for (api, correlation) in [(3, 1), (0, 2), (3, 3)] {
            let _ = client.write_all(&framed(&request(api, correlation, "producer-1")));
            let Some(answer) = read_frame(&mut client) else { break };
            heard.extend(number(&answer, 0));
        }
        heard
    }

    #[test]
    fn the_next_produce_response_is_lost_and_takes_its_connection_along() {
        assert_eq!(talk(&Net::default()), [1, 2, 3]);
        for what in [Lost::Response, Lost::Request] {
            let net = Net::default();
            let (from, to) = (End::One(Entity::Producer(1)), End::One(Entity::Broker(1)));
            let way = Way { from, to, both: false };
            net.lose(Loss { way, what, connection: Broken::Reset });
            assert_eq!(talk(&net), [1], "{what:?}");
        }
    }
}
