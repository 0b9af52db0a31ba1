// Pages that change while they are used, those with [data-stable]: a press acts on what it was aimed at, or on nothing.
// For a moment after each change a press counts only if the same button was there before. And while a pointer is near, a
// change leaves the cards and lists, [data-place], where they were.

const SETTLE_MS = 600; // how long after a change
const NEAR_MS = 1500; // how long after its last movement a pointer counts as near
const MAX_HOLD_MS = 10_000; // even if a pointer never rests
const MESSAGE_SECONDS = 10;

const CONTROLS = "main :is(button, a[href], summary)";
const stableElement = () => document.querySelector("[data-stable]");
const isInside = (from, at, to) => from <= at && at <= to;
const isFixed = (element) => Boolean(element.closest("#messages, #offline, #taps"));

// What a control does: two buttons with the same name belong to different tickets.
const actionOf = (control) =>
  control.form
    ? `${control.form.action} ${control.name}=${control.value} ${control.id}`
    : (control.href ?? control.closest("[id]").id);

// --- Presses ---

let layouts = []; // where the controls were before each of the last changes
let settledTimer = 0;

// A message lies over controls, and does nothing itself.
const COVERS = "#messages .message, #taps .message, #offline:not([hidden])";
const visible = (selector) =>
  [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility?.() ?? true);

// Fixed controls by their place in the window, the others by their place on the page, which may be scrolled meanwhile.
function rememberLayout(controls = visible(CONTROLS), covers = visible(COVERS)) {
  const placeOf = (element, action) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const [x, y] = isFixed(element) ? [0, 0] : [scrollX, scrollY];
    const rect = { left: left + x, right: right + x, top: top + y, bottom: bottom + y };
    return { rect, isFixed: isFixed(element), action };
  };
  const places = [
    ...controls.map((control) => placeOf(control, actionOf(control))),
    ...covers.map((cover) => placeOf(cover, null)),
  ];
  const now = performance.now();
  layouts = layouts.filter(({ until }) => now - until < SETTLE_MS);
  layouts.push({ until: now, places, scrolled: scrollY, shift: 0 });
  document.documentElement.toggleAttribute("data-settling", true);
  clearTimeout(settledTimer);
  settledTimer = setTimeout(() => document.documentElement.removeAttribute("data-settling"), SETTLE_MS);
}

// By how much the change itself has scrolled the page: the browser does when the page gets shorter. Call it after one.
function noteShift() {
  const shift = scrollY - (layouts.at(-1)?.scrolled ?? scrollY);
  for (const layout of layouts) layout.shift += shift;
}

function actionAt({ places, shift }, { clientX, clientY }) {
  const isUnder = ({ rect, isFixed }) => {
    const [x, y] = isFixed ? [clientX, clientY] : [clientX + scrollX, clientY + scrollY - shift];
    return isInside(rect.left, x, rect.right) && isInside(rect.top, y, rect.bottom);
  };
  // Fixed controls lie over the others.
  return (places.find((place) => place.isFixed && isUnder(place)) ?? places.find(isUnder))?.action ?? null;
}

document.addEventListener(
  "click",
  (event) => {
    const control = event.target.closest?.(CONTROLS);
    if (!control || event.detail === 0) return; // 0: by the keyboard
    const recent = layouts.filter(({ until }) => performance.now() - until < SETTLE_MS);
    if (recent.every((layout) => actionAt(layout, event) === actionOf(control))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// The press that led to this page may be a double one: nothing of it was there before. Pages for guests, which have
// data-stable="swaps", react at once: what can be pressed there can be taken back.
if (stableElement() && stableElement().dataset.stable !== "swaps") rememberLayout([], []);

// --- Places ---

let pointer = { at: -Infinity, x: 0, y: 0 };
let placesBefore = null; // the swap that is under way; null: no pointer is near
let heldSince = 0;
let holdTimer = 0;

for (const type of ["pointerdown", "pointermove", "pointerup"]) {
  const onPointer = ({ target, clientX, clientY }) => {
    if (target.closest?.("[data-stable]")) pointer = { at: performance.now(), x: clientX, y: clientY };
  };
  document.addEventListener(type, onPointer, { passive: true });
}

const isPointerNear = () => performance.now() - pointer.at < NEAR_MS;
const topOf = (element) => element.getBoundingClientRect().top;
const listOf = (place) => place.parentElement.closest("[data-place]")?.id ?? "";

function describePlace(place) {
  const id = place.id || place.dataset.gapOf;
  const { left, right, top, bottom } = place.getBoundingClientRect();
  return { id, list: listOf(place), tag: place.tagName, left, right, top, bottom };
}

let isSwapping = false;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const root = detail.target.closest("[data-stable]");
  if (!root || !detail.shouldSwap) return;
  isSwapping = true;
  rememberLayout();
  placesBefore = isPointerNear() ? [...root.querySelectorAll("[data-place]")].map(describePlace) : null;
});

document.addEventListener("htmx:afterSwap", () => {
  if (!isSwapping) return; // it comes once for each new element
  isSwapping = false;
  if (placesBefore) holdPlaces(placesBefore);
  placesBefore = null;
  noteShift();
});

// What is gone leaves a gap, what is lower than before keeps its height, and what a new card above has moved is scrolled
// back: what was under the pointer, or the gap that it has left.
function holdPlaces(places) {
  const nextInList = new Map(); // by list: the next card that is still there, or the gap before it
  for (const place of places.toReversed()) {
    const height = place.bottom - place.top;
    const element = document.getElementById(place.id);
    const isThere = element && listOf(element) === place.list;
    if (isThere && element.offsetHeight < height) element.style.minHeight = `${height}px`;
    const next = nextInList.get(place.list);
    place.now = isThere ? element : next && insertGap({ ...place, height, next });
    if (place.now) nextInList.set(place.list, place.now);
  }
  const isUnderPointer = ({ left, right, top, bottom }) => isInside(left, pointer.x, right) && isInside(top, pointer.y, bottom);
  const anchor = places.findLast((place) => place.now && isUnderPointer(place)); // the innermost one
  if (anchor) window.scrollBy({ top: topOf(anchor.now) - anchor.top, behavior: "instant" });
  if (holdTimer) return;
  heldSince = performance.now();
  holdTimer = setTimeout(releasePlaces, NEAR_MS);
}

function insertGap({ id, tag, height, next }) {
  const gap = document.createElement(tag);
  gap.className = "gap";
  gap.dataset.place = "";
  gap.dataset.gapOf = id;
  gap.style.height = `${height}px`;
  gap.setAttribute("aria-hidden", "true");
  next.before(gap);
  return gap;
}

function releasePlaces() {
  if (isPointerNear() && performance.now() - heldSince < MAX_HOLD_MS) {
    holdTimer = setTimeout(releasePlaces, 250);
    return;
  }
  holdTimer = 0;
  rememberLayout();
  for (const gap of document.querySelectorAll(".gap")) gap.remove();
  for (const place of document.querySelectorAll("[data-place]")) place.style.minHeight = "";
  noteShift();
}

// --- Messages ---

// They lie over the page. They disappear with the offers to undo a step, or after a while; warnings stay until they are
// closed, or until the next step.
// The board has room for them below its cards while there are some, [data-room]. It goes once nobody has scrolled into it,
// which would move the cards.
function updateRoom() {
  const root = document.documentElement;
  const page = document.querySelector(".page");
  if (!page) return;
  const hasMessages = Boolean(document.querySelector("#messages > *"));
  const endOfCards = root.scrollHeight - parseFloat(getComputedStyle(page).paddingBottom);
  const isScrolledInto = scrollY > 0 && scrollY + innerHeight > endOfCards;
  root.toggleAttribute("data-room", hasMessages || (root.hasAttribute("data-room") && isScrolledInto));
}
document.addEventListener("scroll", () => document.documentElement.hasAttribute("data-room") && updateRoom(), { passive: true });

function removeMessages(elements) {
  const shown = [...elements].filter((element) => element.isConnected);
  if (!shown.length) return;
  const hasFocus = shown.some((element) => element.contains(document.activeElement));
  rememberLayout();
  for (const element of shown) element.remove();
  const list = document.querySelector("#messages > .messages");
  if (list && !list.children.length) list.remove();
  updateRoom();
  noteShift();
  if (hasFocus) document.getElementById("main").focus({ preventScroll: true });
}

function expireMessages() {
  const messages = stableElement() && document.querySelector("#messages:not([data-expiring])");
  if (!messages) return;
  messages.dataset.expiring = "";
  const remove = (elements) => {
    const isUnderWay = [...elements].some((element) => element.querySelector(".htmx-request")); // an undo
    if (isUnderWay) setTimeout(() => remove(elements), 1000);
    else removeMessages(elements);
  };
  const after = (seconds, elements) => setTimeout(() => remove(elements), 1000 * seconds);
  after(MESSAGE_SECONDS, messages.querySelectorAll(".message.success"));
  for (const offer of messages.querySelectorAll(".undo")) after(Number(offer.dataset.expiresSeconds), [offer]);
}

document.addEventListener("click", ({ target }) => {
  const message = target.closest?.("[data-close]")?.closest(".message");
  if (message) removeMessages([message]);
});
function onMessages() {
  expireMessages();
  if (stableElement()) updateRoom();
}
document.addEventListener("htmx:afterSettle", onMessages);
onMessages();

// The newest step is undone by the usual key, wherever the focus is but in a field.
document.addEventListener("keydown", (event) => {
  const button = document.querySelector("#messages .undo button");
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  if (!button || !isUndo || event.repeat || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  button.click();
});
