//! The lab as a program of its own: what the page loads when somebody asks what would have saved a
//! record, when a fault is dangerous, or how likely a loss is.
//!
//! It knows no page. `static/lab.js` makes a [`Job`] and lets it go step by step: in a worker, or
//! in slices on the page's own thread. Built for speed where the app is built for size.

mod check;
mod danger;
mod files;
mod job;
mod metrics;
mod odds;
mod promises;
mod request;
mod texts;

use wasm_bindgen::prelude::wasm_bindgen;

use job::Work;

/// Work that goes on step by step, and can tell at any time what it knows so far.
#[wasm_bindgen]
pub struct Job(Box<dyn Work>);

#[wasm_bindgen]
impl Job {
    /// A job as asked for in JSON.
    ///
    /// # Errors
    /// When the request or its script cannot be understood, with the place.
    #[wasm_bindgen(constructor)]
    pub fn new(request: &str) -> Result<Self, String> {
        request::job(request).map(Self)
    }

    /// Does a little more. Answers whether there is more to do.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// What is known so far, as JSON.
    #[must_use]
    pub fn report(&self) -> String {
        self.0.report().to_string()
    }
}

fn main() {}
