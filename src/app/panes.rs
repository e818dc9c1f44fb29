//! The panes around the stage: beside it, where there is room, one of each side under its tabs;
//! else drawers below it. Only what is open is made.

use yew::prelude::*;

use super::msg::Media;
use super::state::Msg;
use super::words::words;

/// A pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The settings.
    Settings,
    /// The faults, and what was done.
    Break,
    /// Properties files and client code.
    Files,
    /// One record, and what would have saved it.
    Record,
    /// Promises, odds, monitoring.
    Lab,
    /// Everything that happens.
    Log,
    /// Kafka's metrics.
    Metrics,
}

/// On which side of the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the user does.
    Left,
    /// What the user learns.
    Right,
}

/// What somebody who asked for it should see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A pane.
    Pane(Pane),
    /// The stage, or both.
    Stage,
}

const LEFT: &[Pane] = &[Pane::Settings, Pane::Break, Pane::Files];
const RIGHT: &[Pane] = &[Pane::Record, Pane::Lab, Pane::Log, Pane::Metrics];

impl Pane {
    /// Its name for the style sheet and for those that drive the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Break => "break",
            Self::Files => "files",
            Self::Record => "record",
            Self::Lab => "lab",
            Self::Log => "log",
            Self::Metrics => "metrics",
        }
    }

    fn title(self) -> &'static str {
        let w = words();
        match self {
            Self::Settings => w.settings,
            Self::Break => w.break_it,
            Self::Files => w.files,
            Self::Record => w.record,
            Self::Lab => w.lab,
            Self::Log => w.log,
            Self::Metrics => w.metrics,
        }
    }

    fn side(self) -> Side {
        if LEFT.contains(&self) { Side::Left } else { Side::Right }
    }
}

/// Which panes are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panes {
    left: Pane,
    right: Pane,
    /// On which side one was opened last.
    last: Side,
    /// What is to be brought into sight, where all is in one column.
    pub sought: Option<Sight>,
    /// The open drawers, a bit each.
    drawers: u8,
}

impl Default for Panes {
    fn default() -> Self {
        Self {
            left: Pane::Settings,
            right: Pane::Record,
            last: Side::Left,
            sought: None,
            drawers: 0,
        }
    }
}

impl Panes {
    /// Whether a pane is open.
    #[must_use]
    pub fn shows(self, pane: Pane, wide: bool) -> bool {
        if wide {
            return self.left == pane || self.right == pane;
        }
        self.drawers & (1 << pane as u8) != 0
    }

    /// Opens a pane beside the stage, and its drawer.
    pub fn open(&mut self, pane: Pane) {
        self.last = pane.side();
        self.sought = Some(Sight::Pane(pane));
        match pane.side() {
            Side::Left => self.left = pane,
            Side::Right => self.right = pane,
        }
        self.drawers |= 1 << pane as u8;
    }

    /// Closes its drawer.
    pub fn close(&mut self, pane: Pane) {
        self.drawers &= !(1 << pane as u8);
    }
}

/// What is in a pane, and what its closed drawer says.
pub type View<'a> = (&'a dyn Fn(Pane) -> Html, &'a dyn Fn(Pane) -> AttrValue);

/// The panes of both sides. While two stages take the room they share one column.
pub fn panes(open: Panes, media: Media, two: bool, view: View<'_>, on: &Callback<Msg>) -> Html {
    if !media.wide {
        return html! { <>{ drawers(LEFT, "side", open, view, on) }{ drawers(RIGHT, "aside", open, view, on) }</> };
    }
    if two && !media.roomy {
        let shown = if open.last == Side::Left { open.left } else { open.right };
        return column(&[LEFT, RIGHT].concat(), "side", shown, view, on);
    }
    html! {
        <>
            { column(LEFT, "side", open.left, view, on) }
            { column(RIGHT, "aside", open.right, view, on) }
        </>
    }
}

fn drawers(
    all: &[Pane],
    class: &'static str,
    open: Panes,
    (view, note): View<'_>,
    on: &Callback<Msg>,
) -> Html {
    let drawers = all.iter().map(|pane| drawer(*pane, open, on, view, note(*pane)));
    html! { <aside {class} aria-label={label(class)}>{ for drawers }</aside> }
}

fn column(
    all: &[Pane],
    class: &'static str,
    shown: Pane,
    (view, _): View<'_>,
    on: &Callback<Msg>,
) -> Html {
    let tabs = all.iter().map(|pane| tab(*pane, *pane == shown, on));
    let name = shown.name();
    html! {
        <aside {class} aria-label={label(class)}>
            <div class="tabs" role="tablist" data-many={(all.len() > 4).then_some("")}>{ for tabs }</div>
            <section class="panel" key={name} data-panel={name} role="tabpanel" tabindex="-1" aria-label={shown.title()}>
                <h2 class="sr-only">{ shown.title() }</h2>
                { view(shown) }
            </section>
        </aside>
    }
}

/// What a side is called by those who cannot see where it is.
fn label(class: &'static str) -> &'static str {
    if class == "side" { words().side_left } else { words().side_right }
}

fn tab(pane: Pane, chosen: bool, on: &Callback<Msg>) -> Html {
    let onclick = on.reform(move |_| Msg::Pane(pane, true));
    let selected = if chosen { "true" } else { "false" };
    // Tab leads to the chosen one, and arrows from there to the others (`effects::turn_tab`).
    let tabindex = (!chosen).then_some("-1");
    html! {
        <button type="button" class="tab" role="tab" data-pane={pane.name()} aria-selected={selected} {tabindex} {onclick}>
            { pane.title() }
        </button>
    }
}

fn drawer(
    pane: Pane,
    open: Panes,
    on: &Callback<Msg>,
    view: &dyn Fn(Pane) -> Html,
    note: AttrValue,
) -> Html {
    let is_open = open.shows(pane, false);
    // What the browser would do is done by the state.
    let onclick = on.reform(move |event: MouseEvent| {
        event.prevent_default();
        Msg::Pane(pane, !is_open)
    });
    html! {
        <section class="drawer" data-panel={pane.name()} tabindex="-1" aria-label={pane.title()}>
            <details open={is_open}>
                <summary {onclick}><h2>{ pane.title() }</h2><span class="note">{ note }</span></summary>
                if is_open {
                    <div class="drawer-body">{ view(pane) }</div>
                }
            </details>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pane_of_each_side_is_open_where_there_is_room() {
        let mut panes = Panes::default();
        panes.open(Pane::Log);
        let shown = |panes: Panes| {
            let all = LEFT.iter().chain(RIGHT).copied();
            all.filter(|pane| panes.shows(*pane, true)).collect::<Vec<_>>()
        };
        assert_eq!(shown(panes), [Pane::Settings, Pane::Log]);
        panes.open(Pane::Files);
        assert_eq!(shown(panes), [Pane::Files, Pane::Log]);
    }

    #[test]
    fn drawers_open_and_close_apart_from_each_other() {
        let mut panes = Panes::default();
        panes.open(Pane::Log);
        panes.open(Pane::Lab);
        panes.close(Pane::Log);
        assert!(panes.shows(Pane::Lab, false) && !panes.shows(Pane::Log, false));
    }
}
