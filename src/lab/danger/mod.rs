//! The danger map: one fault at every moment of a run, and what would have become of it.
//!
//! **Which moments.** A fault strikes before the model's own events of its microsecond, so between
//! two neighbouring event times the state that it meets is the same wherever it strikes. Every event
//! of the model counts, also those that leave no trace: after a heartbeat a broker is fenced later,
//! after an idle fetch another request is lost. Both ends of each such interval are tried, as early
//! and as late as the state lasts. What the fault leads to may still come before or after what was
//! going to happen anyway: where the ends differ, the interval is halved until the edge is known to
//! the microsecond. What is not seen: an outcome in the midst of an interval whose ends agree.
//!
//! The moments go from the first `send()` to the last event of the undisturbed run, and one more lies
//! behind it.
//!
//! **How.** The undisturbed run is gone through once; at each moment the world is cloned, struck
//! and run to its end ([`World::strike`]). That is, event for event, the run of the script with the
//! fault's actions at that time; so every moment can be opened as a script.

mod report;
mod span;

use std::sync::Arc;

use super::{Fault, Replay, Watch};
use crate::model::ids::PartitionId;
use crate::model::run::finish;
use crate::model::{Setup, World};
use crate::script::{Action, Duration, Script, ScriptError};

pub use report::{Danger, Worst};
pub use span::{Moment, Outcome, Span, Unavailable};

/// A danger map in the making.
#[derive(Clone, Debug)]
pub struct DangerMap {
    script: Script,
    fault: Fault,
    /// The ways to strike so far: another one for each leader that the fault met.
    arms: Vec<Arm>,
    /// From which moment on which of them is the way; none where there is nobody to strike.
    ways: Vec<(u64, Option<usize>)>,
    /// The undisturbed run, up to the next interval.
    world: World,
    watch: Watch,
    /// The last moments of the intervals in which the state stays the same; the first interval is
    /// one moment.
    boundaries_us: Vec<u64>,
    next: usize,
    /// Whether intervals are left out.
    sampled: bool,
    undisturbed: Moment,
    spans: Vec<Span>,
    worst: Option<Moment>,
    tried: u32,
}

/// What a fault does at a moment, ready to be done.
#[derive(Clone, Debug)]
struct Arm {
    /// With times that count from the moment.
    actions: Vec<Action>,
    /// The script's setup with them behind its own actions.
    setup: Arc<Setup>,
}

impl DangerMap {
    /// Prepares the map: runs the script undisturbed to learn its moments.
    ///
    /// # Errors
    /// When the script cannot run, or the fault does not fit it.
    pub fn new(script: &Script, fault: &Fault) -> Result<Self, ScriptError> {
        fault.check(script).map_err(|why| ScriptError::new("", why))?;
        let setup = Setup::new(script, &script.resolve()?);
        let mut watch = Watch::new(&setup);
        let world = World::new(&setup, &mut watch);
        let (boundaries_us, undisturbed) = rehearse(&world, &watch);
        Ok(Self {
            script: script.clone(),
            fault: fault.clone(),
            arms: Vec::new(),
            ways: Vec::new(),
            world,
            watch,
            boundaries_us,
            next: 0,
            sampled: false,
            undisturbed,
            spans: Vec::new(),
            worst: None,
            tried: 0,
        })
    }

    /// A sample in place of the whole map, where that is too much: the ends of at most so many
    /// intervals, evenly over all of them. What lies between them is not seen, edges are not looked
    /// for, and there are gaps between the spans.
    #[must_use]
    pub fn at_most(mut self, moments: u32) -> Self {
        let all = self.boundaries_us.len();
        let wanted = (moments.max(1) as usize).min(all);
        self.sampled |= wanted < all;
        let at = |n: usize| self.boundaries_us[(n + 1) * all / wanted - 1];
        self.boundaries_us = (0..wanted).map(at).collect();
        self
    }

    /// How many steps the whole map takes.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.boundaries_us.len() as u32
    }

    /// How many of them are done.
    #[must_use]
    pub fn done(&self) -> u32 {
        self.next as u32
    }

    /// Tries the next interval. Answers whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(late_us) = self.boundaries_us.get(self.next).copied() else { return false };
        let early_us = match self.next.checked_sub(1) {
            Some(before) if !self.sampled => self.boundaries_us[before] + 1,
            _ => late_us,
        };
        self.next += 1;
        self.go_to(late_us);
        let arm = self.arm();
        if self.ways.last().is_none_or(|(_, way)| *way != arm) {
            self.ways.push((early_us, arm));
        }
        let early = self.attempt(early_us);
        self.keep(early.clone());
        if early_us < late_us {
            let late = self.attempt(late_us);
            self.narrow(&early, late);
        }
        true
    }

    /// Makes the whole map.
    #[must_use]
    pub fn finish(mut self) -> Self {
        while self.step() {}
        self
    }

    /// What becomes of the script without the fault.
    #[must_use]
    pub fn undisturbed(&self) -> &Outcome {
        &self.undisturbed.outcome
    }

    /// The spans of moments with the same outcome so far; between those of a whole map is no gap.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The moment at which the fault harms the most records so far; of equals the one that leaves
    /// partitions unavailable for longest, of these the first. None if it never found anything to
    /// act on.
    #[must_use]
    pub fn worst(&self) -> Option<&Moment> {
        self.worst.as_ref()
    }

    /// At how many moments it was tried so far.
    #[must_use]
    pub fn tried(&self) -> u32 {
        self.tried
    }

    /// The script with the fault at a moment that lies in one of the spans: opened, it shows the run
    /// that the map speaks of.
    #[must_use]
    pub fn script_at(&self, at_us: u64) -> Script {
        let mut script = self.script.clone();
        script.actions.extend(self.actions_at(at_us));
        script
    }

    /// The script with a fault at a moment, without the map: what [`Self::script_at`] would give.
    ///
    /// # Errors
    /// When the script cannot run, or the fault does not fit it.
    pub fn strike(script: &Script, fault: &Fault, at_us: u64) -> Result<Script, ScriptError> {
        let mut map = Self::new(script, fault)?;
        map.go_to(at_us);
        let arm = map.arm();
        map.ways.push((0, arm));
        Ok(map.script_at(at_us))
    }

    /// What has to be added to the script for that; nothing where the fault finds nobody to strike.
    #[must_use]
    pub fn actions_at(&self, at_us: u64) -> Vec<Action> {
        let after = self.ways.partition_point(|(from_us, _)| *from_us <= at_us);
        let Some(arm) = after.checked_sub(1).and_then(|way| self.ways[way].1) else {
            return Vec::new();
        };
        let at = |action: &Action| {
            action.at.map(|at| Duration::from_us(at_us.saturating_add(at.as_us())))
        };
        let actions = self.arms[arm].actions.iter();
        actions.map(|action| Action { at: at(action), ..action.clone() }).collect()
    }

    /// Lets the undisturbed run go on until nothing is left before that time.
    fn go_to(&mut self, at_us: u64) {
        while self.world.next_us().is_some_and(|next_us| next_us < at_us) {
            self.world.step(&mut self.watch);
        }
    }

    /// Lets the fault strike at a moment of this interval.
    fn attempt(&mut self, at_us: u64) -> Moment {
        self.tried += 1;
        let Some((_, Some(arm))) = self.ways.last() else {
            return Moment { at_us, ..self.undisturbed.clone() };
        };
        let Arm { actions, setup } = &self.arms[*arm];
        let (mut world, watch) = (self.world.clone(), self.watch.clone());
        world.strike(setup, at_us);
        let replay = Replay::finish(world, watch);
        let at_once = |action: &&Action| action.at == Some(Duration::default());
        let (first, strikes) = (self.script.actions.len(), actions.iter().filter(at_once).count());
        let moment = Moment::of(at_us, &replay, first as u16..(first + strikes) as u16);
        let bad = |moment: &Moment| moment.badness(&self.undisturbed.outcome);
        let is_worst = self.worst.as_ref().is_none_or(|worst| bad(&moment) > bad(worst));
        if moment.outcome.acted && is_worst {
            self.worst = Some(moment.clone());
        }
        moment
    }

    /// How to strike now; there is no way while nobody leads the partition in question.
    fn arm(&mut self) -> Option<usize> {
        if !self.arms.is_empty() && !self.fault.follows_a_leader() {
            return Some(0);
        }
        let world = &self.world;
        let actions = self.fault.actions(&self.script, &|partition| leader(world, partition));
        if actions.is_empty() {
            return None;
        }
        if let Some(known) = self.arms.iter().position(|arm| arm.actions == actions) {
            return Some(known);
        }
        let mut script = self.script.clone();
        script.actions.extend(actions.iter().cloned());
        let setup = Setup::new(&script, &script.resolve().ok()?);
        self.arms.push(Arm { actions, setup });
        Some(self.arms.len() - 1)
    }

    /// Keeps a moment that is later than all before.
    fn keep(&mut self, moment: Moment) {
        match self.spans.last_mut() {
            Some(span) if span.outcome == moment.outcome => span.add(&moment),
            _ => self.spans.push(Span::of(moment)),
        }
    }

    /// Looks for the edges between an early moment, which is kept, and a late one.
    fn narrow(&mut self, early: &Moment, late: Moment) {
        if early.outcome == late.outcome || late.at_us - early.at_us <= 1 {
            return self.keep(late);
        }
        let middle = self.attempt(early.at_us + (late.at_us - early.at_us) / 2);
        self.narrow(early, middle.clone());
        self.narrow(&middle, late);
    }
}

/// Runs to the end to learn the moments, and what becomes of the run when nothing strikes.
fn rehearse(world: &World, watch: &Watch) -> (Vec<u64>, Moment) {
    let (mut world, mut watch) = (world.clone(), watch.clone());
    let (mut times_us, mut steps) = (Vec::new(), 0);
    let end = finish(&mut world, &mut watch, &mut |world| {
        steps += 1;
        times_us.extend(world.next_us().filter(|us| times_us.last() != Some(us)));
    });
    let first_us = watch.measures.created_us.iter().flatten().min().copied();
    // Without a record there is nothing to harm.
    let first_us = first_us.unwrap_or(u64::MAX);
    times_us.retain(|us| (first_us..=end.at_us).contains(us));
    if end.settled && !times_us.is_empty() {
        times_us.push(end.at_us + 1);
    }
    (times_us, Moment::of(0, &Replay::over(&world, watch, end, steps), 0..0))
}

/// The broker that leads a partition, as the controller knows it.
fn leader(world: &World, partition: Option<&str>) -> Option<String> {
    let setup = world.setup();
    let mut all = (0..setup.partitions.len() as u16).map(PartitionId);
    let named = |id: &PartitionId| partition.is_none_or(|name| setup.partition_name(*id) == name);
    let partition = all.find(named)?;
    world.controller.partitions[partition.index()].leader.map(|broker| broker.to_string())
}
