//! A panel: beside the stage where there is room, else a drawer that can be opened.

use yew::prelude::*;

/// What a drawer shows.
pub struct Drawer {
    /// Its name for the style sheet.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What else the heading says.
    pub note: AttrValue,
    /// Whether there is room beside the stage.
    pub wide: bool,
    /// Whether a drawer is open at first.
    pub open: bool,
    /// What is in it.
    pub children: Html,
}

/// A panel or a drawer.
pub fn drawer(props: Drawer) -> Html {
    let Drawer { name, title, note, wide, open, children } = props;
    let heading = html! {
        <><h2>{ title }</h2><span class="note">{ note }</span></>
    };
    if wide {
        return html! {
            <section class="panel" data-panel={name} aria-label={title}>
                <div class="panel-head">{ heading }</div>
                { children }
            </section>
        };
    }
    html! {
        <section class="drawer" data-panel={name} aria-label={title}>
            <details open={open}>
                <summary>{ heading }</summary>
                <div class="drawer-body">{ children }</div>
            </details>
        </section>
    }
}
