//! What the page asks for: `{"job": "rescue", "script": {…}}`, and what else the job needs.

use ackscope::lab::Hazard;
use ackscope::model::ids::RecordId;
use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::stage::{Still, Theme};
use serde_json::{Value, json};

use super::job::{self, Work};
use super::{danger, metrics, odds, promises};

/// The job that a request asks for.
pub fn job(request: &str) -> Result<Box<dyn Work>, String> {
    let request: Value = serde_json::from_str(request).map_err(|error| error.to_string())?;
    let text = |name: &str| request[name].as_str().ok_or(format!("the request has no {name}"));
    let number = |name: &str| request[name].as_u64().ok_or(format!("the request has no {name}"));
    if request["job"] == "texts" {
        return Ok(job::known(super::texts::texts()));
    }
    let script = Script::parse(&request["script"].to_string()).map_err(|e| e.to_string())?;
    match text("job")? {
        "rescue" => job::rescue(&script),
        "files" => Ok(job::known(super::files::files(&script, &request))),
        "export" => Ok(job::known(super::files::export(&script, &request))),
        "faults" => Ok(danger::faults(&script)),
        "danger" => danger::danger(&script, text("fault")?),
        "check" => super::check::check(&script, text("fault")?),
        "promises" => promises::promises(&script),
        "monitoring" => promises::monitoring(&script),
        "metrics" => metrics::metrics(&script),
        "lessons" => Ok(job::lessons()),
        "strike" => danger::strike(&script, text("fault")?, number("at_us")?),
        "still" => still(script, &request),
        "odds" => odds::odds(&script, &Hazard::parse(text("hazard")?)?, number("runs")?),
        other => Err(format!("there is no job {other:?}")),
    }
}

/// The stage at one moment, as SVG.
fn still(script: Script, request: &Value) -> job::Begun {
    let number = |name: &str| request[name].as_u64().ok_or(format!("the request has no {name}"));
    let theme = request["theme"].as_str().and_then(Theme::named);
    let still = Still {
        at_us: number("at_us")?,
        size: (number("width")? as f32, number("height")? as f32),
        record: request["record"].as_u64().map(|id| RecordId(id as u32)),
        partition: request["partition"].as_str().map(str::to_owned),
        theme: theme.ok_or("the request has no theme")?,
    };
    let mut player = Player::new(script).map_err(|error| error.to_string())?;
    Ok(job::known(json!({ "svg": still.svg(&mut player) })))
}
