//! How settings are found: by their names first, then by what is said about them.

use std::rc::Rc;

use ackscope::script::knobs::{self, Group, Knob};
use serde_json::Value;

use super::Props;

/// What is said about settings in lower case, once for all that is typed. Letters beyond ASCII stay as
/// they are: a table of all of them would come with every visit.
#[derive(Default)]
pub struct Finder {
    texts: Rc<Value>,
    said: Vec<(Knob, String)>,
}

impl Finder {
    /// The settings to list: those that are found, the best first, or those that are shown without a
    /// search, the common ones first.
    pub fn settings(&mut self, props: &Props) -> Vec<(Group, Knob)> {
        if !Rc::ptr_eq(&self.texts, &props.texts) {
            *self = Self { texts: props.texts.clone(), said: Vec::new() };
        }
        let search = &*props.tune.search;
        let words = if search.is_empty() { Vec::new() } else { words(search) };
        let all = props.tune.all || !words.is_empty();
        let (mut best, mut others) = (Vec::new(), Vec::new());
        for group in Group::ALL {
            for knob in knobs::of(group, props.version, all) {
                let place = props.tune.place(group, &knob);
                let Some(is_best) = self.is_best(knob, &words) else { continue };
                if knob.read(&props.script, &place, props.version).is_some() {
                    if is_best { &mut best } else { &mut others }.push((group, knob));
                }
            }
        }
        best.append(&mut others);
        best
    }

    /// Whether a setting belongs to the first ones, if it is one at all.
    fn is_best(&mut self, knob: Knob, words: &[String]) -> Option<bool> {
        if words.is_empty() { Some(knob.is_common()) } else { self.is_found(knob, words) }
    }

    /// Whether all words that are looked for are in its name, if they are in what is said about it.
    #[inline(never)]
    fn is_found(&mut self, knob: Knob, words: &[String]) -> Option<bool> {
        let are_in = |text: &str| words.iter().all(|word| text.contains(&**word));
        let is_named = are_in(&knob.name().to_ascii_lowercase());
        (is_named || are_in(self.said(knob))).then_some(is_named)
    }

    fn said(&mut self, knob: Knob) -> &str {
        let at = self.said.iter().position(|(known, _)| *known == knob).unwrap_or_else(|| {
            let about = &self.texts["settings"][knob.place()];
            let said = ["does", "costs", "simplified"];
            let said = said.map(|name| about[name].as_str().unwrap_or_default());
            let said = knob.name().to_owned() + " " + &said.join(" ");
            self.said.push((knob, said.to_ascii_lowercase()));
            self.said.len() - 1
        });
        &self.said[at].1
    }
}

/// What is looked for.
#[inline(never)] // Nobody searches at first, and what nobody does is loaded later.
fn words(search: &str) -> Vec<String> {
    search.to_ascii_lowercase().split_whitespace().map(str::to_owned).collect()
}
