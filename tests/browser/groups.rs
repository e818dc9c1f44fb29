//! Settings in their groups, and what Kafka silently does instead of what a setting says, where that is.

use ackscope::script::knobs::{self, Group};
use serde_json::{Value, json};

use crate::story::{click, digest, evaluate, press, story, until};
use crate::tune::{paused, until_another};

/// The groups: what they are called, and their settings.
const GROUPS: &str = "[...document.querySelectorAll('[data-panel=settings] fieldset.group')].map(it =>
    [it.querySelector('legend').textContent, [...it.querySelectorAll('.field')].map(it => it.dataset.property)])";

#[tokio::test]
async fn settings_stand_in_groups_by_what_they_are_of() {
    let (_site, browser) = paused().await;
    click(&browser, "[data-action=all-settings]").await;
    let json = serde_json::to_value(story().script()).expect("it is JSON");
    let mut all: Vec<Value> = Vec::new();
    for (group, title) in [
        (Group::Producer, "Producer"),
        (Group::Topic, "Broker and topic"),
        (Group::Consumer, "Consumer"),
        (Group::Network, "Network"),
        (Group::Sending, "Workload: what producers send"),
        (Group::Reading, "Workload: what consumers do"),
        (Group::Machines, "Machines and the run"),
    ] {
        let version = story().script().kafka;
        let knobs = knobs::of(group, version, true);
        let known = knobs.iter().filter(|knob| knob.read(&json, &knob.place(), version).is_some());
        let names: Vec<&str> = known.map(|knob| knob.name()).collect();
        all.push(json!([title, names]));
    }
    assert_eq!(all.len(), Group::ALL.len());
    // The list grows from frame to frame.
    let same = format!("JSON.stringify({GROUPS}) === JSON.stringify({})", json!(all));
    until(&browser, &same).await;
    browser.close().await;
}

#[tokio::test]
async fn what_kafka_does_instead_is_said_where_the_setting_is() {
    let resolved = story().script().resolve().expect("it can run");
    let about = |name: &str| {
        let is_it = |it: &&ackscope::script::Notice| it.about.first() == Some(&name);
        resolved.notices.iter().find(is_it).map(|it| it.message.clone())
    };
    // Since 3.0 acks=1 switches idempotence off, and the client says so in its log alone.
    let notice = about("acks").expect("a notice");
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    let acks = ".field[data-property=acks]";
    let said =
        format!("[...document.querySelectorAll('{acks} .notice')].map(it => it.textContent)");
    let expected = json!([format!("* {notice}")]);
    until(&browser, &format!("JSON.stringify({said}) === JSON.stringify({expected})")).await;
    // The star is at what is overruled, and the switch shows what is in effect.
    let field = ".field[data-property='enable.idempotence']";
    let name = format!("document.querySelector(\"{field} .field-name\").textContent");
    assert_eq!(evaluate(&browser, &name).await, json!("enable.idempotence*"));
    let is_on = format!("document.querySelector(\"{field} input\").checked");
    assert_eq!(evaluate(&browser, &is_on).await, json!(false));
    press(&browser, "[data-property=acks] input[value=all]").await;
    until_another(&browser, &before).await;
    until(&browser, &format!("{is_on} && {said}.length === 0")).await;
    assert_eq!(evaluate(&browser, &name).await, json!("enable.idempotence"));
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
