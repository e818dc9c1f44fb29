//! The library alone, compiled for a browser: the tests and the benchmark compare it with itself
//! as it runs natively.

use crate::shell::{self, Outcome};
use crate::toolchain::{Toolchain, WASM, wasm_target_dir};
use crate::tools;
use std::path::PathBuf;
use std::process::Command;

/// Builds the probe and answers with the folder of its module.
pub fn build() -> Outcome<PathBuf> {
    let toolchain = Toolchain::ensure()?;
    tools::ensure_for_site(true)?;
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--profile", "fast", "--target", WASM, "--package", "ackscope-probe"]);
    shell::run(&mut cargo)?;
    let folder = wasm_target_dir().join("probe");
    let module = wasm_target_dir().join(WASM).join("fast/ackscope_probe.wasm");
    let mut bindgen = tool("wasm-bindgen")?;
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "probe", "--out-dir"]);
    shell::run(bindgen.arg(&folder).arg(module))?;
    let wasm = folder.join("probe_bg.wasm");
    let mut optimise = tool("wasm-opt")?;
    shell::run(optimise.args(["-O3", "--all-features", "-o"]).arg(&wasm).arg(&wasm))?;
    Ok(folder)
}

fn tool(name: &str) -> Outcome<Command> {
    let path = shell::path_with(&tools::folders()?);
    Ok(Command::new(shell::find(name, &path).ok_or(format!("{name} is not installed"))?))
}
