//! Changes to a script: a setting given another value wherever it applies.

use super::action::Reconfigure;
use super::properties::{self, Scope};
use super::suggest::did_you_mean;
use super::{Do, Properties, Script, ScriptError};

impl Script {
    /// Gives a property another value wherever the script has something that it belongs to: all
    /// producers, all topics, all groups, or the brokers. A name that topics and brokers share
    /// means the topics.
    ///
    /// # Errors
    /// When no scope has a property of that name.
    pub fn set_everywhere(&mut self, name: &str, value: &str) -> Result<(), ScriptError> {
        let mut scopes: Vec<Scope> = Scope::ALL
            .into_iter()
            .filter(|scope| properties::lookup(*scope, name).is_some())
            .collect();
        if scopes.contains(&Scope::Topic) {
            scopes.retain(|scope| *scope != Scope::Broker);
        }
        if scopes.is_empty() {
            let all = Scope::ALL.into_iter().flat_map(properties::all);
            let near = did_you_mean(name, all.map(|property| property.name));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            return Err(ScriptError::new("", format!("unknown property \"{name}\"{hint}")));
        }
        for scope in scopes {
            for config in self.configs_mut(scope) {
                config.insert(name.to_owned(), value.into());
            }
            for config in self.later_configs_mut(scope) {
                config.get_mut(name).into_iter().for_each(|given| *given = value.into());
            }
        }
        Ok(())
    }

    /// What clients and brokers come back with in the course of the run.
    fn later_configs_mut(&mut self, scope: Scope) -> Vec<&mut Properties> {
        let of_producers = |its: &Reconfigure| its.client.starts_with("producer-");
        let meant = |its: &Reconfigure| match scope {
            Scope::Producer => of_producers(its),
            Scope::Consumer => !of_producers(its),
            Scope::Topic | Scope::Broker => false,
        };
        let all = self.actions.iter_mut().filter_map(|action| match &mut action.what {
            Do::Roll(its) if scope == Scope::Broker => Some(&mut its.config),
            Do::Reconfigure(its) if meant(its) => Some(&mut its.config),
            _ => None,
        });
        all.collect()
    }

    pub(super) fn configs_mut(&mut self, scope: Scope) -> Vec<&mut Properties> {
        match scope {
            Scope::Producer => self.producers.iter_mut().map(|p| &mut p.config).collect(),
            Scope::Consumer => self.groups.iter_mut().map(|g| &mut g.config).collect(),
            Scope::Topic => self.topics.iter_mut().map(|t| &mut t.config).collect(),
            Scope::Broker => vec![&mut self.cluster.config],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> Script {
        let json = r#"{"topics": [{"name": "orders"}], "producers": [{"sends": []}, {"sends": []}],
            "groups": [{"id": "billing", "topics": ["orders"]}]}"#;
        Script::parse(json).expect("a script")
    }

    #[test]
    fn a_property_changes_wherever_it_belongs() {
        let mut script = script();
        for (name, value) in
            [("acks", "all"), ("min.insync.replicas", "2"), ("request.timeout.ms", "1s")]
        {
            script.set_everywhere(name, value).expect(name);
        }
        assert!(script.producers.iter().all(|p| p.config["acks"] == "all"));
        assert_eq!(script.topics[0].config["min.insync.replicas"], "2");
        assert!(script.cluster.config.is_empty(), "a topic's property is not the brokers'");
        assert_eq!(script.groups[0].config["request.timeout.ms"], "1s");
        assert_eq!(script.producers[1].config["request.timeout.ms"], "1s");
    }

    #[test]
    fn a_name_that_nobody_has_is_refused_with_a_hint() {
        let error = script().set_everywhere("ack", "all").expect_err("unknown");
        assert_eq!(error.to_string(), "unknown property \"ack\"; did you mean \"acks\"?");
    }
}
