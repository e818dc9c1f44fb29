//! The properties files of a cluster's processes.

use std::fs;
use std::path::{Path, PathBuf};

use super::Outcome;
use super::cluster::Shape;

/// The number of the controller.
const CONTROLLER: u16 = 100;

/// The ports of a broker.
pub struct Ports {
    /// Where clients connect.
    pub client: u16,
    /// Where brokers connect.
    pub replication: u16,
    /// Where the overseer connects.
    pub admin: u16,
}

/// Writes one.
pub fn write(file: &Path, lines: &[String]) -> Outcome<()> {
    fs::write(file, lines.join("\n")).map_err(|error| format!("{}: {error}", file.display()))
}

pub fn controller(folder: &Path, port: u16, shape: &Shape) -> Vec<String> {
    let mut lines = vec![
        "process.roles=controller".to_owned(),
        format!("node.id={CONTROLLER}"),
        format!("controller.quorum.voters={CONTROLLER}@127.0.0.1:{port}"),
        format!("listeners=CONTROLLER://127.0.0.1:{port}"),
        "controller.listener.names=CONTROLLER".to_owned(),
        format!("log.dirs={}", folder.join("controller").display()),
    ];
    // Sessions of brokers, for one, are the controller's to judge.
    lines.extend(shape.config.iter().map(|(name, value)| format!("{name}={value}")));
    lines
}

pub fn broker(
    number: u16,
    shape: &Shape,
    ports: &Ports,
    (client, replication, voter): (u16, u16, u16),
    folders: &[PathBuf],
) -> Vec<String> {
    let Ports { client: c, replication: r, admin: a } = ports;
    let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    let mut lines = vec![
        "process.roles=broker".to_owned(),
        format!("node.id={number}"),
        format!("controller.quorum.voters={CONTROLLER}@127.0.0.1:{voter}"),
        "controller.listener.names=CONTROLLER".to_owned(),
        format!("listeners=CLIENT://127.0.0.1:{c},REPLICATION://127.0.0.1:{r},ADMIN://127.0.0.1:{a}"),
        format!("advertised.listeners=CLIENT://127.0.0.1:{client},REPLICATION://127.0.0.1:{replication},ADMIN://127.0.0.1:{a}"),
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT,REPLICATION:PLAINTEXT,ADMIN:PLAINTEXT".to_owned(),
        "inter.broker.listener.name=REPLICATION".to_owned(),
        format!("log.dirs={}", folders.join(",")),
        // Small, so that four of them fit on one machine; no rule hangs on these.
        "num.network.threads=2".to_owned(),
        "num.io.threads=4".to_owned(),
        "log.cleaner.dedupe.buffer.size=2097152".to_owned(),
        "auto.create.topics.enable=false".to_owned(),
    ];
    lines.extend(shape.config.iter().map(|(name, value)| format!("{name}={value}")));
    lines
}
