// Runs jobs of the lab: in a worker, or in slices on the page's own thread where a frame forbids
// workers. The page imports this file and calls `start`; the worker is this file as well.
const version = new URL(import.meta.url).search;
const glue = `./ackscope-lab.js${version}`;
const wasm = new URL(`./ackscope-lab_bg.wasm${version}`, import.meta.url);
const SLICE_MS = 12;
// Nobody reads faster, and the page has to lay out what it hears.
const SAY_MS = 150;

let ready;
const load = () => (ready ??= import(glue).then(async (lab) => (await lab.default({ module_or_path: wasm }), lab)));

// A turn for everything else: messages, input, painting.
const pause = () => new Promise((go) => setTimeout(go, 0));

// Says now and then what is known, and at last that it is all.
async function run(request, say, state) {
  try {
    const { Job } = await load();
    const job = new Job(request);
    let told = -SAY_MS;
    for (let more = true; more && !state.cancelled; ) {
      const until = performance.now() + SLICE_MS;
      do more = job.step();
      while (more && performance.now() < until);
      if (!state.cancelled && (!more || performance.now() - told > SAY_MS)) {
        say(job.report(), !more);
        told = performance.now();
      }
      if (more) await pause();
    }
    job.free();
  } catch (error) {
    say(JSON.stringify({ error: typeof error === "string" ? error : `the lab failed: ${error}` }), true);
  }
}

if (typeof document === "undefined") {
  onmessage = ({ data }) => run(data, (report, done) => postMessage([report, done]), {});
}

// Starts a job. `say` hears reports as JSON, each with whether it is the last; `cancel()` ends it.
export function start(request, say) {
  const state = {};
  let worker;
  const here = () => {
    worker = undefined;
    if (!state.cancelled) run(request, say, state);
  };
  try {
    worker = new Worker(import.meta.url, { type: "module" });
    worker.onmessage = ({ data: [report, done] }) => {
      if (done) worker.terminate();
      if (!state.cancelled) say(report, done);
    };
    worker.onerror = (event) => (event.preventDefault(), here());
    worker.postMessage(request);
  } catch {
    here();
  }
  return { cancel: () => ((state.cancelled = true), worker?.terminate()) };
}
