//! Names of the things that take part in a run: `broker-2`, `producer-1`, `billing-1`,
//! `controller`; and of the ends of a link.

use super::Script;
use super::suggest::did_you_mean;

/// Something that takes part in a run. Numbers count from 1, as in the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// `controller`.
    Controller,
    /// `broker-<n>`.
    Broker(u16),
    /// `producer-<n>`.
    Producer(u16),
    /// `<group>-<n>`.
    Consumer {
        /// The group's index in the script, from 0.
        group: u16,
        /// The number in the name, from 1.
        member: u16,
    },
}

/// An end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Any broker.
    Brokers,
    /// Any producer.
    Producers,
    /// Any consumer.
    Consumers,
    /// This one.
    One(Entity),
}

impl End {
    /// Whether the entity is at this end.
    #[must_use]
    pub fn has(self, entity: Entity) -> bool {
        match self {
            Self::Brokers => matches!(entity, Entity::Broker(_)),
            Self::Producers => matches!(entity, Entity::Producer(_)),
            Self::Consumers => matches!(entity, Entity::Consumer { .. }),
            Self::One(one) => one == entity,
        }
    }
}

impl Script {
    /// The entity of that name.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn entity(&self, name: &str) -> Result<Entity, String> {
        if name == "controller" {
            return Ok(Entity::Controller);
        }
        let unknown = || self.no_such(name, &[]);
        let (kind, number) = name.rsplit_once('-').ok_or_else(unknown)?;
        // "01" and "+1" are not how a name is written.
        let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
        let number = number.parse::<u16>().ok().filter(|_| plain).ok_or_else(unknown)?;
        let count = match kind {
            "broker" => self.cluster.brokers,
            "producer" => small(self.producers.len()),
            group => match self.groups.iter().position(|g| g.id == group) {
                Some(at) if number <= self.groups[at].members => {
                    return Ok(Entity::Consumer { group: small(at), member: number });
                }
                Some(at) => self.groups[at].members,
                None => return Err(unknown()),
            },
        };
        if number > count {
            return Err(match count {
                0 => format!("there is no {name}: the script has no {kind}s"),
                1 => format!("there is no {name}: the only one is {kind}-1"),
                _ => format!("there is no {name}: they are {kind}-1 to {kind}-{count}"),
            });
        }
        Ok(if kind == "broker" { Entity::Broker(number) } else { Entity::Producer(number) })
    }

    /// The end of a link that an entity's or a kind's name is.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn end(&self, name: &str) -> Result<End, String> {
        match name {
            "brokers" => Ok(End::Brokers),
            "producers" => Ok(End::Producers),
            "consumers" => Ok(End::Consumers),
            _ if self.entity(name).is_ok() || name.contains('-') => self.entity(name).map(End::One),
            _ => Err(self.no_such(name, &["brokers", "producers", "consumers"])),
        }
    }

    /// An entity's name.
    #[must_use]
    pub fn entity_name(&self, entity: Entity) -> String {
        match entity {
            Entity::Controller => "controller".to_owned(),
            Entity::Broker(number) => format!("broker-{number}"),
            Entity::Producer(number) => format!("producer-{number}"),
            Entity::Consumer { group, member } => {
                let id = self.groups.get(usize::from(group)).map_or("", |group| &group.id);
                format!("{id}-{member}")
            }
        }
    }

    /// Every entity of the script.
    #[must_use]
    pub fn entities(&self) -> Vec<Entity> {
        let mut entities = vec![Entity::Controller];
        entities.extend((1..=self.cluster.brokers).map(Entity::Broker));
        entities.extend((1..=small(self.producers.len())).map(Entity::Producer));
        for (group, members) in self.groups.iter().map(|group| group.members).enumerate() {
            let group = small(group);
            entities.extend((1..=members).map(|member| Entity::Consumer { group, member }));
        }
        entities
    }

    fn no_such(&self, name: &str, kinds: &[&str]) -> String {
        let names: Vec<String> =
            self.entities().into_iter().map(|entity| self.entity_name(entity)).collect();
        let candidates = names.iter().map(String::as_str).chain(kinds.iter().copied());
        match did_you_mean(name, candidates) {
            Some(near) => format!("there is no \"{name}\"; did you mean \"{near}\"?"),
            None => format!("there is no \"{name}\"; there are: {}", names.join(", ")),
        }
    }
}

/// An index or a length that the limits of a script keep small.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
