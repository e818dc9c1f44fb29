//! Nothing is left behind: a watchdog that outlives this process.
//!
//! It is a shell that reads from a pipe whose other end only we hold. When we are gone, by whatever
//! cause (the end of the run, a panic, Ctrl-C, `kill -9`), the pipe closes; then it kills every process
//! that it was told of and removes the folder. It is in a process group of its own, so that the
//! terminal's Ctrl-C does not reach it.

use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{self, Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::Outcome;

const WATCHDOG: &str = r#"
trap '' INT TERM HUP
pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="${pids%% $pid *} ${pids#* $pid }" ;;
  esac
done
kill -KILL $pids 2>/dev/null
for try in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$1" 2>/dev/null && break
  sleep 0.2
done
"#;

/// The folder of this run, and who cleans up after it.
pub struct Guard {
    root: PathBuf,
    shell: Child,
    pipe: Arc<Mutex<Option<ChildStdin>>>,
}

impl Guard {
    /// A fresh folder with its watchdog. From now on we also end when our parent does: whoever is
    /// interrupted first takes the others along.
    pub fn new() -> Outcome<Self> {
        let root = env::temp_dir().join(format!("ackscope-conform-{}", process::id()));
        fs::create_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        let mut shell = Command::new("sh")
            .args(["-c", WATCHDOG, "ackscope-watchdog"])
            .arg(&root)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("no watchdog: {error}"))?;
        let pipe = Arc::new(Mutex::new(shell.stdin.take()));
        let parent = parent_id();
        thread::spawn(move || {
            while parent_id() == parent {
                thread::sleep(Duration::from_millis(300));
            }
            process::exit(1);
        });
        Ok(Self { root, shell, pipe })
    }

    /// The folder, which will be removed.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Starts a process that will not outlive us, in a process group of its own.
    pub fn spawn(&self, command: &mut Command) -> Outcome<Ward> {
        let child = command.process_group(0).spawn();
        let child = child.map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let ward = Ward { child, pipe: Arc::clone(&self.pipe) };
        ward.tell("+");
        Ok(ward)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(mut pipe) = self.pipe.lock() {
            pipe.take();
        }
        let _ = self.shell.wait();
    }
}

/// A process that the watchdog knows.
pub struct Ward {
    /// The process.
    pub child: Child,
    pipe: Arc<Mutex<Option<ChildStdin>>>,
}

impl Ward {
    fn tell(&self, sign: &str) {
        if let Ok(mut pipe) = self.pipe.lock()
            && let Some(pipe) = pipe.as_mut()
        {
            let _ = writeln!(pipe, "{sign} {}", self.child.id());
        }
    }

    /// Sends it a signal: `KILL`, `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, signal: &str) -> Outcome<()> {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", signal, &pid]).stderr(Stdio::null()).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("kill -s {signal} {pid}: {other:?}")),
        }
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it is still there.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        self.kill();
        self.tell("-");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_when_the_guard_goes() {
        let guard = Guard::new().expect("a guard");
        let root = guard.root().to_path_buf();
        fs::write(root.join("file"), "").expect("a file");
        let mut ward = guard.spawn(Command::new("sleep").arg("600")).expect("a process");
        assert!(ward.is_alive() && root.is_dir());
        // As if we had been killed: nobody waits for the process, and only the pipe closes.
        drop(guard);
        assert!(!root.exists());
        let end = ward.child.wait().expect("an end");
        assert!(!end.success(), "it was killed: {end}");
    }

    #[test]
    fn a_process_that_has_ended_is_forgotten() {
        let guard = Guard::new().expect("a guard");
        let ward = guard.spawn(Command::new("sleep").arg("600")).expect("a process");
        drop(ward);
        let mut other = guard.spawn(Command::new("sleep").arg("600")).expect("a process");
        assert!(other.is_alive());
    }
}
