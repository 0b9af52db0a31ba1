// On every page: what a browser keeps of the kitchen's board for the time without a connection, a copy of it and the taps
// that could not be sent, belongs to one reader, the user who was signed in then. It is deleted as soon as a page is
// opened by another user or by nobody, at sign-out, when access is refused, and after twelve hours.

const KEPT_CACHES = "kitchen-board"; // their names begin so: a name holds the version of the shop's assets
const KEPT_TAPS = "kitchen-taps"; // a database
const KEPT_FOR_MS = 12 * 3600 * 1000;
const KEPT_NOTE = "kept-board"; // in the local storage: whose it is, and since when

// Of the body, or in the admin of this script.
const boardReader = document.querySelector("[data-reader]")?.dataset.reader ?? "";

function keptNote() {
  try {
    return JSON.parse(localStorage.getItem(KEPT_NOTE));
  } catch {
    return null; // unreadable, or the browser has no storage for this page
  }
}

// Note that something is kept for the reader of this page. It is noted before anything is kept.
function noteKept() {
  localStorage.setItem(KEPT_NOTE, JSON.stringify({ reader: boardReader, at: Date.now() }));
}

// Access to the board has ended: delete what is kept, and let other scripts drop what they hold.
function forgetBoard() {
  document.dispatchEvent(new CustomEvent("board:forget"));
  return deleteKept();
}

async function deleteKept() {
  // The worker may be about to keep a copy.
  navigator.serviceWorker?.getRegistration("/kitchen/").then((worker) => worker?.active?.postMessage({ kind: "forget" }), () => {});
  indexedDB.deleteDatabase(KEPT_TAPS);
  const names = typeof caches === "undefined" ? [] : await caches.keys(); // only on https, or on this machine
  await Promise.all(names.filter((name) => name.startsWith(KEPT_CACHES)).map((name) => caches.delete(name)));
  localStorage.removeItem(KEPT_NOTE);
}

// Settled once nothing is left that this reader may not see.
const keptIsMine = (async () => {
  const note = keptNote();
  const isOurs = note && note.reader === boardReader && Date.now() - note.at < KEPT_FOR_MS;
  if (localStorage.getItem(KEPT_NOTE) !== null && !isOurs) await deleteKept();
})().catch(() => {}); // no storage at all: nothing is kept

document.addEventListener("submit", ({ target }) => {
  if (target.matches?.("form[data-sign-out]")) forgetBoard().catch(() => {});
});

// Access to the board is refused, or the session has ended. A redirect alone says neither: some buttons lead to a page.
document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr, requestConfig } }) => {
  if (!requestConfig.path.startsWith("/kitchen/")) return;
  if (xhr.status === 401 || xhr.status === 403 || xhr.getResponseHeader("X-Signed-Out")) forgetBoard().catch(() => {});
});
