//! The web app: the only place that knows the DOM.
use yew::prelude::*;

#[function_component(App)]
fn app() -> Html {
    html! { <h1>{ "Ackscope" }</h1> }
}

/// Mounts the app.
pub fn start() {
    console_error_panic_hook::set_once();
    yew::Renderer::<App>::new().render();
}
