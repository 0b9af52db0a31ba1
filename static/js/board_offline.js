// A step on the board whose request got no answer is kept, and sent again when the line is back: in order, with the
// idempotency key of its first attempt, so that it is carried out once even if only the answer was lost. A tap that could
// not be sent within five minutes is given up, and one that was refused is reported; both say so until they are closed.
// The board's other buttons, which lead to a page or print, do nothing without a connection, and say so.

const GIVEN_UP_MS = 5 * 60_000;
const RESEND_INTERVAL_MS = 3000;
const RESEND_TIMEOUT_MS = 8000;
const NO_LINE = "There is no line. Nothing was done.";
const NOT_CONFIRMED = "This was not confirmed. Look again before you repeat it.";
const UNREACHED = [502, 503, 504]; // the answer of a proxy whose server is gone

const boardForm = () => document.getElementById("board-form");
const isPost = (elt, verb) => Boolean(boardForm()?.contains(elt)) && verb === "post";
const isKeptAddress = (path) => boardForm().dataset.keptAddresses.split(" ").includes(path);
const isTap = ({ elt, requestConfig }) => isPost(elt, requestConfig.verb);

const sentTaps = new Map(); // by idempotency key: the taps that htmx sends, until they are answered
let kept = []; // as in the store, and those that are just being stored
let resending = null; // a promise
let attempt = new AbortController(); // of the tap that is being sent again

// --- A tap is sent by htmx, or kept ---

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, verb, headers, formData, path } = event.detail;
  if (!isPost(elt, verb)) return;
  if (!isKeptAddress(path)) {
    if (navigator.onLine && !isFailing) return;
    event.preventDefault();
    report(null, NO_LINE);
    return;
  }
  const fields = [...formData].filter(([name]) => name !== "csrfmiddlewaretoken");
  const steps = tapStepsOf(fields);
  if (!steps.length) return;
  const tap = { key: headers["Idempotency-Key"] ?? newUuid(), reader: boardReader, at: Date.now(), address: path, fields, steps, message: "" };
  headers["Idempotency-Key"] = tap.key;
  const isWaiting = waitingTaps().length > 0 || !navigator.onLine; // no tap overtakes an earlier one
  if (!isWaiting) {
    sentTaps.set(tap.key, tap);
    return;
  }
  event.preventDefault();
  keep(tap);
});

const waitingTaps = () => kept.filter((tap) => !tap.message);
const keyOf = ({ requestConfig }) => requestConfig.headers["Idempotency-Key"];

async function keep(tap) {
  const isRepeated = (step) => waitingTaps().some((other) => other.steps.some(({ action, ref }) => action === step.action && ref === step.ref));
  if (tap.steps.every(isRepeated)) return;
  kept.push(tap);
  showKept();
  try {
    noteKept();
    tap.id = await putTap(tap);
  } catch {
    // The browser has no storage for this page: the tap is kept as long as the page is open.
  }
}

// A tap that the next one aborts has probably arrived. If it has not, the answer to the next one does not say so: it is
// sent again, which changes nothing if it has.
let aborted = [];

async function keepInOrder(taps) {
  for (const tap of taps) await keep(tap);
  resend();
}

function onNoAnswer({ detail }) {
  const tap = isTap(detail) && sentTaps.get(keyOf(detail));
  if (tap) sentTaps.delete(tap.key);
  if (isTap(detail) && !tap) report(null);
  keepInOrder([...aborted.splice(0), ...(tap ? [tap] : [])]);
}

async function onAnswer(detail) {
  const tap = isTap(detail) && sentTaps.get(keyOf(detail));
  if (tap) sentTaps.delete(tap.key);
  if (tap && detail.failed) report(tap);
  const doubtful = detail.failed ? [] : aborted.splice(0);
  for (const [index, each] of doubtful.entries()) {
    if (await send(each)) continue;
    await keepInOrder(doubtful.slice(index));
    break;
  }
  if (!detail.failed) resend();
}

for (const type of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(type, onNoAnswer);

document.addEventListener("htmx:sendAbort", ({ detail }) => {
  const tap = isTap(detail) && sentTaps.get(keyOf(detail));
  if (!tap) return;
  sentTaps.delete(tap.key);
  aborted.push(tap);
});

document.addEventListener("htmx:afterOnLoad", (event) => {
  if (isTap(event.detail) && UNREACHED.includes(event.detail.xhr.status)) onNoAnswer(event);
  else onAnswer(event.detail);
});

// --- Kept taps are sent again ---

function resend() {
  if (!waitingTaps().length) return;
  resending ??= withLock(resendInOrder).finally(() => {
    resending = null;
    showKept();
  });
}

// Of two tabs only one sends. Without locks, which need https, their keys keep a tap from being carried out twice.
const withLock = (run) => (navigator.locks ? navigator.locks.request("kitchen-taps", run) : run());

async function resendInOrder() {
  await reload();
  let hasSent = false;
  for (const tap of waitingTaps()) {
    if (Date.now() - tap.at > GIVEN_UP_MS) await giveUp(tap);
    else if (!(await send(tap))) break;
    else hasSent = true;
  }
  if (hasSent) htmx.trigger(livePart(), "live");
}

// Send a tap; return false if there is still no line.
async function send(tap) {
  const body = new URLSearchParams(tap.fields);
  body.set("csrfmiddlewaretoken", boardForm().querySelector("[name=csrfmiddlewaretoken]").value);
  const headers = { Accept: "application/json", "Idempotency-Key": tap.key };
  let response;
  let answer;
  try {
    attempt = new AbortController();
    const signal = AbortSignal.any([attempt.signal, AbortSignal.timeout(RESEND_TIMEOUT_MS)]);
    response = await fetch(tap.address, { method: "POST", body, headers, redirect: "manual", signal });
    // These addresses redirect nobody: another server has answered, such as the sign-in page of a wireless network.
    if (UNREACHED.includes(response.status) || response.type === "opaqueredirect") return false;
    answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
  } catch {
    return false;
  }
  if (response.status === 401 || response.status === 403) {
    kept = [];
    await forgetBoard();
    location.reload(); // the page that says why
    return false;
  }
  const refusals = (answer.results ?? []).filter(({ ok }) => !ok).map(({ label, message }) => withLabel(label, message));
  if (response.ok && !refusals.length) await drop(tap);
  else await settle(tap, refusals.join(" ") || withLabel(labelsOf(tap), answer.message ?? NOT_CONFIRMED));
  return true;
}

const labelsOf = ({ steps }) => steps.map(({ label }) => label).join(", ");
const withLabel = (label, message) => (message.includes(label) ? message : `${label}: ${message}`);
const giveUp = (tap) => settle(tap, `${labelsOf(tap)}: ${tap.steps[0].action.replace("_", " ")} was not sent within 5 minutes. Press again.`);

async function drop(tap) {
  kept = kept.filter((other) => other !== tap);
  if (tap.id) await deleteTap(tap.id).catch(() => {});
}

// A tap that will not be sent any more, and what became of it.
async function settle(tap, message) {
  tap.message = message;
  if (tap.id) await putTap(tap).catch(() => {});
}

// Say what became of a tap that is not kept: htmx has sent it, and it was answered by an error; null: of another button.
function report(tap, said = NOT_CONFIRMED) {
  const reported = tap ?? { key: newUuid(), reader: boardReader, at: Date.now(), steps: [] };
  reported.message = withLabel(labelsOf(reported), said);
  if (!tap) kept = kept.filter(({ message }) => message !== said); // once is enough
  kept.push(reported);
  showKept();
}

// Another tab may have kept, sent or closed some.
async function reload() {
  try {
    const stored = await allTaps();
    kept = [...stored, ...kept.filter(({ id, key }) => !id && !stored.some((tap) => tap.key === key))];
  } catch {
    // no storage
  }
}

// --- What the board says about them ---

function showKept() {
  for (const [ref, actions] of keptActions()) markCard(document.getElementById(`ticket-${ref}`), actions);
  for (const card of document.querySelectorAll(".ticket[data-kept]")) {
    if (!keptActions().has(card.id.replace("ticket-", ""))) unmarkCard(card);
  }
  showMessages(kept.filter((tap) => tap.message));
}

function keptActions() {
  const actions = new Map(); // by ref
  for (const { action, ref } of waitingTaps().flatMap(({ steps }) => steps)) actions.set(ref, [...(actions.get(ref) ?? []), action]);
  return actions;
}

function markCard(card, actions) {
  if (!card) return;
  card.dataset.kept = actions.join(" ");
  if (!card.querySelector(".tap-kept")) card.append(document.getElementById("tap-kept").content.cloneNode(true));
}

function unmarkCard(card) {
  delete card.dataset.kept;
  card.querySelector(".tap-kept")?.remove();
}

function showMessages(over) {
  const list = document.getElementById("taps");
  const shown = new Set([...list.children].map((item) => item.dataset.key));
  const missing = over.filter((tap) => !shown.has(tap.key));
  const closed = [...list.children].filter((item) => !over.some((tap) => tap.key === item.dataset.key));
  if (!missing.length && !closed.length) return;
  beforeChange();
  for (const item of closed) item.remove();
  for (const tap of missing) {
    const item = document.getElementById("tap-over").content.cloneNode(true).firstElementChild;
    item.dataset.key = tap.key;
    item.querySelector("[data-text]").textContent = tap.message;
    list.append(item);
  }
}

// In the capture phase, before `stable.js` removes the message.
document.addEventListener(
  "click",
  ({ target }) => {
    const key = target.closest?.("#taps [data-close]")?.closest("[data-key]").dataset.key;
    const tap = kept.find((each) => each.key === key);
    if (tap) drop(tap).then(showKept);
  },
  true,
);

if (boardForm()) {
  document.addEventListener("htmx:afterSettle", showKept);
  document.addEventListener("board:forget", () => (kept = []));
  // The device has a connection again: what was sent by the old one gets no answer any more.
  window.addEventListener("online", async () => {
    attempt.abort();
    await resending;
    resend();
  });
  setInterval(resend, RESEND_INTERVAL_MS);
  keptIsMine.then(reload).then(showKept).then(resend);
}
