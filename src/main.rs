//! The web app's entry.
mod app;

fn main() {
    app::start();
}
