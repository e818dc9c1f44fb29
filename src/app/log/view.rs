//! The pane of the event log.

use std::cell::Cell;
use std::rc::Rc;

use ackscope::model::ids::RecordId;
use ackscope::player::Class;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::rows::Told;
use super::{LogMsg, ROW, Row, Rows, kinds};
use crate::app::state::Msg;
use crate::app::tool::tell;
use crate::app::words::{Words, fill, time, words};
use crate::app::written::Written;

/// The elements whose places are set past the rendering of the page.
#[derive(Clone, Default)]
pub struct Handle {
    scroller: NodeRef,
    space: NodeRef,
    rows: NodeRef,
    /// Where the log was scrolled to by itself.
    own: Rc<Cell<i32>>,
    /// What was told last: how high the log is, where its rows are, how far it is scrolled.
    height: Written,
    first: Written,
    top: Written,
}

impl Handle {
    /// Makes room for all rows, and puts those that there are into their place.
    pub fn place(&self, shown: &Rows) {
        let pixels = |rows: u32| (rows * ROW).to_string() + "px";
        self.height.style(&self.space, "height", &pixels(shown.total));
        let down = "translateY(".to_owned() + &pixels(shown.first) + ")";
        self.first.style(&self.rows, "transform", &down);
        // Who scrolls and then lets it follow again wants it there once more.
        let top = shown.top.map_or_else(String::new, |top| top.to_string());
        let scroller = self.top.differs(&self.scroller, &top);
        if let (Some(scroller), Some(top)) = (scroller, shown.top) {
            scroller.set_scroll_top(top as i32);
            self.own.set(scroller.scroll_top());
        }
    }

    fn scrolled(&self) -> LogMsg {
        let Some(scroller) = self.scroller.cast::<HtmlElement>() else {
            return LogMsg::Scrolled(0, 0, false);
        };
        let top = scroller.scroll_top();
        let by_user = (top - self.own.get()).abs() > 2;
        LogMsg::Scrolled(top.max(0) as u32, scroller.client_height().max(0) as u32, by_user)
    }
}

/// The log.
pub fn log(shown: &Rows, follows: bool, handle: &Handle, on: &Callback<Msg>) -> Html {
    let w = words();
    let onscroll = {
        let (on, handle) = (on.clone(), handle.clone());
        Callback::from(move |_: Event| on.emit(Msg::Log(handle.scrolled())))
    };
    let onkeydown = {
        let on = on.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(by) = moves(&event.key()) {
                event.prevent_default();
                on.emit(Msg::Log(LogMsg::Move(by)));
            }
        })
    };
    let current = shown.current.map(|at| "log-".to_owned() + &at.to_string());
    html! {
        <div class="log">
            { filters(shown, on) }
            if shown.total == 0 { <p class="hint">{ fill(w.log_none, &[("n", &shown.records.to_string())]) }</p> }
            <div class="log-rows" role="listbox" tabindex="0" aria-label={w.log} aria-activedescendant={current}
                ref={handle.scroller.clone()} {onscroll} {onkeydown}>
                <div class="log-space" role="presentation" ref={handle.space.clone()}>
                    <div class="log-window" role="presentation" ref={handle.rows.clone()}>
                        { for (shown.first..).zip(&shown.rows).map(|(at, row)| view_row(at, row, shown, on)) }
                    </div>
                </div>
            </div>
            if !follows {
                <button type="button" class="ask log-follow" data-action="log-follow" onclick={tell::<MouseEvent>(on, Msg::Log(LogMsg::Follow))}>{ w.log_follow }</button>
            }
            if let Some(told) = &shown.told { { view_told(told, on) } }
        </div>
    }
}

/// How far a key moves.
fn moves(key: &str) -> Option<i32> {
    Some(match key {
        "ArrowUp" => -1,
        "ArrowDown" => 1,
        "PageUp" => -10,
        "PageDown" => 10,
        "Home" => i32::MIN / 2,
        "End" => i32::MAX / 2,
        _ => return None,
    })
}

fn filters(shown: &Rows, on: &Callback<Msg>) -> Html {
    let w = words();
    let (kind, record, whom) = shown.chosen;
    let chosen = |event: &Event| -> usize {
        event.target_unchecked_into::<HtmlSelectElement>().selected_index().max(0) as usize
    };
    let onkind = on.reform(move |event: Event| Msg::Log(LogMsg::Kind(chosen(&event))));
    let onwhom = on.reform(move |event: Event| Msg::Log(LogMsg::Whom(chosen(&event))));
    let onrecord = on.reform(|event: Event| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value();
        Msg::Log(LogMsg::Record(value.trim().parse().ok().map(RecordId)))
    });
    let total = shown.total.to_string();
    html! {
        <div class="log-filters">
            <select aria-label={w.log_kinds} data-log="kind" onchange={onkind}>
                { for kinds().enumerate().map(|(at, (name, _))| html! {
                    <option value={name} selected={at == kind}>{ Words::kinds(name) }</option>
                }) }
            </select>
            <select aria-label={w.log_whom} data-log="whom" onchange={onwhom}>
                <option selected={whom == 0}>{ w.log_everybody }</option>
                { for shown.whoms.iter().enumerate().map(|(at, name)| html! {
                    <option selected={at + 1 == whom}>{ name }</option>
                }) }
            </select>
            <label class="log-record">
                { w.log_record }
                <input type="number" inputmode="numeric" min="1" data-log="record" placeholder={w.log_any} value={record.map(|id| id.to_string()).unwrap_or_default()} onchange={onrecord} />
            </label>
            <span class="note" aria-live="polite">{ fill(w.log_count, &[("n", &total)]) }</span>
        </div>
    }
}

fn view_row(at: u32, row: &Row, shown: &Rows, on: &Callback<Msg>) -> Html {
    let is_current = shown.current == Some(at);
    let onclick = tell::<MouseEvent>(on, Msg::Log(LogMsg::Go(row.event)));
    html! {
        <div key={at} id={"log-".to_owned() + &at.to_string()} class="log-row" role="option" data-event={row.event.to_string()}
            aria-selected={if is_current { "true" } else { "false" }}
            aria-setsize={shown.total.to_string()} aria-posinset={(at + 1).to_string()}
            data-tone={tone(row.class)} data-future={row.to_come.then_some("true")} {onclick}>
            <span class="log-head"><span class="step-time">{ time(row.at_us) }</span><span class="log-class">{ Words::class(row.class) }</span></span>
            <span class="log-text">{ &row.text }</span>
        </div>
    }
}

/// The event of the moment in full, and what led to it.
fn view_told(told: &Told, on: &Callback<Msg>) -> Html {
    let w = words();
    html! {
        <div class="log-told" data-tone={tone(told.row.class)}>
            <span class="step-time">{ time(told.row.at_us) }</span>
            <p>{ &told.row.text }</p>
            if let Some(cause) = &told.cause {
                <button type="button" class="log-cause" data-action="log-cause" onclick={tell::<MouseEvent>(on, Msg::Log(LogMsg::Go(cause.event)))}>
                    <span class="step-time">{ fill(w.log_because, &[("time", &time(cause.at_us))]) }</span>
                    <span>{ &cause.text }</span>
                </button>
            }
        </div>
    }
}

/// What kinds mean for records.
fn tone(class: Class) -> &'static str {
    match class {
        Class::Failure | Class::Truncation | Class::Error => "bad",
        Class::Committed | Class::Acked | Class::Processed | Class::Recovery => "good",
        Class::Election | Class::Retry | Class::Rebalance | Class::Transaction => "turn",
        _ => "plain",
    }
}

impl Words {
    /// A kind of event.
    #[must_use]
    pub fn class(class: Class) -> &'static str {
        Self::kinds(class.name())
    }

    /// Kinds of events, by their name.
    #[must_use]
    pub fn kinds(name: &str) -> &'static str {
        let w = words();
        match name {
            "story" => w.kind_story,
            "everything" => w.kind_everything,
            "trouble" => w.kind_trouble,
            "sent" => w.kind_sent,
            "appended" => w.kind_appended,
            "replicated" => w.kind_replicated,
            "committed" => w.kind_committed,
            "acked" => w.kind_acked,
            "fetched" => w.kind_fetched,
            "processed" => w.kind_processed,
            "offset" => w.kind_offset,
            "failure" => w.kind_failure,
            "recovery" => w.kind_recovery,
            "change" => w.kind_change,
            "election" => w.kind_election,
            "truncation" => w.kind_truncation,
            "retry" => w.kind_retry,
            "error" => w.kind_error,
            "rebalance" => w.kind_rebalance,
            "transaction" => w.kind_transaction,
            "followed" => w.kind_followed,
            _ => w.kind_traffic,
        }
    }
}
