// A page that shows something which changes ([data-stream]) hears of each new version, and fetches what it shows when
// it shows an older one. Without a stream (none here, lost, silent) it polls, as its hx-trigger says. Nobody looks at a
// hidden page: it asks nothing, and catches up when it is shown.

const SILENT = 12_000; // a beat comes every five seconds
const SELDOM = 30_000; // between polls while the stream is sound
const LONGEST = 60_000;

let stream = null;
let newest = 0;
let heardAt = 0;
let fetchedAt = Date.now();
let patience = 1000;
let again = 0;

const screen = () => document.querySelector("[data-stream]");
const sound = () => stream?.readyState === EventSource.OPEN && Date.now() - heardAt < SILENT;

function catchUp() {
  const shown = screen();
  if (shown && Number(shown.dataset.version) < newest) htmx.trigger(shown, "live");
}

function hear({ data }) {
  heardAt = Date.now();
  patience = 1000;
  newest = Math.max(newest, JSON.parse(data).version ?? 0);
  catchUp();
}

function close() {
  clearTimeout(again);
  stream?.close();
  stream = null;
}

// A hidden page gives its stream back: browsers allow six at a time, and the seventh page would not load.
function open() {
  close();
  const shown = screen();
  if (!shown || document.hidden) return;
  heardAt = Date.now();
  stream = new EventSource(shown.dataset.stream);
  stream.addEventListener("version", hear);
  stream.addEventListener("beat", hear);
  stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && openLater());
}

// An EventSource that was answered with an error never tries again by itself, and on a dead line it hears nothing.
function openLater() {
  close();
  again = setTimeout(open, patience * (0.5 + Math.random()));
  patience = Math.min(2 * patience, LONGEST);
}

if (screen()) {
  open();
  document.addEventListener("visibilitychange", open);
  setInterval(() => stream && Date.now() - heardAt > SILENT && openLater(), 2000);

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent } = event.detail;
    if (elt !== screen()) return;
    const polls = triggeringEvent?.type !== "live";
    if (polls && (document.hidden || (sound() && Date.now() - fetchedAt < SELDOM))) event.preventDefault();
    else fetchedAt = Date.now();
  });

  // Whoever may see it no longer sees that instead.
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.elt === screen() && detail.xhr.status === 403) location.reload();
  });

  // What came meanwhile, and whether there is still something to follow.
  document.addEventListener("htmx:afterSettle", () => (screen() ? catchUp() : close()));
}
