//! What a script may say of transactions, and of applications that read, process and send.

use super::entity::Entity;
use super::{OffsetsCommit, ProducerConfig, Produces, Script, ScriptError};

/// An error unless it is so.
fn ensure(is_so: bool, place: &str, message: &str) -> Result<(), ScriptError> {
    if is_so { Ok(()) } else { Err(ScriptError::new(place, message)) }
}

impl Script {
    /// The index of the producer of that name.
    #[must_use]
    pub fn producer_index(&self, name: &str) -> Option<u16> {
        match self.entity(name) {
            Ok(Entity::Producer(number)) => Some(number - 1),
            _ => None,
        }
    }

    pub(super) fn check_transactions(
        &self,
        producers: &[ProducerConfig],
    ) -> Result<(), ScriptError> {
        for (at, (producer, config)) in self.producers.iter().zip(producers).enumerate() {
            let Some(transaction) = &producer.transaction else { continue };
            let place = format!("producers[{at}].transaction");
            ensure(config.transactional_id.is_some(), &place, "it needs a transactional.id")?;
            ensure(transaction.records > 0, &format!("{place}.records"), "it must be at least 1")?;
            let counted = !transaction.abort.contains(&0);
            ensure(counted, &format!("{place}.abort"), "transactions are counted from 1")?;
        }
        for (at, group) in self.groups.iter().enumerate() {
            if let Some(produces) = &group.produces {
                self.check_produces(at, produces, producers)?;
            }
        }
        Ok(())
    }

    fn check_produces(
        &self,
        at: usize,
        produces: &Produces,
        configs: &[ProducerConfig],
    ) -> Result<(), ScriptError> {
        let place = format!("groups[{at}].produces");
        let (count, members) = (produces.producers.len(), self.groups[at].members);
        let message = format!("{count} producers for {members} consumers; each needs its own");
        ensure(count == usize::from(members), &format!("{place}.producers"), &message)?;
        let all = self.groups.iter().filter_map(|group| group.produces.as_ref());
        let named: Vec<&String> = all.flat_map(|produces| &produces.producers).collect();
        for (nth, name) in produces.producers.iter().enumerate() {
            let place = format!("{place}.producers[{nth}]");
            let entity = self.entity(name).map_err(|why| ScriptError::new(&*place, why))?;
            let Some(index) = self.producer_index(name) else {
                let message = format!("{} is not a producer", self.entity_name(entity));
                return Err(ScriptError::new(place, message));
            };
            let producer = &self.producers[usize::from(index)];
            let message = "it has sends of its own; its records come from the consumer";
            ensure(producer.sends.is_empty(), &place, message)?;
            let once = named.iter().filter(|other| **other == name).count() == 1;
            ensure(once, &place, "it is the producer of several consumers")?;
            let transactional = configs[usize::from(index)].transactional_id.is_some();
            let needs = produces.offsets == OffsetsCommit::Transaction;
            ensure(transactional || !needs, &place, "it needs a transactional.id")?;
        }
        let place = format!("{place}.topic");
        self.topic_index(&produces.topic).map_err(|why| ScriptError::new(&*place, why))?;
        let before = self.groups[..=at].iter().filter(|group| group.produces.is_some());
        let loops = before.flat_map(|group| &group.topics).any(|topic| *topic == produces.topic);
        ensure(!loops, &place, "a group before, or this one, reads it: its records would go round")
    }
}
