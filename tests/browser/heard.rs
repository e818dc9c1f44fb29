//! What the page hears of the lab's jobs, in whatever order jobs speak and end, a hand does something and
//! the page has a moment. Time, workers and moments are the test's own.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::dist;
use crate::site::Site;

/// Tries orders drawn from a seed, and tells those in which a job was not heard as it should be.
const ORDERS: &str = r#"const [seeds, done] = arguments;
const soon = setTimeout;
let now, timers, moments, workers;
performance.now = () => now;
globalThis.setTimeout = (go, ms = 0, ...those) => timers.push({ go: () => go(...those), at: now + ms });
globalThis.requestIdleCallback = (go) => moments.push(go);
globalThis.Worker = class {
  constructor() { workers.push(this); }
  postMessage([request]) { if (request !== undefined) this.request = request; }
  terminate() {}
};
const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]).buffer;
globalThis.fetch = async () => ({ ok: true, arrayBuffer: async () => empty });
const pass = (ms) => {
  const until = now + ms;
  for (;;) {
    const next = timers.filter((it) => it.go && it.at <= until).sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    now = Math.max(now, next.at);
    const { go } = next;
    next.go = undefined;
    go();
  }
  now = until;
};
const moment = () => moments.splice(0).forEach((go) => go());

async function order(seed) {
  let drawn = seed + 1;
  const draw = (n) => (drawn = (drawn * 48271) % 2147483647) % n;
  [now, timers, moments, workers] = [0, [], [], []];
  const { start } = await import(`/app/lazy/lab.js?order-${seed}`);
  const jobs = [0, 1, 2].map((name) => {
    const job = { heard: [], says: 0 };
    job.cancel = start(name, (says, last) => job.heard.push({ says, last, wanted: !job.cancelled })).cancel;
    return job;
  });
  while (workers.length < jobs.length) {
    await new Promise((go) => soon(go, 0));
    pass(0);
  }
  for (const worker of workers) jobs[worker.request].worker = worker;
  const say = (job, last) => {
    if (job.cancelled || job.over) return;
    job.over = last;
    job.worker.onmessage({ data: [++job.says, last] });
  };
  for (let step = 0; step < 30; step += 1) {
    const job = jobs[draw(jobs.length)];
    const deeds = [
      () => say(job, false), () => say(job, false), () => say(job, true),
      () => { if (draw(4) === 0) (job.cancel(), (job.cancelled = true)); },
      () => dispatchEvent(new PointerEvent("pointerdown")),
      () => pass(draw(3) * 80), () => pass(0), moment,
    ];
    deeds[draw(deeds.length)]();
  }
  for (const job of jobs) say(job, true);
  for (let round = 0; round < 4; round += 1) (pass(400), moment());
  return jobs.every(({ heard, says, cancelled }) =>
    heard.every((it, at) => it.wanted && (at === 0 || it.says > heard[at - 1].says))
      && (cancelled || heard.at(-1).says === says && heard.filter((it) => it.last).length === 1));
}

(async () => {
  const wrong = [];
  for (let seed = 0; seed < seeds; seed += 1) {
    const heard = await order(seed).catch((error) => String(error));
    if (heard !== true) wrong.push([seed, heard]);
  }
  done(wrong);
})();"#;

#[tokio::test]
async fn each_job_is_heard_to_its_end_whatever_comes_between() {
    let page = "<!doctype html><link rel=icon href=data:,>";
    let site = Site::start(&dist(), "/app/", &[("/empty.html", page)]);
    let browser = Browser::open(800, 600).await;
    browser.client.goto(&site.url_at("/empty.html")).await.expect("the page opens");
    let wrong = browser.client.execute_async(ORDERS, vec![json!(200)]).await.expect("an answer");
    assert_eq!(wrong, Value::Array(vec![]));
    browser.close().await;
}
