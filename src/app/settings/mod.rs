//! The settings panel: Kafka's properties under their real names, and what is the script's own.
//!
//! The common ones are there at once; all others, and what each does and costs, come with the texts
//! that the lab has.

mod cast;
mod details;
mod field;
mod find;
mod head;
mod list;

use std::rc::Rc;

use ackscope::script::knobs::{Acts, Group, Knob};
use ackscope::script::{Notice, Version};
use gloo::render::AnimationFrame;
use serde_json::Value;
use yew::prelude::*;

use field::Field;
use find::Finder;
pub use head::presets;
use list::List;

use super::effects;
use super::from_now;
use super::shown::Shared;
use super::state::Msg;
use super::tool::tell;
use super::tune::{Tune, TuneMsg, general};
use super::words::{fill, words};

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
/// into it, but when what it shows has changed; and how far its list has grown is nobody else's business.
pub struct Settings {
    finder: Finder,
    list: List,
    next: Option<AnimationFrame>,
    /// Whether what the next frame will show was made for an answer: then it makes nothing besides.
    answered: bool,
}

/// What happens to its list.
pub enum Listing {
    /// A frame has come, in which it may grow.
    Frame,
    /// All that was found is asked for.
    All,
}

impl Component for Settings {
    type Message = Listing;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let (mut finder, mut list, props) = (Finder::default(), List::default(), ctx.props());
        list.search(&props.tune.search);
        let settings = finder.settings(props);
        if props.tune.waits {
            list.set(settings)
        } else {
            list.set_at_once(settings)
        }
        Self { finder, list, next: None, answered: true }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let props = ctx.props();
        if props.tune.search != old.tune.search {
            self.list.search(&props.tune.search);
        }
        self.list.set(self.finder.settings(props));
        self.answered = true;
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Listing) -> bool {
        let asked = matches!(msg, Listing::All);
        if asked {
            self.list.show_all();
        } else {
            self.next = None;
        }
        if std::mem::replace(&mut self.answered, asked) && !asked {
            self.go_on(ctx);
            return false;
        }
        self.list.grow();
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (w, props, list) = (words(), ctx.props(), &self.list);
        let (all, searching) = (props.tune.all, !props.tune.search.trim().is_empty());
        // What is refused of a setting that is not listed is said above all.
        let elsewhere = props.refused.as_ref().filter(|(at, _)| {
            !list.all().any(|item| is_at(at, &props.tune.place(item.group, &item.knob)))
        });
        let groups = list.groups().into_iter().map(|group| view_group(group, list, props));
        html! {
            <>
                { head::head(props) }
                if let Some((_, why)) = elsewhere {
                    <p class="error" role="alert">{ why }<small>{ w.refused }</small></p>
                }
                if searching { <p class="hint" role="status">{ found(list, props) }</p> }
                <>{ for groups }</>
                if searching {
                    { view_more(list, ctx) }
                } else {
                    <button type="button" class="ask wide" data-action="all-settings" aria-expanded={if all { "true" } else { "false" }}
                        onclick={tell::<MouseEvent>(&props.on, Msg::Tune(TuneMsg::All(!all)))}>
                        { if all { w.settings_common } else { w.settings_all } }
                    </button>
                }
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        self.go_on(ctx);
    }
}

impl Settings {
    /// In the next frame, if there is something to come.
    fn go_on(&mut self, ctx: &Context<Self>) {
        if self.next.is_none() && self.list.grows() {
            let link = ctx.link().clone();
            self.next = Some(effects::next_frame(move || link.send_message(Listing::Frame)));
        }
    }
}

/// How much was found.
#[inline(never)] // As with all that comes of a search: it is loaded later.
fn found(list: &List, props: &Props) -> AttrValue {
    let w = words();
    match list.len() {
        0 if props.texts.is_null() => w.lab_working.into(),
        0 => w.search_nothing.into(),
        n => fill(w.search_found, &[("n", &n.to_string())]).into(),
    }
}

/// The others that were found, if there are others.
#[inline(never)]
fn view_more(list: &List, ctx: &Context<Settings>) -> Html {
    let more = list.more();
    html! {
        if more > 0 {
            <button type="button" class="ask wide" data-action="more-settings" onclick={ctx.link().callback(|_| Listing::All)}>
                { fill(words().search_more, &[("n", &more.to_string())]) }
            </button>
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

/// A group with its settings that are on the page.
fn view_group(group: Group, list: &List, props: &Props) -> Html {
    let fields = list.shown(group).filter_map(|knob| Some(field(group, knob, props)?.view()));
    // Of what is said about a setting only where that is listed, if something was looked for.
    let searching = !props.tune.search.trim().is_empty();
    let shown = |notice: &&Notice| {
        (notice.about.is_empty() || !searching)
            && places(group).iter().any(|place| notice.place.starts_with(place))
            && !list.of(group).any(|item| is_about(notice, &item.knob))
    };
    let notices = props.notices.iter().filter(shown);
    html! {
        <fieldset class="group" spellcheck="false" key={group as usize}>
            <legend>{ title(group) }</legend>
            { cast::which(group, props) }
            <>{ for fields }</>
            { for notices.map(|notice| html! { <p class="notice">{ "* " }{ &notice.message }</p> }) }
        </fieldset>
    }
}

/// What there is to see of a setting.
fn field(group: Group, knob: Knob, props: &Props) -> Option<Field<'_>> {
    let Props { tune, script, version, .. } = props;
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
    Some(Field { knob, place, reading, later, props })
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

/// Whether something at a place of the script is said at the setting of that place: of several things that
/// are set alike, at that of all.
fn is_at(at: &str, place: &str) -> bool {
    at == place || general(at) == place
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
