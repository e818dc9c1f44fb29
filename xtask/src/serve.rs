//! `cargo xtask serve`: Trunk builds, serves, and builds again when a source changes.

use crate::build;
use crate::shell::{self, Outcome};
use crate::toolchain;
use std::process::Command;

/// What `serve` may be told.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// A release build: slower to make, faster to run. In one part, as `build` alone splits it.
    pub release: bool,
    /// Whether to open a browser at the app.
    pub open: bool,
    /// Where to listen, on 127.0.0.1.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { release: false, open: false, port: 8080 }
    }
}

/// Serves until it is stopped.
pub fn serve(options: &Options) -> Outcome<()> {
    let mut command = build::trunk(options.release)?;
    command.args(["serve", "--address", "127.0.0.1", "--port", &options.port.to_string()]);
    command.args(options.release.then_some("--release"));
    command.args(options.open.then_some("--open"));
    // `dist/` is for the site that is to be published.
    command.arg("--dist").arg(toolchain::wasm_target_dir().join("served"));
    println!("\n==> building, then serving at http://127.0.0.1:{}/", options.port);
    println!("    The first build takes one to three minutes. Ctrl-C stops.");
    become_it(&mut command)
}

/// Gives way to the server, so that whoever stops this process stops the server.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Outcome<()> {
    use std::os::unix::process::CommandExt;
    let line = shell::typed(command);
    println!("    $ {line}");
    Err(format!("`{line}` could not be started: {}", command.exec()))
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Outcome<()> {
    shell::run(command)
}
