//! One setting: its name, how it is chosen, its default, and what Kafka says to it.

use ackscope::script::Notice;
use ackscope::script::knobs::{Acts, Control, Knob, Reading, ladder};
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::{Props, details, is_about, is_later};
use crate::app::from_now::Later;
use crate::app::state::Msg;
use crate::app::tool::tell;
use crate::app::tune::TuneMsg;
use crate::app::words::{fill, time, words};

/// A setting of one thing, or of all of its kind.
pub struct Field {
    /// The setting.
    pub knob: Knob,
    /// Where it is.
    pub place: String,
    /// What the script says.
    pub reading: Reading,
    /// What it becomes in the course of the run.
    pub later: Option<Later>,
}

impl Field {
    fn set(&self, value: Option<String>) -> Msg {
        Msg::Tune(TuneMsg::Set(self.place.clone(), value))
    }

    /// For labels: the name's id.
    fn id(&self) -> String {
        "name".to_owned() + &self.place
    }
}

/// The setting in the panel.
pub fn view(field: &Field, props: &Props) -> Html {
    let Field { knob, place, reading, later } = field;
    let w = words();
    let (name, changed) = (knob.name(), reading.is_changed());
    let refusal = props.refused.as_ref().filter(|(at, _)| at == place).map(|(_, why)| why);
    let overruled = overruled(field, props);
    let open = props.tune.open.as_ref() == Some(place);
    let explain = tell::<MouseEvent>(&props.on, Msg::Tune(TuneMsg::Explain(place.clone())));
    // Of what is changed later only that is said.
    let old = |notice: &Notice| later.is_some() && !is_later(notice);
    let notices = props.notices.iter().filter(|notice| is_about(notice, knob) && !old(notice));
    // Several clients that are set alike are told once.
    let mut said: Vec<&str> = notices.map(|notice| &*notice.message).collect();
    said.dedup();
    html! {
        <div class="field" data-given={changed.then_some("true")} data-refused={refusal.map(|_| "true")} data-property={name} key={place.clone()}>
            <button type="button" class="field-name" id={field.id()} aria-expanded={if open { "true" } else { "false" }} onclick={explain}>
                { breakable(name) }{ overruled.then_some("*") }
            </button>
            if changed { { reset(field, &props.on) } }
            { control(field, overruled, refusal.is_some(), props) }
            if props.tune.from_now && knob.acts() == Acts::Run { <span class="note">{ w.whole_run }</span> }
            if let Some(later) = later { <span class="note">{ when(later) }</span> }
            if reading.mixed { <span class="note">{ w.mixed }</span> }
            if open { { details::view(field, props) } }
            if let Some(why) = refusal {
                <p class="error" role="alert">{ why }<small>{ w.refused }</small></p>
            }
            { for said.iter().map(|message| html! { <p class="notice">{ "* " }{ *message }</p> }) }
        </div>
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

/// A name that may be broken after its dots.
fn breakable(name: &'static str) -> Html {
    let parts = name.split_inclusive('.').map(|part| html! { <>{ part }<wbr /></> });
    html! { { for parts } }
}

/// Whether Kafka silently does something else than the setting says: then the notice says why.
fn overruled(field: &Field, props: &Props) -> bool {
    field.knob.name() == "enable.idempotence" && props.idempotent != (field.reading.value == "true")
}

fn control(field: &Field, overruled: bool, invalid: bool, props: &Props) -> Html {
    let current = &*field.reading.value;
    match field.knob.control() {
        Control::Switch => switch(field, (current == "true") != overruled, props),
        Control::Choice(values) if values.len() > 3 => select(field, values, props),
        Control::Choice(values) if values.iter().map(|value| value.len()).sum::<usize>() > 24 => {
            select(field, values, props)
        }
        Control::Choice(values) => choice(field, values, props),
        Control::Range => html! { <>{ exact(field, invalid, props) }{ slider(field, props) }</> },
        Control::Text => exact(field, invalid, props),
    }
}

/// On or off: what is in effect.
fn switch(field: &Field, is_on: bool, props: &Props) -> Html {
    let next = if is_on { "false" } else { "true" };
    let onchange = tell::<Event>(&props.on, field.set(Some(next.to_owned())));
    html! {
        <label class="onoff">
            <span class="unit">{ if is_on { "true" } else { "false" } }</span>
            <input type="checkbox" role="switch" checked={is_on} aria-labelledby={field.id()} {onchange} />
        </label>
    }
}

fn choice(field: &Field, values: &'static [&'static str], props: &Props) -> Html {
    let option = |value: &'static str| {
        let onchange = tell::<Event>(&props.on, field.set(Some(value.to_owned())));
        html! {
            <label class="segment" key={value}>
                <input type="radio" name={field.place.clone()} {value} checked={value == field.reading.value} {onchange} />
                <span>{ value }</span>
            </label>
        }
    };
    html! {
        <div class="segments" role="radiogroup" aria-labelledby={field.id()}>
            { for values.iter().map(|value| option(value)) }
        </div>
    }
}

fn select(field: &Field, values: &'static [&'static str], props: &Props) -> Html {
    let place = field.place.clone();
    let onchange = props.on.reform(move |event: Event| {
        let value = event.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
        Msg::Tune(TuneMsg::Set(place.clone(), Some(value)))
    });
    html! {
        <select class="which" aria-labelledby={field.id()} {onchange}>
            { for values.iter().map(|value| html! {
                <option value={*value} selected={*value == field.reading.value}>{ *value }</option>
            }) }
        </select>
    }
}

/// A text field for any value.
fn exact(field: &Field, invalid: bool, props: &Props) -> Html {
    let (value, place) = (field.reading.value.clone(), field.place.clone());
    let onchange = props.on.reform(move |event: Event| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value();
        Msg::Tune(TuneMsg::Set(place.clone(), Some(value)))
    });
    let label = fill(words().exact_value, &[("name", field.knob.name())]);
    let columns = value.len().clamp(2, 14).to_string();
    html! {
        <span class="exact">
            <input type="text" inputmode="text" autocomplete="off" spellcheck="false" size={columns} {value} placeholder="–" aria-label={label}
                aria-invalid={invalid.then_some("true")} {onchange} onkeydown={blur_on_escape()} />
            <span class="unit">{ field.knob.unit() }</span>
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

fn slider(field: &Field, props: &Props) -> Html {
    let reading = &field.reading;
    let default = reading.default.as_deref().unwrap_or_default();
    let (values, at) = ladder(&field.knob, &reading.value, default);
    let most = (values.len() - 1).to_string();
    let text = values[at].clone() + " " + field.knob.unit();
    let place = field.place.clone();
    let oninput = props.on.reform(move |event: InputEvent| {
        let at = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
        Msg::Tune(TuneMsg::Set(place.clone(), values.get(at).cloned()))
    });
    html! {
        <input type="range" class="slider" min="0" max={most} step="1" value={at.to_string()} aria-labelledby={field.id()}
            aria-valuetext={text} {oninput} />
    }
}

fn reset(field: &Field, on: &Callback<Msg>) -> Html {
    let w = words();
    let (default, unit) = (field.reading.default.as_deref().unwrap_or_default(), field.knob.unit());
    let value = match (default, unit) {
        ("", _) => w.default_none.to_owned(),
        (default, "") => default.to_owned(),
        (default, unit) => default.to_owned() + " " + unit,
    };
    let (text, label) = match &field.later {
        Some(_) => (w.reset_later, w.reset_later_label),
        None => (w.reset, w.reset_label),
    };
    let label = fill(label, &[("name", field.knob.name()), ("value", &value)]);
    let onclick = tell::<MouseEvent>(on, field.set(None));
    html! {
        <button type="button" class="reset" aria-label={label} {onclick}>{ fill(text, &[("value", &value)]) }</button>
    }
}
