//! The part of the app that loads later: the first lesson does without it, what a hand does finds
//! it there, and where it is missing the page says so.

use fantoccini::Locator;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

use crate::browser::Browser;
use crate::dist;
use crate::site::Site;
use crate::story::{click, digest, evaluate, open, story, until};

/// How often the later part was fetched.
const FETCHED: &str = "performance.getEntriesByType('resource')
    .filter(it => it.name.includes('/lazy/later-') && it.responseEnd > 0).length";
const CRASH: &str = "button[data-action=crash][data-broker=broker-1]";

async fn fetched(browser: &Browser) -> Value {
    evaluate(browser, FETCHED).await
}

/// A click that no pointer announces.
async fn click_at_once(browser: &Browser, css: &str) {
    evaluate(browser, &format!("document.querySelector('{css}').click()")).await;
}

/// The site without the files whose paths contain a text.
fn site_without(name: &str, missing: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    copy(&dist(), &folder, missing);
    folder
}

fn copy(from: &Path, to: &Path, missing: &str) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the site").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to, missing);
        } else if !path.to_string_lossy().contains(missing) {
            fs::copy(path, to).expect("a copy");
        }
    }
}

async fn alert(browser: &Browser) -> String {
    let wait = browser.client.wait().at_most(std::time::Duration::from_secs(20));
    let alert = wait.for_element(Locator::Css(".failure[role=alert]")).await.expect("an alert");
    assert!(alert.is_displayed().await.expect("it can be asked"), "the alert is hidden");
    alert.text().await.expect("a text")
}

#[tokio::test]
async fn the_first_lesson_does_without_the_later_part() {
    let end_us = story().end_us();
    for (width, height) in [(1440, 900), (500, 844)] {
        let (_site, browser) = open(width, height).await;
        let over = format!("Number(document.documentElement.dataset.timeUs) >= {end_us}");
        for _ in 0..20 {
            if evaluate(&browser, &over).await == json!(true) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        }
        until(&browser, &over).await;
        assert_eq!(fetched(&browser).await, json!(0), "at {width} pixels");
        browser.close().await;
    }
}

#[tokio::test]
async fn it_comes_before_a_hand_needs_it_and_once() {
    let (_site, browser) = open(1440, 900).await;
    let before = digest(&browser).await;
    click(&browser, "[data-action=pause]").await;
    until(&browser, &format!("{FETCHED} === 1")).await;
    click(&browser, CRASH).await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{before}'")).await;
    click(&browser, "[data-action=undo]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{before}'")).await;
    assert_eq!(fetched(&browser).await, json!(1));
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn what_nothing_announced_waits_for_it() {
    let (_site, browser) = open(1440, 900).await;
    let before = digest(&browser).await;
    click_at_once(&browser, CRASH).await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{before}'")).await;
    assert_eq!(fetched(&browser).await, json!(1));
    browser.close().await;
}

#[tokio::test]
async fn an_address_that_says_more_brings_it_along() {
    let site = Site::start(&dist(), "/", &[]);
    let browser = Browser::open(1280, 800).await;
    browser.client.goto(&site.url("#more")).await.expect("the page opens");
    crate::wait_for_the_app(&browser).await;
    assert_eq!(fetched(&browser).await, json!(1));
    browser.close().await;
}

#[tokio::test]
async fn where_it_is_missing_the_page_says_so_and_stays() {
    let site = Site::start(&site_without("no-later-part", "/lazy/"), "/", &[]);
    let browser = Browser::open(1440, 900).await;
    browser.client.goto(&site.url("")).await.expect("the page opens");
    crate::wait_for_the_app(&browser).await;
    until(&browser, "document.documentElement.dataset.ready === 'true'").await;
    let heading = evaluate(&browser, "document.querySelector('h1').textContent").await;
    let before = digest(&browser).await;
    click_at_once(&browser, CRASH).await;
    assert!(alert(&browser).await.contains("could not be loaded"));
    assert_eq!(evaluate(&browser, "document.querySelector('h1').textContent").await, heading);
    assert_eq!(digest(&browser).await, before);
    assert_eq!(evaluate(&browser, "document.querySelector('.app').inert").await, json!(true));
    browser.close().await;
}

#[tokio::test]
async fn where_the_app_is_missing_the_page_says_so() {
    let site = Site::start(&site_without("no-app", "_bg.wasm"), "/", &[]);
    let browser = Browser::open(1280, 800).await;
    browser.client.goto(&site.url("")).await.expect("the page opens");
    assert!(alert(&browser).await.contains("could not be loaded"));
    browser.close().await;
}
