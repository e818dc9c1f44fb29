//! Making WebAssembly smaller with Binaryen's `wasm-opt`.

use crate::shell::{self, Outcome};
use crate::tools;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Functions in the order of their names, and no pass that saves bytes which compression saves
/// anyway.
const OPTIONS: &[&str] = &[
    "-Oz",
    "--low-memory-unused",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--skip-pass=memory-packing",
    "--skip-pass=local-cse",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
];

/// Makes modules smaller, all at the same time.
pub fn optimize<const N: usize>(
    folder: &Path,
    modules: [(&str, &[u8]); N],
) -> Outcome<[Vec<u8>; N]> {
    let program = tools::wasm_opt()?;
    let mut running = Vec::new();
    for (name, bytes) in modules {
        let input = folder.join(format!("{name}.wasm"));
        let output = folder.join(format!("{name}.opt.wasm"));
        fs::write(&input, bytes).map_err(|error| format!("{}: {error}", input.display()))?;
        let mut command = Command::new(&program);
        command.args(OPTIONS).arg("--output").arg(&output).arg(&input);
        running.push((output, shell::start(&mut command)?));
    }
    let mut done = Vec::new();
    for (output, started) in running {
        started.finish()?;
        done.push(fs::read(&output).map_err(|error| format!("{}: {error}", output.display()))?);
    }
    done.try_into().map_err(|_| "not every module was made smaller".to_owned())
}
