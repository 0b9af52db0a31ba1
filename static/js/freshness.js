// Pages that follow the shop, those with [data-live]: the page says so when it is no longer in step with it, and since
// when: when nothing has confirmed for ten seconds that it is, or when a request has failed. Those of the staff, whose
// notice has [data-strict], say so too when their stream has been silent for ten seconds, even while polls are answered.

const SILENCE_MS = 10_000; // the page polls, or its stream beats, every five seconds
const REQUEST_TIMEOUT_MS = 8000;
const CHECK_INTERVAL_MS = 1000;
const NOTE_MS = 10_000; // how long a card says at least that its button got no answer

const livePart = () => document.querySelector("[data-live]");
// A hidden page rests, but for a board that is to sound.
const isResting = () => document.hidden && !document.querySelector('#sound[data-sound="on"]');
const sentAt = new WeakMap(); // by request

let inStepAt = Date.now(); // the page shows how things were then
let heardAt = performance.now(); // when that was last confirmed
let beatAt = null; // when the stream last beat; null: not yet, or there is none, and polls are enough
let beatHeardAt = 0;
let shownAt = performance.now(); // a hidden page requests nothing, which is no fault
let isFailing = false;

function confirmInStep(at) {
  heardAt = performance.now();
  inStepAt = Math.min(Date.now(), Math.max(inStepAt, at));
  updateNotice();
}

// A heartbeat of a stream that sends changes at once.
function confirmBeat() {
  beatAt = Date.now();
  beatHeardAt = performance.now();
}

// The page is a copy that was kept for the time without a connection.
function startOutOfStep(at) {
  inStepAt = at;
  heardAt = shownAt = -Infinity;
  isFailing = true;
  updateNotice();
}

const isSilentSince = (moment) => performance.now() - Math.max(moment, shownAt) > SILENCE_MS;
const isOutOfStep = () => isFailing || isSilentSince(heardAt);

// The press guard has to know what moves or covers something.
const beforeChange = () => typeof rememberLayout === "function" && stableElement() && rememberLayout();

function updateNotice() {
  const notice = document.getElementById("offline");
  if (!notice) return;
  const hasStream = notice.hasAttribute("data-strict") && beatAt !== null;
  const isOut = isOutOfStep() || (hasStream && isSilentSince(beatHeardAt));
  const isHidden = !livePart() || document.hidden || !isOut;
  const hasChanged = isHidden !== notice.hidden;
  if (hasChanged) beforeChange();
  if (hasChanged && !isHidden) showTime(notice.querySelector("[data-since]"), hasStream ? Math.min(beatAt, inStepAt) : inStepAt);
  showTime(notice.querySelector("[data-shown]"), inStepAt);
  notice.hidden = isHidden;
  updateClock(isHidden);
  if (hasChanged && isHidden && livePart() && !document.hidden) document.getElementById("announcements").textContent = notice.dataset.again;
}

// "In step 19:02:11". It is no live region: a screen reader that reads it gets the newest time, and is not interrupted.
function updateClock(isInStep) {
  const clock = document.getElementById("in-step");
  if (!clock) return;
  clock.toggleAttribute("data-out", !isInStep);
  showTime(clock.querySelector("time"), inStepAt);
}

function showTime(element, moment) {
  if (!element) return;
  const text = timeText(moment, document.getElementById("offline").dataset.timeZone, element.hasAttribute("data-seconds"));
  if (element.textContent !== text) element.textContent = text;
}

function timeText(moment, timeZone, hasSeconds) {
  const isLongAgo = Date.now() - moment > 12 * 3600 * 1000;
  const weekday = isLongAgo ? { weekday: "short" } : {};
  const second = hasSeconds ? { second: "2-digit" } : {};
  return new Date(moment).toLocaleString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", ...second, ...weekday });
}

// --- Buttons that got no answer ---

const unanswered = new Set(); // the addresses of the forms whose answer is still to come, or was given up
const notes = new Map(); // by a form's address: until when its card says so at least

// The steps of the board are kept, and sent again: see `board_offline.js`.
const isNoted = ({ requestConfig, elt }) => requestConfig.verb === "post" && !elt.closest("#board-form");

function reportUnanswered() {
  for (const action of unanswered) notes.set(action, performance.now() + NOTE_MS);
  unanswered.clear();
  showNotes();
}

// A refresh replaces the cards, but not what they say. It shows whether the step was taken after all.
function showNotes() {
  for (const [action, until] of notes) {
    const form = [...document.forms].find((each) => each.getAttribute("action") === action);
    const note = form?.querySelector(".request-failed");
    if (performance.now() > until && !isFailing) {
      notes.delete(action);
      note?.remove();
    } else if (form && !note) {
      form.prepend(document.getElementById("request-failed").content.cloneNode(true));
      if (document.activeElement === document.body) form.querySelector("button").focus({ preventScroll: true });
    }
  }
}

if (livePart()) {
  document.addEventListener("htmx:configRequest", ({ detail }) => (detail.timeout = REQUEST_TIMEOUT_MS));

  document.addEventListener("htmx:confirm", (event) => {
    if (event.detail.elt === livePart() && isResting()) event.preventDefault();
  });

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    sentAt.set(detail.xhr, { date: Date.now(), time: performance.now() });
    if (isNoted(detail)) unanswered.add(detail.requestConfig.path);
  });

  document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
    const { failed, requestConfig, xhr } = detail;
    const isPost = requestConfig.verb === "post";
    isFailing = Boolean(failed) && (!isPost || xhr.status >= 500);
    if (isNoted(detail) && failed) reportUnanswered();
    else if (isNoted(detail)) unanswered.clear(); // the answer shows what became of the others
    // While a field in it is being used, newer content is held back.
    if (!failed && !livePart()?.hasAttribute("data-outdated")) confirmInStep(sentAt.get(xhr).date);
    updateNotice();
  });

  for (const type of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(type, ({ detail }) => {
      const isPost = detail.requestConfig.verb === "post";
      if (!isPost && sentAt.get(detail.xhr).time < shownAt) return; // it was under way when the device fell asleep
      isFailing = true;
      if (isNoted(detail)) reportUnanswered();
      updateNotice();
    });
  }

  document.addEventListener("htmx:afterSettle", showNotes);
  document.addEventListener("visibilitychange", () => {
    shownAt = performance.now();
    updateNotice();
  });
  setInterval(() => {
    updateNotice();
    showNotes();
  }, CHECK_INTERVAL_MS);
}
