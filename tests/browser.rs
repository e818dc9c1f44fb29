//! The site in a real browser: `cargo xtask test` builds it and says where it is.

#[path = "browser/access.rs"]
mod access;
#[path = "browser/address.rs"]
mod address;
#[path = "support/browser.rs"]
mod browser;
#[path = "browser/compare.rs"]
mod compare;
#[path = "support/cpu.rs"]
#[allow(dead_code, clippy::disallowed_types, reason = "a clock, shared with the benchmarks")]
mod cpu;
#[path = "browser/deeds.rs"]
mod deeds;
#[path = "browser/everywhere.rs"]
mod everywhere;
#[path = "browser/fates.rs"]
mod fates;
#[path = "browser/files.rs"]
mod files;
#[path = "browser/found.rs"]
mod found;
#[path = "browser/groups.rs"]
mod groups;
#[path = "browser/heard.rs"]
mod heard;
#[path = "browser/keyboard.rs"]
mod keyboard;
#[path = "browser/lab.rs"]
mod lab;
#[path = "browser/later.rs"]
mod later;
#[path = "support/probe.rs"]
mod probe;
#[path = "support/scripts.rs"]
mod scripts;
#[path = "browser/search.rs"]
mod search;
#[path = "support/site.rs"]
mod site;
#[path = "browser/speed.rs"]
mod speed;
#[path = "browser/story.rs"]
mod story;
#[path = "browser/time.rs"]
mod time;
#[path = "browser/touch.rs"]
mod touch;
#[path = "browser/tune.rs"]
mod tune;

use browser::Browser;
use fantoccini::Locator;
use site::Site;
use std::path::PathBuf;
use std::time::Duration;

fn dist() -> PathBuf {
    std::env::var_os("ACKSCOPE_DIST").map_or_else(|| "dist".into(), PathBuf::from)
}

async fn wait_for_the_app(browser: &Browser) {
    let heading = browser.client.wait().at_most(Duration::from_secs(20));
    heading.for_element(Locator::Css("h1")).await.expect("the app shows its heading");
}

/// Opens a page that holds the app in a frame, and waits for the app.
async fn open_framed(site: &Site) -> Browser {
    let browser = Browser::open(800, 600).await;
    browser.client.goto(&site.url_at("/host.html")).await.expect("the page opens");
    browser.client.enter_frame(0).await.expect("the frame is there");
    wait_for_the_app(&browser).await;
    browser
}

#[tokio::test]
async fn the_app_starts_at_any_path_and_the_console_stays_silent() {
    for base in ["/", "/some/path/"] {
        let site = Site::start(&dist(), base, &[]);
        let browser = Browser::open(1280, 800).await;
        browser.client.goto(&site.url("")).await.expect("the page opens");
        wait_for_the_app(&browser).await;
        assert_eq!(browser.console().await, vec![], "at {base}");
        let missing: Vec<_> = site.requests().into_iter().filter(|it| it.status != 200).collect();
        assert_eq!(missing, vec![], "at {base}");
        browser.close().await;
    }
}

/// What the other tests rely on when they say that the console stays silent.
#[tokio::test]
async fn what_goes_wrong_on_a_page_is_heard() {
    let wrong = "<!doctype html><link rel=icon href=data:,><img src=/missing.png>\
        <script>console.warn('said'); setTimeout(() => { throw new Error('thrown'); })</script>";
    let forbidden = "<!doctype html><link rel=icon href=data:,>\
        <meta http-equiv=Content-Security-Policy content=\"script-src 'self'\"><script>alert(1)</script>";
    let pages = [("/wrong.html", wrong), ("/forbidden.html", forbidden)];
    let site = Site::start(&dist(), "/app/", &pages);
    let browser = Browser::open(800, 600).await;
    for (page, level, words) in [
        ("/wrong.html", "WARNING", "said"),
        ("/wrong.html", "SEVERE", "thrown"),
        ("/wrong.html", "SEVERE", "/missing.png"),
        ("/forbidden.html", "SEVERE", "inline script"),
    ] {
        browser.client.goto(&site.url_at(page)).await.expect("the page opens");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let heard = browser.console().await;
        let is_it = |it: &&browser::LogEntry| it.level == level && it.text.contains(words);
        assert!(heard.iter().any(|it| is_it(&it)), "no {words} among {heard:?}");
    }
    browser.close().await;
}

#[tokio::test]
async fn a_page_can_show_the_app_in_a_frame() {
    let host = "<!doctype html><link rel=icon href=data:,><iframe src=/app/></iframe>";
    let site = Site::start(&dist(), "/app/", &[("/host.html", host)]);
    let browser = open_framed(&site).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// Modules and fetches of a frame without an origin need the server's leave.
#[tokio::test]
async fn a_sandboxed_frame_shows_the_app_where_the_server_answers_any_origin() {
    let host = "<!doctype html><link rel=icon href=data:,>\
        <iframe sandbox=allow-scripts src=/app/></iframe>";
    let site = Site::start_shared(&dist(), "/app/", &[("/host.html", host)]);
    let browser = open_framed(&site).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
