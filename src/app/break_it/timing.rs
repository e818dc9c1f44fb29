//! When something is done: at a time, or when something happens that is chosen from what does.

use ackscope::model::moments::moments;
use ackscope::script::edit::Edit;
use ackscope::script::{EventName, When};
use serde_json::{Value, json};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{BreakMsg, moment, object};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{fill, spaced, time, words};

/// When the next deed is done.
pub fn next(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let tie = &state.breaking.tie;
    let now = fill(w.now, &[("time", &time(state.now_us))]);
    let first = || state.first_moment().map(|when| object("when", when));
    let tied = tie.clone().or_else(first);
    html! {
        <div class="timing">
            <div class="segments even" role="radiogroup" aria-label={w.when}>
                { segment("next", now, tie.is_none(), tell(on, Msg::Break(BreakMsg::Tie(None)))) }
                { segment("next", w.when_event.to_owned(), tie.is_some(), tell(on, Msg::Break(BreakMsg::Tie(tied)))) }
            </div>
            if let Some(tie) = tie { { tied_to(state, None, tie, on) } }
        </div>
    }
}

/// When an action of the script is done.
pub fn of_action(state: &State, at: usize, action: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let place = |name: &str| "/actions/".to_owned() + &at.to_string() + "/" + name;
    let tied = action["when"].is_object();
    let now_us = state.action_us(at).unwrap_or(state.now_us);
    let free = tell(
        on,
        Msg::Break(BreakMsg::Edit(vec![
            Edit::remove(place("when")),
            Edit::remove(place("after")),
            Edit::put(place("at"), ackscope::script::Duration::from_us(now_us).to_string()),
        ])),
    );
    let tie = state
        .first_moment()
        .map(|when| vec![Edit::remove(place("at")), Edit::put(place("when"), when)]);
    let tie = tell(on, Msg::Break(BreakMsg::Edit(tie.unwrap_or_default())));
    let name = "timing-".to_owned() + &at.to_string();
    html! {
        <div class="timing">
            <div class="segments even" role="radiogroup" aria-label={w.when}>
                { segment(&name, w.at_time.to_owned(), !tied, free) }
                { segment(&name, w.when_event.to_owned(), tied, tie) }
            </div>
            if tied {
                { tied_to(state, Some(at), action, on) }
            } else {
                { time_field(w.at, &action["at"], place("at"), on) }
            }
        </div>
    }
}

fn segment(name: &str, text: String, checked: bool, onchange: Callback<Event>) -> Html {
    html! {
        <label class="segment">
            <input type="radio" name={name.to_owned()} {checked} {onchange} />
            <span>{ text }</span>
        </label>
    }
}

/// A time of an action; an empty one is none.
fn time_field(label: &'static str, value: &Value, place: String, on: &Callback<Msg>) -> Html {
    let onchange = on.reform(move |event: Event| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        let value = (!text.trim().is_empty()).then(|| Value::from(text.trim()));
        Msg::Break(BreakMsg::Edit(vec![Edit { place: place.clone(), value }]))
    });
    let value = spaced(value.as_str().unwrap_or_default());
    html! {
        <label class="labelled">{ label }<input type="text" size="8" autocomplete="off" spellcheck="false" {value} {onchange} /></label>
    }
}

/// The choice of the event, of its moment, and of how long after it.
fn tied_to(state: &State, at: Option<usize>, action: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let when = When::read(&action["when"]);
    let event = when.as_ref().map_or(EventName::Acked, |when| when.event);
    let (setup, trace) = (state.player.setup(), state.player.trace());
    let mut all: Vec<(Option<u64>, When)> =
        moments(setup, trace, event).into_iter().map(|(us, when)| (Some(us), when)).collect();
    let place = when.as_ref().and_then(|when| all.iter().position(|(_, it)| it == when));
    let chosen = place.unwrap_or(0);
    if let (None, Some(when)) = (place, when) {
        all.insert(0, (None, when));
    }
    let say = move |action: &Value, when: &When| match at {
        Some(at) => Msg::Break(BreakMsg::Edit(vec![Edit::put(
            "/actions/".to_owned() + &at.to_string() + "/when",
            when.to_value(),
        )])),
        None => {
            let mut action = action.clone();
            action["when"] = when.to_value();
            Msg::Break(BreakMsg::Tie(Some(action)))
        }
    };
    let onevent = {
        let (action, setup, run) = (action.clone(), setup.clone(), trace.to_vec());
        on.reform(move |event: Event| {
            let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            let event = EventName::ALL[usize::try_from(at).unwrap_or(0)];
            let first = moments(&setup, &run, event).into_iter().next();
            let any = json!({ "event": event.word() });
            let when = first.map(|(_, when)| when).or_else(|| When::read(&any));
            when.map_or(Msg::Resized, |when| say(&action, &when))
        })
    };
    let option = |(us, when): &(Option<u64>, When)| match us {
        Some(us) => moment::text(when) + " · " + &time(*us),
        None => moment::text(when),
    };
    let options: Vec<String> = all.iter().map(option).collect();
    let onmoment = {
        let action = action.clone();
        on.reform(move |event: Event| {
            let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            let at = usize::try_from(at).unwrap_or(0).min(all.len() - 1);
            say(&action, &all[at].1)
        })
    };
    html! {
        <>
            <select class="which" aria-label={w.event} data-choice="event" onchange={onevent}>
                { for EventName::ALL.iter().map(|name| html! {
                    <option selected={*name == event}>{ name.word().replace('-', " ") }</option>
                }) }
            </select>
            <select class="which" aria-label={w.moment} data-choice="moment" onchange={onmoment}>
                { for options.into_iter().enumerate().map(|(n, text)| html! { <option selected={n == chosen}>{ text }</option> }) }
            </select>
            if let Some(at) = at {
                { time_field(w.after, &action["after"], "/actions/".to_owned() + &at.to_string() + "/after", on) }
            }
        </>
    }
}

impl State {
    /// The first moment that a deed can be tied to: an acknowledgement, or a send.
    fn first_moment(&self) -> Option<Value> {
        let (setup, trace) = (self.player.setup(), self.player.trace());
        let first = |event| moments(setup, trace, event).into_iter().next();
        let moment = first(EventName::Acked).or_else(|| first(EventName::Created));
        moment.map(|(_, when)| when.to_value())
    }
}
