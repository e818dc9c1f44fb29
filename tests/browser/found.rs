//! What somebody finds who is new here and was told nothing, from the opened page: what acks=1 can
//! lose, the setting that prevents it, and that it does at every moment; and what an application's
//! own file risks, and a better one. By what the page says, in its own words.

use serde_json::json;

use crate::browser::Browser;
use crate::story::{evaluate, open, scrub, until};

/// Presses the button, tab or summary with that text, which must be in sight.
async fn press_text(browser: &Browser, inside: &str, text: &str) {
    let script = "const it = [...document.querySelectorAll(arguments[0] + ' :is(button, summary, [role=tab])')]
        .find(it => it.checkVisibility() && it.textContent.trim().startsWith(arguments[1]));
        if (!it) throw new Error('nothing says ' + arguments[1]); it.click();";
    let arguments = vec![json!(inside), json!(text)];
    browser.client.execute(script, arguments).await.unwrap_or_else(|e| panic!("{text}: {e}"));
}

/// Waits until something in sight contains a text; the lab may take a while on a busy machine.
async fn until_says(browser: &Browser, css: &str, text: &str) {
    let says = format!(
        "[...document.querySelectorAll(\"{css}\")].some(it => it.checkVisibility() && it.textContent.includes(\"{text}\"))"
    );
    for _ in 0..90 {
        if evaluate(browser, &says).await == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let said = format!("[...document.querySelectorAll(\"{css}\")].map(it => it.textContent)");
    panic!("{css} never says {text:?}, but {}", evaluate(browser, &said).await);
}

#[tokio::test]
async fn what_acks_1_can_lose_what_prevents_it_and_the_proof() {
    let (_site, browser) = open(1440, 900).await;
    scrub(&browser, 1e9).await;
    until_says(&browser, ".tray", "3 lost").await;
    press_text(&browser, ".caption", "3 lost: why?").await;
    until_says(&browser, ".told-true", "acked").await;
    until_says(&browser, ".told-true", "lost").await;

    // The setting, which saves all of them, and not by luck.
    until_says(&browser, ".answer[data-sure] .answer-title", "acks=all").await;
    until_says(&browser, ".answer[data-sure] .answer-note", "all 3 saved").await;
    press_text(&browser, ".answer[data-sure]", "Compare").await;
    until_says(&browser, ".differences", "acks 1 → all").await;
    // The crash waits for the same, which comes later.
    until_says(&browser, ".differences", "when record 8 acked").await;
    until_says(&browser, "[data-row=proof] th", "The process of broker-1 is killed").await;
    until_says(&browser, "[data-row=proof] td:nth-of-type(1)", "Harm at").await;
    until_says(&browser, "[data-row=proof] td:nth-of-type(2)", "No harm at any of").await;
    // At a moment that is red in one of the worlds the lab tells of both, by their letters.
    press_text(&browser, "[data-row=proof] td:nth-of-type(1)", "See the map").await;
    let first = ".span[data-kind=harm] button";
    until(&browser, &format!("document.querySelector('{first}')")).await;
    evaluate(&browser, &format!("document.querySelector('{first}').click()")).await;
    until_says(&browser, ".here[data-kind=harm]", "A").await;
    until_says(&browser, ".here[data-kind=harm]", "lost").await;
    until_says(&browser, ".here[data-kind=none]", "B").await;

    // That world alone: nothing lost, and no dangerous moment along the timeline.
    press_text(&browser, ".keep", "Keep B").await;
    until(&browser, "document.querySelector('.compare') === null").await;
    until_says(&browser, ".tray", "0 lost").await;
    until_says(&browser, ".danger-says", "No harm at").await;
    press_text(&browser, ".tabs", "Lab").await;
    until_says(&browser, ".danger-legend", "").await;
    let dangerous = "document.querySelectorAll('.span').length";
    assert_eq!(evaluate(&browser, dangerous).await, json!(0));
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn what_an_applications_own_file_risks_and_a_better_one() {
    let (_site, browser) = open(1440, 900).await;
    press_text(&browser, ".tabs", "Files").await;
    until(&browser, "document.querySelector('textarea')").await;
    let paste = "const it = document.querySelector('textarea'); it.focus();
        it.value = 'bootstrap.servers=a:9092\\nacks=1\\nretries=0\\nlinger.ms=20\\n';
        it.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));";
    browser.client.execute(paste, vec![]).await.expect("a file is pasted");
    until_says(&browser, ".file-name", "producer.properties").await;
    until_says(&browser, ".problem", "line 2").await;
    until_says(&browser, ".problem", "line 3").await;
    // What it risks, with a run that shows it.
    until_says(&browser, "[data-lab=check] [data-kept=no]", "lost").await;
    press_text(&browser, "[data-lab=check] [data-broken=lost]", "").await;
    scrub(&browser, 1e9).await;
    until(&browser, "Number(document.querySelector('.tray[data-fate=lost]').dataset.count) > 0")
        .await;

    // A better file, which keeps what is the application's own; and what it is worth.
    let better = "[data-better]";
    until_says(&browser, &format!("{better} [data-line=out]"), "acks=1").await;
    until_says(&browser, &format!("{better} [data-line=in]"), "acks=all").await;
    until_says(&browser, better, "linger.ms=20").await;
    until_says(&browser, "[data-lab=check] pre", "min.insync.replicas=2").await;
    press_text(&browser, "[data-lab=check]", "Compare").await;
    until_says(&browser, ".differences", "acks 1 → all").await;
    scrub(&browser, 1e9).await;
    let lost = |world: usize| {
        format!(
            "Number(document.querySelectorAll('.verdicts tr[data-fate=lost] td')[{world}]?.dataset.count)"
        )
    };
    until(&browser, &format!("{} > 0 && {} === 0", lost(0), lost(1))).await;
    until_says(&browser, "[data-row=proof] td:nth-of-type(2)", "No harm at any of").await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
