//! The page by keyboard alone: Tab and Shift+Tab go through everything and show where they are, dialogs
//! keep the focus and give it back, arrows go from tab to tab.
//!
//! Keys are pressed as a keyboard presses them, wherever the focus is. Behind the last control of a page
//! comes the browser's own bar, where no test can follow: none goes that far.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};

use crate::access::standing;
use crate::browser::Browser;
use crate::story::{evaluate, until};

pub const TAB: char = '\u{e004}';
pub const ENTER: char = '\u{e007}';
const SHIFT: char = '\u{e008}';
const ESCAPE: char = '\u{e00c}';

/// Presses keys, each while those before it are held.
pub async fn strike(browser: &Browser, keys: &[char]) {
    let mut actions = KeyActions::new("keyboard".to_owned());
    for value in keys {
        actions = actions.then(KeyAction::Down { value: *value });
    }
    for value in keys.iter().rev() {
        actions = actions.then(KeyAction::Up { value: *value });
    }
    browser.client.perform_actions(actions).await.expect("keys are pressed");
}

/// Gives what can be used below an element a number each, and remembers what it looks like without the
/// focus: of a group of radio buttons, and of tabs, it is the chosen one. The answer is how many there are.
async fn number(browser: &Browser, below: &str) -> usize {
    let script = format!(
        "(() => {{
            const all = [...document.querySelectorAll('{below}')].flatMap(it =>
                [...it.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')]);
            const usable = all.filter(it => !it.disabled && !it.matches('[role=tab][aria-selected=false]')
                && it.checkVisibility({{ visibilityProperty: true }}) && (it.type !== 'radio' || it.checked));
            window.look = it => [it, it.nextElementSibling, it.parentElement].filter(Boolean).map(it => {{
                const {{ outlineStyle, outlineWidth, outlineColor, boxShadow }} = getComputedStyle(it);
                const outline = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 && outlineColor;
                return [outline, boxShadow, it.matches('.skip') && it.getBoundingClientRect().top >= 0].join();
            }}).join();
            const focused = document.activeElement;
            focused.blur();
            window.looks = usable.map(look);
            focused.focus();
            document.querySelectorAll('[data-tab]').forEach(it => delete it.dataset.tab);
            usable.forEach((it, n) => it.dataset.tab = n);
            return usable.length;
        }})()"
    );
    let count = evaluate(browser, &script).await;
    count.as_u64().and_then(|count| usize::try_from(count).ok()).expect("a number")
}

/// The number of what has the focus, whether that shows, and what it is.
const FOCUSED: &str = "(it => [Number(it.dataset.tab ?? -1), look(it) !== looks[it.dataset.tab],
    it.outerHTML.slice(0, 160)])(document.activeElement)";

/// The focus is on that one, and shows. It may take a moment to come into sight.
async fn is_at(browser: &Browser, number: usize) {
    let mut at = Value::Null;
    for _ in 0..40 {
        at = evaluate(browser, FOCUSED).await;
        if at[0] == json!(number) && at[1] == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let expected =
        format!("document.querySelector('[data-tab=\"{number}\"]')?.outerHTML.slice(0, 160)");
    let expected = evaluate(browser, &expected).await;
    assert_eq!(at[0], json!(number), "the focus is at {} and not at {expected}", at[2]);
    panic!("nothing shows that this has the focus: {}", at[2]);
}

#[tokio::test]
async fn the_tab_key_goes_through_everything_and_back_and_shows_where_it_is() {
    let (_site, browser) = standing(1440, 900).await;
    evaluate(&browser, "document.activeElement.blur()").await;
    let count = number(&browser, "body").await;
    assert!(count > 50, "{count} things to use");
    // In the order in which they stand: nothing is passed over, nothing comes twice.
    for at in 0..count {
        strike(&browser, &[TAB]).await;
        is_at(&browser, at).await;
    }
    for at in (0..count - 1).rev() {
        strike(&browser, &[SHIFT, TAB]).await;
        is_at(&browser, at).await;
    }
    // The parts of the page in the order of what one does: what runs, what is seen, when, and the panels.
    let parts = "['.top', '.stage', '.fates', '.transport', '[data-scrubber]', '[data-panel=settings]', '[data-panel=record]']
        .map(css => document.querySelector(css)).map(it => it && Number((it.matches('[data-tab]') ? it : it.querySelector('[data-tab]'))?.dataset.tab))";
    let parts = evaluate(&browser, parts).await;
    let parts: Vec<u64> =
        parts.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    assert!(parts.len() == 7 && parts.is_sorted(), "{parts:?}");
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn a_dialog_keeps_the_focus_and_gives_it_back() {
    let (_site, browser) = standing(1440, 900).await;
    for (opener, there) in [
        ("[data-action=help]", "[type=checkbox]"),
        ("[data-action=menu]", "[data-lesson]"),
        (".thing[data-part=broker-2]", "[data-deed=power-cut]"),
    ] {
        evaluate(&browser, &format!("document.querySelector('{opener}').focus()")).await;
        strike(&browser, &[ENTER]).await;
        until(&browser, &format!("document.querySelector('dialog[open] {there}')")).await;
        let count = number(&browser, "dialog[open]").await;
        // It is in there at once; from there to the last one, back to the first, and out.
        until(&browser, "document.activeElement.closest('dialog[open] [data-tab]')").await;
        let first = evaluate(&browser, FOCUSED).await[0].as_u64().expect("a number") as usize;
        for at in first + 1..count {
            strike(&browser, &[TAB]).await;
            is_at(&browser, at).await;
        }
        for at in (0..count - 1).rev() {
            strike(&browser, &[SHIFT, TAB]).await;
            is_at(&browser, at).await;
        }
        strike(&browser, &[ESCAPE]).await;
        until(&browser, "document.querySelector('dialog[open]') === null").await;
        until(&browser, &format!("document.activeElement.matches('{opener}')")).await;
    }
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn arrows_go_from_tab_to_tab_and_the_tab_key_past_them() {
    let (_site, browser) = standing(1440, 900).await;
    evaluate(&browser, "document.querySelector('[data-pane=settings]').focus()").await;
    let at = "[document.activeElement.dataset.pane, document.querySelector('.side .panel').dataset.panel,
        document.querySelectorAll('.side [role=tab][tabindex=\"-1\"]').length, document.activeElement.getAttribute('aria-selected')]";
    // Right, right, round to the first, left round to the last, Home, End.
    for (key, pane) in [
        ('\u{e014}', "break"),
        ('\u{e014}', "files"),
        ('\u{e014}', "settings"),
        ('\u{e012}', "files"),
        ('\u{e011}', "settings"),
        ('\u{e010}', "files"),
    ] {
        strike(&browser, &[key]).await;
        let expected = json!([pane, pane, 2, "true"]);
        until(&browser, &format!("JSON.stringify({at}) === JSON.stringify({expected})")).await;
    }
    // They move nothing else: the run stands where it stood.
    assert_eq!(
        evaluate(&browser, "document.querySelector('[data-action=pause]')").await,
        json!(null)
    );
    browser.close().await;
}
