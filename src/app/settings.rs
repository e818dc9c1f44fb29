//! The settings panel: Kafka's properties under their real names, each with its help and default.

use ackscope::script::{Notice, Script};
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::fields::{Control, FIELDS, Field, GROUPS, Group, What};
use super::shown::Shared;
use super::state::Msg;
use super::tool::tell;
use super::words::{fill, words};

/// What the panel shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The settings.
    pub script: Shared<Script>,
    /// What Kafka changes silently.
    pub notices: Shared<Vec<Notice>>,
    /// Whether idempotence is in effect, whatever is set.
    pub idempotent: bool,
    /// The field whose last value was refused, and why.
    pub refused: Option<(usize, AttrValue)>,
    /// Where messages go.
    pub on: Callback<Msg>,
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
        let props = ctx.props();
        html! { { for GROUPS.iter().map(|group| view_group(group, props)) } }
    }
}

fn view_group(group: &Group, props: &Props) -> Html {
    let fields = group.fields.clone().filter(|at| FIELDS[*at].exists(&props.script));
    let notices = props
        .notices
        .iter()
        .filter(|notice| group.places.iter().any(|place| notice.place.starts_with(place)));
    html! {
        <fieldset class="group">
            <legend>{ (group.title)(words()) }</legend>
            { for fields.map(|at| view_field(at, props)) }
            { for notices.map(|notice| html! { <p class="notice">{ "* " }{ &notice.message }</p> }) }
        </fieldset>
    }
}

fn view_field(at: usize, props: &Props) -> Html {
    let field = &FIELDS[at];
    let given = field.given(&props.script);
    let default = field.default(&props.script);
    let current = given.clone().unwrap_or_else(|| default.clone());
    let refusal = props.refused.as_ref().filter(|(field, _)| *field == at).map(|(_, why)| why);
    let (name, help_id) = (field.name(), format!("help-{at}"));
    let overruled = overruled(at, &current, props);
    let star = overruled.then_some("*");
    // What is in effect, with a star at the name.
    let in_effect = if props.idempotent { "true" } else { "false" };
    let control = match field.control {
        Control::Choice(values) => {
            choice(at, values, if overruled { in_effect } else { &current }, props)
        }
        Control::Slider(_) => html! {
            <>{ exact(at, field, &current, refusal.is_some(), props) }{ slider(at, field, &current, props) }</>
        },
    };
    html! {
        <div class="field" data-given={given.is_some().then_some("true")} data-refused={refusal.map(|_| "true")} data-property={name} key={at}>
            <span class="field-name" id={format!("name-{at}")} title={field.help()}>{ breakable(name) }{ star }</span>
            { control }
            <span class="sr-only" id={help_id}>{ field.help() }</span>
            if given.is_some() { { reset(at, name, &default, field.unit(), &props.on) } }
            if let Some(why) = refusal {
                <p class="error" role="alert">{ why }<small>{ words().refused }</small></p>
            }
        </div>
    }
}

/// A name that may be broken after its dots.
fn breakable(name: &'static str) -> Html {
    let parts = name.split_inclusive('.').map(|part| html! { <>{ part }<wbr /></> });
    html! { { for parts } }
}

/// Whether Kafka silently does something else than the setting says: then the notice says why.
fn overruled(at: usize, current: &str, props: &Props) -> bool {
    matches!(FIELDS[at].what, What::Property(_, "enable.idempotence"))
        && props.idempotent != (current == "true")
}

fn choice(at: usize, values: &'static [&'static str], current: &str, props: &Props) -> Html {
    let option = |value: &'static str| {
        let onchange = tell::<Event>(&props.on, Msg::Set(at, Some(value.to_owned())));
        html! {
            <label class="segment" key={value}>
                <input type="radio" name={format!("field-{at}")} {value} checked={value == current} aria-describedby={format!("help-{at}")} {onchange} />
                <span>{ value }</span>
            </label>
        }
    };
    html! {
        <div class="segments" role="radiogroup" aria-labelledby={format!("name-{at}")} aria-describedby={format!("help-{at}")}>
            { for values.iter().map(|value| option(value)) }
        </div>
    }
}

/// A text field for any value.
fn exact(at: usize, field: &Field, current: &str, invalid: bool, props: &Props) -> Html {
    let value = current.to_owned();
    let onchange = props.on.reform(move |event: Event| {
        Msg::Set(at, Some(event.target_unchecked_into::<HtmlInputElement>().value()))
    });
    let label = fill(words().exact_value, &[("name", field.name())]);
    let columns = value.len().clamp(2, 11).to_string();
    html! {
        <span class="exact">
            <input type="text" inputmode="text" autocomplete="off" spellcheck="false" size={columns} {value} aria-label={label}
                aria-describedby={format!("help-{at}")} aria-invalid={invalid.then_some("true")} {onchange} onkeydown={blur_on_escape()} />
            <span class="unit">{ field.unit() }</span>
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

fn slider(at: usize, field: &Field, current: &str, props: &Props) -> Html {
    let (values, place) = field.ladder(current);
    let most = (values.len() - 1).to_string();
    let text = values[place].clone() + " " + field.unit();
    let oninput = props.on.reform(move |event: InputEvent| {
        let place = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
        Msg::Set(at, values.get(place).cloned())
    });
    html! {
        <input type="range" class="slider" min="0" max={most} step="1" value={place.to_string()} aria-labelledby={format!("name-{at}")}
            aria-describedby={format!("help-{at}")} aria-valuetext={text} {oninput} />
    }
}

fn reset(
    at: usize,
    name: &'static str,
    default: &str,
    unit: &'static str,
    on: &Callback<Msg>,
) -> Html {
    let w = words();
    let value = if unit.is_empty() { default.to_owned() } else { default.to_owned() + " " + unit };
    let label = fill(w.reset_label, &[("name", name), ("value", &value)]);
    let onclick = tell::<MouseEvent>(on, Msg::Set(at, None));
    html! {
        <button type="button" class="reset" aria-label={label} {onclick}>{ fill(w.reset, &[("value", &value)]) }</button>
    }
}
