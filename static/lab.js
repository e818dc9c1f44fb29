// Runs jobs of the lab: in a worker, or in slices on the page's own thread where workers
// are forbidden. The page imports this file and calls `start`; the worker is this file as well.
//
// A hand comes first. What it does is answered by several threads, and a machine may have two
// processors: so the lab rests while the page answers, and is heard when the page has a moment.
const version = new URL(import.meta.url).search;
const glue = `./ackscope-lab.js${version}`;
const wasm = new URL(`./ackscope-lab_bg.wasm${version}`, import.meta.url);
const SLICE_MS = 5;
// Nobody reads faster.
const SAY_MS = 150;
const LATEST_MS = 1000;
// So long it rests after each thing that a hand does. Then it works for a while, whatever comes: one
// who drags something for long still waits for an answer.
const REST_MS = 40;
const WORK_MS = 10;
const HAND = ["pointerdown", "pointermove", "pointerup", "click", "keydown", "input", "change", "wheel"];

const isPage = typeof document !== "undefined";

// Compiled once, however many workers there will be.
let compiled;
const compile = () =>
  (compiled ??= fetch(wasm)
    .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(`${wasm}: ${answer.status}`)))
    .then(WebAssembly.compile)
    .catch((error) => ((compiled = undefined), Promise.reject(error))));

let ready;
const load = async (module) => {
  const lab = await import(glue);
  await (ready ??= lab.default({ module_or_path: module }));
  return lab;
};

// A turn for everything else: messages, input, painting. Timers would make a worker wait for longer.
const channel = new MessageChannel();
const pause = (ms) =>
  new Promise((go) => {
    if (isPage || ms > 0) return setTimeout(go, ms);
    channel.port1.onmessage = go;
    channel.port2.postMessage(0);
  });

// Says now and then what is known, and at last that it is all.
async function run(request, module, say, state) {
  try {
    const { Job } = await load(module);
    const job = new Job(request);
    let told = -SAY_MS;
    let worked = 0;
    while (!state.cancelled) {
      const begun = performance.now();
      let more;
      do more = job.step();
      while (more && performance.now() < begun + SLICE_MS);
      const now = performance.now();
      if (!more || now - told > SAY_MS) {
        say(job.report(), !more);
        told = now;
      }
      if (!more) break;
      worked += now - begun;
      await pause(0);
      if (state.rests && worked > WORK_MS) {
        state.rests = false;
        worked = 0;
        await pause(REST_MS);
      }
    }
    job.free();
  } catch (error) {
    say(JSON.stringify({ error: typeof error === "string" ? error : `the lab failed: ${error}` }), true);
  }
}

if (!isPage) {
  const state = {};
  onmessage = ({ data: [request, module] }) => {
    if (!request) return void (state.rests = true);
    run(request, module, (report, done) => postMessage([report, done]), state);
  };
}

// What rests when a hand does something.
const working = new Set();
let handAt = -Infinity;
const rest = ({ type, buttons }) => {
  if (type === "pointermove" && !buttons) return;
  handAt = performance.now();
  for (const job of working) job.rest();
};
if (isPage) for (const kind of HAND) addEventListener(kind, rest, { capture: true, passive: true });

// What the page has not heard yet: of each job the last. It hears all at once, when it has a moment: what
// it shows of them is made once. How far a job is waits until a hand is still, though not for ever.
const unheard = new Map();
const idle = globalThis.requestIdleCallback ?? ((go) => setTimeout(go, 50));
let waits;
let heardAt = -SAY_MS;
const tellAll = () => {
  const all = [...unheard.values()];
  unheard.clear();
  waits = undefined;
  heardAt = performance.now();
  for (const tell of all) tell();
};
const tellSoon = (mine) => {
  // A job has come to its end meanwhile, which is told sooner.
  if (waits !== mine) return;
  const now = performance.now();
  const still = Math.min(handAt + SAY_MS, heardAt + LATEST_MS) - now;
  if (!mine.done && still > 0) return void setTimeout(tellSoon, still, mine);
  idle(() => waits === mine && tellAll(), { timeout: 2 * SAY_MS });
};
const hear = (job, tell, done) => {
  unheard.set(job, tell);
  if (waits && (waits.done || !done)) return;
  waits = { done };
  setTimeout(tellSoon, done ? 0 : Math.max(0, heardAt + SAY_MS - performance.now()), waits);
};

// The ways to have a worker that are not known to be forbidden. A frame without an origin may load none by
// its address, but one that loads it, and keeps what it is told until then.
const beginning = `const told = [];
onmessage = (it) => told.push(it);
import(${JSON.stringify(import.meta.url)})
  .then(() => told.forEach((it) => onmessage(it)), (error) => setTimeout(() => { throw error; }));`;
const ways = [
  () => new Worker(import.meta.url, { type: "module" }),
  () => new Worker(URL.createObjectURL(new Blob([beginning], { type: "text/javascript" }))),
];

// Starts a job. `say` hears reports as JSON, each with whether it is the last; `cancel()` ends it.
export function start(request, say) {
  const state = {};
  const job = { rest: () => (worker ? worker.postMessage([]) : (state.rests = true)) };
  let worker;
  const end = () => {
    working.delete(job);
    unheard.delete(job);
    worker?.terminate();
    state.cancelled = true;
  };
  const told = (report, done) => {
    const tell = () => {
      if (state.cancelled) return;
      if (done) end();
      say(report, done);
    };
    hear(job, tell, done);
  };
  const here = (module) => {
    worker = undefined;
    run(request, module, told, state);
  };
  const there = (module) => {
    const [way] = ways;
    if (!way) return here(module);
    // Some browsers say at once that it is forbidden, others later.
    const forbidden = () => {
      if (ways[0] === way) ways.shift();
      if (!state.cancelled) there(module);
    };
    try { worker = way(); } catch { return forbidden(); }
    worker.onmessage = ({ data: [report, done] }) => told(report, done);
    worker.onerror = (event) => (event.preventDefault(), forbidden());
    worker.postMessage([request, module]);
  };
  working.add(job);
  compile().then(async (module) => {
    // Whoever asked is answered first: a worker takes a few milliseconds to start.
    await pause(0);
    if (!state.cancelled) there(module);
  }, (error) => told(JSON.stringify({ error: `The lab could not be loaded. Check the connection and reload the page. (${error.message ?? error})` }), true));
  return { cancel: end };
}
