// Pages that follow the shop, those with [data-live]: the page says so when it is no longer in step with it. That is when
// nothing has confirmed for some seconds that it is, or when a request has failed; and it says since when.

const SILENCE_MS = 9000; // the page polls, or its stream beats, every five seconds
const REQUEST_TIMEOUT_MS = 8000;
const CHECK_INTERVAL_MS = 1000;
const NOTE_MS = 10_000; // how long a card says at least that its button got no answer

const livePart = () => document.querySelector("[data-live]");
const sentAt = new WeakMap(); // by request

let inStepAt = Date.now(); // the page shows how things were then
let heardAt = performance.now(); // when that was last confirmed
let shownAt = performance.now(); // a hidden page requests nothing, which is no fault
let isFailing = false;

function confirmInStep(at) {
  heardAt = performance.now();
  inStepAt = Math.min(Date.now(), Math.max(inStepAt, at));
  updateNotice();
}

// The press guard has to know what moves or covers something.
const beforeChange = () => typeof rememberLayout === "function" && stableElement() && rememberLayout();

function updateNotice() {
  const notice = document.getElementById("offline");
  if (!notice) return;
  const isSilent = performance.now() - Math.max(heardAt, shownAt) > SILENCE_MS;
  const isHidden = !livePart() || document.hidden || !(isFailing || isSilent);
  if (isHidden === notice.hidden) return;
  beforeChange();
  if (!isHidden) notice.querySelector("time").textContent = timeText(inStepAt, notice.dataset.timeZone);
  notice.hidden = isHidden;
  if (isHidden && livePart() && !document.hidden) document.getElementById("announcements").textContent = notice.dataset.again;
}

function timeText(moment, timeZone) {
  const isLongAgo = Date.now() - moment > 12 * 3600 * 1000;
  const weekday = isLongAgo ? { weekday: "short" } : {};
  return new Date(moment).toLocaleString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", ...weekday });
}

// --- Buttons that got no answer ---

const unanswered = new Set(); // the buttons whose answer is still to come, or was given up
const notes = new Map(); // by button: until when its card says so at least

// A button is known by what it sends, as a refresh replaces it: the step on a ticket, or its form's address.
const keyOf = ({ formData, path }) => formData.get("step") ?? path;

function buttonOf(key) {
  const step = document.querySelector(`button[name="step"][value="${CSS.escape(key)}"]`);
  const form = [...document.forms].find((each) => each.getAttribute("action") === key);
  return step ?? form?.querySelector("button");
}

function reportUnanswered() {
  for (const key of unanswered) notes.set(key, performance.now() + NOTE_MS);
  unanswered.clear();
  showNotes();
}

// A refresh replaces the cards, but not what they say. It shows whether the step was taken after all.
function showNotes() {
  for (const [key, until] of notes) {
    const button = buttonOf(key);
    const note = button?.previousElementSibling?.matches(".request-failed") ? button.previousElementSibling : null;
    if (performance.now() > until && !isFailing) {
      notes.delete(key);
      note?.remove();
    } else if (button && !note) {
      button.before(document.getElementById("request-failed").content.cloneNode(true));
      if (document.activeElement === document.body) button.focus({ preventScroll: true });
    }
  }
}

if (livePart()) {
  document.addEventListener("htmx:configRequest", ({ detail }) => (detail.timeout = REQUEST_TIMEOUT_MS));

  document.addEventListener("htmx:confirm", (event) => {
    if (event.detail.elt === livePart() && document.hidden) event.preventDefault();
  });

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    sentAt.set(detail.xhr, { date: Date.now(), time: performance.now() });
    if (detail.requestConfig.verb === "post") unanswered.add(keyOf(detail.requestConfig));
  });

  document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
    const { failed, requestConfig, xhr } = detail;
    const isPost = requestConfig.verb === "post";
    isFailing = Boolean(failed) && (!isPost || xhr.status >= 500);
    if (isPost && failed) reportUnanswered();
    else if (isPost) unanswered.clear(); // the answer shows what became of the others
    // While a field in it is being used, newer content is held back.
    if (!failed && !livePart()?.hasAttribute("data-outdated")) confirmInStep(sentAt.get(xhr).date);
    updateNotice();
  });

  for (const type of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(type, ({ detail }) => {
      const isPost = detail.requestConfig.verb === "post";
      if (!isPost && sentAt.get(detail.xhr).time < shownAt) return; // it was under way when the device fell asleep
      isFailing = true;
      if (isPost) reportUnanswered();
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
