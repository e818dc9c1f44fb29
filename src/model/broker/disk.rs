//! A broker's disks, one for each log directory: what they cost, and how they fail
//! (`LogDirFailureChannel`, `ReplicaManager.handleLogDirFailure`, `LogManager.handleLogDirFailure`).
//!
//! Simplified: a disk fails for writes; nobody reads from it any more once that is noticed. What
//! was in the page cache only is gone then, though a repaired disk might still get it.

use super::Broker;
use super::replica::Role;
use crate::model::cx::Cx;
use crate::model::event::BrokerTimer;
use crate::model::ids::{Node, PartitionId};
use crate::model::trace::Kind;
use crate::script::Cluster;

/// The disks of a broker.
#[derive(Clone, Debug)]
pub struct Disks {
    /// What an append to the page cache costs.
    pub append_us: u64,
    /// What an fsync costs.
    pub fsync_us: u64,
    directories: Vec<Directory>,
}

/// A log directory on a disk of its own.
#[derive(Clone, Copy, Debug)]
struct Directory {
    /// Its id: another one if the disk is (`directory.id` in `meta.properties`, KIP-858).
    id: u32,
    /// Whether writes fail.
    failing: bool,
    /// Whether the broker has noticed.
    offline: bool,
}

impl Disks {
    /// Disks as a script has them.
    #[must_use]
    pub fn new(hardware: &Cluster) -> Self {
        let new = Directory { id: 1, failing: false, offline: false };
        Self {
            append_us: hardware.append.as_us(),
            fsync_us: hardware.fsync.as_us(),
            directories: vec![new; usize::from(hardware.log_dirs)],
        }
    }

    /// The ids of all directories; 0 for one that has failed.
    pub(in crate::model) fn ids(&self) -> Vec<u32> {
        self.directories.iter().map(|d| if d.offline { 0 } else { d.id }).collect()
    }

    /// Whether that directory, counted from 0, still takes writes.
    #[must_use]
    pub fn works(&self, directory: usize) -> bool {
        !self.directories[directory].failing
    }

    /// What an operator does before a broker is started again.
    pub(super) fn repair(&mut self) {
        for directory in &mut self.directories {
            (directory.failing, directory.offline) = (false, false);
        }
    }
}

impl Broker {
    /// Each write to a directory fails from now on.
    pub fn fail_disk(&mut self, directory: usize) {
        self.disks.directories[directory].failing = true;
    }

    /// A disk is destroyed, with all that is on it. Its place is taken by an empty one.
    pub fn lose_disk(&mut self, cx: &mut Cx<'_>, directory: usize) {
        let broker = self.id;
        for partition in self.in_directory(cx, directory) {
            let Some(replica) = &mut self.replicas[partition.index()] else { continue };
            let removed = replica.restart_at(0);
            if !removed.is_empty() {
                cx.note(Kind::DiskLost { broker, partition, removed });
            }
        }
        self.disks.directories[directory].failing = true;
        self.directory_failed(cx, directory);
        self.disks.directories[directory].id += 1;
        self.clean_epoch = None;
    }

    /// Looks for directories that do not take writes any more. Answers whether there are new ones.
    pub(super) fn check_disks(&mut self, cx: &mut Cx<'_>) -> bool {
        let mut found = false;
        for directory in 0..self.disks.directories.len() {
            let Directory { failing, offline, .. } = self.disks.directories[directory];
            if failing && !offline {
                self.directory_failed(cx, directory);
                found = true;
            }
        }
        found
    }

    /// The broker goes on without the replicas in that directory and tells the controller at once;
    /// without any directory it ends.
    fn directory_failed(&mut self, cx: &mut Cx<'_>, directory: usize) {
        let state = &mut self.disks.directories[directory];
        if state.offline || !self.process.is_there() {
            return;
        }
        state.offline = true;
        let before = cx.cause;
        cx.emit(Kind::DirectoryFailed { broker: self.id, directory: directory as u16 + 1 });
        for partition in self.in_directory(cx, directory) {
            self.lose_unflushed(cx, partition);
            if let Some(replica) = &mut self.replicas[partition.index()] {
                replica.role = Role::Offline;
            }
        }
        let goes_on = self.disks.directories.iter().any(|d| !d.offline)
            && cx.setup().rules.survives_directory_failure;
        if goes_on {
            self.heartbeat_now(cx);
        } else {
            cx.after(0, self.timer(BrokerTimer::Halt));
        }
        cx.cause = before;
    }

    /// Its last log directory has failed: the process ends at once, as if killed.
    pub(super) fn halt(&mut self, cx: &mut Cx<'_>) {
        cx.emit(Kind::BrokerCrashed { broker: self.id });
        self.process_dies(cx);
        cx.close_all(Node::Broker(self.id));
    }

    fn in_directory(&self, cx: &Cx<'_>, directory: usize) -> Vec<PartitionId> {
        let setup = cx.setup();
        let mut hosted = self.hosted();
        hosted.retain(|partition| setup.directory(self.id, *partition) == directory);
        hosted
    }
}
