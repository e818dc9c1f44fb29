//! The icons: paths in a box of 20 by 20, drawn in the colour of the text.

use yew::prelude::*;

/// Take back.
pub const UNDO: &str = "M7.5 4.5 3.5 8.5l4 4M4 8.5h7.2a4.3 4.3 0 0 1 0 8.6H8";
/// Bring back.
pub const REDO: &str = "m12.5 4.5 4 4-4 4M16 8.5H8.8a4.3 4.3 0 0 0 0 8.6H12";
/// A question mark.
pub const HELP: &str = "M7 7.4a3 3 0 1 1 4.6 2.6c-1 .7-1.6 1.1-1.6 2.3M10 15.4v.2";
/// Light colours.
pub const SUN: &str = "M13.2 10a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1";
/// Dark colours.
pub const MOON: &str = "M16.3 11.9A6.8 6.8 0 0 1 8.1 3.7a6.8 6.8 0 1 0 8.2 8.2Z";
/// The system's colours.
pub const AUTO: &str = "M3.5 5h13v8.5h-13ZM7.5 16.5h5M10 13.5v3";
/// High contrast.
pub const CONTRAST: &str = "M10 3.5a6.5 6.5 0 1 0 0 13ZM10 3.5a6.5 6.5 0 0 1 0 13M7.5 5v10M5.5 7v6";
/// Save a picture.
pub const EXPORT: &str = "M10 3.5v9M6.5 9l3.5 3.5L13.5 9M4 16.5h12";
/// Show to an audience.
pub const PRESENT: &str = "M3 4.5h14M4.5 4.5v8h11v-8M10 12.5v2M7 16.5l3-2 3 2";
/// To the event before.
pub const BACK: &str = "M13.5 4.5 7 10l6.5 5.5V4.5ZM5 4.5v11";
/// To the event after.
pub const FORWARD: &str = "M6.5 4.5 13 10l-6.5 5.5V4.5ZM15 4.5v11";
/// Left.
pub const PREVIOUS: &str = "m12 5-5 5 5 5";
/// Right.
pub const NEXT: &str = "m8 5 5 5-5 5";
/// There is more below.
pub const DOWN: &str = "m5.5 8 4.5 4.5L14.5 8";
/// Closer.
pub const CLOSER: &str = "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4ZM13 13l3.5 3.5M9 7v4M7 9h4";
/// Farther.
pub const FARTHER: &str = "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4ZM13 13l3.5 3.5M7 9h4";
/// All of it.
pub const WHOLE: &str = "M3.5 5v10M16.5 5v10M6.5 10h7M8.5 8l-2 2 2 2M11.5 8l2 2-2 2";
/// Higher.
pub const HIGHER: &str = "M4 16.5h12M10 13V4.5M6.5 8 10 4.5 13.5 8";
/// Lower.
pub const LOWER: &str = "M4 16.5h12M10 4v9M6.5 9.5 10 13l3.5-3.5";
/// The beginning of a span.
pub const FROM: &str = "M9 4H6v12h3M10 10h6.5M13.5 7l3 3-3 3";
/// The end of a span.
pub const TO: &str = "M11 4h3v12h-3M3.5 10H10M7 7l3 3-3 3";
/// More.
pub const MORE: &str = "M4.5 10h.5M9.800 10h.5M15 10h.5";
/// Close.
pub const CLOSE: &str = "m5 5 10 10M15 5 5 15";

/// A line drawing.
pub fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <path d={path} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}

/// Play, pause, or from the beginning.
pub fn play(playing: bool, ended: bool) -> Html {
    let path = match (playing, ended) {
        (true, _) => "M5.6 3.8h3v12.4h-3ZM11.4 3.8h3v12.4h-3Z",
        (false, false) => "M6.4 3.6 16 10l-9.6 6.4Z",
        (false, true) => "M10 3.2a6.8 6.8 0 1 0 6.8 6.8h-2A4.8 4.8 0 1 1 10 5.2v2.6L14.4 4 10 .3Z",
    };
    html! {
        <svg class="icon" viewBox="0 0 20 20" width="22" height="22" aria-hidden="true" focusable="false">
            <path d={path} fill="currentColor" />
        </svg>
    }
}

/// The sign of the house: a record and its copy, one acked, one crossed out.
pub fn mark() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <rect class="mark-kept" x="2" y="2" width="13" height="13" rx="3.5" />
            <path class="mark-tick" d="m5.4 8.7 2.3 2.3 4-4.6" />
            <rect class="mark-lost" x="9.6" y="9.6" width="12" height="12" rx="3.2" />
            <path class="mark-cross" d="m12.6 18.6 6-6" />
        </svg>
    }
}
