// The cards of the board: their running clocks, the key of each, and notes on them that outlive a refresh.

// --- Clocks ---

let serverAheadMs = 0; // the clock of a tablet may be wrong

document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  const date = Date.parse(detail.xhr.getResponseHeader("Date") ?? "");
  if (Number.isFinite(date)) serverAheadMs = date - Date.now();
  showClocks();
});

// The thresholds are those of the server's `lateness_of`.
function latenessOf(secondsLeft, { warning, late }) {
  if (secondsLeft > warning * 60) return "on_time";
  if (secondsLeft >= 0) return "soon";
  return -secondsLeft < late * 60 ? "late" : "very_late";
}

function clockText(secondsLeft) {
  const seconds = Math.abs(secondsLeft);
  const minutes = Math.floor(seconds / 60);
  const sign = secondsLeft < 0 ? "+" : "";
  if (minutes >= 60) return `${sign}${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${sign}${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

function showLateness(card, lateness) {
  card.dataset.late = lateness;
  const word = card.querySelector(".ticket-times i");
  if (word) word.textContent = lateness.endsWith("late") ? "late" : "";
}

function showClocks() {
  const board = document.getElementById("board");
  if (!board) return;
  const now = Math.floor((Date.now() + serverAheadMs) / 1000);
  for (const card of cards()) {
    const secondsLeft = Number(card.dataset.due) - now;
    const lateness = latenessOf(secondsLeft, board.dataset);
    if (card.dataset.late !== lateness && card.dataset.change !== "cancelled") showLateness(card, lateness);
    card.querySelector(".ticket-clock").textContent = clockText(secondsLeft);
  }
}

setInterval(showClocks, 1000);
document.addEventListener("htmx:afterSwap", showClocks);
showClocks();

// --- Keys ---

// A card keeps its key while it is on the board, in whatever column. A key that is free again is given last.
const KEYS = [..."1234567890QWERTYUIOPASDFGHJKLZXCVBNM"];
const keyByRef = new Map();
let freeKeys = [...KEYS];

function assignKeys() {
  const refs = new Set(cards().map(refOf));
  for (const [ref, key] of keyByRef) {
    if (refs.has(ref)) continue;
    keyByRef.delete(ref);
    freeKeys.push(key);
  }
  for (const card of cards()) {
    const ref = refOf(card);
    if (!keyByRef.has(ref) && freeKeys.length) keyByRef.set(ref, freeKeys.shift());
    const key = keyByRef.get(ref);
    if (!key) continue;
    card.dataset.key = key;
    card.querySelector('button[name="step"]')?.setAttribute("aria-keyshortcuts", key);
  }
}

const keyOfEvent = ({ code }) => /^(?:Digit|Numpad|Key)([0-9A-Z])$/.exec(code)?.[1] ?? "";
const KEY_PAUSE_MS = 600; // a key that is pressed twice takes one step
const pressedAt = new Map(); // by key

document.addEventListener("keydown", (event) => {
  const key = keyOfEvent(event);
  if (!key || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
  const card = cards().find((each) => each.dataset.key === key);
  if (!card) return;
  event.preventDefault();
  if (event.shiftKey) {
    card.querySelector('input[name="ticket"]')?.click();
    return;
  }
  const now = performance.now();
  if (now - (pressedAt.get(key) ?? -Infinity) < KEY_PAUSE_MS) return;
  pressedAt.set(key, now);
  card.querySelector('.ticket-step:not([aria-busy])')?.click();
});

assignKeys();
document.addEventListener("htmx:afterSwap", assignKeys);

// --- Notes on cards ---

const CARD_NOTE_MS = 20_000;
const cardNotes = new Map(); // by ref: the text, and until when it is shown

function noteOnCard(ref, text) {
  cardNotes.set(ref, { text, until: performance.now() + CARD_NOTE_MS });
  showCardNotes();
}

// The refusals in an answer are kept, as the next refresh does not have them.
function keepRefusals() {
  for (const note of document.querySelectorAll("#board .ticket-refusal:not([data-kept-note])")) {
    cardNotes.set(refOf(cardOf(note)), { text: note.textContent.trim(), until: performance.now() + CARD_NOTE_MS });
    note.dataset.keptNote = "";
  }
}

function showCardNotes() {
  for (const [ref, { text, until }] of cardNotes) {
    const card = document.getElementById(`ticket-${ref}`);
    const note = card?.querySelector(".ticket-refusal");
    if (performance.now() > until) {
      cardNotes.delete(ref);
      if (note && typeof rememberLayout === "function") rememberLayout();
      note?.remove();
    } else if (card && !note) {
      const added = document.createElement("p");
      added.className = "ticket-refusal";
      added.dataset.keptNote = "";
      added.textContent = text;
      card.append(added);
    }
  }
}

document.addEventListener("htmx:afterSwap", () => {
  keepRefusals();
  showCardNotes();
});
setInterval(showCardNotes, 1000);
keepRefusals();
