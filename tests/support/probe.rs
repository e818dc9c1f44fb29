//! The library in a browser: a page that loads the probe and answers what it is asked.

use std::path::PathBuf;

use serde_json::Value;

use crate::browser::Browser;
use crate::site::Site;

const PAGE: &str = "<!doctype html><link rel=icon href=data:,><script type=module>\
    import init, * as probe from '/probe/probe.js'; await init(); window.probe = probe;</script>";

/// A browser with the probe in it.
pub struct Probe {
    browser: Browser,
    _site: Site,
}

impl Probe {
    /// Opens it; `ACKSCOPE_PROBE` names its folder.
    pub async fn open() -> Self {
        let folder = std::env::var_os("ACKSCOPE_PROBE").expect("ACKSCOPE_PROBE names a folder");
        let site = Site::start(&PathBuf::from(folder), "/probe/", &[("/page.html", PAGE)]);
        let browser = Browser::open(400, 300).await;
        browser.client.goto(&site.url_at("/page.html")).await.expect("the page opens");
        Self { browser, _site: site }
    }

    /// What a piece of JavaScript answers that knows the probe.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1], given = [...arguments];
            const go = () => {{ if (window.probe) {{ const probe = window.probe; done((() => {{ {script} }})()); }}
                else setTimeout(go, 20); }};
            go();"
        );
        self.browser.client.execute_async(&script, arguments).await.expect("the probe answers")
    }

    /// Closes the browser.
    pub async fn close(self) {
        self.browser.close().await;
    }
}
