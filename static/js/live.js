// Live updates of the element with [data-stream]. Its event stream sends each new version; the element is fetched again
// when it shows another one. Without a healthy stream (none, lost, no heartbeat) it polls, as its hx-trigger says. A
// resting page requests nothing, and catches up when it is shown. A page that is being left requests nothing either.
//
// Versions may be lost on the way. A message never says what has changed: the element is fetched as it is now, so the next
// version fills the gap, however many are missing before it; and each heartbeat carries the current one.

const HEARTBEAT_TIMEOUT_MS = 10_000; // the server sends a heartbeat every five seconds
const OVERDUE_MS = 6500; // a page whose heartbeat is overdue asks for itself
const POLL_INTERVAL_MS = 30_000; // while the stream is healthy
const MAX_BACKOFF_MS = 60_000;
const MAX_SOON_BACKOFF_MS = 5000; // of the staff's pages, [data-reconnect="soon"]
const MAX_UNLOAD_MS = 30_000;

let stream = null;
let newestVersion = 0; // 0: none yet
let newestAt = 0; // when it arrived
let lastMessageAt = 0;
let lastVersionAt = 0; // while the database is gone, heartbeats have no version
let lastFetchAt = Date.now();
let shownFetchAt = 0; // when what the element shows was requested
let backoffMs = 1000;
let reconnectTimer = 0;
let isUnloading = false;

const liveElement = () => document.querySelector("[data-stream]");
const isHealthy = () => stream?.readyState === EventSource.OPEN && Date.now() - lastVersionAt < HEARTBEAT_TIMEOUT_MS;

// Most versions only grow. One that does not, [data-version-differs], is compared only if it is news: what is shown may
// have been requested after it was sent.
const isGrowing = (element) => !element.hasAttribute("data-version-differs");

function isOutdated(element) {
  const shown = Number(element.dataset.version);
  return isGrowing(element) ? shown < newestVersion : shown !== newestVersion && newestAt >= shownFetchAt;
}

function fetchIfOutdated() {
  const element = liveElement();
  if (!element || !newestVersion) return;
  if (isOutdated(element)) htmx.trigger(element, "live");
  else if (isHealthy()) confirmInStep(lastVersionAt);
}

function onMessage({ type, data }) {
  lastMessageAt = Date.now();
  backoffMs = 1000;
  const { version, live } = JSON.parse(data);
  if (version === null) return;
  lastVersionAt = newestAt = lastMessageAt;
  newestVersion = isGrowing(liveElement() ?? document.body) ? Math.max(newestVersion, version) : version;
  if (type === "beat" && live) confirmBeat();
  fetchIfOutdated();
}

function disconnect() {
  clearTimeout(reconnectTimer);
  stream?.close();
  stream = null;
}

// A hidden page closes its stream: browsers allow six connections to a host, and a seventh page would not load.
function connect() {
  disconnect();
  const element = liveElement();
  if (!element || isResting() || isUnloading) return;
  lastMessageAt = lastVersionAt = Date.now();
  stream = new EventSource(element.dataset.stream);
  stream.addEventListener("version", onMessage);
  stream.addEventListener("beat", onMessage);
  stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && reconnectLater());
}

// After an error status an EventSource does not reconnect by itself, and on a dead connection it notices nothing. The
// random part keeps a thousand pages from coming back at once.
function reconnectLater() {
  disconnect();
  reconnectTimer = setTimeout(connect, backoffMs * (0.5 + Math.random()));
  backoffMs = Math.min(2 * backoffMs, liveElement()?.dataset.reconnect === "soon" ? MAX_SOON_BACKOFF_MS : MAX_BACKOFF_MS);
}

if (liveElement()) {
  connect();
  document.addEventListener("visibilitychange", connect);
  setInterval(() => {
    if (!stream) return;
    if (Date.now() - lastMessageAt > HEARTBEAT_TIMEOUT_MS) reconnectLater();
    else if (Date.now() - Math.max(lastVersionAt, lastFetchAt) > OVERDUE_MS) htmx.trigger(liveElement(), "live");
  }, 2000);

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent } = event.detail;
    if (elt !== liveElement()) return;
    const isPoll = triggeringEvent?.type !== "live";
    const isTooSoon = !isFailing && isHealthy() && Date.now() - lastFetchAt < POLL_INTERVAL_MS;
    if (isUnloading || (isPoll && (isResting() || isTooSoon))) event.preventDefault();
    else lastFetchAt = Date.now();
  });

  // Once a form is processed, the page's address may be closed: that of an order that is linked to an account is. But the
  // page stays if the user stops loading the next one, and comes back with the back button.
  const cancelLeaving = () => {
    isUnloading = false;
    connect();
  };
  // On the window, which hears of it last: a script that sends the form itself has prevented the default by then.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return; // the page stays
    isUnloading = true;
    disconnect();
    setTimeout(cancelLeaving, MAX_UNLOAD_MS);
  });
  window.addEventListener("pageshow", ({ persisted }) => persisted && cancelLeaving());

  // The user lost access: load the page that says so.
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.elt === liveElement() && detail.xhr.status === 403) location.reload();
  });

  // A version may have arrived during the swap; or the new content has no stream any more.
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.xhr) shownFetchAt = sentAt.get(detail.xhr)?.date ?? shownFetchAt;
    if (liveElement()) fetchIfOutdated();
    else disconnect();
  });
}
