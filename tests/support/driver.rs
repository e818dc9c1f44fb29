//! The program that speaks for a browser: chromedriver or geckodriver, on a port of its own.
//!
//! `CHROMEDRIVER` and `GECKODRIVER` name it, `CHROME_BIN` and `FIREFOX_BIN` its browser (`cargo xtask
//! test` sets them); without them they are looked for on the search path.

use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

/// A browser that the tests can be about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Chromium, or Chrome.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Kind {
    /// `ACKSCOPE_BROWSER` says which one the tests are about.
    pub fn asked() -> Self {
        match env::var("ACKSCOPE_BROWSER").as_deref() {
            Ok("firefox") => Self::Firefox,
            Ok("chromium") | Err(_) => Self::Chromium,
            Ok(other) => panic!("ACKSCOPE_BROWSER is chromium or firefox, not {other}"),
        }
    }

    /// Starts the driver, which says on which port it listens; or does not come so far.
    fn start(self, folder: &Path) -> Option<(Child, u16)> {
        let (variable, name) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
        };
        let mut command = Command::new(env::var_os(variable).unwrap_or_else(|| name.into()));
        command.arg("--port=0");
        if self == Self::Firefox {
            command.arg("--websocket-port=0").arg("--profile-root").arg(folder);
        }
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} ({variable} names it): {error}"));
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| port_in(&line));
        // Whatever else it prints is read, so that it never waits for a reader.
        thread::spawn(move || lines.for_each(drop));
        if port.is_none() {
            let _ = process.kill();
            let _ = process.wait();
        }
        Some((process, port?))
    }

    /// What is asked of the driver for a window of that size.
    fn capabilities(self, (width, height): (u32, u32), folder: &Path) -> Value {
        match self {
            Self::Chromium => {
                let size = format!("--window-size={width},{height}");
                let profile = format!("--user-data-dir={}", folder.display());
                let own = [size, profile].into_iter();
                let arguments: Vec<_> =
                    own.chain(ARGUMENTS.iter().map(|it| (*it).to_owned())).collect();
                let mut options = json!({ "args": arguments });
                name_program(&mut options, env::var_os("CHROME_BIN"));
                json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } })
            }
            Self::Firefox => {
                let mut options = json!({
                    "args": ["--headless", "--width", width.to_string(), "--height", height.to_string()],
                    // On a desktop it would tell pages nothing of fingers.
                    "prefs": { "layout.css.devPixelsPerPx": "1.0", "dom.w3c_touch_events.enabled": 1 },
                });
                name_program(&mut options, env::var_os("FIREFOX_BIN"));
                json!({ "moz:firefoxOptions": options, "webSocketUrl": true })
            }
        }
    }
}

fn name_program(options: &mut Value, program: Option<OsString>) {
    if let Some(program) = program {
        options["binary"] = json!(program.to_string_lossy());
    }
}

const ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--lang=en",
];

/// A running driver.
pub struct Driver {
    /// Whose it is.
    pub kind: Kind,
    process: Child,
    port: u16,
    folder: PathBuf,
    /// The session that it holds.
    pub session: String,
}

impl Driver {
    /// Starts one.
    pub fn start(kind: Kind) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("browser-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).expect("a folder for the profile");
        // The port that it finds free may be taken before it listens: then it ends, and another may do.
        let (process, port) =
            (0..5).find_map(|_| kind.start(&folder)).expect("the driver tells its port");
        Self { kind, process, port, folder, session: String::new() }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What is asked of it for a window of that size.
    pub fn capabilities(&self, size: (u32, u32)) -> Value {
        self.kind.capabilities(size, &self.folder)
    }

    /// Asks the driver to end its browser, and itself if it can do that.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let request = match self.kind {
            Kind::Chromium => "GET /shutdown".to_owned(),
            Kind::Firefox => format!("DELETE /session/{}", self.session),
        };
        let host = format!("Host: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        stream.write_all(format!("{request} HTTP/1.1\r\n{host}\r\n").as_bytes())?;
        stream.read(&mut [0; 64]).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let ends = self.shut_down().is_ok() && self.kind == Kind::Chromium;
        for _ in 0..50 {
            if !ends || !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The port in `ChromeDriver was started successfully on port 40123.`, and in `Listening on
/// 127.0.0.1:40123`.
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line
        .split_once("successfully on port ")
        .or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
    port.trim_end().trim_end_matches('.').parse().ok()
}
