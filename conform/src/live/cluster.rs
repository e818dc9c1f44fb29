//! A real cluster: a controller of its own and the script's brokers, each a process with its own
//! folder, on loopback. Clients, brokers among themselves, and brokers with the controller talk
//! through proxies; the overseer talks to brokers directly.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ackscope::script::entity::Entity;
use serde_json::{Value, json};

use super::Outcome;
use super::guard::{Guard, Ward};
use super::java::Kafka;
use super::jvm::Overseer;
use super::net::Net;
use super::properties::{Ports, broker, controller, write};
use super::proxy::{self, Route, Who};

const CLUSTER_ID: &str = "YWNrc2NvcGUtY29uZm9ybQ";
/// How long a cluster may take to be whole; a busy machine needs it.
const PATIENCE: Duration = Duration::from_secs(300);

/// What scripts must have in common to use one cluster, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// How many brokers.
    pub brokers: u16,
    /// How many log directories each has.
    pub log_dirs: u16,
    /// Broker properties.
    pub config: BTreeMap<String, String>,
    /// Features and their levels.
    pub features: BTreeMap<String, String>,
}

/// An internal topic as the model has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Internal {
    /// Its name.
    pub name: &'static str,
    /// Its replicas, the preferred leader first.
    pub replicas: Vec<u16>,
    /// Its settings.
    pub config: Value,
}

/// A running cluster.
pub struct Cluster {
    /// What it is like.
    pub shape: Shape,
    /// The release that it runs.
    pub kafka: Kafka,
    /// The network between its processes and the clients.
    pub net: Net,
    /// Who has which `client.id`.
    pub who: Who,
    /// Who looks after it.
    pub overseer: Overseer,
    /// Where clients begin.
    pub bootstrap: String,
    folder: PathBuf,
    brokers: Vec<Broker>,
    _controller: Ward,
    internal: Vec<Internal>,
}

struct Broker {
    /// Where it answers when its start is over.
    port: u16,
    process: Option<Ward>,
    properties: PathBuf,
    folders: Vec<PathBuf>,
    paused: bool,
    /// Whether it was asked to stop.
    stopping: bool,
}

impl Cluster {
    /// Starts one, in a folder of its own, and waits until it is whole.
    pub fn start(guard: &Guard, kafka: &Kafka, shape: &Shape, number: u32) -> Outcome<Self> {
        let folder = guard.root().join(format!("cluster-{number}"));
        let net = Net::default();
        let who = Who::default();
        let mut overseer = Overseer::start(guard, kafka)?;
        let controller_port = free_port()?;
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let properties = folder.join("controller.properties");
        write(&properties, &controller(&folder, controller_port, shape))?;
        format(&mut overseer, &properties, shape)?;
        let (mut brokers, mut clients, mut admins) = (Vec::new(), Vec::new(), Vec::new());
        for number in 1..=shape.brokers {
            let ports =
                Ports { client: free_port()?, replication: free_port()?, admin: free_port()? };
            let me = Entity::Broker(number);
            let front = |port, server, client| {
                let route = Route { port, server, client, who: who.clone() };
                proxy::listen(&net, route).map_err(|error| format!("no proxy: {error}"))
            };
            let client = front(ports.client, me, None)?;
            let replication = front(ports.replication, me, None)?;
            let voter = front(controller_port, Entity::Controller, Some(me))?;
            let folders: Vec<PathBuf> = (1..=shape.log_dirs)
                .map(|dir| folder.join(format!("broker-{number}-{dir}")))
                .collect();
            let properties = folder.join(format!("broker-{number}.properties"));
            let text = broker(number, shape, &ports, (client, replication, voter), &folders);
            write(&properties, &text)?;
            format(&mut overseer, &properties, shape)?;
            clients.push(format!("127.0.0.1:{client}"));
            admins.push(format!("127.0.0.1:{}", ports.admin));
            brokers.push(Broker {
                port: ports.admin,
                process: None,
                properties,
                folders,
                paused: false,
                stopping: false,
            });
        }
        let controller = server(guard, kafka, &folder, "controller", None)?;
        overseer.ask("connect", json!({ "bootstrap": admins.join(",") }))?;
        let mut cluster = Self {
            shape: shape.clone(),
            kafka: kafka.clone(),
            net,
            who,
            overseer,
            bootstrap: clients.join(","),
            folder,
            brokers,
            _controller: controller,
            internal: Vec::new(),
        };
        if let Some(archive) = kafka.lacks_archive() {
            cluster.train(guard, &archive)?;
        }
        cluster.restore(guard)?;
        Ok(cluster)
    }

    /// Lets a broker run once to see which classes it needs.
    fn train(&mut self, guard: &Guard, archive: &Path) -> Outcome<()> {
        let unfinished = archive.with_extension("part");
        let mut broker = server(guard, &self.kafka, &self.folder, "broker-1", Some(&unfinished))?;
        let until = Instant::now() + PATIENCE;
        while self.unfenced().is_empty() && Instant::now() < until {
            sleep(Duration::from_millis(300));
        }
        broker.signal("TERM")?;
        while broker.is_alive() && Instant::now() < until {
            sleep(Duration::from_millis(100));
        }
        fs::rename(&unfinished, archive).map_err(|error| format!("no archive of classes: {error}"))
    }

    /// Makes it whole again: every broker runs and is in sync, nothing is cut.
    pub fn restore(&mut self, guard: &Guard) -> Outcome<()> {
        self.net.calm();
        for number in 1..=self.shape.brokers {
            self.net.light(Entity::Broker(number));
            self.resume(number)?;
            self.start_broker(guard, number)?;
        }
        let until = Instant::now() + PATIENCE;
        let all: Vec<u16> = (1..=self.shape.brokers).collect();
        loop {
            for number in 1..=self.shape.brokers {
                if !self.is_alive(number) {
                    return Err(format!("broker-{number} does not start; see its log"));
                }
            }
            if self.unfenced() == all && self.internal_in_sync() {
                break;
            }
            if Instant::now() > until {
                return Err("the cluster does not become whole".to_owned());
            }
            sleep(Duration::from_millis(100));
        }
        let internal: Vec<_> = self.internal.iter().map(|topic| json!([topic.name, 0])).collect();
        if !internal.is_empty() {
            self.overseer.ask("elect", json!({ "partitions": internal, "unclean": false }))?;
        }
        Ok(())
    }

    fn internal_in_sync(&mut self) -> bool {
        let names: Vec<_> = self.internal.iter().map(|topic| topic.name).collect();
        let Ok(found) = self.overseer.ask("describe", json!({ "topics": names })) else {
            return false;
        };
        let whole = |topic: &Internal| {
            found[topic.name][0]["isr"].as_array().map(Vec::len) == Some(topic.replicas.len())
        };
        self.internal.iter().all(whole)
    }

    /// The internal topics as the model has them, led by the same brokers.
    pub fn place(&mut self, wanted: &[Internal]) -> Outcome<()> {
        for topic in wanted {
            let known = self.internal.iter().position(|it| it.name == topic.name);
            match known {
                Some(place) if self.internal[place] == *topic => continue,
                Some(place) => {
                    let moves = json!({ "topic": topic.name, "replicas": topic.replicas });
                    self.overseer.ask("reassign", moves)?;
                    self.internal[place] = topic.clone();
                    sleep(Duration::from_millis(500));
                }
                None => {
                    self.create(topic.name, std::slice::from_ref(&topic.replicas), &topic.config)?;
                    self.internal.push(topic.clone());
                }
            }
            let partitions = json!([[topic.name, 0]]);
            self.overseer.ask("elect", json!({ "partitions": partitions, "unclean": false }))?;
        }
        Ok(())
    }

    /// Creates a topic, and waits until everybody is in sync.
    pub fn create(&mut self, name: &str, replicas: &[Vec<u16>], config: &Value) -> Outcome<()> {
        let topic = json!({ "topic": name, "replicas": replicas, "config": config });
        self.overseer.ask("create-topic", topic)?;
        let until = Instant::now() + PATIENCE;
        let whole = |found: &Value| {
            let partitions = found[name].as_array()?;
            let same = |(at, it): (&Value, &Vec<u16>)| {
                at["leader"] == json!(it[0]) && at["isr"].as_array().map(Vec::len) == Some(it.len())
            };
            (partitions.len() == replicas.len()).then(|| partitions.iter().zip(replicas).all(same))
        };
        while Instant::now() < until {
            let found = self.overseer.ask("describe", json!({ "topics": [name] }));
            if found.as_ref().ok().and_then(whole) == Some(true) {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        Err(format!("{name} does not become whole"))
    }

    /// The brokers that the controller counts on.
    pub fn unfenced(&mut self) -> Vec<u16> {
        let answer = self.overseer.ask("unfenced", json!({})).unwrap_or_default();
        let numbers = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|n| u16::try_from(n.as_u64()?).ok()).collect()
    }

    fn broker(&mut self, number: u16) -> &mut Broker {
        &mut self.brokers[usize::from(number) - 1]
    }

    /// Whether a broker's process is there.
    pub fn is_alive(&mut self, number: u16) -> bool {
        self.broker(number).process.as_mut().is_some_and(Ward::is_alive)
    }

    /// Whether a broker's start is over: Kafka accepts connections last of all.
    pub fn answers(&mut self, number: u16) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.broker(number).port)).is_ok()
    }

    /// `kill -9`.
    pub fn crash(&mut self, number: u16) {
        let broker = self.broker(number);
        broker.paused = false;
        broker.process = None;
    }

    /// SIGTERM: controlled shutdown. It takes its time; nobody waits for it here.
    pub fn terminate(&mut self, number: u16) -> Outcome<()> {
        let broker = self.broker(number);
        broker.stopping = true;
        broker.process.as_ref().map_or(Ok(()), |ward| ward.signal("TERM"))
    }

    /// SIGSTOP.
    pub fn pause(&mut self, number: u16) -> Outcome<()> {
        let broker = self.broker(number);
        broker.paused = true;
        broker.process.as_ref().map_or(Ok(()), |ward| ward.signal("STOP"))
    }

    /// SIGCONT.
    pub fn resume(&mut self, number: u16) -> Outcome<()> {
        let broker = self.broker(number);
        if std::mem::take(&mut broker.paused) {
            broker.process.as_ref().map_or(Ok(()), |ward| ward.signal("CONT"))
        } else {
            Ok(())
        }
    }

    /// Starts a broker's process if it is not there, and the machine if it is dark.
    pub fn start_broker(&mut self, guard: &Guard, number: u16) -> Outcome<()> {
        if std::mem::take(&mut self.broker(number).stopping) {
            let until = Instant::now() + PATIENCE;
            while self.is_alive(number) && Instant::now() < until {
                sleep(Duration::from_millis(50));
            }
        }
        if self.is_alive(number) {
            return Ok(());
        }
        self.net.light(Entity::Broker(number));
        let lost = |folder: &PathBuf| !folder.join("meta.properties").is_file();
        if self.broker(number).folders.iter().any(lost) {
            let properties = self.broker(number).properties.clone();
            format(&mut self.overseer, &properties, &self.shape)?;
        }
        let process = server(guard, &self.kafka, &self.folder, &format!("broker-{number}"), None)?;
        self.broker(number).process = Some(process);
        Ok(())
    }

    /// A power cut: the process is gone, and so is what was written after `then` and not flushed.
    pub fn cut_power(&mut self, number: u16, then: &Written, flushes: &[String]) -> Outcome<()> {
        self.net.darken(Entity::Broker(number));
        self.crash(number);
        for folder in &self.broker(number).folders {
            super::power::forget(folder, then, flushes)?;
        }
        Ok(())
    }

    /// What is in a broker's logs now.
    pub fn written(&mut self) -> Written {
        let folders = self.brokers.iter().flat_map(|broker| &broker.folders);
        folders.flat_map(|folder| super::power::sizes(folder)).collect()
    }

    /// The disk with a log directory is destroyed; a broker without any ends.
    pub fn lose_disk(&mut self, number: u16, directory: u16) -> Outcome<()> {
        if self.shape.log_dirs == 1 {
            self.crash(number);
        }
        let folder = self.broker(number).folders[usize::from(directory) - 1].clone();
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
    }

    /// Where a broker has a partition, or will have it.
    pub fn folder_of(&self, number: u16, topic: &str, partition: u16) -> String {
        let folders = &self.brokers[usize::from(number) - 1].folders;
        let all = folders.iter().map(|folder| folder.join(format!("{topic}-{partition}")));
        let there = all.clone().find(|folder| folder.is_dir());
        there.or_else(|| all.clone().next()).unwrap_or_default().display().to_string()
    }

    /// The records of a partition's log at a broker, each with its offset, and the markers.
    pub fn dump(&mut self, number: u16, topic: &str, partition: u16) -> Outcome<Vec<(u64, Value)>> {
        let mut records = Vec::new();
        for folder in self.broker(number).folders.clone() {
            let folder = folder.join(format!("{topic}-{partition}"));
            let found = self.overseer.ask("dump", json!({ "folder": folder }))?;
            for entry in found.as_array().map(Vec::as_slice).unwrap_or_default() {
                records.push((entry[0].as_u64().unwrap_or_default(), entry[1].clone()));
            }
        }
        Ok(records)
    }
}

/// The sizes of log files at some moment.
pub type Written = BTreeMap<PathBuf, u64>;

fn server(
    guard: &Guard,
    kafka: &Kafka,
    folder: &Path,
    name: &str,
    archives: Option<&Path>,
) -> Outcome<Ward> {
    let file = folder.join(format!("{name}.log"));
    let log = File::options().create(true).append(true).open(file);
    let log = log.map_err(|error| error.to_string())?;
    let errors = log.try_clone().map_err(|error| error.to_string())?;
    let mut command = kafka.server(&folder.join(format!("{name}.properties")), archives);
    guard.spawn(command.stdin(std::process::Stdio::null()).stdout(log).stderr(errors))
}

fn format(overseer: &mut Overseer, properties: &Path, shape: &Shape) -> Outcome<()> {
    let mut arguments = vec!["format".to_owned(), "--cluster-id".to_owned(), CLUSTER_ID.to_owned()];
    arguments.extend(["--ignore-formatted".to_owned(), "--config".to_owned()]);
    arguments.push(properties.display().to_string());
    for (name, level) in &shape.features {
        arguments.extend(["--feature".to_owned(), format!("{name}={level}")]);
    }
    overseer.ask("format", json!({ "arguments": arguments })).map(|_| ())
}

fn free_port() -> Outcome<u16> {
    let bound: io::Result<u16> = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port());
    bound.map_err(|error| format!("no free port: {error}"))
}
