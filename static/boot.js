// Starts the app. A file of its own, because the content security policy forbids inline scripts;
// Trunk writes the two links, with the hashed names of this build, into the page.
const address = (id) => document.getElementById(id).href;
const { default: start } = await import(address("app-js"));
await start({ module_or_path: address("app-wasm") });
