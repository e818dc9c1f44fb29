//! The app's dealings with the browser: frames, media queries, keys, the size of things, storage.
//!
//! Whatever may be refused (storage in a sandboxed frame) fails silently.

use ackscope::player::within;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::render::{AnimationFrame, request_animation_frame};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::Array;
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, HtmlAnchorElement, HtmlCanvasElement, HtmlElement,
    HtmlInputElement, HtmlSelectElement, KeyboardEvent, MediaQueryList, ResizeObserver, Url,
    WheelEvent, Window,
};
use yew::{Callback, Event, TargetCast};

use super::export::File;
use super::glance::{GlanceMsg, LARGER, SMALLER};
use super::menu::MenuMsg;
use super::panes::Sight;
use super::state::{Direction, Media, Msg, Theme};
use super::travel::TravelMsg;

const WIDE: &str = "(min-width: 1240px)";
/// The same width as in the style sheet.
const ROOMY: &str = "(min-width: 1800px)";
const DARK: &str = "(prefers-color-scheme: dark)";
const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";
const MORE_CONTRAST: &str = "(prefers-contrast: more)";
const THEME_KEY: &str = "ackscope-theme";

fn window() -> Window {
    gloo::utils::window()
}

fn document() -> Document {
    gloo::utils::document()
}

/// The root element.
pub fn root() -> Option<Element> {
    document().document_element()
}

/// What the address says after its `#`.
fn address() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// What the address asks for: after its `#`, or by a query of ours. Nothing if it is a place on the page.
pub fn asked() -> Option<String> {
    let (hash, query) = (address(), window().location().search().unwrap_or_default());
    if hash.is_empty() {
        // Others have queries of their own, which mean nothing here.
        return Some(query).filter(|it| it.starts_with("?script") || it.starts_with("?lesson"));
    }
    document().get_element_by_id(&hash).is_none().then_some(hash)
}

/// Lets the address say something else, without another entry in the history.
pub fn set_address(hash: &str) {
    if let Ok(history) = window().history() {
        // Forbidden in some frames: then the address stays as it is.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&("#".to_owned() + hash)));
    }
}

/// Brings something into sight. Whoever was led there is there with the keyboard, too.
pub fn reveal(sight: Sight, scrolls: bool) {
    let selector = match sight {
        Sight::Pane(pane) => "[data-panel=".to_owned() + pane.name() + "]",
        Sight::Stage => "main".to_owned(),
    };
    let Ok(Some(panel)) = document().query_selector(&selector) else { return };
    let led = document().active_element().is_some_and(|it| it.has_attribute("data-leads"));
    if let (true, Some(panel)) = (led, panel.dyn_ref::<HtmlElement>()) {
        let _ = panel.focus();
    }
    if scrolls {
        panel.scroll_into_view();
    }
}

/// Names the page.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Device pixels per CSS pixel.
pub fn pixel_ratio() -> f64 {
    within(window().device_pixel_ratio(), 1.0, 4.0)
}

/// Asks for frames, one at a time.
#[derive(Default)]
pub struct Frames {
    next: Option<AnimationFrame>,
}

impl Frames {
    /// Asks for the next frame, unless that was asked for already.
    pub fn request(&mut self, on: &Callback<Msg>) {
        if self.next.is_none() {
            let on = on.clone();
            self.next = Some(request_animation_frame(move |now_ms| on.emit(Msg::Frame(now_ms))));
        }
    }

    /// The frame that was asked for is here.
    pub fn arrived(&mut self) {
        // Dropping the handle would cancel the frame, which is over.
        if let Some(frame) = self.next.take() {
            drop(frame);
        }
    }
}

/// Does something in the next frame, unless what this gives is dropped before.
pub fn next_frame(then: impl FnOnce() + 'static) -> AnimationFrame {
    request_animation_frame(move |_| then())
}

/// Listeners that last as long as the app.
#[derive(Default)]
pub struct Listeners {
    all: Vec<EventListener>,
    sizes: Option<(ResizeObserver, Closure<dyn FnMut()>)>,
}

impl Listeners {
    /// Hears of everything that can change around the app.
    pub fn start(on: &Callback<Msg>, shortcuts: Callback<KeyboardEvent>) -> Self {
        let mut listeners = Self::default();
        for query in [WIDE, ROOMY, DARK, REDUCED_MOTION, MORE_CONTRAST] {
            if let Some(list) = query_list(query) {
                let on = on.clone();
                listeners.all.push(EventListener::new(&list, "change", move |_| {
                    on.emit(Msg::Media(media()))
                }));
            }
        }
        let elsewhere = on.clone();
        listeners.all.push(EventListener::new(&window(), "hashchange", move |_| {
            if let Some(asked) = asked() {
                elsewhere.emit(Msg::Menu(MenuMsg::Address(asked)));
            }
        }));
        let on = on.clone();
        let fonts = document().fonts();
        listeners
            .all
            .push(EventListener::new(&fonts, "loadingdone", move |_| on.emit(Msg::Resized)));
        let options = EventListenerOptions::enable_prevent_default();
        listeners.all.push(EventListener::new_with_options(
            &document(),
            "keydown",
            options,
            move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                    shortcuts.emit(event.clone());
                }
            },
        ));
        listeners
    }

    /// Hears when a wheel turns over an element, or two fingers move on a pad; what means something
    /// there does nothing else.
    pub fn watch_wheel(
        &mut self,
        element: &Element,
        on: &Callback<Msg>,
        means: impl Fn(&WheelEvent) -> Option<Msg> + 'static,
    ) {
        let on = on.clone();
        self.hear(element, "wheel", move |event| {
            if let Some(msg) = event.dyn_ref::<WheelEvent>().and_then(&means) {
                event.prevent_default();
                on.emit(msg);
            }
        });
    }

    /// Hears of events of a kind at an element, which may keep the browser from what it would do.
    pub fn hear(
        &mut self,
        element: &Element,
        kind: &'static str,
        heard: impl FnMut(&Event) + 'static,
    ) {
        let options = EventListenerOptions::enable_prevent_default();
        self.all.push(EventListener::new_with_options(element, kind, options, heard));
    }

    /// Hears when an element changes its size.
    pub fn watch_size(&mut self, element: &Element, on: &Callback<Msg>) {
        if self.sizes.is_none() {
            let on = on.clone();
            let heard = Closure::<dyn FnMut()>::new(move || on.emit(Msg::Resized));
            let Ok(observer) = ResizeObserver::new(heard.as_ref().unchecked_ref()) else { return };
            self.sizes = Some((observer, heard));
        }
        if let Some((observer, _)) = &self.sizes {
            observer.observe(element);
        }
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        if let Some((observer, _)) = &self.sizes {
            observer.disconnect();
        }
    }
}

fn query_list(query: &str) -> Option<MediaQueryList> {
    window().match_media(query).ok().flatten()
}

/// What the media queries say.
pub fn media() -> Media {
    let matches = |query| query_list(query).is_some_and(|list| list.matches());
    Media {
        wide: matches(WIDE),
        roomy: matches(ROOMY),
        dark: matches(DARK),
        reduced_motion: matches(REDUCED_MOTION),
        more_contrast: matches(MORE_CONTRAST),
    }
}

/// Says that something is being made that takes a while, or no more.
pub fn tell_busy(words: Option<&str>) {
    let Some(body) = document().body() else { return };
    // The style sheet says it, over whatever is open.
    set_style(&body, "--busy", &("\"".to_owned() + words.unwrap_or_default() + "\""));
    let _ = body.toggle_attribute_with_force("data-busy", words.is_some());
}

/// Fonts that only the canvas uses would otherwise come too late.
pub fn load_fonts(fonts: &[&str]) {
    let set = document().fonts();
    for font in fonts {
        drop(set.load(font));
    }
}

/// The theme that was chosen at an earlier visit.
pub fn stored_theme() -> Theme {
    let storage = window().local_storage().ok().flatten();
    match storage.and_then(|storage| storage.get_item(THEME_KEY).ok().flatten()).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        Some("contrast") => Theme::Contrast,
        _ => Theme::Auto,
    }
}

/// Remembers a theme.
pub fn store_theme(theme: Theme) {
    let Ok(Some(storage)) = window().local_storage() else { return };
    // Full or forbidden: the choice lasts as long as the page.
    let _ = match theme.name() {
        Some(name) => storage.set_item(THEME_KEY, name),
        None => storage.remove_item(THEME_KEY),
    };
}

/// Puts a theme on the page; the style sheet does the rest.
pub fn show_theme(theme: Theme) {
    let Some(root) = root() else { return };
    let more_contrast = theme == Theme::Auto && media().more_contrast;
    let _ = match if more_contrast { Some("contrast") } else { theme.name() } {
        Some(name) => root.set_attribute("data-theme", name),
        None => root.remove_attribute("data-theme"),
    };
}

/// How wide the stage is.
pub fn stage_width() -> u16 {
    let canvas = document().query_selector(".stage canvas").ok().flatten();
    within(canvas.map_or(1_000.0, |it| f64::from(it.client_width())), 320.0, 4_000.0) as u16
}

/// A canvas that is not on the page.
pub fn canvas() -> Option<HtmlCanvasElement> {
    document().create_element("canvas").ok()?.dyn_into().ok()
}

/// Saves what is painted on a canvas.
pub fn save_canvas(canvas: &HtmlCanvasElement, name: String) {
    let then = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            save(&blob, &name);
        }
    });
    let _ = canvas.to_blob(then.unchecked_ref());
}

/// Saves a text.
pub fn save_text(file: &File) {
    let kind = BlobPropertyBag::new();
    kind.set_type("image/svg+xml");
    let parts = Array::of1(&JsValue::from_str(&file.text));
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &kind) {
        save(&blob, &file.name);
    }
}

fn save(blob: &Blob, name: &str) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    let link = document().create_element("a").ok().and_then(|it| it.dyn_into().ok());
    if let Some::<HtmlAnchorElement>(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The browser has begun to read it by then.
    after(10_000, move || drop(Url::revoke_object_url(&address)));
}

/// Does something after so many milliseconds.
pub fn after(ms: i32, then: impl FnOnce() + 'static) {
    let then = Closure::once_into_js(then);
    let then = then.unchecked_ref();
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(then, ms);
}

impl Theme {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
            Self::Contrast => Some("contrast"),
        }
    }
}

/// What a key means, given what it was pressed on. Keys that the focused element itself
/// understands are left to it.
pub fn shortcut(event: &KeyboardEvent) -> Option<Msg> {
    let key = event.key();
    if event.ctrl_key() || event.meta_key() {
        return match (key.to_ascii_lowercase().as_str(), event.shift_key()) {
            ("z", false) if !is_typing(event) => Some(Msg::Undo),
            ("z", true) | ("y", _) if !is_typing(event) => Some(Msg::Redo),
            _ => None,
        };
    }
    if event.alt_key() || is_typing(event) {
        return None;
    }
    let on_scrubber =
        target(event).is_some_and(|element| element.matches("[data-scrubber]").unwrap_or(false));
    if !on_scrubber && target(event).is_some_and(|element| takes_keys(&element, &key)) {
        return None;
    }
    let shift = event.shift_key();
    // The stage and the timeline both have a size: who is on the stage means that.
    let on_stage =
        target(event).is_some_and(|element| element.closest(".stage").ok().flatten().is_some());
    Some(match key.as_str() {
        " " => Msg::Toggle,
        "ArrowLeft" if shift => Msg::Leap(Direction::Back),
        "ArrowRight" if shift => Msg::Leap(Direction::Forward),
        "ArrowLeft" => Msg::Step(Direction::Back),
        "ArrowRight" => Msg::Step(Direction::Forward),
        "Home" => Msg::Jump(Direction::Back),
        "End" => Msg::Jump(Direction::Forward),
        "+" | "=" if on_stage => LARGER,
        "-" if on_stage => SMALLER,
        "0" if on_stage => Msg::Glance(GlanceMsg::Fit),
        "n" => Msg::TravelKey(TravelMsg::Find(Direction::Forward)),
        "N" => Msg::TravelKey(TravelMsg::Find(Direction::Back)),
        "i" => Msg::TravelKey(TravelMsg::Edge(Direction::Back)),
        "o" => Msg::TravelKey(TravelMsg::Edge(Direction::Forward)),
        "u" => Msg::TravelKey(TravelMsg::Span(None)),
        "+" | "=" => Msg::TravelKey(TravelMsg::Zoom(None, 0.5)),
        "-" => Msg::TravelKey(TravelMsg::Zoom(None, 2.0)),
        "0" => Msg::TravelKey(TravelMsg::Fit),
        "t" => Msg::TravelKey(TravelMsg::Taller),
        "Escape" if is_presenting() => Msg::Present(false),
        "?" => Msg::HelpKey,
        _ => return None,
    })
}

/// Goes to another tab by a key that was pressed on one, as tab lists do: arrows go round. Answers
/// whether it did.
pub fn turn_tab(event: &KeyboardEvent) -> bool {
    let Some(tab) = target(event).filter(|it| it.matches("[role=tab]").unwrap_or(false)) else {
        return false;
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return false;
    }
    let Some(list) = tab.parent_element() else { return false };
    let next = match event.key().as_str() {
        "ArrowLeft" => tab.previous_element_sibling().or_else(|| list.last_element_child()),
        "ArrowRight" => tab.next_element_sibling().or_else(|| list.first_element_child()),
        "Home" => list.first_element_child(),
        "End" => list.last_element_child(),
        _ => None,
    };
    let Some(next) = next.and_then(|it| it.dyn_into::<HtmlElement>().ok()) else { return false };
    let _ = next.focus();
    next.click();
    true
}

/// The wheel with Ctrl, and two fingers on a pad, change the size of the stage.
pub fn zoom(event: &WheelEvent) -> Option<Msg> {
    if !event.ctrl_key() {
        return None;
    }
    let stage = event.target()?.dyn_into::<Element>().ok()?.closest(".stage").ok()??;
    let place = stage.get_bounding_client_rect();
    let share = |at: i32, from: f64, length: f64| ((f64::from(at) - from) / length) as f32;
    let at = (
        share(event.client_x(), place.x(), place.width()),
        share(event.client_y(), place.y(), place.height()),
    );
    let by = within(100.0 - event.delta_y(), 80.0, 125.0);
    Some(Msg::Glance(GlanceMsg::Zoom(by as u16, at)))
}

/// What was chosen in a list.
pub fn chosen_value(then: Callback<String>) -> Callback<Event> {
    then.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value())
}

/// Whether the stage is shown to an audience, and nothing lies over it that takes the key.
fn is_presenting() -> bool {
    let there = |what| document().query_selector(what).ok().flatten().is_some();
    there("[data-present]") && !there("dialog[open]")
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let fields = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, [contenteditable]";
    target(event).is_some_and(|element| element.matches(fields).unwrap_or(false))
}

/// Whether a focused element does something of its own on that key.
fn takes_keys(element: &Element, key: &str) -> bool {
    let those = match key {
        " " => "button, summary, input, select, a[href]",
        "Home" | "End" => "input, select, [role=listbox]",
        "ArrowLeft" | "ArrowRight" => "input, select",
        _ => return false,
    };
    element.closest(those).ok().flatten().is_some()
        || element.closest("dialog").ok().flatten().is_some()
}

/// Sets a style that a strict content security policy would not take from an attribute.
pub fn set_style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

/// Reads the file that was chosen in an input of that kind, as text; or says why it cannot.
pub fn chosen_text(then: Callback<Result<String, String>>) -> Callback<Event> {
    Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            read_text(file, then.clone());
            // The same file may be chosen again.
            input.set_value("");
        }
    })
}

/// Reads a file as text, or says why that cannot be.
pub fn read_text(file: web_sys::File, then: Callback<Result<String, String>>) {
    yew::platform::spawn_local(async move {
        let name = file.name();
        let text = gloo::file::futures::read_as_text(&gloo::file::Blob::from(file)).await;
        then.emit(text.map_err(|error| name + ": " + &error.to_string()));
    });
}
