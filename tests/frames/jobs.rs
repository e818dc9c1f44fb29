//! What the page takes to answer while the lab is at work, beside the same page at rest.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cpu::CpuClock;
use crate::page::{Page, Report, hundredths, tell};

/// How many inputs there are at most while a job runs: five of each kind.
const INPUTS: usize = 5 * 18;

/// Seven hundred records: every job takes long.
const LARGE: &str = include_str!("../stage/large.json");

/// A record that something happened to.
const HARMED: &str =
    ".tray:is([data-fate=lost], [data-fate=duplicated], [data-fate=ghost]) .record";

/// What a hand does, at times that no frame knows of: it steps, goes elsewhere, plays, types a word letter
/// by letter, and opens everything there is to open. A page that is busy when one is due is late: that
/// counts. It ends when the job does.
const INPUTS_DUE: &str = "const took = [], start = performance.now();
    const [count, condition, pane] = arguments;
    const running = () => !condition || document.querySelector(condition) !== null;
    const click = (css) => document.querySelector(css).click();
    const type = (text) => {
        const search = document.querySelector('[data-panel=settings] .search');
        search.value = text;
        search.dispatchEvent(new InputEvent('input', { bubbles: true }));
    };
    const far = () => scrub(Number(range().max) * (0.2 + took.length % 7 / 10));
    const acts = [
        ['step', () => click('[data-action=forward]')],
        ['seek', far],
        ['step back', () => click('[data-action=back]')],
        ['play', () => click('[data-action=play]')],
        ['pause', () => click('[data-action=pause]')],
        ['type', () => type('a')],
        ['type', () => type('ac')],
        ['type', () => type('acks')],
        ['type', () => type('')],
        ['tab', () => click('[data-pane=break]')],
        ['tab', () => click('[data-pane=settings]')],
        ['tab', () => click('[data-pane=log]')],
        ['seek with the log', far],
        ['tab', () => click('[data-pane=metrics]')],
        ['seek with metrics', far],
        ['follow', () => click('.tray button')],
        ['tab', () => click(`[data-pane=${pane === 'lab' ? 'record' : 'lab'}]`)],
        ['tab', () => click(`[data-pane=${pane}]`)],
    ];
    const next = async () => {
        if (took.length === count || took.length % acts.length === 0 && !running()) return done(took);
        const due = start + (took.length + 1) * 67.3;
        const wait = due - performance.now();
        if (wait > 0) await new Promise((go) => setTimeout(go, wait));
        const late = performance.now() > due + 67 ? performance.now() : due;
        const [name, act] = acts[took.length % acts.length];
        took.push([...await acted(act, late), name]);
        next();
    };
    next();";

/// A job: its name, where it is asked for, how, and where its progress shows.
struct Job {
    name: &'static str,
    pane: &'static str,
    ask: &'static str,
    shows: &'static str,
}

const ASK_DANGER: &str = "const it = document.querySelector('#danger-fault');
    it.value = 'crash:leader'; it.dispatchEvent(new Event('change', { bubbles: true }))";

fn jobs() -> [Job; 4] {
    let job = |name, pane, ask, shows| Job { name, pane, ask, shows };
    [
        job(
            "rescue",
            "record",
            // It may have been asked already.
            "document.querySelector('[data-action=rescue]')?.click()",
            "[data-panel=record]",
        ),
        job("danger", "lab", ASK_DANGER, "[data-lab=danger-map]"),
        job(
            "odds",
            "lab",
            "document.querySelector('[data-action=odds]').click()",
            "[data-lab=odds]",
        ),
        job(
            "promises",
            "lab",
            "document.querySelector('[data-action=promises]').click()",
            "[data-lab=promises]",
        ),
    ]
}

/// Measures the answers at rest, and while each job runs; each is then cancelled.
pub async fn jobs_at_work(page: &Page, report: &mut Report) {
    page.script(LARGE).await;
    page.run("scrub(Number(range().max) / 3)", vec![]).await;
    page.click("[data-pane=lab]").await;
    page.until("document.querySelector('#danger-fault optgroup')").await;
    measure(page, "input_at_rest", ("lab", Value::Null), report).await;
    for job in jobs() {
        page.click(&format!("[data-pane={}]", job.pane)).await;
        page.until(&format!("document.querySelector('{}')", job.shows)).await;
        if job.name == "rescue" {
            // Of one that needs it.
            page.run("scrub(1e9)", vec![]).await;
            page.until(&format!("document.querySelector('{HARMED}')")).await;
            page.click(HARMED).await;
        }
        page.run(job.ask, vec![]).await;
        let progress = format!("{} .progress progress", job.shows);
        page.run("meter.long = 0", vec![]).await;
        let name = format!("input_while_{}", job.name);
        measure(page, &name, (job.pane, json!(progress)), report).await;
        report.insert(format!("{name}_long_tasks"), page.run("return meter.long", vec![]).await);
        page.click(&format!("{} [data-action=stop]", job.shows)).await;
        page.until(&format!("!document.querySelector('{progress}')")).await;
    }
}

/// The inputs while that is on the page: what each takes, and what all that the page's thread does has of
/// the processor for each of them, whatever else wants it.
async fn measure(page: &Page, name: &str, (pane, condition): (&str, Value), report: &mut Report) {
    let clock = CpuClock::of_pages();
    let before_ms = clock.ms();
    let took = page.wait(INPUTS_DUE, vec![json!(INPUTS), condition, json!(pane)]).await;
    let took: Vec<Value> = took.as_array().cloned().unwrap_or_default();
    let each_ms = (clock.ms() - before_ms) / took.len().max(1) as f64;
    report.insert(format!("{name}_processor_ms"), json!(hundredths(each_ms)));
    report.insert(format!("{name}_count"), json!(took.len()));
    let side = |n: usize| took.iter().filter_map(|it| it[n].as_f64()).collect::<Vec<_>>();
    tell(report, &format!("{name}_main_thread"), &side(0));
    tell(report, &format!("{name}_to_painted"), &side(1));
    report.insert(format!("{name}_each_main_thread_ms"), kinds(&took));
}

/// Of each kind of input the middle one and the slowest, of the page's thread.
fn kinds(took: &[Value]) -> Value {
    let mut kinds: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for it in took {
        kinds.entry(it[2].as_str().unwrap_or_default()).or_default().extend(it[0].as_f64());
    }
    let told = kinds.into_iter().map(|(kind, mut all)| {
        all.sort_by(f64::total_cmp);
        (kind, [hundredths(all[all.len() / 2]), hundredths(all[all.len() - 1])])
    });
    json!(told.collect::<BTreeMap<_, _>>())
}
