//! A panel: beside the stage where there is room, else a drawer that can be opened.

use yew::prelude::*;

/// What a drawer shows.
pub struct Drawer {
    /// Its class.
    pub class: &'static str,
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
    let Drawer { class, title, note, wide, open, children } = props;
    let heading = html! {
        <><h2>{ title }</h2><span class="note">{ note }</span></>
    };
    if wide {
        return html! {
            <section class={classes!("panel", class)} aria-label={title}>
                <div class="panel-head">{ heading }</div>
                { children }
            </section>
        };
    }
    html! {
        <section class={classes!("drawer", class)} aria-label={title}>
            <details open={open}>
                <summary>{ heading }</summary>
                <div class="drawer-body">{ children }</div>
            </details>
        </section>
    }
}
