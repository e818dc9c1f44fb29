//! Which Rust builds the app for WebAssembly.
//!
//! The plain way is the developer's own toolchain, to which rustup adds the target. Where it
//! cannot (a closed network), Debian packages a recent Rust with the source of its standard
//! library: the library is then built for wasm along with the app. Everything that is not wasm
//! uses the developer's own toolchain in either case.

use crate::apt;
use crate::report;
use crate::shell::{self, Outcome};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The target of the web app.
pub const WASM: &str = "wasm32-unknown-unknown";
const PACKAGES: &[&str] =
    &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];
const SYSTEM_BIN: &str = "/usr/bin";
const PROGRAMS: &[&str] = &["cargo", "rustc", "rustdoc", "cargo-clippy", "clippy-driver"];

/// A toolchain that can build the app.
#[derive(Clone, Debug, PartialEq)]
pub enum Toolchain {
    /// The developer's own: the target's standard library is there.
    Own,
    /// The system's, whose programs are linked in this folder; it builds the standard library.
    System(PathBuf),
}

impl Toolchain {
    /// Finds one, or installs what one lacks.
    pub fn ensure() -> Outcome<Self> {
        let forced = env::var("ACKSCOPE_WASM_TOOLCHAIN").is_ok_and(|value| value == "system");
        if !forced {
            if own_has_wasm() {
                return Ok(Self::Own);
            }
            // Whoever fell back once need not wait for the network every time.
            let fell_back = apt::is_here() && apt::missing(PACKAGES).is_empty();
            if !fell_back && add_target() {
                return Ok(Self::Own);
            }
        }
        system()
    }

    /// Sets up a command (cargo or trunk) to build with this toolchain and the installed tools.
    pub fn apply(&self, command: &mut Command, tools: &[PathBuf]) {
        command.current_dir(shell::root());
        // Apart from the native builds: the two would otherwise undo each other's work.
        command.env("CARGO_TARGET_DIR", wasm_target_dir());
        let mut first = tools.to_vec();
        if let Self::System(programs) = self {
            first.insert(0, programs.clone());
            command.env("CARGO", programs.join("cargo"));
            command.env("RUSTC_BOOTSTRAP", "1");
            command.env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
        }
        command.env("PATH", shell::path_with(&first));
    }

    /// Cargo of this toolchain.
    pub fn cargo(&self) -> Command {
        let mut command = match self {
            Self::Own => shell::cargo(),
            Self::System(programs) => Command::new(programs.join("cargo")),
        };
        self.apply(&mut command, &[]);
        command
    }

    /// What to tell about it.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Own => "your own toolchain",
            Self::System(_) => "the system's Rust, building the standard library too",
        }
    }
}

/// Where builds for wasm go.
pub fn wasm_target_dir() -> PathBuf {
    shell::target_dir().join("wasm")
}

/// Adds a component (`clippy`, `rustfmt`) to the developer's own toolchain if it lacks it.
pub fn ensure_component(component: &str, subcommand: &str) -> Outcome<()> {
    let mut ask = shell::cargo();
    if shell::output(ask.args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    if shell::which("rustup").is_none() {
        return Err(format!("please install {component} for your Rust toolchain"));
    }
    report::installing(component, "a check of the tests", "seconds");
    shell::run(Command::new("rustup").args(["component", "add", component]))
}

fn own_has_wasm() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Some(sysroot) = shell::output(Command::new(rustc).args(["--print", "sysroot"])) else {
        return false;
    };
    let libraries = Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib");
    let Ok(mut entries) = fs::read_dir(libraries) else {
        return false;
    };
    entries.any(|entry| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// Asks rustup for the target; a closed network must not hold us up for long.
fn add_target() -> bool {
    if shell::which("rustup").is_none() {
        return false;
    }
    report::installing(WASM, "the standard library of the web app", "seconds");
    let mut command = Command::new("rustup");
    command.args(["target", "add", WASM]).env("RUSTUP_MAX_RETRIES", "0");
    match shell::run_within(&mut command, Duration::from_secs(120)) {
        Ok(()) => own_has_wasm(),
        Err(message) => {
            println!("    {message}: falling back to the system's Rust");
            false
        }
    }
}

fn system() -> Outcome<Toolchain> {
    let what_for = "a Rust that can build its own standard library for the web app";
    apt::install(PACKAGES, what_for, "about 1 minute").map_err(|message| {
        format!("rustup could not add the target {WASM}, and the other way is closed: {message}")
    })?;
    let rustc = Path::new(SYSTEM_BIN).join("rustc");
    let version = shell::output(Command::new(&rustc).arg("-vV")).unwrap_or_default();
    let linker = format!("lld-{}", llvm_major(&version)?);
    apt::install(&[&linker], "the linker of the web app", "seconds")?;
    enough(&version)?;
    link_programs().map(Toolchain::System)
}

/// Links the system's programs into a folder of their own, which then goes first on the search
/// path: `/usr/bin` itself holds too much else.
fn link_programs() -> Outcome<PathBuf> {
    let folder = wasm_target_dir().join("system-rust");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for program in PROGRAMS {
        let link = folder.join(program);
        if !link.exists() {
            symlink(&Path::new(SYSTEM_BIN).join(program), &link)
                .map_err(|error| format!("{}: {error}", link.display()))?;
        }
    }
    Ok(folder)
}

/// Links a file, replacing a link that was there.
pub fn symlink(to: &Path, link: &Path) -> std::io::Result<()> {
    if link.is_symlink() {
        fs::remove_file(link)?;
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(to, link);
    #[cfg(not(unix))]
    return fs::copy(to, link).map(|_| ());
}

/// The major version of LLVM in what `rustc -vV` prints.
fn llvm_major(version: &str) -> Outcome<u32> {
    field(version, "LLVM version: ")
        .and_then(|text| text.split('.').next()?.parse().ok())
        .ok_or_else(|| "the system's rustc does not tell its LLVM version".to_owned())
}

/// Refuses a system compiler that is older than the project allows.
fn enough(version: &str) -> Outcome<()> {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    let release = field(version, "release: ").unwrap_or_default();
    if numbers(release) < numbers(wanted) {
        return Err(format!("the system's rustc is {release}, and the project needs {wanted}"));
    }
    Ok(())
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}

fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str =
        "rustc 1.96.0 (ac68faa20 2026-05-25)\nrelease: 1.96.0\nLLVM version: 22.1.8";

    #[test]
    fn the_linker_follows_the_compiler() {
        assert_eq!(llvm_major(RUSTC), Ok(22));
        assert!(llvm_major("").is_err());
    }

    #[test]
    fn an_old_compiler_is_refused() {
        assert_eq!(enough(RUSTC), Ok(()));
        assert!(enough("release: 1.85.1").is_err());
        assert!(enough("").is_err());
    }
}
