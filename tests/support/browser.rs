//! A real browser for the tests, Chromium or Firefox: starts its driver, opens a window, and ends
//! both.

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::cell::RefCell;

mod bidi;
mod driver;

use bidi::Bidi;
use driver::{Driver, Kind};

/// An open browser window, with a profile of its own.
pub struct Browser {
    /// What a test drives.
    pub client: Client,
    bidi: Option<RefCell<Bidi>>,
    _driver: Driver,
}

/// Something that went wrong on a page, or that it said to the console.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// What it says, with the place it comes from.
    pub text: String,
}

impl Browser {
    /// Opens a window of that size in CSS pixels, its frame included.
    pub async fn open(width: u32, height: u32) -> Self {
        let mut driver = Driver::start(Kind::asked());
        let capabilities = driver.capabilities((width, height));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().expect("it is an object").clone())
            .connect(&driver.address())
            .await
            .expect("the browser starts");
        let session = client.session_id().await.expect("the driver answers");
        driver.session = session.expect("a session");
        let address = client.capabilities().and_then(|all| all.get("webSocketUrl")?.as_str());
        let bidi = address.map(|url| RefCell::new(Bidi::connect(url, EVENTS)));
        Self { client, bidi, _driver: driver }
    }

    /// Gives the page exactly that room, which a window of a desktop may be too large for.
    pub async fn resize(&self, width: u32, height: u32) {
        if let Some(bidi) = &self.bidi {
            let window = self.client.window().await.expect("a window");
            let viewport = json!({ "width": width, "height": height });
            let params = json!({ "context": String::from(window), "viewport": viewport });
            bidi.borrow_mut().call("browsingContext.setViewport", &params);
        } else {
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        }
    }

    /// Whether a finger scrolls what lies under it: Firefox's driver tells the page of fingers, not Firefox.
    pub fn scrolls_by_touch(&self) -> bool {
        self.bidi.is_none()
    }

    /// A command of Chromium's own protocol.
    async fn devtools(&self, command: &str, params: Value) {
        let command = json!({ "cmd": command, "params": params });
        self.client.issue_cmd(Post("goog/cdp/execute", command)).await.expect("it is done");
    }

    /// What went wrong since that was last asked, and what the console said.
    pub async fn console(&self) -> Vec<LogEntry> {
        if let Some(bidi) = &self.bidi {
            return bidi.borrow_mut().events().iter().filter_map(heard).collect();
        }
        let read = Post("se/log", json!({ "type": "browser" }));
        let answer = self.client.issue_cmd(read).await.expect("the console can be read");
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

/// What of Firefox goes to the log.
const EVENTS: &[&str] = &["log.entryAdded", "network.responseCompleted", "network.fetchError"];

/// An event as an entry of the log, if it belongs there.
fn heard(event: &Value) -> Option<LogEntry> {
    let params = &event["params"];
    let address = params["request"]["url"].as_str().unwrap_or_default();
    let severe = |text: String| Some(LogEntry { level: "SEVERE".to_owned(), text });
    match event["method"].as_str()? {
        "log.entryAdded" => {
            let level = match params["level"].as_str()? {
                "error" => "SEVERE",
                "warn" => "WARNING",
                "debug" => "DEBUG",
                _ => "INFO",
            };
            let place = params["stackTrace"]["callFrames"][0]["url"].as_str().unwrap_or_default();
            let text = format!("{place} {}", params["text"].as_str().unwrap_or_default());
            Some(LogEntry { level: level.to_owned(), text })
        }
        // What the page itself gave up has not failed.
        "network.fetchError" if params["errorText"] == "NS_BINDING_ABORTED" => None,
        "network.fetchError" => severe(format!("{address} {}", params["errorText"])),
        _ => {
            let status = params["response"]["status"].as_u64()?;
            (status >= 400).then(|| severe(format!("{address} {status}")))?
        }
    }
}

/// A command to the driver that is no part of the common ones.
#[derive(Debug)]
struct Post(&'static str, Value);

impl WebDriverCompatibleCommand for Post {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}
