//! Settings as they are looked for: letter by letter, the best first, and how many there are is said at
//! once, whether or not they are all on the page yet.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::story::{click, evaluate, until};
use crate::tune::paused;

/// Types into the search, and answers what is there in the same breath: what the status says, and the
/// settings of each group.
async fn typed(browser: &Browser, text: &str) -> (String, Vec<Vec<String>>) {
    let script = "const search = document.querySelector('.search');
        search.value = arguments[0];
        search.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await 0; await 0;
        const groups = [...document.querySelectorAll('.group')];
        return [document.querySelector('[role=status]')?.textContent ?? '',
            groups.map((group) => [...group.querySelectorAll('.field')].map((field) => field.dataset.property))];";
    let script = format!(
        "const done = arguments[1]; (async () => {{ {script} }})().then(done, (e) => done(String(e)));"
    );
    let said: Value =
        browser.client.execute_async(&script, vec![json!(text)]).await.expect("it can be typed");
    serde_json::from_value(said.clone()).unwrap_or_else(|e| panic!("{said}: {e}"))
}

async fn fields(browser: &Browser) -> u64 {
    let count = evaluate(browser, "document.querySelectorAll('.field').length").await;
    count.as_u64().expect("a number")
}

/// The number in a text.
fn number(text: &str) -> u64 {
    let number = text.split_whitespace().find_map(|word| word.parse().ok());
    number.unwrap_or_else(|| panic!("no number in {text:?}"))
}

/// What settings do is asked for with the first letter: until it is there, names alone are searched.
async fn told(browser: &Browser) {
    typed(browser, "silent fences").await;
    until(browser, "document.querySelector('[role=status]').textContent === '1 found'").await;
}

#[tokio::test]
async fn a_word_is_typed_letter_by_letter_and_the_best_comes_first() {
    let (_site, browser) = paused().await;
    told(&browser).await;
    let mut last = u64::MAX;
    for word in ["a", "ac", "ack", "acks"] {
        let (status, groups) = typed(&browser, word).await;
        let found = number(&status);
        assert!(found <= last && status.ends_with("found"), "{status} of {word}");
        last = found;
        for names in groups {
            let by_name: Vec<bool> = names.iter().map(|name| name.contains(word)).collect();
            assert!(by_name.is_sorted_by(|one, next| one >= next), "{word}: {names:?}");
        }
        // A page of them, and no other number than was said.
        until(
            &browser,
            &format!("document.querySelectorAll('.field').length === Math.min(12, {found})"),
        )
        .await;
        assert_eq!(typed(&browser, word).await.0, status);
    }
    let (_, groups) = typed(&browser, "acks").await;
    assert_eq!(groups[0][0], "acks");
    assert!(last > 1, "nothing but its name was searched");
    // Taken back letter by letter, all is as it was.
    typed(&browser, "a").await;
    assert_eq!(typed(&browser, "").await.0, "");
    until(&browser, "document.querySelector('[data-action=all-settings]')").await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn the_others_that_were_found_are_there_when_asked_for() {
    let (_site, browser) = paused().await;
    told(&browser).await;
    let found = number(&typed(&browser, "e").await.0);
    until(&browser, "document.querySelectorAll('.field').length === 12").await;
    let more = "document.querySelector('[data-action=more-settings]')";
    let says = evaluate(&browser, &format!("{more}.textContent")).await;
    assert_eq!(number(says.as_str().expect("a text")), found - 12);
    click(&browser, "[data-action=more-settings]").await;
    until(&browser, &format!("document.querySelectorAll('.field').length === {found} && !{more}"))
        .await;
    // What was asked for was this search.
    typed(&browser, "en").await;
    until(&browser, "document.querySelectorAll('.field').length === 12").await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn while_the_list_grows_what_is_typed_is_answered() {
    let (_site, browser) = paused().await;
    told(&browser).await;
    typed(&browser, "").await;
    until(&browser, "document.querySelector('[data-action=all-settings]')").await;
    let common = fields(&browser).await;
    // All are asked for, and something else before they are there.
    click(&browser, "[data-action=all-settings]").await;
    let (status, groups) = typed(&browser, "acks").await;
    assert_eq!(groups[0][0], "acks");
    let shown = groups.concat().len() as u64;
    assert_eq!(number(&status), shown, "{groups:?}");
    // And back: all, since that is what was chosen, the common ones at their places from the first on.
    let (_, groups) = typed(&browser, "").await;
    assert_eq!(groups[0][0], "acks");
    until(&browser, "document.querySelectorAll('.field').length > 100").await;
    assert!(common < 20, "{common}");
    browser.close().await;
}
