//! The tools that build and test the site: which, in which version, how they are found and installed.
//!
//! They go where a second run, also of another clone, finds them: cargo's own folder.

use crate::apt;
use crate::report;
use crate::shell::{self, Outcome};
use crate::toolchain;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The bundler. Later ones ask for a newer compiler than the project does.
const TRUNK: &str = "0.21.14";
/// The optimiser (Binaryen).
const WASM_OPT: &str = "132";
/// What makes scripts and style sheets smaller.
const ESBUILD: &str = "0.28.2";
/// Firefox's driver.
const GECKODRIVER: &str = "0.37.1";
/// The checker of accessibility.
const AXE: &str = "4.14.1";

/// The folders to put first on the search path, so that Trunk finds these tools.
pub fn folders() -> Outcome<Vec<PathBuf>> {
    let home = shell::cargo_home()?;
    Ok(vec![home.join("bin"), binaryen_folder()?.join("node_modules/.bin")])
}

/// Everything that a build of the site needs.
pub fn ensure_for_site(release: bool) -> Outcome<()> {
    ensure_by_cargo("trunk", "trunk", TRUNK, true, "bundles the app", "about 6 minutes")?;
    let version = locked_version("wasm-bindgen", &lock_file()?)?;
    let what_for = "joins the app to JavaScript; its version is that of Cargo.lock";
    ensure_by_cargo(
        "wasm-bindgen",
        "wasm-bindgen-cli",
        &version,
        false,
        what_for,
        "about 3 minutes",
    )?;
    if release { ensure_wasm_opt() } else { Ok(()) }
}

/// Installs a program from its source unless that version is here. Not every release can be
/// built with the lock file that it was published with.
fn ensure_by_cargo(
    program: &str,
    package: &str,
    version: &str,
    locked: bool,
    what_for: &str,
    how_long: &str,
) -> Outcome<()> {
    if has_version(program, version)? {
        return Ok(());
    }
    report::installing(&format!("{package} {version}"), what_for, how_long);
    let build_dir = shell::target_dir().join("tools");
    let mut command = shell::cargo();
    command.args(["install", package, "--version", &format!("={version}"), "--root"]);
    command.arg(shell::cargo_home()?).env("CARGO_TARGET_DIR", &build_dir);
    command.args(locked.then_some("--locked"));
    let (result, _) = report::timed(package, || shell::run(&mut command));
    // The program is installed; what it was built from only takes room.
    let _ = fs::remove_dir_all(build_dir);
    result
}

/// Firefox's driver, where there is none yet.
pub fn ensure_geckodriver() -> Outcome<()> {
    let what_for = "drives Firefox in the tests";
    ensure_by_cargo("geckodriver", "geckodriver", GECKODRIVER, true, what_for, "about 2 minutes")
}

/// The checker of accessibility, a script for the page.
pub fn ensure_axe() -> Outcome<PathBuf> {
    let folder = npm_folder("axe-core", AXE)?;
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if !script.is_file() {
        install_by_npm("axe-core", AXE, "looks for what not everybody can use", "seconds")?;
    }
    Ok(script)
}

/// What makes scripts and style sheets smaller.
pub fn ensure_esbuild() -> Outcome<PathBuf> {
    let program = npm_folder("esbuild", ESBUILD)?.join("node_modules/.bin/esbuild");
    if !program.exists() {
        install_by_npm("esbuild", ESBUILD, "makes scripts and style sheets smaller", "seconds")?;
    }
    Ok(program)
}

fn ensure_wasm_opt() -> Outcome<()> {
    if has_version("wasm-opt", WASM_OPT)? {
        return Ok(());
    }
    install_by_npm("binaryen", WASM_OPT, "wasm-opt makes the app smaller", "seconds")?;
    link_wasm_opt()
}

/// Installs a package into a folder of its own, and npm before it where there is none.
fn install_by_npm(package: &str, version: &str, what_for: &str, how_long: &str) -> Outcome<()> {
    if shell::which("npm").is_none() {
        apt::install(&["npm"], &format!("brings {package}"), "about 1 minute")?;
    }
    report::installing(&format!("{package} {version}"), what_for, how_long);
    let mut npm = Command::new(shell::which("npm").unwrap_or_else(|| "npm".into()));
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]);
    npm.arg(npm_folder(package, version)?).arg(format!("{package}@{version}"));
    shell::run(&mut npm)
}

/// The optimiser itself.
pub fn wasm_opt() -> Outcome<PathBuf> {
    shell::find("wasm-opt", &shell::path_with(&folders()?)).ok_or_else(|| "no wasm-opt".to_owned())
}

/// Puts wasm-opt beside the other tools, unless there is one already that is not ours.
fn link_wasm_opt() -> Outcome<()> {
    let link = shell::cargo_home()?.join("bin/wasm-opt");
    let program = binaryen_folder()?.join("node_modules/.bin/wasm-opt");
    if cfg!(unix) && (link.is_symlink() || !link.exists()) {
        toolchain::symlink(&program, &link)
            .map_err(|error| format!("{}: {error}", link.display()))?;
    }
    Ok(())
}

fn binaryen_folder() -> Outcome<PathBuf> {
    npm_folder("binaryen", WASM_OPT)
}

fn npm_folder(package: &str, version: &str) -> Outcome<PathBuf> {
    Ok(shell::cargo_home()?.join(format!("ackscope-tools/{package}-{version}")))
}

/// Whether the program that Trunk would find is of that version.
fn has_version(program: &str, version: &str) -> Outcome<bool> {
    let path = shell::path_with(&folders()?);
    let text = shell::find(program, &path).and_then(|found| shell::version_text(&found));
    Ok(text.is_some_and(|text| text.split_whitespace().any(|word| word == version)))
}

fn lock_file() -> Outcome<String> {
    let path = shell::root().join("Cargo.lock");
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The version of a package in a lock file.
fn locked_version(package: &str, lock: &str) -> Outcome<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| format!("Cargo.lock has no {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_the_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version("wasm-bindgen", lock), Ok("0.2.130".to_owned()));
        assert!(locked_version("wasm", lock).is_err());
    }

    #[test]
    fn trunk_and_this_file_agree_on_versions() {
        let settings = include_str!("../../Trunk.toml");
        assert!(settings.contains(&format!("trunk-version = \"={TRUNK}\"")));
    }
}
