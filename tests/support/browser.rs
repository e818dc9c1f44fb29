//! A real browser for the tests: starts chromedriver, opens a window, and ends both.
//!
//! `CHROMEDRIVER` and `CHROME_BIN` name the programs (`cargo xtask test` sets them); without them
//! they are looked for on the search path.

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

/// An open browser window, with a profile of its own.
pub struct Browser {
    /// What a test drives.
    pub client: Client,
    _driver: Driver,
}

/// A line of the browser's console.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// What it says, with the place it comes from.
    pub text: String,
}

impl Browser {
    /// Opens a window of that size in CSS pixels.
    pub async fn open(width: u32, height: u32) -> Self {
        Self::open_with(width, height, &[]).await
    }

    /// Opens a window with more arguments for the browser, such as `--lang=zh`.
    pub async fn open_with(width: u32, height: u32, arguments: &[&str]) -> Self {
        let driver = Driver::start();
        let mut all = vec![format!("--window-size={width},{height}")];
        all.push(format!("--user-data-dir={}", driver.profile.display()));
        all.extend(ARGUMENTS.iter().chain(arguments).map(|argument| (*argument).to_owned()));
        let address = format!("http://127.0.0.1:{}", driver.port);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(all))
            .connect(&address)
            .await
            .expect("the browser starts");
        Self { client, _driver: driver }
    }

    /// What the console said since it was last asked.
    pub async fn console(&self) -> Vec<LogEntry> {
        let answer = self.client.issue_cmd(ReadConsole).await.expect("the console can be read");
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = answer.as_array().into_iter().flatten();
        entries
            .map(|entry| LogEntry { level: text(entry, "level"), text: text(entry, "message") })
            .collect()
    }

    /// Closes the window; a dropped browser is ended as well, less politely.
    pub async fn close(self) {
        self.client.close().await.expect("the session ends");
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
];

fn capabilities(arguments: Vec<String>) -> Capabilities {
    let mut options = json!({ "args": arguments });
    if let Some(browser) = env::var_os("CHROME_BIN") {
        options["binary"] = json!(browser.to_string_lossy());
    }
    let all = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
    all.as_object().expect("it is an object").clone()
}

/// Chromedriver's own command to read the console.
#[derive(Debug)]
struct ReadConsole;

impl WebDriverCompatibleCommand for ReadConsole {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// Starts a chromedriver, which says on which port it listens; or does not come so far.
fn listening() -> Option<(Child, u16)> {
    let program = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
    let mut process = Command::new(program)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts (CHROMEDRIVER names it)");
    let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
    let port = lines.by_ref().flatten().find_map(|line| port_in(&line));
    // Whatever else it prints is read, so that it never waits for a reader.
    thread::spawn(move || lines.for_each(drop));
    if port.is_none() {
        let _ = process.kill();
        let _ = process.wait();
    }
    Some((process, port?))
}

/// A running chromedriver on a port of its own.
struct Driver {
    process: Child,
    port: u16,
    profile: PathBuf,
}

impl Driver {
    fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("browser-{}-{number}", std::process::id());
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // The port that it finds free may be taken before it listens: then it ends, and another may do.
        let (process, port) =
            (0..5).find_map(|_| listening()).expect("chromedriver tells its port");
        Self { process, port, profile }
    }

    /// Asks the driver to end, and its browser with it.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        stream.read(&mut [0; 64]).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let asked = self.shut_down().is_ok();
        for _ in 0..50 {
            if !asked || !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// The port in `ChromeDriver was started successfully on port 40123.`
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("successfully on port ")?;
    port.trim_end().trim_end_matches('.').parse().ok()
}
