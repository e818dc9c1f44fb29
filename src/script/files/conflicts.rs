//! What several properties say together, in one file or in several, and Kafka refuses or changes.

use super::{Entry, Level, Problem, PropertiesFile};
use crate::script::properties::{self, Scope};
use crate::script::{About, Notice, Script, ScriptError};

/// Gives a script the settings of files, and says all that is wrong with them: each property alone,
/// then together. The script can be run if no problem is an error.
#[must_use]
pub fn check(files: &[PropertiesFile], mut script: Script) -> (Script, Vec<Problem>) {
    let mut problems = Vec::new();
    for (at, file) in files.iter().enumerate() {
        if let Some(other) = files[..at].iter().find(|other| other.scope == file.scope) {
            let message = format!("{} is the {}'s file already", other.name, file.scope.word());
            let file = file.name.clone();
            problems.push(Problem { file, line: None, level: Level::Error, message });
        }
        problems.extend(file.problems(script.kafka));
        file.apply(&mut script);
    }
    problems.extend(together(files, script.clone()));
    // As the files were given, and in the order of their lines.
    let place = |file: &str| files.iter().position(|other| other.name == file);
    problems.sort_by_key(|problem| (place(&problem.file), problem.line));
    (script, problems)
}

/// Kafka stops at the first refusal. To find those behind it, too, the property that was refused is
/// taken away and the rest tried again.
fn together(files: &[PropertiesFile], mut script: Script) -> Vec<Problem> {
    let mut problems = Vec::new();
    loop {
        let error = match script.resolve() {
            Ok(resolved) => {
                let told =
                    resolved.notices.iter().filter_map(|Notice { place, message, about }| {
                        Said { level: Level::Warning, place, message, about }.problem(files)
                    });
                problems.extend(told);
                return problems;
            }
            Err(error) => error,
        };
        let ScriptError { place, message, about } = &error;
        let said = Said { level: Level::Error, place, message, about };
        let Some(told) = said.problem(files) else {
            // What no file says is the script's own fault.
            let (file, message) = ("the script".to_owned(), error.to_string());
            problems.push(Problem { file, line: None, level: Level::Error, message });
            return problems;
        };
        if !problems.contains(&told) {
            problems.push(told);
        }
        let taken = said.lines(files).into_iter().any(|(file, entry)| {
            let configs = script.configs_mut(file.scope).into_iter();
            configs.filter_map(|config| config.remove(&entry.name)).count() > 0
        });
        if !taken {
            return problems;
        }
    }
}

/// An error or a notice of a script.
struct Said<'a> {
    level: Level,
    place: &'a str,
    message: &'a str,
    about: About,
}

impl Said<'_> {
    /// It as a problem at the first line that it is about, with the others; none if no file says
    /// anything of it.
    fn problem(&self, files: &[PropertiesFile]) -> Option<Problem> {
        let lines = self.lines(files);
        let (first, rest) = lines.split_first()?;
        let mut message = self.message.to_owned();
        let others = rest.iter().map(|(file, entry)| {
            let (line, name) = (entry.line, &entry.name);
            match file.name == first.0.name {
                true => format!("{name} in line {line}"),
                false => format!("{name} in {}:{line}", file.name),
            }
        });
        let others: Vec<String> = others.collect();
        if !others.is_empty() {
            message = format!("{} (with {})", message.trim_end_matches('.'), others.join(", "));
        }
        let (file, line) = (first.0.name.clone(), Some(first.1.line));
        Some(Problem { file, line, level: self.level, message })
    }

    /// The lines that give the properties which it is about.
    fn lines<'a>(&self, files: &'a [PropertiesFile]) -> Vec<(&'a PropertiesFile, &'a Entry)> {
        let scope = scope_of(self.place);
        let find = |scope: Scope, name: &str| {
            let mut own = files.iter().filter(|file| file.scope == scope);
            own.find_map(|file| file.entry(name).map(|entry| (file, entry)))
        };
        let given = self.about.iter().filter_map(|name| {
            let own = scope.and_then(|scope| find(scope, name));
            // A topic's default is the brokers' property, a client may be bound by one of them.
            let shared = match scope.and_then(|scope| properties::lookup(scope, name)) {
                Some(property) => match property.synonym {
                    "" => None,
                    synonym => find(Scope::Broker, synonym),
                },
                None => find(Scope::Broker, name),
            };
            own.or(shared)
        });
        given.collect()
    }
}

/// Whose properties a place of a script has.
fn scope_of(place: &str) -> Option<Scope> {
    let first = place.split(['[', '.']).next()?;
    let of = |scope: &Scope| scope.place().split(['[', '.']).next() == Some(first);
    Scope::ALL.into_iter().find(of)
}
