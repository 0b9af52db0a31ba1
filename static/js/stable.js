// Pages that change while they are used, those with [data-stable]: a press acts on what it was aimed at, or on nothing.
// For a moment after each change a press counts only if the same button was there before; and what stays on the page
// keeps its place, by gaps, while a pointer is near.

const SETTLE_MS = 600; // how long after a change
const NEAR_MS = 1500; // how long after its last movement a pointer counts as near
const MAX_GAP_MS = 10_000; // even if a pointer never rests

const stableElement = () => document.querySelector("[data-stable]");
const controls = () => document.querySelectorAll("main :is(button, a[href], summary)");
const controlOf = (element) => element.closest?.("main :is(button, a[href], summary)");

// What a control does: two buttons with the same name belong to different tickets.
const actionOf = (control) => control.form?.action ?? control.href ?? control.closest("[id]")?.id ?? "";

let layouts = []; // where the controls were before each of the last changes
let settledTimer = 0;

function rememberLayout() {
  if (!stableElement()) return;
  const places = [...controls()].map((control) => [control.getBoundingClientRect(), actionOf(control)]);
  const now = performance.now();
  layouts = [...layouts.filter(({ until }) => now - until < SETTLE_MS), { until: now, places }];
  document.documentElement.toggleAttribute("data-settling", true);
  clearTimeout(settledTimer);
  settledTimer = setTimeout(() => document.documentElement.removeAttribute("data-settling"), SETTLE_MS);
}

const isInside = ({ left, right, top, bottom }, x, y) => left <= x && x <= right && top <= y && y <= bottom;
const actionAt = ({ places }, x, y) => places.find(([rect]) => isInside(rect, x, y))?.[1] ?? null;

document.addEventListener(
  "click",
  (event) => {
    const control = controlOf(event.target);
    if (!control || event.detail === 0) return; // 0: by the keyboard
    const recent = layouts.filter(({ until }) => performance.now() - until < SETTLE_MS);
    if (recent.every((layout) => actionAt(layout, event.clientX, event.clientY) === actionOf(control))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// A page has just been loaded: the press that led to it may be a double one.
rememberLayout();
layouts.forEach((layout) => (layout.places = []));

// While a pointer is near, what is under it keeps its place: a gap takes the place of a card that is gone, and the page
// is scrolled by what a new card has moved it.
let pointer = { at: -Infinity, x: 0, y: 0 };
let before = null; // the swap
let gapsSince = 0;
let gapTimer = 0;

for (const type of ["pointerdown", "pointermove", "pointerup"]) {
  const onPointer = ({ target, clientX, clientY }) => {
    if (target.closest?.("[data-stable]")) pointer = { at: performance.now(), x: clientX, y: clientY };
  };
  document.addEventListener(type, onPointer, { passive: true });
}

const isPointerNear = () => performance.now() - pointer.at < NEAR_MS;
const listOf = (place) => place.parentElement.closest("section")?.getAttribute("aria-labelledby") ?? "";
const topOf = (element) => element.getBoundingClientRect().top;

function describePlace(place) {
  return { id: place.id, list: listOf(place), tag: place.tagName, height: place.offsetHeight, top: topOf(place) };
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const root = detail.target.closest("[data-stable]");
  if (!root) return;
  rememberLayout();
  before = null;
  if (!isPointerNear()) return;
  const places = [...root.querySelectorAll("[data-place]")].map(describePlace);
  const anchor = document.elementFromPoint(pointer.x, pointer.y)?.closest("[data-place]");
  before = { places, anchor: anchor && describePlace(anchor) };
});

document.addEventListener("htmx:afterSwap", () => {
  if (!before) return;
  const { places, anchor } = before;
  before = null;
  leaveGaps(places);
  const place = anchor?.id && document.getElementById(anchor.id);
  if (place && listOf(place) === anchor.list) window.scrollBy({ top: topOf(place) - anchor.top, behavior: "instant" });
});

function leaveGaps(places) {
  const nextInList = new Map(); // by list: the next card that is still there, or the gap before it
  for (const { id, list, tag, height } of places.reverse()) {
    const place = id && document.getElementById(id);
    if (place && listOf(place) === list) nextInList.set(list, place);
    else if (nextInList.has(list)) nextInList.set(list, insertGap(nextInList.get(list), tag, height));
  }
}

function insertGap(next, tag, height) {
  const gap = document.createElement(tag);
  gap.className = "gap";
  gap.dataset.place = "";
  gap.style.height = `${height}px`;
  gap.setAttribute("aria-hidden", "true");
  next.before(gap);
  if (!gapTimer) {
    gapsSince = performance.now();
    gapTimer = setTimeout(closeGaps, NEAR_MS);
  }
  return gap;
}

function closeGaps() {
  if (isPointerNear() && performance.now() - gapsSince < MAX_GAP_MS) {
    gapTimer = setTimeout(closeGaps, 250);
    return;
  }
  gapTimer = 0;
  rememberLayout();
  for (const gap of document.querySelectorAll(".gap")) gap.remove();
}

// Messages lie over the page. They disappear with the offer to undo the step, or after a while; warnings stay until they
// are closed, or until the next step.
const MESSAGE_SECONDS = 10;

function removeMessages(elements) {
  const shown = [...elements].filter((element) => element.isConnected);
  if (!shown.length) return;
  rememberLayout();
  for (const element of shown) element.remove();
}

function expireMessages() {
  const messages = stableElement() && document.querySelector("#messages:not([data-expiring])");
  if (!messages) return;
  messages.dataset.expiring = "";
  const offer = messages.querySelector("[data-expires-seconds]");
  const seconds = Number(offer?.dataset.expiresSeconds ?? MESSAGE_SECONDS);
  setTimeout(() => removeMessages(messages.querySelectorAll(".message.success, .undo")), 1000 * seconds);
}

document.addEventListener("click", ({ target }) => {
  const message = target.closest?.("[data-close]")?.closest(".message");
  if (message) removeMessages([message]);
});
document.addEventListener("htmx:afterSettle", expireMessages);
expireMessages();
