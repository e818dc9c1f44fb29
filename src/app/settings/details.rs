//! What there is to know about a setting, from the lab's texts.

use ackscope::script::knobs::{Acts, Knob};
use yew::prelude::*;

use super::Props;
use super::field::Field;
use crate::app::words::{fill, words};

/// What it does, what it costs, what the model simplifies; its default for this version of Kafka.
pub fn view(field: &Field<'_>) -> Html {
    let (w, Props { texts, version, .. }) = (words(), field.props);
    let about = &texts["settings"][field.knob.place()];
    if texts.is_null() {
        return html! { <p class="details note" role="status">{ w.lab_working }</p> };
    }
    if let Some(error) = texts["error"].as_str() {
        return html! { <p class="error" role="alert">{ error.to_owned() }</p> };
    }
    let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
    let row = |title: &'static str, text: String| {
        html! { if !text.is_empty() { <dt>{ title }</dt><dd>{ text }</dd> } }
    };
    let version = version.to_string();
    let default = fill(w.default_of, &[("version", &version)]);
    let value = match field.reading.default.as_deref() {
        Some("") | None => w.default_none.to_owned(),
        Some(value) => value.to_owned() + " " + field.knob.unit(),
    };
    let acts = match field.knob.acts() {
        Acts::AtOnce => "dynamic",
        Acts::Client => "client",
        Acts::Brokers => "brokers",
        Acts::Run => "restart",
    };
    let acts = texts["acts"][acts].as_str().unwrap_or_default();
    let row_name = |name: &str| html! { <dt>{ name.to_owned() }</dt> };
    html! {
        <div class="details">
            <p>{ text("does") }</p>
            <dl>
                if matches!(field.knob, Knob::Property(_)) {
                    { row_name(&default) }<dd>{ value }</dd>
                    { row(w.history, text("since").replace('`', "")) }
                } else {
                    { row(w.default_plain, value) }
                }
                { row(w.costs, text("costs")) }
                { row(w.simplified, text("simplified")) }
                if matches!(field.knob, Knob::Property(_)) { { row(w.acts, acts.to_owned()) } }
                { row(w.source, text("source")) }
            </dl>
        </div>
    }
}
