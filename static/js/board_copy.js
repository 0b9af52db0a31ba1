// Keeps a copy of the board, with its stylesheets and scripts, so that it can be read after a reload without a
// connection: see `board_service_worker.js`. Such a page says at once that it is out of step, and since when.

const REKEEP_MS = 30 * 60_000; // the copy expires otherwise while nothing changes on the board

const board = () => document.getElementById("board");
const copiedPart = () => document.getElementById("kept-part"); // in a page that is a copy: what the board showed last
let lastPart = "";

let hasEnded = false; // the access to the board: what was deleted must not be kept again
document.addEventListener("board:forget", () => (hasEnded = true));

// --- This page may be a copy ---

function restoreCopy() {
  const copy = copiedPart();
  const newest = copy.content.getElementById("board");
  if (newest) {
    board().replaceWith(newest);
    htmx.process(newest);
  }
  startOutOfStep(Math.max(Number(copy.dataset.at), keptNote()?.at ?? 0));
}

if (copiedPart()) restoreCopy();

// --- Keeping one ---

const assets = () => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const ours = loaded.filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/static/"));
  return [...new Set([...ours.map(({ pathname }) => pathname), new URL(document.querySelector("link[rel=icon]").href).pathname])];
};

async function tellWorker(message) {
  const { active } = await navigator.serviceWorker.ready;
  if (!hasEnded) active.postMessage({ ...message, reader: boardReader, at: inStepAt });
}

async function keepCopy() {
  if (isFailing || hasEnded || !board()) return;
  noteKept();
  await tellWorker({ kind: "keep", assets: loadedAssets });
}

let loadedAssets = [];

async function startKeeping() {
  await keptIsMine;
  loadedAssets = assets();
  await navigator.serviceWorker.register(document.getElementById("in-step").dataset.worker);
  navigator.serviceWorker.addEventListener("controllerchange", keepCopy); // a new worker starts with nothing
  setInterval(keepCopy, REKEEP_MS);
  document.addEventListener("htmx:afterOnLoad", ({ detail: { target, failed, xhr } }) => {
    if (failed || hasEnded || target.id !== "board" || wholeAnswer(xhr) === lastPart) return;
    lastPart = wholeAnswer(xhr);
    noteKept();
    tellWorker({ kind: "part", html: lastPart });
  });
  await keepCopy();
}

if (navigator.serviceWorker && board()) {
  const start = () => startKeeping().catch(() => {}); // the browser does not allow it: the board works without
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
}
