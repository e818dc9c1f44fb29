//! The settings panel: Kafka's properties under their real names, and what is the script's own.
//!
//! The common ones are there at once; all others, and what each does and costs, come with the texts
//! that the lab has.

mod cast;
mod details;
mod field;
mod head;

use std::rc::Rc;

use ackscope::script::knobs::{self, Acts, Group, Knob};
use ackscope::script::{Notice, Version};
use serde_json::Value;
use yew::prelude::*;

pub use head::presets;

use super::from_now;
use super::shown::Shared;
use super::state::Msg;
use super::tool::tell;
use super::tune::{Tune, TuneMsg};
use super::words::words;

/// What the panel shows.
#[derive(Properties)]
pub struct Props {
    /// The script.
    pub script: Shared<Value>,
    /// Its version of Kafka.
    pub version: Version,
    /// What Kafka changes silently.
    pub notices: Shared<Vec<Notice>>,
    /// Whether idempotence is in effect, whatever is set.
    pub idempotent: bool,
    /// The place of the setting whose last value was refused, and why.
    pub refused: Option<(AttrValue, AttrValue)>,
    /// What the panel remembers.
    pub tune: Tune,
    /// What settings do; null until the lab has said it.
    pub texts: Rc<Value>,
    /// Where messages go.
    pub on: Callback<Msg>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.script == other.script
            && self.notices == other.notices
            && self.refused == other.refused
            && self.tune == other.tune
            && Rc::ptr_eq(&self.texts, &other.texts)
    }
}

/// The settings panel. A component of its own, since it must not be rendered while somebody types
/// into it, but when what it shows has changed.
pub struct Settings;

impl Component for Settings {
    type Message = ();
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (w, props) = (words(), ctx.props());
        let elsewhere = props.refused.as_ref().filter(|(place, _)| place.is_empty());
        let all = props.tune.all;
        let found: Vec<Html> =
            Group::ALL.iter().filter_map(|group| view_group(*group, props)).collect();
        let nothing = found.is_empty();
        html! {
            <>
                { head::head(props) }
                if let Some((_, why)) = elsewhere {
                    <p class="error" role="alert">{ why }<small>{ w.refused }</small></p>
                }
                { for found }
                if !props.tune.search.is_empty() {
                    if nothing {
                        <p class="hint" role="status">{ if props.texts.is_null() { w.lab_working } else { w.search_nothing } }</p>
                    }
                } else {
                    <button type="button" class="ask wide" data-action="all-settings" aria-expanded={if all { "true" } else { "false" }}
                        onclick={tell::<MouseEvent>(&props.on, Msg::Tune(TuneMsg::All(!all)))}>
                        { if all { w.settings_common } else { w.settings_all } }
                    </button>
                }
            </>
        }
    }
}

/// The heading of a group.
fn title(group: Group) -> &'static str {
    let w = words();
    match group {
        Group::Producer => w.group_producer,
        Group::Topic => w.group_topic,
        Group::Consumer => w.group_consumer,
        Group::Network => w.group_network,
        Group::Sending => w.group_sending,
        Group::Reading => w.group_reading,
        Group::Machines => w.group_machines,
    }
}

/// A group with the settings that are looked for, if it has some.
fn view_group(group: Group, props: &Props) -> Option<Html> {
    let Props { tune, script, version, .. } = props;
    let searching = !tune.search.trim().is_empty();
    let mut knobs = knobs::of(group, *version, tune.all || searching);
    if searching {
        knobs.retain(|knob| details::is_found(knob, &tune.search, &props.texts));
    }
    let reading = |knob: Knob| {
        let place = tune.place(group, &knob);
        let mut reading = knob.read(script, &place, *version)?;
        let may = tune.from_now && knob.acts() != Acts::Run;
        let later = may.then(|| from_now::later(script, &knob, &place)).flatten();
        if may {
            // What it becomes in the course of the run, against what it is at the beginning.
            reading.default = Some(reading.value.clone());
        }
        if let Some(later) = &later {
            reading.value.clone_from(&later.value);
        }
        Some(field::view(&field::Field { knob, place, reading, later }, props))
    };
    let fields: Vec<Html> = knobs.iter().copied().filter_map(reading).collect();
    let shown = |notice: &&Notice| {
        places(group).iter().any(|place| notice.place.starts_with(place))
            && !knobs.iter().any(|knob| is_about(notice, knob))
    };
    let notices = props.notices.iter().filter(shown);
    (!fields.is_empty()).then(|| html! {
        <fieldset class="group" key={group as usize}>
            <legend>{ title(group) }</legend>
            { cast::which(group, props) }
            { for fields }
            { for notices.map(|notice| html! { <p class="notice">{ "* " }{ &notice.message }</p> }) }
        </fieldset>
    })
}

/// Where in a script errors of a group's settings are.
fn places(group: Group) -> &'static [&'static str] {
    match group {
        Group::Producer => &["producers"],
        Group::Topic => &["topics", "cluster"],
        Group::Consumer => &["groups"],
        Group::Network => &["network"],
        Group::Sending | Group::Reading | Group::Machines => &[],
    }
}

/// Whether a notice is said where that setting is.
fn is_about(notice: &Notice, knob: &Knob) -> bool {
    let Knob::Property(property) = knob else { return false };
    let home = property.scope.place().split('[').next().unwrap_or_default();
    let here = notice.place.starts_with(home);
    // What clients come back with is said where their settings are.
    let later = knob.acts() == Acts::Client && is_later(notice);
    notice.about.first() == Some(&property.name) && (here || later)
}

/// Whether a notice is about what clients come back with.
fn is_later(notice: &Notice) -> bool {
    notice.place.contains("reconfigure")
}
