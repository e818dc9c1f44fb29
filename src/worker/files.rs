//! Properties files in and out, and settings as code of clients.

use ackscope::script::Script;
use ackscope::script::clients::{Client, code};
use ackscope::script::files::{Level, Problem, PropertiesFile, check, write};
use ackscope::script::properties::Scope;
use serde_json::{Value, json};

/// What is wrong with files, line by line, and the script with their settings: `files` has a `name`, a
/// `text` and perhaps a `scope` each.
pub fn files(script: &Script, request: &Value) -> Value {
    let given = request["files"].as_array().map_or(&[][..], Vec::as_slice);
    let (mut read, mut problems, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for file in given {
        match self::read(file) {
            Ok(file) => {
                kinds.push(json!({ "kind": file.scope.word(), "set_aside": file.set_aside() }));
                read.push(file);
            }
            Err(mut problem) => {
                kinds.push(Value::Null);
                // On the command line one writes it before the name; here it is chosen.
                if let Some((why, _)) = problem.message.split_once("; say which") {
                    problem.message = format!("{why}; choose above whose properties these are");
                }
                problems.push(problem);
            }
        }
    }
    let unread = !problems.is_empty();
    let (changed, more) = check(&read, script.clone());
    problems.extend(more);
    let line_of = |name: &str, line: Option<u32>| {
        let text = given.iter().find(|file| file["name"] == name)?["text"].as_str()?;
        let at = usize::try_from(line?).ok()?.checked_sub(1)?;
        text.split(['\n', '\r']).nth(at).map(str::trim)
    };
    let told = problems.iter().map(|problem| {
        json!({
            "file": problem.file,
            "line": problem.line,
            "text": line_of(&problem.file, problem.line),
            "level": problem.level,
            "message": problem.message,
        })
    });
    let sound = !unread && problems.iter().all(|problem| problem.level != Level::Error);
    let script: Value = serde_json::from_str(&changed.to_json()).unwrap_or_default();
    json!({
        "problems": told.collect::<Vec<_>>(),
        "kinds": kinds,
        "script": if sound && !read.is_empty() { script } else { Value::Null },
    })
}

/// A file that the page gives: its `name`, its `text` and perhaps its `scope`.
pub fn read(file: &Value) -> Result<PropertiesFile, Problem> {
    let text = |name: &str| file[name].as_str().unwrap_or_default();
    let scope = Scope::ALL.into_iter().find(|scope| scope.word() == text("scope"));
    PropertiesFile::read(text("name"), text("text"), scope)
}

/// The script's settings as files and as code of a client.
pub fn export(script: &Script, request: &Value) -> Value {
    let defaults = request["defaults"] == true;
    let files = write(script, defaults)
        .into_iter()
        .map(|file| json!({ "name": file.name, "kind": file.scope.word(), "text": file.text }));
    let client = request["client"].as_str().and_then(Client::find);
    let code = match client.map(|client| code(script, client)) {
        None => Value::Null,
        Some(Ok(code)) => serde_json::to_value(code).unwrap_or_default(),
        Some(Err(error)) => json!({ "error": error.to_string() }),
    };
    json!({ "files": files.collect::<Vec<_>>(), "code": code })
}
