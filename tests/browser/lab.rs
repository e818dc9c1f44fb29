//! The lab by what a user sees: promises, the danger map, the odds, monitoring, metrics; that the
//! page answers meanwhile; and that it all works where a frame forbids workers.

use ackscope::lab::{DangerMap, Fault};
use ackscope::model::Setup;
use ackscope::model::run::run;
use ackscope::script::Script;
use ackscope::verdict::metrics::Metrics;
use serde_json::json;

use crate::browser::Browser;
use crate::site::Site;
use crate::story::{click, digest, evaluate, open, press, scrub, story, until};
use crate::{dist, open_framed};

/// A search that takes long on a busy machine.
async fn patiently(browser: &Browser, expression: &str) {
    for _ in 0..60 {
        let holds = evaluate(browser, &format!("Boolean({expression})")).await;
        if holds == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    until(browser, expression).await;
}

async fn text(browser: &Browser, css: &str) -> String {
    let text = evaluate(browser, &format!("document.querySelector('{css}').textContent")).await;
    text.as_str().unwrap_or_default().to_owned()
}

/// Chooses in a list, as a hand would.
async fn choose(browser: &Browser, css: &str, value: &str) {
    let script = format!(
        "(() => {{ const it = document.querySelector('{css}'); it.value = '{value}';
            it.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    );
    evaluate(browser, &script).await;
}

async fn open_pane(browser: &Browser, pane: &str) {
    click(browser, &format!("[data-pane={pane}]")).await;
    until(browser, &format!("document.querySelector('[data-panel={pane}]')")).await;
}

#[tokio::test]
async fn each_promise_that_acks_1_breaks_has_a_run_that_shows_it() {
    let (_site, browser) = open(1440, 900).await;
    let home = digest(&browser).await;
    open_pane(&browser, "lab").await;
    click(&browser, "[data-action=promises]").await;
    let kept = "[data-lab=promises] [data-kept]";
    patiently(&browser, &format!("document.querySelectorAll('{kept}').length === 2")).await;
    let done = "document.querySelector('.semantics') !== null
        && document.querySelector('[data-lab=promises] progress') === null";
    patiently(&browser, done).await;
    let promises = "[...document.querySelectorAll('[data-kept]')].map(it => it.dataset.kept)";
    assert_eq!(evaluate(&browser, promises).await, json!(["no", "no"]));
    let lost = "[data-broken=lost] [data-action=open-witness]";
    click(&browser, lost).await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{home}'")).await;
    // What is opened loses a record, as it said.
    scrub(&browser, 1e9).await;
    until(&browser, "Number(document.querySelector('.tray[data-fate=lost]').dataset.count) > 0")
        .await;
    click(&browser, "[data-action=undo]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{home}'")).await;
    // Whoever comes back finds the answer.
    assert_eq!(evaluate(&browser, promises).await, json!(["no", "no"]));
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn the_danger_map_says_in_words_what_it_found_and_strikes_where_it_is_told() {
    let fault: Fault = "crash:leader".parse().expect("a fault");
    let map = DangerMap::new(story().script(), &fault).expect("it fits").finish();
    let told = map.report();
    let (_site, browser) = open(1440, 900).await;
    let home = digest(&browser).await;
    open_pane(&browser, "lab").await;
    until(&browser, "document.querySelector('#danger-fault optgroup')").await;
    let groups = "[...document.querySelectorAll('#danger-fault optgroup')].map(it => it.label)";
    let groups = evaluate(&browser, groups).await;
    for thing in ["the leader", "broker-1", "producer-1", "billing-1", "the network"] {
        let count = groups.as_array().map(|all| all.iter().filter(|it| **it == thing).count());
        assert_eq!(count, Some(1), "{thing} of {groups}");
    }
    choose(&browser, "#danger-fault", "crash:leader").await;
    patiently(
        &browser,
        "document.querySelector('.statement')?.textContent.includes('moments')
            && document.querySelector('[data-lab=danger-map] progress') === null",
    )
    .await;
    let statement = text(&browser, ".statement").await.replace(',', "");
    assert!(
        statement.contains(&format!("{} of {} moments", told.harmful, told.tried)),
        "{statement}"
    );

    let first = map.spans().iter().find(|span| map.is_harmful(span)).expect("it harms");
    click(&browser, ".span[data-kind=harm] button").await;
    let there = format!("document.documentElement.dataset.timeUs === '{}'", first.from_us);
    until(&browser, &there).await;
    click(&browser, "[data-action=see-span]").await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{home}'")).await;
    let struck = ackscope::player::Player::new(map.script_at(first.from_us)).expect("a run");
    assert_eq!(digest(&browser).await, format!("{:016x}", struck.digest()));
    let now = evaluate(&browser, "document.documentElement.dataset.timeUs").await;
    assert_eq!(now, json!(first.from_us.to_string()));
    click(&browser, "[data-action=undo]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{home}'")).await;
    browser.close().await;
}

#[tokio::test]
async fn odds_under_ones_own_rates_are_charts_and_the_worst_run_is_one_click_away() {
    let (_site, browser) = open(1440, 900).await;
    open_pane(&browser, "lab").await;
    let home = digest(&browser).await;
    choose(&browser, "#hazard", "own").await;
    until(&browser, "document.querySelector('#rate-broker-crash')").await;
    choose(&browser, "#rate-broker-crash", "60").await;
    click(&browser, "[data-action=odds]").await;
    patiently(&browser, "document.querySelectorAll('[data-share]').length === 6").await;
    patiently(&browser, "document.querySelector('[data-action=open-worst]')").await;
    click(&browser, "[data-lab=odds] [data-action=stop]").await;
    until(&browser, "document.querySelector('[data-lab=odds] progress') === null").await;
    assert!(text(&browser, "[data-lab=odds]").await.contains("Stopped"), "it was not over");
    // The interval lies around the estimate, in figures and as a chart.
    let chart = "(() => { const n = (it, name) => Number(it.getAttribute(name));
        const [range, point] = ['.range', '.point'].map(it => document.querySelector('[data-share=lost] ' + it));
        return [n(range, 'x'), n(point, 'x') + 3, n(range, 'x') + n(range, 'width')]; })()";
    let chart = evaluate(&browser, chart).await;
    let at = |n: usize| chart[n].as_f64().expect("a number");
    assert!(at(0) <= at(1) + 3.0 && at(1) <= at(2) + 3.0 && at(2) > 0.0, "{chart}");
    for latency in ["ack", "end-to-end"] {
        let bars = format!(
            "document.querySelectorAll('[data-latency={latency}] rect:not(.point)').length"
        );
        until(&browser, &format!("{bars} > 10")).await;
    }
    click(&browser, "[data-action=open-worst]").await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{home}'")).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn monitoring_names_the_metrics_that_moved_and_goes_to_the_moment() {
    let (_site, browser) = open(1440, 900).await;
    open_pane(&browser, "lab").await;
    click(&browser, "[data-action=monitoring]").await;
    until(&browser, "document.querySelector('.noticed')").await;
    assert_eq!(text(&browser, ".noticed .answer-title").await, "lost: 6, 7, 8");
    let names = "[...document.querySelectorAll('.moved code')].map(it => it.textContent)";
    let names = evaluate(&browser, names).await;
    let moved = names.as_array().expect("a list");
    assert!(moved.contains(&json!("UnderReplicatedPartitions")), "{names}");
    let before = evaluate(&browser, "document.documentElement.dataset.timeUs").await;
    click(&browser, ".noticed .moved button").await;
    until(&browser, &format!("document.documentElement.dataset.timeUs !== {before}")).await;
    browser.close().await;
}

/// What Kafka's metric says at a moment, natively.
fn value(script: &Script, name: &str, of: Option<&str>, at_us: u64) -> i64 {
    let setup = Setup::new(script, &script.resolve().expect("it can run"));
    let series = Metrics::of(&setup, &run(&setup).trace).series();
    let found = series.iter().find(|it| it.metric.name == name && it.of.as_deref() == of);
    found.map_or(0, |series| series.at(at_us))
}

#[tokio::test]
async fn metrics_say_what_they_are_at_the_moment_and_are_found_by_name() {
    let story = story();
    let (_site, browser) = open(1440, 900).await;
    open_pane(&browser, "metrics").await;
    until(&browser, "document.querySelectorAll('.chart').length > 5").await;
    scrub(&browser, story.pace().play_ms(9_500_000)).await;
    let shown = |name: &str, of: &str| {
        format!(
            "document.querySelector('[data-metric=\"{name}\"][data-of=\"{of}\"] b').textContent"
        )
    };
    let said = evaluate(&browser, &shown("UnderReplicatedPartitions", "")).await;
    let said = said.as_str().and_then(|it| it.split(' ').next()).and_then(|it| it.parse().ok());
    assert_eq!(said, Some(value(story.script(), "UnderReplicatedPartitions", None, 9_500_000)));
    // Not only what fails: how far the group is behind.
    let lag = value(story.script(), "LAG", Some("billing"), story.end_us());
    scrub(&browser, 1e9).await;
    let behind = format!("{}.startsWith('{lag}')", shown("LAG", "billing"));
    until(&browser, &behind).await;

    let typed =
        "(() => { const it = document.querySelector('.metrics .search'); it.value = 'lag billing';
        it.dispatchEvent(new InputEvent('input', { bubbles: true })); })()";
    evaluate(&browser, typed).await;
    let names = "[...document.querySelectorAll('.chart')].map(it => it.dataset.metric)";
    until(&browser, &format!("{names}.length > 0 && {names}.every(it => /lag/i.test(it))")).await;
    // A click goes there: in the middle of the chart is the middle of the time.
    click(&browser, ".chart .plot").await;
    let middle = "(it => Math.abs(it.value - it.max / 2) < it.max / 20)(document.querySelector('[data-scrubber]'))";
    until(&browser, middle).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// From an input to the next picture, and the page's own tasks, in milliseconds: the longest.
const WATCH: &str = "(() => { window.longest = { event: 0, task: 0, events: 0 };
    new PerformanceObserver(list => list.getEntries().forEach(it => {
        window.longest.events += 1; window.longest.event = Math.max(window.longest.event, it.duration); }))
        .observe({ type: 'event', durationThreshold: 16 });
    new PerformanceObserver(list => list.getEntries().forEach(it => {
        window.longest.task = Math.max(window.longest.task, it.duration); }))
        .observe({ type: 'longtask' }); })()";

/// Far more than a frame, since other programs want these processors, too, four searches first of all;
/// far less than they take.
const AT_ONCE_MS: f64 = 1_500.0;

#[tokio::test]
async fn the_page_answers_while_the_lab_is_at_work_and_all_of_it_can_be_stopped() {
    let (_site, browser) = open(1440, 900).await;
    click(&browser, "[data-action=pause]").await;
    press(&browser, "[data-action=rescue]").await;
    open_pane(&browser, "lab").await;
    until(&browser, "document.querySelector('#danger-fault optgroup')").await;
    choose(&browser, "#danger-fault", "power-cut:leader").await;
    press(&browser, "[data-action=odds]").await;
    press(&browser, "[data-action=promises]").await;
    evaluate(&browser, WATCH).await;
    let mut steps = 0;
    for _ in 0..12 {
        click(&browser, "[data-action=forward]").await;
        click(&browser, "[data-action=back]").await;
        steps += 2;
    }
    let at_work = "document.querySelectorAll('.progress progress').length";
    let at_work = evaluate(&browser, at_work).await;
    let longest = evaluate(&browser, "window.longest").await;
    println!("{steps} steps, {at_work} searches still running: {longest}");
    let ms = |name: &str| longest[name].as_f64().expect("a number");
    assert!(ms("event") < AT_ONCE_MS && ms("task") < AT_ONCE_MS, "{longest}");
    while evaluate(&browser, "document.querySelector('[data-action=stop]') !== null").await
        == json!(true)
    {
        press(&browser, "[data-action=stop]").await;
    }
    until(&browser, "document.querySelector('.progress') === null").await;
    // Stopped is stopped: nothing is heard any more.
    let said = "document.querySelector('[data-lab=odds]').textContent";
    let before = evaluate(&browser, said).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(evaluate(&browser, said).await, before);
    browser.close().await;
}

/// Without an origin of its own a frame may start no worker.
#[tokio::test]
async fn where_a_frame_forbids_workers_the_lab_works_in_slices() {
    let host = "<!doctype html><link rel=icon href=data:,>\
        <iframe sandbox=allow-scripts src=/app/ width=780 height=560></iframe>";
    let site = Site::start_shared(&dist(), "/app/", &[("/host.html", host)]);
    let browser = open_framed(&site).await;
    // Chromium throws, Firefox tells it later.
    let forbidden = "new Promise(say => { try {
        const worker = new Worker(document.querySelector('meta[name=lab]').content, { type: 'module' });
        worker.onerror = () => say(true);
        setTimeout(() => say(false), 5000);
    } catch { say(true); } })";
    assert_eq!(evaluate(&browser, forbidden).await, json!(true));
    press(&browser, "[data-action=danger]").await;
    until(&browser, "document.querySelector('#danger optgroup')").await;
    choose(&browser, "#danger", "crash:leader").await;
    until(&browser, "document.querySelector('.danger-says progress')").await;
    // It is on the page's own thread, and still the page goes where it is told.
    scrub(&browser, 1e9).await;
    let over = story().end_us();
    let there = format!("Number(document.documentElement.dataset.timeUs) === {over}");
    until(&browser, &there).await;
    patiently(&browser, "document.querySelector('.danger-says [data-action=worst]')").await;
    // Firefox says itself what it forbids.
    let mut said = browser.console().await;
    said.retain(|it| !it.text.contains("may not load data from"));
    assert_eq!(said, vec![]);
    browser.close().await;
}
