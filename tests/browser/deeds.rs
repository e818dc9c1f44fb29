//! Faults as a user comes to them: every one of the model is offered for its kind of thing, with what it
//! does; and one can be done by keyboard alone.

use ackscope::script::deeds::{DEEDS, Kind};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::keyboard::{ENTER, TAB, strike};
use crate::story::{click, digest, evaluate, until};
use crate::tune::{paused, until_again, until_another};

/// What is offered: the name of each deed, and what it says that it does.
const OFFERED: &str = "[...document.querySelectorAll('.deeds [data-deed]')].map(it =>
    [it.querySelector('b').textContent, it.querySelector('small').textContent])";

#[tokio::test]
async fn every_fault_of_the_model_is_offered_with_what_it_does() {
    let (_site, browser) = paused().await;
    click(&browser, "[data-pane=break]").await;
    until(&browser, "document.querySelector('.deeds [data-deed]')").await;
    let mut offered = 0;
    for (kind, thing) in [
        (Kind::Broker, "broker-2"),
        (Kind::Producer, "producer-1"),
        (Kind::Consumer, "billing-1"),
        (Kind::Link, "producer-1 – broker-2"),
        (Kind::Topic, "orders"),
        (Kind::Partition, "orders-0"),
        (Kind::Group, "billing"),
        (Kind::Record, "Record "),
        (Kind::Cluster, "all brokers"),
    ] {
        choose_thing(&browser, thing).await;
        let deeds = DEEDS.concat();
        let deeds: Vec<_> = deeds.iter().filter(|deed| deed.on == kind).collect();
        offered += deeds.len();
        let expected: Vec<Value> =
            deeds.iter().map(|deed| json!([deed.label, deed.does])).collect();
        let expected = json!(expected);
        until(&browser, &format!("JSON.stringify({OFFERED}) === JSON.stringify({expected})")).await;
    }
    assert_eq!(offered, DEEDS.concat().len(), "deeds of a kind that is not here");
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// Chooses the thing of that name, or the first one whose name begins so.
async fn choose_thing(browser: &Browser, name: &str) {
    let script = "const [name, it] = [arguments[0], document.querySelector('.thing-choice')];
        const names = [...it.options].map(it => it.textContent);
        it.selectedIndex = names.includes(name) ? names.indexOf(name) : names.findIndex(it => it.startsWith(name));
        if (it.selectedIndex < 0) throw new Error(names.join());
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client.execute(script, vec![json!(name)]).await.expect(name);
}

#[tokio::test]
async fn a_fault_is_done_by_keyboard_alone() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    evaluate(&browser, "document.querySelector('.thing[data-part=broker-2]').focus()").await;
    strike(&browser, &[ENTER]).await;
    until(&browser, "document.querySelector('.thing-menu[open] [data-deed=power-cut]')").await;
    let there = "document.activeElement.matches('[data-deed=power-cut]')";
    let mut steps = 0;
    while evaluate(&browser, there).await == json!(false) {
        steps += 1;
        assert!(steps < 20, "Tab does not come there");
        strike(&browser, &[TAB]).await;
    }
    strike(&browser, &[ENTER]).await;
    until_another(&browser, &before).await;
    until(&browser, "!document.querySelector('.thing-menu').open").await;
    // One is back where one came from; what was done is a mark on the timeline, which says so.
    until(&browser, "document.activeElement.matches('.thing[data-part=broker-2]')").await;
    until(&browser, "[...document.querySelectorAll('.handles button')].some(it => it.getAttribute('aria-label').startsWith('power-cut broker-2'))").await;
    strike(&browser, &['\u{e009}', 'z']).await;
    until_again(&browser, &before).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
