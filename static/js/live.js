// Live updates of the element with [data-stream]. Its event stream sends each new version; the element is fetched again
// when it shows an older one. Without a healthy stream (none, lost, no heartbeat) it polls, as its hx-trigger says. A
// hidden page requests nothing, and catches up when it is shown.

const HEARTBEAT_TIMEOUT_MS = 12_000; // the server sends a heartbeat every five seconds
const POLL_INTERVAL_MS = 30_000; // while the stream is healthy
const MAX_BACKOFF_MS = 60_000;

let stream = null;
let newestVersion = 0;
let heardAt = 0;
let fetchedAt = Date.now();
let backoffMs = 1000;
let reconnectTimer = 0;

const screen = () => document.querySelector("[data-stream]");
const isHealthy = () => stream?.readyState === EventSource.OPEN && Date.now() - heardAt < HEARTBEAT_TIMEOUT_MS;

function catchUp() {
  const shown = screen();
  if (shown && Number(shown.dataset.version) < newestVersion) htmx.trigger(shown, "live");
}

function onMessage({ data }) {
  heardAt = Date.now();
  backoffMs = 1000;
  newestVersion = Math.max(newestVersion, JSON.parse(data).version ?? 0);
  catchUp();
}

function close() {
  clearTimeout(reconnectTimer);
  stream?.close();
  stream = null;
}

// A hidden page closes its stream: browsers allow six connections to a host, and a seventh page would not load.
function open() {
  close();
  const shown = screen();
  if (!shown || document.hidden) return;
  heardAt = Date.now();
  stream = new EventSource(shown.dataset.stream);
  stream.addEventListener("version", onMessage);
  stream.addEventListener("beat", onMessage);
  stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && openLater());
}

// After an error status an EventSource does not reconnect by itself, and on a dead connection it notices nothing.
function openLater() {
  close();
  reconnectTimer = setTimeout(open, backoffMs * (0.5 + Math.random()));
  backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS);
}

if (screen()) {
  open();
  document.addEventListener("visibilitychange", open);
  setInterval(() => stream && Date.now() - heardAt > HEARTBEAT_TIMEOUT_MS && openLater(), 2000);

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent } = event.detail;
    if (elt !== screen()) return;
    const polls = triggeringEvent?.type !== "live";
    if (polls && (document.hidden || (isHealthy() && Date.now() - fetchedAt < POLL_INTERVAL_MS))) event.preventDefault();
    else fetchedAt = Date.now();
  });

  // The user lost access: load the page that says so.
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.elt === screen() && detail.xhr.status === 403) location.reload();
  });

  // A version may have arrived during the swap; or the new content has no stream any more.
  document.addEventListener("htmx:afterSettle", () => (screen() ? catchUp() : close()));
}
