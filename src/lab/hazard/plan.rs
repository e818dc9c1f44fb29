//! From a hazard to the faults of one run: a list of actions at times, drawn from its seed.

use std::sync::Arc;

use super::quiet::Times;
use super::{Hazard, Leak, Risk, Strike};
use crate::model::Setup;
use crate::model::ids::{BrokerId, ConsumerId, Node, ProducerId};
use crate::model::links::quality;
use crate::model::luck::{self, Purpose};
use crate::script::action::{Between, Broken, DropPackets, LoseSome, Lost, SlowLink};
use crate::script::{Action, Do, Duration, Script, ScriptError};

/// The most faults that a hazard may bring into one run on average: a run with more of them can
/// neither be watched nor understood.
const FAULTS_MEAN_MAX: u64 = 500;
/// The most that a single risk brings one broker or client, whatever luck says.
const STRIKES_MAX: u64 = 1_000;
/// The latency of a slow follower's links, one way.
const SLOW_LATENCY: Duration = Duration::from_ms(1_000);

/// What may strike the runs of a script, under any of its settings.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Faults strike before that time.
    window_us: u64,
    risks: Vec<Risk>,
    /// The script's own faults, so long after the first of them.
    own: Vec<(u64, Do)>,
    /// Names and links, as when the run begins.
    setup: Arc<Setup>,
}

/// A fault and its repair.
struct Struck {
    node: Node,
    what: Strike,
    from_us: u64,
    to_us: Option<u64>,
}

impl Plan {
    /// What a hazard means for a script.
    ///
    /// # Errors
    /// When the script cannot run, or the hazard brings too many faults into one run.
    pub fn new(script: &Script, hazard: &Hazard) -> Result<Self, ScriptError> {
        let risks = hazard.risks.clone();
        let written = Setup::new(script, &script.resolve()?);
        let mut plan = Self { window_us: 0, risks, own: Vec::new(), setup: written };
        if plan.risks.contains(&Risk::Script) {
            plan.own = own_faults(script, &Times::of(&plan.setup));
        }
        let base = plan.base(script);
        plan.setup = Setup::new(&base, &base.resolve()?);
        let within_us = hazard.within.map(Duration::as_us);
        plan.window_us = within_us.unwrap_or_else(|| Times::of(&plan.setup).busy_us + 1);
        let mean = plan.strikes_mean();
        if mean > FAULTS_MEAN_MAX {
            let window = Duration::from_us(plan.window_us);
            let why = format!("{mean} faults within {window}; there can be {FAULTS_MEAN_MAX}");
            return Err(ScriptError::new("hazard", why));
        }
        Ok(plan)
    }

    /// The script without the faults that the hazard moves, or that are no part of it. What is done
    /// at time 0 is how the run begins, and stays.
    #[must_use]
    pub fn base(&self, script: &Script) -> Script {
        let mut base = script.clone();
        if !self.risks.contains(&Risk::AsWritten) {
            base.actions.retain(|action| !is_own_fault(action));
        }
        base
    }

    /// Faults strike from the beginning to that time, in µs.
    #[must_use]
    pub fn window_us(&self) -> u64 {
        self.window_us
    }

    /// The faults of the run with that seed, in order of time.
    #[must_use]
    pub fn draw(&self, seed: u64) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut strikes = Vec::new();
        for risk in &self.risks {
            match *risk {
                Risk::AsWritten => {}
                Risk::Script => actions.extend(self.own_at(self.moment(seed))),
                Risk::Leaks { what, per_million } => {
                    actions.extend(leak(what, per_million).map(|what| at(0, what)));
                }
                Risk::Strikes { what, mean, lasts } => {
                    for node in self.nodes(what) {
                        self.strike(&mut strikes, seed, (node, what), mean, lasts);
                    }
                }
            }
        }
        actions.extend(self.actions(strikes));
        actions.sort_by_key(|action| action.at);
        actions
    }

    /// When the script's own faults begin.
    fn moment(&self, seed: u64) -> u64 {
        let number = (Strike::ALL.len() as u64) << 32;
        luck::below(luck::draw(seed, 0, Purpose::Hazard, number), self.window_us)
    }

    fn own_at(&self, begin_us: u64) -> impl Iterator<Item = Action> + '_ {
        self.own.iter().map(move |(after_us, what)| at(begin_us + after_us, what.clone()))
    }

    /// How often all risks together strike in a run, on average and at most.
    fn strikes_mean(&self) -> u64 {
        let of = |risk: &Risk| match risk {
            Risk::Strikes { what, mean, lasts } => {
                let round_us = mean.as_us().saturating_add(lasts.map_or(0, Duration::as_us));
                let each = self.window_us / round_us.max(1);
                each * self.nodes(*what).len() as u64
            }
            _ => 0,
        };
        self.risks.iter().map(of).sum()
    }

    /// Whom it may strike. A consumer and a producer in one process are struck as the consumer.
    fn nodes(&self, what: Strike) -> Vec<Node> {
        let setup = &self.setup;
        let brokers = (0..setup.brokers).map(|n| Node::Broker(BrokerId(n)));
        let alone = |id: &ProducerId| setup.producers[id.index()].consumer.is_none();
        let producers = (0..setup.producers.len() as u16).map(ProducerId);
        let producers = producers.filter(alone).map(Node::Producer);
        let consumers = (0..setup.consumers.len() as u16).map(|n| Node::Consumer(ConsumerId(n)));
        match what {
            Strike::ClientCrash | Strike::ClientPause => producers.chain(consumers).collect(),
            Strike::ProducerCrash => producers.collect(),
            Strike::ConsumerCrash => consumers.collect(),
            _ => brokers.collect(),
        }
    }

    /// One risk of one broker or client: quiet, a fault, its repair, quiet, and so on.
    fn strike(
        &self,
        strikes: &mut Vec<Struck>,
        seed: u64,
        (node, what): (Node, Strike),
        mean: Duration,
        lasts: Option<Duration>,
    ) {
        let mut free_us = 0_u64;
        for number in 0..STRIKES_MAX {
            let number = (what as u64) << 32 | number;
            let bits = luck::draw(seed, node.code(), Purpose::Hazard, number);
            let from_us = free_us.saturating_add(luck::exponential(bits, mean.as_us()));
            if from_us >= self.window_us {
                return;
            }
            let to_us = lasts.map(|lasts| from_us.saturating_add(lasts.as_us()));
            strikes.push(Struck { node, what, from_us, to_us });
            let Some(to_us) = to_us else { return };
            free_us = to_us;
        }
    }

    /// The actions of faults. A process that is down or stands still is not struck again before it
    /// is back.
    fn actions(&self, mut strikes: Vec<Struck>) -> Vec<Action> {
        strikes.sort_by_key(|strike| (strike.from_us, strike.node, strike.what as u8));
        let mut away: Vec<(Node, u64)> = Vec::new();
        let mut actions = Vec::new();
        for Struck { node, what, from_us, to_us } in strikes {
            if !matches!(what, Strike::BrokerCut | Strike::SlowFollower) {
                if away.iter().any(|(known, until_us)| *known == node && from_us <= *until_us) {
                    continue;
                }
                away.push((node, to_us.unwrap_or(u64::MAX)));
            }
            let (faults, repairs) = self.deeds(node, what);
            actions.extend(faults.into_iter().map(|what| at(from_us, what)));
            let repaired = to_us
                .into_iter()
                .flat_map(|to_us| repairs.iter().map(move |what| at(to_us, what.clone())));
            actions.extend(repaired);
        }
        actions
    }

    /// What a fault does, and what its repair.
    fn deeds(&self, node: Node, what: Strike) -> (Vec<Do>, Vec<Do>) {
        let name = self.setup.name(node);
        let (fault, repair) =
            match what {
                Strike::BrokerCrash
                | Strike::ClientCrash
                | Strike::ProducerCrash
                | Strike::ConsumerCrash => (Do::Crash(name.clone()), Do::Restart(name)),
                Strike::BrokerShutdown => (Do::Shutdown(name.clone()), Do::Restart(name)),
                Strike::PowerCut => (Do::PowerCut(name.clone()), Do::Restart(name)),
                Strike::BrokerPause | Strike::ClientPause => {
                    (Do::Pause(name.clone()), Do::Resume(name))
                }
                Strike::BrokerCut => {
                    let ways = ["brokers", "producers", "consumers", "controller"].map(|to| {
                        Between { from: name.clone(), to: to.to_owned(), one_way: false }
                    });
                    return (ways.clone().map(Do::Cut).into(), ways.map(Do::Heal).into());
                }
                Strike::SlowFollower => return self.slow_links(node),
            };
        (vec![fault], vec![repair])
    }

    /// Slow links between a broker and all others, and their own latencies again.
    fn slow_links(&self, node: Node) -> (Vec<Do>, Vec<Do>) {
        let slow = |from: Node, to: Node, latency: Duration| {
            let (from, to) = (self.setup.name(from), self.setup.name(to));
            Do::Slow(SlowLink { from, to, one_way: true, latency })
        };
        let others = (0..self.setup.brokers).map(|n| Node::Broker(BrokerId(n)));
        let others = others.filter(|other| *other != node);
        let ways: Vec<_> = others.flat_map(|other| [(node, other), (other, node)]).collect();
        let usual =
            |from, to| Duration::from_us(quality(self.setup.links.iter(), from, to).latency_us);
        let fault = ways.iter().map(|(from, to)| slow(*from, *to, SLOW_LATENCY)).collect();
        let repair = ways.iter().map(|(from, to)| slow(*from, *to, usual(*from, *to))).collect();
        (fault, repair)
    }
}

fn at(at_us: u64, what: Do) -> Action {
    Action { at: Some(Duration::from_us(at_us)), when: None, after: None, what }
}

/// Whether an action is a fault that strikes the run: not one that it begins with.
fn is_own_fault(action: &Action) -> bool {
    action.what.is_fault() && action.at != Some(Duration::default())
}

/// The script's own faults that came, each with the time since the first.
fn own_faults(script: &Script, times: &Times) -> Vec<(u64, Do)> {
    let all = script.actions.iter().zip(&times.actions_us);
    let came = all.filter(|(action, _)| is_own_fault(action));
    let mut own: Vec<(u64, Do)> =
        came.filter_map(|(action, at_us)| Some(((*at_us)?, action.what.clone()))).collect();
    own.sort_by_key(|(at_us, _)| *at_us);
    let first_us = own.first().map_or(0, |(at_us, _)| *at_us);
    own.iter_mut().for_each(|(at_us, _)| *at_us -= first_us);
    own
}

/// What lets messages get lost from the beginning on.
fn leak(what: Leak, per_million: u32) -> impl Iterator<Item = Do> {
    let lose = move |client: &str, what| {
        let (client, server) = (client.to_owned(), "brokers".to_owned());
        Do::LoseSome(LoseSome { client, server, what, per_million, connection: Broken::Reset })
    };
    let drop = |from: &str| {
        let (from, to) = (from.to_owned(), "brokers".to_owned());
        Do::Drop(DropPackets { from, to, one_way: false, per_million })
    };
    let all = match what {
        Leak::LoseRequest => {
            vec![lose("producers", Lost::Request), lose("consumers", Lost::Request)]
        }
        Leak::LoseResponse => {
            vec![lose("producers", Lost::Response), lose("consumers", Lost::Response)]
        }
        Leak::Drop => vec![drop("brokers"), drop("producers"), drop("consumers")],
    };
    all.into_iter()
}
