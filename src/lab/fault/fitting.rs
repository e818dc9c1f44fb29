//! Which faults a script can have.

use super::{CLIENT_OUT, Down, Fault, OUT, STALLED, Who};
use crate::script::action::{Broken, Lost};
use crate::script::{Duration, End, Entity, Script};

/// When a process is started again, in those faults of [`Fault::all`] that end so.
const BACK: Duration = Duration::from_ms(5_000);

impl Fault {
    /// Every fault of the usual length that fits the script: each entity in each way alone, each
    /// link, and all brokers without power at once. Leaders are not among them: what happens to
    /// whoever leads happens to a broker that has a name.
    #[must_use]
    pub fn all(script: &Script) -> Vec<Self> {
        let brokers: Vec<Who> = (1..=script.cluster.brokers).map(broker).collect();
        let entities = script.entities();
        let name = |entity: &Entity| Who::Named(script.entity_name(*entity));
        let is_producer = |entity: &&Entity| matches!(entity, Entity::Producer(_));
        let is_consumer = |entity: &&Entity| matches!(entity, Entity::Consumer { .. });
        let producers: Vec<Who> = entities.iter().filter(is_producer).map(name).collect();
        let consumers: Vec<Who> = entities.iter().filter(is_consumer).map(name).collect();
        let clients: Vec<&Who> = producers.iter().chain(&consumers).collect();
        let mut all = Vec::new();
        for who in &brokers {
            all.extend(down(who, &[Down::Crash, Down::PowerCut, Down::Shutdown]));
            for directory in 1..=script.cluster.log_dirs {
                all.extend(down(who, &[Down::LoseDisk(directory)]));
            }
            all.push(Self::Pause { who: who.clone(), lasts: OUT });
        }
        for who in &clients {
            all.extend(down(who, &[Down::Crash, Down::Shutdown]));
            all.push(Self::Pause { who: (*who).clone(), lasts: CLIENT_OUT });
        }
        all.extend(consumers.iter().map(|who| Self::Stall { who: who.clone(), lasts: STALLED }));
        if brokers.len() > 1 {
            all.extend(down(&Who::Named("brokers".to_owned()), &[Down::Crash, Down::PowerCut]));
        }
        all.extend(on_links(&brokers, &clients));
        all
    }

    /// Whether the script has whom the fault hits, and they can be hit so.
    ///
    /// # Errors
    /// Says what does not fit, and what would.
    pub fn check(&self, script: &Script) -> Result<(), String> {
        let (one, other) = self.hits();
        for who in [Some(one), other].into_iter().flatten() {
            if let Who::Leader(Some(partition)) = who {
                check_partition(script, partition)?;
            }
        }
        if let Self::Lose { server: Who::Named(name), .. } = self
            && !matches!(script.end(name)?, End::Brokers | End::One(Entity::Broker(_)))
            && name != "controller"
        {
            return Err(format!("{name} answers no requests; brokers and the controller do"));
        }
        // The rest is what the checks of a script say of its actions.
        let mut script = script.clone();
        script.actions = self.actions(&script, &|_| Some("broker-1".to_owned()));
        match script.resolve() {
            Err(error) if error.place.starts_with("actions[") => Err(error.message),
            Err(error) => Err(error.to_string()),
            Ok(_) => Ok(()),
        }
    }
}

/// Each way to go down, for good and for a while.
fn down<'a>(who: &'a Who, ways: &'a [Down]) -> impl Iterator<Item = Fault> + 'a {
    ways.iter().flat_map(|how| {
        [None, Some(BACK)].map(|back| Fault::Down { how: *how, who: who.clone(), back })
    })
}

/// What can happen between two: brokers, brokers and the controller, clients and brokers.
fn on_links(brokers: &[Who], clients: &[&Who]) -> Vec<Fault> {
    let cut = |from: &Who, to: &Who| Fault::Cut {
        from: from.clone(),
        to: to.clone(),
        one_way: false,
        lasts: OUT,
    };
    let mut all = Vec::new();
    for (at, one) in brokers.iter().enumerate() {
        all.extend(brokers[at + 1..].iter().map(|other| cut(one, other)));
        all.push(cut(one, &Who::Named("controller".to_owned())));
    }
    for client in clients {
        for server in brokers {
            let lose = |what| Fault::Lose {
                what,
                client: (*client).clone(),
                server: server.clone(),
                connection: Broken::Reset,
            };
            all.extend([lose(Lost::Request), lose(Lost::Response), cut(client, server)]);
        }
    }
    all
}

fn broker(number: u16) -> Who {
    Who::Named(format!("broker-{number}"))
}

fn check_partition(script: &Script, name: &str) -> Result<(), String> {
    let named = |topic: &crate::script::Topic| {
        let number = name.strip_prefix(&topic.name)?.strip_prefix('-')?.parse::<u16>().ok()?;
        (number < topic.partitions && name == format!("{}-{number}", topic.name)).then_some(())
    };
    if script.topics.iter().any(|topic| named(topic).is_some()) {
        return Ok(());
    }
    let all: Vec<String> = script
        .topics
        .iter()
        .map(|topic| match topic.partitions {
            1 => format!("{}-0", topic.name),
            n => format!("{0}-0 to {0}-{1}", topic.name, n - 1),
        })
        .collect();
    Err(format!("there is no partition \"{name}\"; there are: {}", all.join(", ")))
}
