//! Settings that change while brokers run: what an action `set` changes, checked beforehand as
//! Kafka would check it then (`kafka-configs --alter`).

use super::action::SetConfig;
use super::config::TopicConfig;
use super::properties::{self, Scope};
use super::settings::Settings;
use super::{Do, Notice, Script, ScriptError, checks};

/// What a `set` changes for one topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicChange {
    /// The topic's index in the script; after the last one, those that the brokers make.
    pub topic: u16,
    /// The names of its properties that change.
    pub properties: Vec<&'static str>,
    /// Settings that have their new values.
    pub config: TopicConfig,
}

impl Script {
    /// What each action that is a `set` changes, by the index of the action; `broker` are the
    /// brokers' settings as the run begins.
    pub(super) fn resolve_sets(
        &self,
        broker: &Settings,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<Vec<TopicChange>>, ScriptError> {
        let mut changes = Vec::new();
        for (at, action) in self.actions.iter().enumerate() {
            changes.push(match &action.what {
                Do::Set(set) => {
                    self.resolve_set(set, broker, &format!("actions[{at}].do.set"), notices)?
                }
                _ => Vec::new(),
            });
        }
        Ok(changes)
    }

    fn resolve_set(
        &self,
        set: &SetConfig,
        broker: &Settings,
        place: &str,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<TopicChange>, ScriptError> {
        let at = format!("{place}.config");
        if set.config.is_empty() {
            return Err(ScriptError::new(at, "it changes nothing"));
        }
        let Some(name) = &set.topic else {
            return self.set_brokers(set, broker, at, notices);
        };
        let topic = self.topic_index(name);
        let topic = topic.map_err(|why| ScriptError::new(format!("{place}.topic"), why))?;
        let settings = Settings::of_topic(broker).with(Scope::Topic, &set.config, at, notices)?;
        let changed = properties::all(Scope::Topic).iter().map(|property| property.name);
        let properties = changed.filter(|name| settings.is_given(name)).collect();
        Ok(vec![TopicChange { topic, properties, config: topic_config(&settings)? }])
    }

    /// A change for all brokers is one of the topics that do not say otherwise themselves.
    fn set_brokers(
        &self,
        set: &SetConfig,
        broker: &Settings,
        place: String,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<TopicChange>, ScriptError> {
        for name in set.config.keys() {
            let dynamic = properties::all(Scope::Topic).iter().any(|p| p.synonym == name);
            if !dynamic && properties::lookup(Scope::Broker, name).is_some() {
                let why = format!("Cannot update these configs dynamically: {name}");
                return Err(ScriptError::new(place, why));
            }
        }
        let broker = broker.clone().with(Scope::Broker, &set.config, place, notices)?;
        let settings = Settings::of_topic(&broker);
        let config = topic_config(&settings)?;
        let changed = properties::all(Scope::Topic).iter();
        let changed = changed.filter(|property| set.config.contains_key(property.synonym));
        let changed: Vec<_> = changed.map(|property| property.name).collect();
        let of = |(topic, properties)| TopicChange { topic, properties, config: config.clone() };
        let mut topics: Vec<(u16, Vec<_>)> = (0..)
            .zip(&self.topics)
            .map(|(index, topic)| {
                let own =
                    |name: &&str| topic.config.contains_key(*name) || self.sets(&topic.name, name);
                (index, changed.iter().copied().filter(|name| !own(name)).collect())
            })
            .collect();
        // __consumer_offsets has these two of its own.
        let own = |name: &&str| matches!(*name, "segment.bytes" | "cleanup.policy");
        let of_offsets = changed.iter().copied().filter(|name| !own(name)).collect();
        topics.push((topics.len() as u16, of_offsets));
        Ok(topics.into_iter().map(of).collect())
    }

    /// Whether an action gives the topic a value of its own.
    fn sets(&self, topic: &str, property: &str) -> bool {
        self.actions.iter().any(|action| match &action.what {
            Do::Set(set) => {
                set.topic.as_deref() == Some(topic) && set.config.contains_key(property)
            }
            _ => false,
        })
    }
}

fn topic_config(settings: &Settings) -> Result<TopicConfig, ScriptError> {
    checks::cleanup_policy(settings, &["cleanup.policy"])?;
    Ok(TopicConfig::of(settings))
}
