// Starts the app, and loads its later part when that is first needed. A file of its own, because the
// content security policy forbids inline scripts; the build writes into the page where things are.
const app = document.getElementById("app-wasm");
// A debug build is in one part.
const later = app.dataset.later && new URL(app.dataset.later, document.baseURI).href;
let coming, module;

/** Says what went wrong, over what is on the page. */
function tell(text) {
  const alert = document.createElement("p");
  alert.className = "failure";
  alert.setAttribute("role", "alert");
  alert.textContent = text;
  document.body.append(alert);
}

/** Fetches the later part ahead of need; whoever needs it tries again if that fails. */
function fetchLater() {
  coming ??= fetch(later)
    .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
    .then(WebAssembly.compile)
    .then((compiled) => (module ??= compiled), () => (coming = undefined));
  return coming;
}

/** Fetches the later part now: a function of it is being called. */
function fetchLaterNow() {
  const request = new XMLHttpRequest();
  request.open("GET", later, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`the later part: ${request.status}`);
  const bytes = Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0) & 255);
  return new WebAssembly.Module(bytes);
}

/** The first part calls this before it calls a function of the later part that is not there. */
globalThis.loadLater = (_place, first) => {
  try {
    module ??= fetchLaterNow();
    const functions = Array.from({ length: first.first.length }, (_, at) => first.first.get(at));
    new WebAssembly.Instance(module, { first: functions, later: first });
  } catch (error) {
    // What is on the page stays, but the app cannot go on.
    for (const child of document.body.children) child.inert = true;
    tell("A part of this page could not be loaded. Check the connection and reload the page.");
    throw error;
  }
};

// The lab comes when it is first asked. Its answers are heard by `say`; `cancel` ends a job.
const lab = new URL(document.querySelector("meta[name=lab]").content, document.baseURI);
globalThis.ackscope = {
  lab(request, say) {
    let job;
    const fail = (error) => say(JSON.stringify({ error: `the lab could not be loaded: ${error.message}` }), true);
    const begun = import(lab).then(({ start }) => (job ??= start(request, say))).catch(fail);
    return { cancel: () => ((job ??= {}), begun.then(() => job.cancel?.())) };
  },
  copy: (text, done) =>
    (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => done(true), () => done(false)),
};

if (later) {
  // Whoever is about to do something will soon need more than the first lesson does.
  const controls = "a, button, canvas, input, select, summary";
  const aims = ({ target }) => target.closest?.(controls) && fetchLater();
  for (const kind of ["pointerover", "focusin"]) addEventListener(kind, aims);
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, fetchLater, true);
  // What happens before it is there waits for it, and then happens again; a movement just passes.
  const passing = [
    "mousemove", "mousedown", "mouseup", "wheel", "scroll", "focus", "blur",
    "pointerdown", "pointermove", "pointerup", "pointercancel", "touchstart", "touchmove",
  ];
  const wait = (event) => {
    if (module || !event.isTrusted) return;
    event.stopImmediatePropagation();
    if (passing.includes(event.type)) return;
    if (event.type === "click") event.preventDefault();
    const { target } = event;
    const again = new event.constructor(event.type, event);
    fetchLater().then(() => target.dispatchEvent(again));
  };
  for (const kind of ["click", "input", "change", "keydown", ...passing]) addEventListener(kind, wait, true);
}

try {
  // An address that says more than the page's own opens something else than the first lesson.
  const ahead = later && (location.hash || location.search) && fetchLater();
  // A release is packed more tightly than web servers do it.
  const unpack = app.dataset.unpack && import(new URL(app.dataset.unpack, document.baseURI).href);
  const unpacked = unpack && Promise.all([unpack, fetch(app.href)]).then(async ([{ unpack }, answer]) => {
    if (!answer.ok) throw new Error(`${app.href}: ${answer.status}`);
    return unpack(new Uint8Array(await answer.arrayBuffer()));
  });
  const { default: start } = await import(document.getElementById("app-js").href);
  await ahead;
  await start({ module_or_path: (await unpacked) ?? app.href });
  // The style of what is not on the first screen.
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = document.querySelector("meta[name=later-style]").content;
  document.head.append(style);
} catch (error) {
  tell("Ackscope could not be loaded. Check the connection and reload the page.");
  throw error;
}
