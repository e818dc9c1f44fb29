//! Addresses that say something else than this page's own, and nonsense: what is on the screen stays.

use serde_json::json;

use crate::browser::Browser;
use crate::site::Site;
use crate::story::{click, digest, evaluate, open, until};
use crate::{dist, wait_for_the_app};

async fn at(address: &str) -> (Site, Browser) {
    let site = Site::start(&dist(), "/", &[]);
    let browser = Browser::open(1440, 900).await;
    browser.client.goto(&site.url(address)).await.expect("the page opens");
    wait_for_the_app(&browser).await;
    until(&browser, "document.documentElement.dataset.ready === 'true'").await;
    (site, browser)
}

#[tokio::test]
async fn an_address_that_means_nothing_is_named_and_loses_nothing() {
    let (_site, first) = open(1440, 900).await;
    let story = digest(&first).await;
    first.close().await;
    for (address, named) in [
        ("#garbage", "#garbage"),
        ("?script=zzz", "?script=zzz"),
        ("#lesson=none-of-these", "none-of-these"),
    ] {
        let (_site, browser) = at(address).await;
        let error = "document.querySelector('dialog.menu[open] .error[role=alert]')";
        until(&browser, &format!("{error}?.textContent.includes('{named}')")).await;
        // In sight, with the lessons below it.
        until(&browser, &format!("document.querySelector('[data-lesson]') && {error}.getBoundingClientRect().bottom < innerHeight")).await;
        assert_eq!(digest(&browser).await, story, "{address}: the run is there");
        click(&browser, "dialog.menu [aria-label=Close]").await;
        until(&browser, "document.querySelector('dialog[open]') === null").await;
        assert_eq!(browser.console().await, vec![]);
        browser.close().await;
    }
}

#[tokio::test]
async fn another_address_in_the_same_page_opens_its_lesson() {
    let (_site, browser) = open(1440, 900).await;
    let story = digest(&browser).await;
    evaluate(&browser, "location.hash = '#lesson=power-cut'").await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{story}'")).await;
    // The way past what is above the stage is an address, too, and means no lesson.
    let lesson = digest(&browser).await;
    evaluate(&browser, "document.querySelector('.skip').click()").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(evaluate(&browser, "document.querySelector('dialog[open]')").await, json!(null));
    assert_eq!(digest(&browser).await, lesson);
    browser.close().await;
}
