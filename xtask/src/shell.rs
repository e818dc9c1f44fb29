//! Running other programs and finding them: the only place that starts a process.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a step gives: its result, or the message that a person is to read.
pub type Outcome<T> = Result<T, String>;

/// The folder of the whole project.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Where builds go: `target/`, or where `CARGO_TARGET_DIR` points.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Cargo's home, where installed tools live from one clone to the next.
pub fn cargo_home() -> Outcome<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .ok_or_else(|| "neither CARGO_HOME nor HOME is set".to_owned())
}

/// The search path with these folders in front.
pub fn path_with(first: &[PathBuf]) -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = first.iter().cloned().chain(env::split_paths(&rest));
    env::join_paths(all).unwrap_or(rest)
}

/// The first program of that name on a search path.
pub fn find(name: &str, path: &OsString) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(path).map(|dir| dir.join(&file)).find(|candidate| candidate.is_file())
}

/// The first program of that name on the machine's own search path.
pub fn which(name: &str) -> Option<PathBuf> {
    find(name, &path_with(&[]))
}

/// Cargo, as whoever called us meant it, started in the project's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The command as a person would type it.
pub fn typed(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let args = command.get_args().map(|arg| arg.to_string_lossy());
    std::iter::once(name.to_string_lossy()).chain(args).collect::<Vec<_>>().join(" ")
}

/// Says what it runs, runs it to its end, and fails if it failed.
pub fn run(command: &mut Command) -> Outcome<()> {
    let line = typed(command);
    println!("    $ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed ({status})")),
        Err(error) => Err(format!("`{line}` could not be started: {error}")),
    }
}

/// A program that was started.
pub struct Started {
    line: String,
    child: Child,
}

/// As [`run`], but does not wait.
pub fn start(command: &mut Command) -> Outcome<Started> {
    let line = typed(command);
    println!("    $ {line}");
    let child = command.spawn();
    let child = child.map_err(|error| format!("`{line}` could not be started: {error}"))?;
    Ok(Started { line, child })
}

impl Started {
    /// Waits for its end, and fails if it failed.
    pub fn finish(mut self) -> Outcome<()> {
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` failed ({status})", self.line)),
            Err(error) => Err(format!("`{}`: {error}", self.line)),
        }
    }
}

/// As [`run`], but gives up after a while: for what may hang on a closed network.
pub fn run_within(command: &mut Command, limit: Duration) -> Outcome<()> {
    let line = typed(command);
    println!("    $ {line}");
    let not_started = |error| format!("`{line}` could not be started: {error}");
    let mut child = command.stdin(Stdio::null()).spawn().map_err(not_started)?;
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("`{line}` failed ({status})")),
            Ok(None) if start.elapsed() < limit => sleep(Duration::from_millis(100)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{line}` gave no answer in {} s", limit.as_secs()));
            }
        }
    }
}

/// What a program prints, if it succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// What `<program> --version` prints.
pub fn version_text(program: &Path) -> Option<String> {
    output(Command::new(program).arg("--version"))
}
