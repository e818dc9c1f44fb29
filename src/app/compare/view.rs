//! Two stages side by side, and below them what became of the records in each world.

use ackscope::verdict::Fate;
use yew::prelude::*;

use super::{CompareMsg, Letter, head};
use crate::app::break_it::things::Thing;
use crate::app::fates::{Fates, record};
use crate::app::lab::{Asked, Job, proof};
use crate::app::panes::Pane;
use crate::app::shown::{Shown, Tray};
use crate::app::stage_view::{self, stage_view};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{Words, fill, words};

/// How many records of a fate are named.
const NAMED: usize = 6;

/// Both worlds, each with what there is to see of it and where it is painted.
pub fn view(
    state: &State,
    (shown, things): (&[Shown; 2], &[(String, Thing)]),
    stages: &[stage_view::Handle; 2],
    on: &Callback<Msg>,
) -> Html {
    let chosen = state.letter();
    let worlds = Letter::ALL.into_iter().zip(shown.iter().zip(stages));
    html! {
        <section class="compare" aria-label={words().compare} data-shown={chosen.name()}>
            { head::head(state, on) }
            <div class="worlds">
                { for worlds.map(|(letter, (shown, handle))| view_world(letter, chosen, (shown, things), handle, on)) }
            </div>
            { verdicts(state, shown, on) }
        </section>
    }
}

fn view_world(
    letter: Letter,
    chosen: Letter,
    (shown, things): (&Shown, &[(String, Thing)]),
    handle: &stage_view::Handle,
    on: &Callback<Msg>,
) -> Html {
    // What is done to a stage is done to its world.
    let here = on.reform(move |msg| Msg::Compare(CompareMsg::In(letter, Box::new(msg))));
    html! {
        <div class="world" data-world={letter.name()} data-chosen={(letter == chosen).then_some("true")} key={letter.name()}>
            { stage_view(letter.name(), (&shown.down, things), handle, Html::default(), &here) }
            <p class="world-caption"><b>{ letter.name() }</b>{ &shown.caption }</p>
        </div>
    }
}

/// What became of the records, fate by fate, in both worlds.
fn verdicts(state: &State, shown: &[Shown; 2], on: &Callback<Msg>) -> Html {
    let w = words();
    let Some(compare) = &state.compare else { return html! {} };
    let tray = |world: usize, fate: Fate| shown[world].trays.iter().find(|it| it.fate == fate);
    let counts = |fate| [0, 1].map(|world| tray(world, fate).map_or(0, |tray| tray.count));
    let rows = Fate::ALL.iter().filter(|fate| counts(**fate) != [0, 0]);
    let number = compare.differing.len();
    let ends = match number {
        0 => w.compare_ends_same.to_owned(),
        1 => w.compare_ends_one.to_owned(),
        n => fill(w.compare_ends, &[("n", &n.to_string())]),
    };
    html! {
        <table class="verdicts">
            <caption data-differing={number.to_string()}>{ ends }</caption>
            <thead>
                <tr><th scope="col"><span class="sr-only">{ w.fates }</span></th>
                { for Letter::ALL.iter().map(|letter| html! { <th scope="col">{ letter.name() }</th> }) }</tr>
            </thead>
            <tbody>
                { for rows.map(|fate| {
                    let both = counts(*fate);
                    html! {
                        <tr data-fate={fate.word()} data-differs={(both[0] != both[1]).then_some("true")} key={fate.word()}>
                            <th scope="row">{ Words::fate(*fate).0 }</th>
                            { for [0, 1].map(|world| cell(state, tray(world, *fate), both[world], on)) }
                        </tr>
                    }
                }) }
            </tbody>
            <tfoot>{ proofs(state, on) }</tfoot>
        </table>
    }
}

/// What comes of the run's fault at every moment, in each world.
fn proofs(state: &State, on: &Callback<Msg>) -> Html {
    let labs = Letter::ALL.map(|letter| state.lab_of(letter).map(|(lab, _)| lab));
    let asked = labs.map(|lab| lab.map(|lab| lab.asked(Job::Danger)).filter(|it| it.number > 0));
    let fault = labs.into_iter().flatten().map(proof::fault).find(|it| !it.is_empty());
    let cells = if asked.iter().all(Option::is_none) {
        html! { <td colspan="2">{ proof::button(state, on) }</td> }
    } else {
        let cell = |(letter, asked): (Letter, &Option<&Asked>)| {
            html! { <td>{ for asked.map(|asked| proven(letter, asked, on)) }</td> }
        };
        Letter::ALL.into_iter().zip(&asked).map(cell).collect()
    };
    html! {
        <>
            if let Some(fault) = fault {
                <tr data-row="proof" class="tried"><th scope="rowgroup" colspan="3">{ fault }{ " " }{ words().compare_moments }</th></tr>
            }
            <tr data-row="proof"><th scope="row">{ words().compare_proof }</th>{ cells }</tr>
        </>
    }
}

/// What came of it in a world, with the way to its map.
fn proven(letter: Letter, asked: &Asked, on: &Callback<Msg>) -> Html {
    let map = CompareMsg::In(letter, Box::new(Msg::Pane(Pane::Lab, true)));
    html! {
        <div class="proven">
            { proof::outcome(asked, on) }
            if !asked.running {
                <button type="button" class="link" data-action="map" data-leads="" onclick={tell::<MouseEvent>(on, Msg::Compare(map))}>{ words().proof_map }</button>
            }
        </div>
    }
}

/// How many, and which of them end differently in the other world.
fn cell(state: &State, tray: Option<&Tray>, count: u32, on: &Callback<Msg>) -> Html {
    let differing = state.compare.as_ref().map(|compare| &compare.differing);
    let ends = |id: u32| differing.is_some_and(|all| all.iter().any(|other| other.0 == id));
    let records = tray.map_or(&[][..], |tray| &tray.records);
    let fate = tray.map_or(Fate::Pending, |tray| tray.fate);
    let named: Vec<&(u32, bool)> = records.iter().filter(|(id, _)| ends(*id)).collect();
    let props = Fates::new(state, on);
    html! {
        <td data-count={count.to_string()}>
            <span class="verdict-count">{ count }</span>
            { for named.iter().take(NAMED).map(|it| record(**it, fate, props)) }
            if named.len() > NAMED {
                <span class="surplus">{ fill(words().and_more, &[("n", &(named.len() - NAMED).to_string())]) }</span>
            }
        </td>
    }
}
