//! Accessibility: what a checker (axe-core) finds in every view, wide and narrow, in each theme.
//!
//! The checker sees names, roles, structure, contrast and sizes of targets. It does not see what is
//! painted on a canvas (`src/stage/palette.rs` tests its own contrast) and cannot judge whether a
//! name says the right thing. What the keyboard does is in `keyboard.rs`.

use std::fs;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::story::{evaluate, open, press, scrub, story, until};

/// Runs the checker; what does not depend on colours is asked once. How large the things on the stage
/// are depends on the moment, and a list does the same (what WCAG 2.5.8 calls an equivalent).
const CHECK: &str = "const [colours, done] = arguments;
    const options = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
    if (colours) options.runOnly = { type: 'rule', values: ['color-contrast'] };
    const counts = (id, node) => id !== 'target-size' || !/data-part|thing/.test(node.html);
    axe.run(document, options).then(({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.filter(node => counts(id, node)).map(node =>
        [id, node.target.join(' '), ...[...node.any, ...node.all, ...node.none].map(it => it.message)].join(' | ')))),
        error => done([String(error)]));";

/// What is smaller than 24 by 24 pixels: how far from its middle to either side one still hits it, but
/// for a pixel that is lost where places are not whole (WCAG 2.5.8 without its exception for what stands
/// apart). Of the stage as above. What lies under something else in its middle is named, too.
const SMALL: &str = "(() => {
    const top = document.querySelector('dialog[open]') ?? document;
    const all = top.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]');
    const seen = it => !it.disabled && it.checkVisibility({ visibilityProperty: true })
        && !it.matches('[data-part], .skip, [type=file], [data-scrubber]');
    return [...all].filter(seen).flatMap(it => {
        const whole = it.matches('input') && it.closest('label') || it;
        whole.scrollIntoView({ block: 'center', inline: 'center' });
        const box = whole.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
        const hits = (dx, dy) => { const hit = document.elementFromPoint(x + dx, y + dy); return hit !== null && whole.contains(hit); };
        const reach = (dx, dy) => { let n = 0; while (n < 24 && hits(dx * n, dy * n)) n += 0.5; return n; };
        const size = [reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1)];
        return Math.min(...size) < 23 ? [`${whole.outerHTML.slice(0, 120)} is hit within ${size}`] : [];
    });
})()";

/// Nothing moves any more.
const STILL: &str = "document.getAnimations().every(it => it.playState !== 'running'
    || it.effect.getTiming().iterations === Infinity)";

/// Adds what the checker finds in a view, in each theme.
async fn check(browser: &Browser, view: &str, findings: &mut Vec<String>) {
    let here = evaluate(browser, "typeof axe").await;
    if here == json!("undefined") {
        let path = std::env::var_os("ACKSCOPE_AXE").expect("ACKSCOPE_AXE names the checker");
        let script = fs::read_to_string(path).expect("the checker") + "; window.axe = axe;";
        browser.client.execute(&script, vec![]).await.expect("the checker is there");
    }
    until(browser, STILL).await;
    let small = evaluate(browser, SMALL).await;
    let small = small.as_array().expect("a list").iter().filter_map(Value::as_str);
    findings.extend(small.map(|it| format!("{view}: {it}")));
    for theme in ["Light", "Dark", "High contrast"] {
        press(browser, &format!("[name=theme][aria-label=\"{theme}\"]")).await;
        until(browser, STILL).await;
        let colours = json!(theme != "Light");
        let found = browser.client.execute_async(CHECK, vec![colours]).await.expect("an answer");
        let found = found.as_array().expect("a list").iter().filter_map(Value::as_str);
        findings.extend(found.map(|it| format!("{view}, {theme}: {it}")));
    }
}

/// The story, standing still where records are at risk.
pub async fn standing(width: u32, height: u32) -> (crate::site::Site, Browser) {
    let (site, browser) = open(width.max(600), height + 143).await;
    browser.resize(width, height).await;
    if evaluate(&browser, "document.querySelector('[data-action=pause]') !== null").await == true {
        press(&browser, "[data-action=pause]").await;
    }
    scrub(&browser, story().pace().play_ms(9_500_000)).await;
    until(&browser, "[...document.styleSheets].some(it => it.href?.includes('later'))").await;
    (site, browser)
}

async fn write(browser: &Browser, css: &str, text: &str) {
    let script = "const it = document.querySelector(arguments[0]); it.value = arguments[1];
        it.dispatchEvent(new InputEvent('input', { bubbles: true }));
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client.execute(script, vec![json!(css), json!(text)]).await.expect(css);
}

async fn stop_everything(browser: &Browser) {
    while evaluate(browser, "document.querySelector('[data-action=stop]') !== null").await == true {
        press(browser, "[data-action=stop]").await;
    }
}

fn none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

#[tokio::test]
async fn the_checker_finds_nothing_in_the_panes() {
    let (_site, browser) = standing(1440, 900).await;
    let mut findings = Vec::new();
    check(&browser, "at first", &mut findings).await;
    for (pane, there) in [("log", ".log-row"), ("metrics", ".chart")] {
        press(&browser, &format!("[data-pane={pane}]")).await;
        until(&browser, &format!("document.querySelector('{there}')")).await;
        check(&browser, pane, &mut findings).await;
    }
    press(&browser, "[data-action=all-settings]").await;
    press(&browser, "[data-property=acks] .field-name").await;
    press(&browser, "[data-property=\"enable.idempotence\"] input").await;
    until(
        &browser,
        "document.querySelector('.details') && document.querySelector('.field .error')",
    )
    .await;
    check(&browser, "all settings, one explained, one refused", &mut findings).await;
    press(&browser, "[data-action=undo]").await;
    press(&browser, "[data-pane=break]").await;
    press(&browser, ".action-what").await;
    until(&browser, "document.querySelector('.deeds [data-deed]')").await;
    check(&browser, "break it", &mut findings).await;
    press(&browser, "[data-pane=files]").await;
    until(&browser, "document.querySelector('textarea') && document.querySelector('pre')").await;
    write(&browser, "textarea", "acks=1\nlinger=20\nacks=x\n").await;
    until(&browser, "document.querySelectorAll('.problem').length > 1").await;
    check(&browser, "files with problems", &mut findings).await;
    none(&findings);
    browser.close().await;
}

#[tokio::test]
async fn the_checker_finds_nothing_in_what_the_lab_says() {
    let (_site, browser) = standing(1440, 900).await;
    let mut findings = Vec::new();
    press(&browser, "[data-pane=lab]").await;
    until(&browser, "document.querySelector('#danger-fault optgroup')").await;
    write(&browser, "#danger-fault", "crash:leader").await;
    until(&browser, "document.querySelector('.danger-says button')").await;
    write(&browser, "#hazard", "own").await;
    for (ask, answer) in
        [("monitoring", ".noticed"), ("odds", "[data-share]"), ("promises", ".promise-list")]
    {
        press(&browser, &format!("[data-action={ask}]")).await;
        until(&browser, &format!("document.querySelector('{answer}')")).await;
    }
    check(&browser, "lab at work", &mut findings).await;
    stop_everything(&browser).await;
    check(&browser, "lab", &mut findings).await;
    press(&browser, "[data-pane=record]").await;
    scrub(&browser, 1e9).await;
    press(&browser, ".tray[data-fate=lost] .tray-head").await;
    if evaluate(&browser, "document.querySelector('[data-action=rescue]') !== null").await == true {
        press(&browser, "[data-action=rescue]").await;
    }
    until(&browser, "document.querySelector('[data-action=compare-answer]')").await;
    check(&browser, "a lost record", &mut findings).await;
    press(&browser, "[data-action=compare-answer]").await;
    until(&browser, "document.querySelector('[data-row=proof] .verdict')").await;
    check(&browser, "two worlds", &mut findings).await;
    none(&findings);
    browser.close().await;
}

#[tokio::test]
async fn the_checker_finds_nothing_in_what_opens_over_the_page() {
    let (_site, browser) = standing(1440, 900).await;
    let mut findings = Vec::new();
    for (opener, view) in [
        ("[data-action=help]", "help"),
        ("[data-action=menu]", "lessons"),
        (".thing[data-part=broker-2]", "menu of a thing"),
    ] {
        press(&browser, opener).await;
        until(&browser, "document.querySelector('dialog[open] button')").await;
        check(&browser, view, &mut findings).await;
        evaluate(&browser, "document.querySelector('dialog[open]').close()").await;
    }
    press(&browser, "[data-action=present]").await;
    until(&browser, "document.querySelector('[data-present]')").await;
    check(&browser, "before an audience", &mut findings).await;
    none(&findings);
    browser.close().await;
}

#[tokio::test]
async fn the_checker_finds_nothing_where_there_is_little_room() {
    let (_site, browser) = standing(390, 844).await;
    let mut findings = Vec::new();
    check(&browser, "at first", &mut findings).await;
    let help = "document.querySelector('[data-action=help]').checkVisibility()";
    assert_eq!(evaluate(&browser, help).await, json!(false));
    press(&browser, "[data-action=tools]").await;
    until(&browser, help).await;
    check(&browser, "all tools", &mut findings).await;
    for (opener, view) in [
        ("[data-action=help]", "help"),
        ("[data-action=menu]", "lessons"),
        (".thing[data-part=broker-2]", "menu of a thing"),
    ] {
        press(&browser, opener).await;
        until(&browser, "document.querySelector('dialog[open] button')").await;
        check(&browser, view, &mut findings).await;
        evaluate(&browser, "document.querySelector('dialog[open]').close()").await;
    }
    for pane in ["settings", "break", "files", "record", "lab", "log", "metrics"] {
        press(&browser, &format!("[data-panel={pane}] summary")).await;
        until(&browser, &format!("document.querySelector('[data-panel={pane}] .drawer-body')"))
            .await;
    }
    press(&browser, "[data-action=more]").await;
    until(&browser, "document.querySelector('.chart')").await;
    check(&browser, "all drawers", &mut findings).await;
    press(&browser, "[data-action=compare]").await;
    until(&browser, "document.querySelectorAll('.world').length === 2").await;
    check(&browser, "two worlds", &mut findings).await;
    none(&findings);
    browser.close().await;
}
