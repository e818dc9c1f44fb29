//! Settings and faults as a user comes to them: found by what they do, refused at their place, done by
//! a menu on the thing itself, dragged to another time.

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::story::{click, digest, evaluate, open, press, until};

/// Types into a field as a hand does, and leaves it.
pub async fn type_into(browser: &Browser, css: &str, text: &str) {
    let script =
        "const it = document.querySelector(arguments[0]); it.focus(); it.value = arguments[1];
        it.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: arguments[2] }));
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    let arguments = vec![json!(css), json!(text), json!("insertFromPaste")];
    browser.client.execute(script, arguments).await.unwrap_or_else(|e| panic!("{css}: {e}"));
}

/// Chooses an option by its value or its text.
pub async fn choose(browser: &Browser, css: &str, option: &str) {
    let script = "const it = document.querySelector(arguments[0]);
        const at = [...it.options].findIndex(o => o.value === arguments[1] || o.textContent.startsWith(arguments[1]));
        if (at < 0) throw new Error([...it.options].map(o => o.textContent).join());
        it.selectedIndex = at; it.dispatchEvent(new Event('change', { bubbles: true }));";
    let arguments = vec![json!(css), json!(option)];
    browser.client.execute(script, arguments).await.unwrap_or_else(|e| panic!("{css}: {e}"));
}

pub async fn text_of(browser: &Browser, css: &str) -> String {
    let text = evaluate(browser, &format!("document.querySelector(\"{css}\")?.textContent")).await;
    text.as_str().unwrap_or_default().to_owned()
}

/// The run is another one than that of a digest.
pub async fn until_another(browser: &Browser, digest: &str) {
    until(browser, &format!("document.documentElement.dataset.digest !== '{digest}'")).await;
}

pub async fn until_again(browser: &Browser, digest: &str) {
    until(browser, &format!("document.documentElement.dataset.digest === '{digest}'")).await;
}

pub async fn paused() -> (crate::site::Site, Browser) {
    let (site, browser) = open(1440, 900).await;
    if evaluate(&browser, "document.querySelector('[data-action=pause]') !== null").await
        == json!(true)
    {
        click(&browser, "[data-action=pause]").await;
    }
    (site, browser)
}

/// The names of the settings that are shown.
const SHOWN: &str = "[...document.querySelectorAll('.field')].map(it => it.dataset.property)";

#[tokio::test]
async fn a_setting_is_found_by_what_it_does_changed_marked_and_set_back() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    // Words that are in no name.
    type_into(&browser, ".search", "silent fences").await;
    until(&browser, "document.querySelectorAll('.field').length === 1").await;
    assert_eq!(evaluate(&browser, SHOWN).await, json!(["broker.session.timeout.ms"]));

    let field = ".field[data-property='broker.session.timeout.ms']";
    assert_eq!(text_of(&browser, &format!("{field} .reset")).await, "");
    click(&browser, &format!("{field} .field-name")).await;
    until(
        &browser,
        &format!(
            "document.querySelector(\"{field} .details\")?.textContent.includes('default in 4.1')"
        ),
    )
    .await;
    let details =
        evaluate(&browser, &format!("document.querySelector(\"{field} .details\").textContent"))
            .await;
    let details = details.as_str().expect("a text");
    for word in ["9000 ms", "costs", "in the model", "takes effect", "KRaftConfigs"] {
        assert!(details.contains(word), "no {word:?} in {details:?}");
    }

    type_into(&browser, &format!("{field} .exact input"), "3000").await;
    until_another(&browser, &before).await;
    until(&browser, &format!("document.querySelector(\"{field}[data-given] .reset\")?.textContent === 'default 9000 ms'")).await;
    click(&browser, &format!("{field} .reset")).await;
    until_again(&browser, &before).await;
    until(&browser, &format!("!document.querySelector(\"{field}[data-given]\")")).await;

    type_into(&browser, ".search", "no such words").await;
    until(&browser, "document.querySelector('[role=status]')?.textContent.includes('No setting')")
        .await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn what_kafka_refuses_is_said_at_the_field_and_the_run_stays() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    // acks=1 is set; idempotence by hand does not go with it.
    press(&browser, r#"[data-property="enable.idempotence"] input"#).await;
    let error = ".field[data-property='enable.idempotence'][data-refused] .error";
    until(
        &browser,
        &format!(
            "document.querySelector(\"{error}\")?.textContent.includes('Must set acks to all')"
        ),
    )
    .await;
    assert_eq!(digest(&browser).await, before);
    // What else is turned is not what is wrong: it goes on being said where it is.
    press(&browser, r#"[data-property="unclean.leader.election.enable"] input"#).await;
    until(
        &browser,
        "document.querySelector(\"[data-property='unclean.leader.election.enable'][data-given]\")",
    )
    .await;
    assert_eq!(
        evaluate(
            &browser,
            "[...document.querySelectorAll('.field[data-refused]')].map(it => it.dataset.property)"
        )
        .await,
        json!(["enable.idempotence"])
    );
    // What it asks for makes it a run.
    press(&browser, "[data-property=acks] input[value=all]").await;
    until_another(&browser, &before).await;
    until(&browser, "!document.querySelector('.field .error')").await;
    browser.close().await;
}

#[tokio::test]
async fn all_settings_versions_and_presets_can_be_had() {
    let (_site, browser) = paused().await;
    let common = evaluate(&browser, SHOWN).await.as_array().map_or(0, Vec::len);
    click(&browser, "[data-action=all-settings]").await;
    until(&browser, "document.querySelectorAll('.field').length > 100").await;
    assert!(common < 20, "{common}");
    // Another version has other defaults: idempotence is younger than 0.10.
    choose(&browser, "[data-setting=kafka]", "0.10").await;
    until(&browser, "!document.querySelector(\"[data-property='enable.idempotence']\")").await;
    choose(&browser, "[data-setting=kafka]", "4.1").await;
    until(&browser, "document.querySelector(\"[data-property='enable.idempotence']\")").await;

    let before = digest(&browser).await;
    click(&browser, ".tune-head .presets summary").await;
    click(&browser, ".tune-head [data-preset=durable]").await;
    until_another(&browser, &before).await;
    for (css, checked) in [
        ("[data-property=acks] input[value=all]", true),
        ("[data-property='enable.idempotence'] input", true),
        ("[data-property='unclean.leader.election.enable'] input", false),
        ("[data-property='enable.auto.commit'] input", false),
    ] {
        let is = evaluate(&browser, &format!("document.querySelector(\"{css}\").checked")).await;
        assert_eq!(is, json!(checked), "{css}");
    }
    let min_isr =
        "document.querySelector(\"[data-property='min.insync.replicas'] .exact input\").value";
    assert_eq!(evaluate(&browser, min_isr).await, json!("2"));
    click(&browser, "[data-action=undo]").await;
    until_again(&browser, &before).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// The value of a setting, as it is shown.
async fn shown(browser: &Browser, property: &str) -> String {
    let value = format!(
        "(it => it.querySelector('[role=switch]')?.checked ?? it.querySelector('[type=radio]:checked')?.value
            ?? it.querySelector('.exact input, select')?.value)(document.querySelector(\".field[data-property='{property}']\"))"
    );
    evaluate(browser, &value).await.to_string().trim_matches('"').to_owned()
}

#[tokio::test]
async fn each_preset_sets_what_it_says() {
    let (_site, browser) = paused().await;
    click(&browser, "[data-action=all-settings]").await;
    until(&browser, "document.querySelectorAll('.field').length > 100").await;
    let before = digest(&browser).await;
    for (preset, properties) in [
        ("fast", &[("acks", "1"), ("retries", "0"), ("min.insync.replicas", "1")][..]),
        (
            "article",
            &[
                ("acks", "all"),
                ("retries", "2147483647"),
                ("retry.backoff.ms", "300"),
                ("replication factor", "3"),
                ("min.insync.replicas", "2"),
            ],
        ),
        (
            "durable",
            &[
                ("acks", "all"),
                ("enable.idempotence", "true"),
                ("replication factor", "3"),
                ("min.insync.replicas", "2"),
                ("unclean.leader.election.enable", "false"),
                ("enable.auto.commit", "false"),
            ],
        ),
        ("defaults", &[("acks", "all"), ("enable.idempotence", "true"), ("retries", "2147483647")]),
    ] {
        click(&browser, ".tune-head .presets summary").await;
        click(&browser, &format!(".tune-head [data-preset={preset}]")).await;
        for (property, value) in properties {
            let mut is = shown(&browser, property).await;
            for _ in 0..40 {
                if is == *value {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                is = shown(&browser, property).await;
            }
            assert_eq!(is, *value, "{property} of {preset}");
        }
        click(&browser, "[data-action=undo]").await;
        until_again(&browser, &before).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn a_slider_goes_over_orders_of_magnitude_by_keyboard() {
    let (_site, browser) = paused().await;
    let slider = ".field[data-property='linger.ms'] input[type=range]";
    let value = shown(&browser, "linger.ms").await;
    let element = browser.client.find(Locator::Css(slider)).await.expect("a slider");
    element.send_keys("\u{e010}").await.expect("End");
    until(&browser, &format!("document.querySelector(\"{slider}\").value === document.querySelector(\"{slider}\").max")).await;
    let most: f64 = shown(&browser, "linger.ms").await.parse().expect("a number");
    assert!(most >= 1_000.0, "{most} ms is the most");
    element.send_keys("\u{e011}\u{e014}").await.expect("Home, and a step");
    until(&browser, &format!("document.querySelector(\"{slider}\").value === '1'")).await;
    let first: f64 = shown(&browser, "linger.ms").await.parse().expect("a number");
    assert!(first > 0.0 && first <= 2.0, "from {value}, {first} ms is the first step");
    browser.close().await;
}

#[tokio::test]
async fn a_topics_setting_changes_from_now_on_as_an_action_and_back() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    press(&browser, ".tune-head .even .segment:nth-child(2) input").await;
    let field = ".field[data-property='min.insync.replicas']";
    type_into(&browser, &format!("{field} .exact input"), "2").await;
    until(&browser, &format!("document.querySelector(\"{field}[data-given] .reset\")")).await;
    click(&browser, "[data-pane=break]").await;
    until(&browser, "document.querySelectorAll('.action').length === 3").await;
    assert_eq!(actions(&browser).await[2][0], json!("set orders min.insync.replicas=2"));
    // What cannot change then is marked.
    click(&browser, "[data-pane=settings]").await;
    let whole = "document.querySelector('.field[data-property=\"replication factor\"] .note')";
    until(&browser, &format!("{whole}?.textContent === 'whole run'")).await;
    click(&browser, &format!("{field} .reset")).await;
    until_again(&browser, &before).await;
    browser.close().await;
}

#[tokio::test]
async fn a_clients_setting_changes_from_now_on_by_a_restart_and_back() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    press(&browser, ".tune-head .even .segment:nth-child(2) input").await;
    let field = ".field[data-property=acks]";
    press(&browser, &format!("{field} input[value=all]")).await;
    until_another(&browser, &before).await;
    // It says what it does, and when.
    let note = text_of(&browser, &format!("{field} .note")).await;
    assert!(note.starts_with("closes and starts producer-1 again at "), "{note}");
    let mark = "[...document.querySelectorAll('.handles button')]
        .some(it => it.getAttribute('aria-label').startsWith('reconfigure producer-1 acks=all'))";
    until(&browser, mark).await;
    click(&browser, &format!("{field} .reset")).await;
    until_again(&browser, &before).await;
    // How long close() takes depends on what is under way.
    press(&browser, &format!("{field} input[value=all]")).await;
    until_another(&browser, &before).await;
    let told = "document.querySelector('.caption').textContent.includes('starts again')";
    let mut steps = 0;
    while evaluate(&browser, told).await == json!(false) {
        steps += 1;
        assert!(steps < 60, "the caption says nothing of it");
        click(&browser, "[data-action=forward]").await;
    }
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn what_a_script_can_say_of_applications_and_the_cast_can_be_set() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    click(&browser, "[data-action=all-settings]").await;
    let fails = ".field[data-property='fails with records']";
    until(&browser, &format!("document.querySelector(\"{fails}\")")).await;
    // What goes with it is there when it says something, and goes with it.
    let then = "document.querySelector(\"[data-property='fails: and then']\")";
    assert_eq!(evaluate(&browser, &format!("{then} === null")).await, json!(true));
    type_into(&browser, &format!("{fails} .exact input"), "2, 3").await;
    until(&browser, then).await;
    until_another(&browser, &before).await;
    click(&browser, &format!("{fails} .reset")).await;
    until_again(&browser, &before).await;
    until(&browser, &format!("!{then}")).await;
    // One more producer, and back.
    click(&browser, "[data-action=add]").await;
    until(&browser, "document.querySelector('.thing[data-part=producer-2]')").await;
    click(&browser, "[data-action=remove]").await;
    until_again(&browser, &before).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// What is done in the run, and when.
const ACTIONS: &str = "[...document.querySelectorAll('.action')].map(it =>
    [it.querySelector('.action-what').textContent, it.querySelector('.action-time')?.textContent])";

async fn actions(browser: &Browser) -> Vec<Value> {
    evaluate(browser, ACTIONS).await.as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_fault_is_done_by_the_menu_of_the_thing_itself() {
    let (_site, browser) = paused().await;
    let before = digest(&browser).await;
    click(&browser, ".thing[data-part=broker-2]").await;
    let deed = ".thing-menu [data-deed=power-cut]";
    until(&browser, &format!("document.querySelector('{deed}')")).await;
    // What it does is said before it is done.
    assert!(text_of(&browser, &format!("{deed} small")).await.contains("not on its disk is gone"));
    click(&browser, deed).await;
    until_another(&browser, &before).await;
    until(&browser, "!document.querySelector('.thing-menu').open").await;
    until(&browser, "document.querySelector('button[data-action=restart][data-broker=broker-2]')")
        .await;
    click(&browser, "[data-action=undo]").await;
    until_again(&browser, &before).await;
    let up = "document.querySelector('button[data-action=crash][data-broker=broker-2]')";
    until(&browser, up).await;
    click(&browser, "[data-action=redo]").await;
    until(&browser, &format!("!{up}")).await;
    click(&browser, "[data-action=undo]").await;
    until(&browser, up).await;

    // By keyboard alone: a link, whose next response is lost.
    let focus = "document.querySelector('.thing[data-part=producer-1-to-broker-1]').focus()";
    evaluate(&browser, focus).await;
    browser
        .client
        .active_element()
        .await
        .expect("a focus")
        .send_keys("\u{e007}")
        .await
        .expect("Enter");
    until(&browser, "document.querySelector('.thing-menu').open").await;
    assert!(text_of(&browser, "#thing-menu-title").await.contains("producer-1 – broker-1"));
    browser
        .client
        .active_element()
        .await
        .expect("a focus")
        .send_keys("\u{e00c}")
        .await
        .expect("Escape");
    until(&browser, "!document.querySelector('.thing-menu').open").await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn a_fault_of_the_list_is_tied_to_an_event_changed_moved_and_taken_away() {
    let (_site, browser) = paused().await;
    let first = digest(&browser).await;
    click(&browser, "[data-pane=break]").await;
    until(&browser, "document.querySelector('.deeds [data-deed=pause]')").await;
    assert_eq!(actions(&browser).await.len(), 2);

    // When record 3 is acknowledged, the second broker stands still.
    choose(&browser, ".thing-choice", "broker-2").await;
    click(&browser, ".break .timing .segment:nth-child(2) input").await;
    until(&browser, "document.querySelector('.break [data-choice=moment]')").await;
    choose(&browser, ".break [data-choice=moment]", "record 3 acked").await;
    click(&browser, ".deeds [data-deed=pause]").await;
    until_another(&browser, &first).await;
    let third = actions(&browser).await[2].clone();
    assert_eq!(third[0], json!("pause broker-2"));
    assert!(text_of(&browser, ".action:nth-child(3) .note").await.contains("when record 3 acked"));

    // At a time of its own, which is then the one that it had.
    click(&browser, ".action:nth-child(3) .action-what").await;
    click(&browser, ".action:nth-child(3) .timing .segment:first-child input").await;
    until(&browser, "!document.querySelector('.action:nth-child(3) .note')").await;
    assert_eq!(actions(&browser).await[2], third);
    type_into(&browser, ".action:nth-child(3) .labelled input", "12ms").await;
    until(&browser, &format!("({ACTIONS})[2][1] === '12.0 ms'")).await;

    // A time that is none is refused where it was written.
    type_into(&browser, ".action:nth-child(3) .labelled input", "soon").await;
    until(&browser, "document.querySelector('.action:nth-child(3) .error')").await;
    assert_eq!(actions(&browser).await[2][1], json!("12.0 ms"));

    click(&browser, ".action:nth-child(3) [data-action=remove-action]").await;
    until_again(&browser, &first).await;
    click(&browser, "[data-action=undo]").await;
    until(&browser, "document.querySelectorAll('.action').length === 3").await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn an_action_is_dragged_along_the_timeline_by_pointer_and_by_keyboard() {
    let (_site, browser) = paused().await;
    let first = digest(&browser).await;
    click(&browser, "[data-pane=break]").await;
    until(&browser, "document.querySelectorAll('.action-time').length === 2").await;
    let before = actions(&browser).await;

    let handle = browser.client.find(Locator::Css(".handle")).await.expect("a handle");
    drag(&browser, &handle, -120.0).await;
    until_another(&browser, &first).await;
    let after = actions(&browser).await;
    assert_ne!(after[0][1], before[0][1]);
    assert_eq!(after[1], before[1]);

    // From event to event; then away, and back.
    let handle = browser.client.find(Locator::Css(".handle")).await.expect("a handle");
    handle.send_keys("\u{e014}").await.expect("the right arrow");
    until(&browser, &format!("({ACTIONS})[0][1] !== '{}'", after[0][1].as_str().expect("a time")))
        .await;
    let second = digest(&browser).await;
    let handle = browser.client.find(Locator::Css(".handle")).await.expect("a handle");
    handle.send_keys("\u{e017}").await.expect("Delete");
    until(&browser, "document.querySelectorAll('.action').length === 1").await;
    click(&browser, "[data-action=undo]").await;
    until_again(&browser, &second).await;
    click(&browser, "[data-action=undo]").await;
    click(&browser, "[data-action=undo]").await;
    until_again(&browser, &first).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// Takes something with the pointer and lets it go elsewhere.
async fn drag(browser: &Browser, element: &fantoccini::elements::Element, by: f64) {
    use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
    let (x, y, width, height) = element.rectangle().await.expect("it is somewhere");
    let to = |x: f64, y: f64, ms| PointerAction::MoveTo {
        duration: Some(std::time::Duration::from_millis(ms)),
        x,
        y,
    };
    let (x, y) = (x + width / 2.0, y + height / 2.0);
    let actions = MouseActions::new("mouse".to_owned())
        .then(to(x, y, 0))
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(to(x + by, y, 100))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    browser.client.perform_actions(actions).await.expect("the pointer moves");
}
