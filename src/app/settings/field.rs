//! One setting: its name, how it is chosen, its default, and what Kafka says to it.

use ackscope::script::knobs::{Acts, Control, Knob, Reading, ladder};
use ackscope::script::{Duration, Notice};
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::{Props, details, is_about, is_at, is_later};
use crate::app::from_now::Later;
use crate::app::state::Msg;
use crate::app::tool::tell;
use crate::app::tune::TuneMsg;
use crate::app::words::{fill, spaced, time, words};

/// A setting of one thing, or of all of its kind.
pub struct Field<'a> {
    /// The setting.
    pub knob: Knob,
    /// Where it is.
    pub place: String,
    /// What the script says.
    pub reading: Reading,
    /// What it becomes in the course of the run.
    pub later: Option<Later>,
    /// What the panel shows.
    pub props: &'a Props,
}

impl Field<'_> {
    fn set(&self, value: Option<String>) -> Msg {
        Msg::Tune(TuneMsg::Set(self.place.clone(), value))
    }

    /// Why its last value was refused.
    fn refusal(&self) -> Option<&AttrValue> {
        let refused = self.props.refused.as_ref();
        refused.filter(|(at, _)| is_at(at, &self.place)).map(|(_, why)| why)
    }

    /// Whether Kafka silently does something else than the setting says: then a notice says why.
    fn overruled(&self) -> bool {
        let is_on = self.reading.value == "true";
        self.knob.name() == "enable.idempotence" && self.props.idempotent != is_on
    }

    /// The setting in the panel.
    pub fn view(&self) -> Html {
        let Self { knob, place, reading, later, props } = self;
        let w = words();
        let (name, changed) = (knob.name(), reading.is_changed());
        let refusal = self.refusal();
        let open = props.tune.open.as_ref() == Some(place);
        let explain = tell::<MouseEvent>(&props.on, Msg::Tune(TuneMsg::Explain(place.clone())));
        // Of what is changed later only that is said.
        let old = |notice: &Notice| later.is_some() && !is_later(notice);
        let notices = props.notices.iter().filter(|notice| is_about(notice, knob) && !old(notice));
        // Several clients that are set alike are told once.
        let mut said: Vec<&str> = notices.map(|notice| &*notice.message).collect();
        said.dedup();
        html! {
            <div class="field" data-given={changed.then_some("true")} data-refused={refusal.map(|_| "true")} data-property={name} key={knob.place()}>
                <button type="button" class="field-name" aria-expanded={if open { "true" } else { "false" }} onclick={explain}>
                    { breakable(name) }{ self.overruled().then_some("*") }
                </button>
                if changed { { reset(self) } }
                { control(self) }
                if props.tune.from_now && knob.acts() == Acts::Run { <span class="note">{ w.whole_run }</span> }
                if let Some(later) = later { <span class="note">{ when(later) }</span> }
                if reading.mixed { <span class="note">{ w.mixed }</span> }
                if open { { details::view(self) } }
                if let Some(why) = refusal {
                    <p class="error" role="alert">{ why }<small>{ w.refused }</small></p>
                }
                { for said.iter().map(|message| html! { <p class="notice">{ "* " }{ *message }</p> }) }
            </div>
        }
    }
}

/// When a change comes, and what that takes: "4.2 s: closes and starts producer-1 again".
fn when(later: &Later) -> String {
    let w = words();
    let at = later.at_us.map_or_else(|| w.later_event.to_owned(), time);
    let pattern = match later.clients.is_empty() {
        true if later.rolls => w.later_roll,
        true => w.later,
        false => w.later_restart,
    };
    fill(pattern, &[("time", &at), ("clients", &later.clients.join(", "))])
}

/// A name that may be broken after its dots, if it is long.
fn breakable(name: &'static str) -> Html {
    if name.len() < LONG {
        return html! { { name } };
    }
    let parts = name.split_inclusive('.').map(|part| html! { <>{ part }<wbr /></> });
    html! { { for parts } }
}

/// A name of so many letters may need more room than is left beside its value.
const LONG: usize = 20;

fn control(field: &Field<'_>) -> Html {
    match field.knob.control() {
        Control::Switch => switch(field),
        Control::Choice(values) if values.len() > 3 => select(field, values),
        Control::Choice(values) if values.iter().map(|value| value.len()).sum::<usize>() > 24 => {
            select(field, values)
        }
        Control::Choice(values) => choice(field, values),
        Control::Range => html! { <>{ exact(field) }{ slider(field) }</> },
        Control::Text => exact(field),
    }
}

/// On or off: what is in effect.
fn switch(field: &Field<'_>) -> Html {
    let is_on = (field.reading.value == "true") != field.overruled();
    let next = if is_on { "false" } else { "true" };
    let onchange = tell::<Event>(&field.props.on, field.set(Some(next.to_owned())));
    html! {
        <label class="onoff">
            <span class="unit">{ if is_on { "true" } else { "false" } }</span>
            <input type="checkbox" role="switch" checked={is_on} aria-label={field.knob.name()} {onchange} />
        </label>
    }
}

fn choice(field: &Field<'_>, values: &'static [&'static str]) -> Html {
    let option = |value: &'static str| {
        let onchange = tell::<Event>(&field.props.on, field.set(Some(value.to_owned())));
        html! {
            <label class="segment" key={value}>
                <input type="radio" name={field.place.clone()} {value} checked={value == field.reading.value} {onchange} />
                <span>{ value }</span>
            </label>
        }
    };
    html! {
        <div class="segments" role="radiogroup" aria-label={field.knob.name()}>
            { for values.iter().map(|value| option(value)) }
        </div>
    }
}

fn select(field: &Field<'_>, values: &'static [&'static str]) -> Html {
    let place = field.place.clone();
    let onchange = field.props.on.reform(move |event: Event| {
        let value = event.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
        Msg::Tune(TuneMsg::Set(place.clone(), Some(value)))
    });
    html! {
        <select class="which" aria-label={field.knob.name()} {onchange}>
            { for values.iter().map(|value| html! {
                <option selected={*value == field.reading.value}>{ *value }</option>
            }) }
        </select>
    }
}

/// A text field for any value.
fn exact(field: &Field<'_>) -> Html {
    let (value, place) = (spaced(&field.reading.value), field.place.clone());
    let onchange = field.props.on.reform(move |event: Event| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value();
        // A length of time is compared as scripts have it, without the space.
        let value = Duration::parse(&value).map_or(value, |length| length.to_string());
        Msg::Tune(TuneMsg::Set(place.clone(), Some(value)))
    });
    let label = fill(words().exact_value, &[("name", field.knob.name())]);
    let columns = value.len().clamp(2, 14).to_string();
    let placeholder = value.is_empty().then_some("–");
    let unit = field.knob.unit();
    html! {
        <span class="exact">
            <input type="text" size={columns} {value} {placeholder} aria-label={label}
                aria-invalid={field.refusal().map(|_| "true")} {onchange} onkeydown={blur_on_escape()} />
            if !unit.is_empty() { <span class="unit">{ unit }</span> }
        </span>
    }
}

/// Escape leaves a text field, so that the keys of the player work again.
fn blur_on_escape() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if event.key() == "Escape" {
            let _ = event.target_unchecked_into::<HtmlInputElement>().blur();
        }
    })
}

fn slider(field: &Field<'_>) -> Html {
    let reading = &field.reading;
    let default = reading.default.as_deref().unwrap_or_default();
    let (values, at) = ladder(&field.knob, &reading.value, default);
    let most = (values.len() - 1).to_string();
    let text = spaced(&values[at]) + " " + field.knob.unit();
    let place = field.place.clone();
    let oninput = field.props.on.reform(move |event: InputEvent| {
        let at = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
        Msg::Tune(TuneMsg::Set(place.clone(), values.get(at).cloned()))
    });
    html! {
        <input type="range" class="slider" max={most} value={at.to_string()} aria-label={field.knob.name()}
            aria-valuetext={text} {oninput} />
    }
}

fn reset(field: &Field<'_>) -> Html {
    let w = words();
    let (default, unit) = (field.reading.default.as_deref().unwrap_or_default(), field.knob.unit());
    let value = match (default, unit) {
        ("", _) => w.default_none.to_owned(),
        (default, "") => spaced(default),
        (default, unit) => default.to_owned() + " " + unit,
    };
    let (text, label) = match &field.later {
        Some(_) => (w.reset_later, w.reset_later_label),
        None => (w.reset, w.reset_label),
    };
    let label = fill(label, &[("name", field.knob.name()), ("value", &value)]);
    let onclick = tell::<MouseEvent>(&field.props.on, field.set(None));
    html! {
        <button type="button" class="reset" aria-label={label} {onclick}>{ fill(text, &[("value", &value)]) }</button>
    }
}
