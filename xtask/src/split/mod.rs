//! Splits the app into a part that loads at once and one that loads when it is first needed, by
//! function.
//!
//! Whoever calls a function that loads later does not notice: it calls a door, which sees to it that
//! the later part is there and calls through a table. So it is correct whichever functions are
//! chosen; the choice only decides what a first visit transfers.

mod body;
mod choice;
mod data;
mod first;
mod later;
mod live;
mod module;
mod operands;
mod outline;
mod profile;
mod region_code;
mod regions;
mod write;

use choice::Choice;
use module::Module;
use std::collections::BTreeSet;

/// The table that the later part fills; also the module of the one import that the first part gets.
const LATER: &str = "later";
/// The table of the functions that the later part calls back.
const FIRST: &str = "first";
/// The import that loads the later part, given the place in the table that is needed.
const LOAD: &str = "load";

/// A module in two parts.
pub struct Parts {
    /// What loads at once.
    pub first: Vec<u8>,
    /// What loads later.
    pub later: Vec<u8>,
    /// The doors, by their place: what the first part may ask for.
    pub doors: Vec<String>,
}

/// What is known of functions by their names.
pub struct Rules {
    /// The rehearsal runs what a first visit runs of it, so that the rest loads later.
    pub rehearsed: fn(&str) -> bool,
    /// It loads later in any case.
    pub later: fn(&str) -> bool,
}

/// Splits a module, given what runs in a rehearsal.
pub fn split(
    bytes: &[u8],
    rules: &Rules,
    rehearse: impl FnOnce(&profile::Marked) -> Result<Vec<u8>, String>,
) -> Result<Parts, String> {
    let module = Module::read(bytes).map_err(text)?;
    let marked = profile::mark(bytes, &module).map_err(text)?;
    let marks = rehearse(&marked)?;
    let ran = marked.ran(&marks);
    let rehearsed = |it: u32| (rules.rehearsed)(module.name(it));
    let has_run = |it: u32| ran.function(it - module.imported);
    let is_later = |it: u32| (rules.later)(module.name(it)) || rehearsed(it) && !has_run(it);
    let mut asked: BTreeSet<u32> = module.defined().filter(|it| is_later(*it)).collect();
    let concerns = |it: u32| rehearsed(it) && has_run(it) && !asked.contains(&it);
    let (bytes, outlined) = outline::outline(&module, &ran, concerns).map_err(text)?;
    asked.extend(outlined);
    let module = Module::read(&bytes).map_err(text)?;
    let choice = Choice::of(&module, asked);
    let data = data::divide(&module, &choice).map_err(text)?;
    Ok(Parts {
        first: first::write_first(&module, &choice, data.as_ref()).map_err(text)?,
        later: later::write_later(&module, &choice, data.as_ref()).map_err(text)?,
        doors: choice.doors.keys().map(|it| module.name(*it).to_owned()).collect(),
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests;
