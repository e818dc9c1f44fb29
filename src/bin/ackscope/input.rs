//! Where a script comes from: a file, a lesson or standard input, with `--set` applied.

use std::io::Read;

use ackscope::lessons;
use ackscope::script::{Script, ScriptError};

use super::{Failure, SourceArgs};

/// Reads the script that the arguments name.
pub fn script(source: &SourceArgs) -> Result<Script, Failure> {
    let text = text(&source.script)?;
    let mut script = Script::parse(&text).map_err(|error| failure(source, &error))?;
    change(&mut script, "--set", &source.set)?;
    Ok(script)
}

/// Changes settings everywhere they apply, each as PROPERTY=VALUE; `option` is what says so.
pub fn change(script: &mut Script, option: &str, changes: &[String]) -> Result<(), Failure> {
    for change in changes {
        let (name, value) = change.split_once('=').ok_or_else(|| {
            Failure::Input(format!("{option} {change}: expected PROPERTY=VALUE, such as acks=all"))
        })?;
        script
            .set_everywhere(name.trim(), value.trim())
            .map_err(|error| Failure::Input(format!("{option} {change}: {}", error.message)))?;
    }
    Ok(())
}

/// An error of a script, with the source that it stands in.
pub fn failure(source: &SourceArgs, error: &ScriptError) -> Failure {
    let name = if source.script == "-" { "standard input" } else { &source.script };
    Failure::Input(format!("{name}: {error}"))
}

fn text(source: &str) -> Result<String, Failure> {
    if let Some(id) = source.strip_prefix("lesson:") {
        return lessons::find(id).map(|lesson| lesson.script.to_owned()).ok_or_else(|| {
            let known: Vec<&str> = lessons::ALL.iter().map(|lesson| lesson.id).collect();
            Failure::Input(format!("no lesson {id:?}; there are: {}", known.join(", ")))
        });
    }
    let read = if source == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(source)
    };
    read.map_err(|error| Failure::Input(format!("{source}: {error}")))
}
