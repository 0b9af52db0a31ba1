// The board: steps are sent one after the other, and what a cook has selected outlives a refresh. It works without this.

const stepsForm = document.getElementById("board-form");
const cardOf = (element) => element?.closest?.(".ticket") ?? null;
const refOf = (card) => card.id.replace("ticket-", "");
const cards = () => [...document.querySelectorAll("#board .ticket")];

// --- Sending steps ---

// No step aborts another one: they wait for each other. Each has an idempotency key, so that it can be sent again.
const waitingSteps = [];
const sentSteps = new Set(); // the values of the buttons whose answer is still to come
let isSending = false;

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target !== stepsForm || !window.htmx) return;
  event.preventDefault();
  const { submitter } = event;
  const data = new FormData(stepsForm, submitter);
  const isStep = submitter?.name === "step";
  if (isStep) data.delete("ticket"); // the selection is for the buttons of the bar
  const name = isStep ? submitter.value : "";
  if (sentSteps.has(name)) return;
  if (isStep) sentSteps.add(name);
  else clearSelection();
  waitingSteps.push({ path: submitter?.getAttribute("formaction") ?? stepsForm.getAttribute("action"), data, name, key: newUuid() });
  showSentSteps();
  sendNext();
});

async function sendNext() {
  if (isSending) return;
  isSending = true;
  while (waitingSteps.length) {
    const { path, data, name, key } = waitingSteps.shift();
    htmx.trigger("#board", "htmx:abort"); // an older answer must not arrive after that of the step
    try {
      await htmx.ajax("POST", path, {
        source: "#board-sender",
        target: "#board",
        swap: "outerHTML",
        values: data,
        headers: { "Idempotency-Key": key },
      });
    } catch {
      // Other scripts show that there was no answer.
    }
    sentSteps.delete(name);
    showSentSteps();
  }
  isSending = false;
}

function showSentSteps() {
  for (const button of document.querySelectorAll('#board button[name="step"]')) {
    button.toggleAttribute("aria-busy", sentSteps.has(button.value));
  }
}

// While steps are under way, a refresh would show an older board.
document.addEventListener("htmx:confirm", (event) => {
  if (isSending && event.detail.elt.id === "board") event.preventDefault();
});

// --- Selecting several tickets ---

const selected = new Map(); // by ref: the state in which the ticket was selected

document.addEventListener("change", ({ target }) => {
  if (target.name !== "ticket" || !cardOf(target)) return;
  const card = cardOf(target);
  if (target.checked) selected.set(refOf(card), card.dataset.state);
  else selected.delete(refOf(card));
  showSelection();
});

function clearSelection() {
  selected.clear();
  showSelection();
}

function showSelection() {
  for (const [ref, state] of selected) {
    if (document.getElementById(`ticket-${ref}`)?.dataset.state !== state) selected.delete(ref);
  }
  for (const card of cards()) {
    const box = card.querySelector('input[name="ticket"]');
    if (box) box.checked = selected.has(refOf(card));
  }
  const states = new Set(selected.values());
  const bar = document.querySelector(".bulk-bar");
  if (!bar) return;
  bar.toggleAttribute("data-selected", selected.size > 0);
  bar.querySelector(".bulk-count").textContent = selected.size;
  for (const button of bar.querySelectorAll("[data-for]")) button.hidden = !button.dataset.for.split(" ").some((state) => states.has(state));
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-clear-selection]")) clearSelection();
});

// --- What outlives a refresh ---

let focused = null; // the control that had the focus before a swap: its name and its ticket

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "board") return;
  const element = document.activeElement;
  const card = cardOf(element);
  focused = card && detail.target.contains(card) && element.name ? { name: element.name, value: element.value, id: card.id } : null;
});

function restore() {
  showSelection();
  showSentSteps();
  document.getElementById("all-day")?.toggleAttribute("open", isAllDayOpen);
  if (!focused || document.activeElement !== document.body) return;
  const controls = document.getElementById(focused.id)?.querySelectorAll(`[name="${focused.name}"]`) ?? [];
  // Never the card's next button, which the same key would press.
  [...controls].find(({ name, value }) => name === "ticket" || value === focused.value)?.focus({ preventScroll: true });
  focused = null;
}
document.addEventListener("htmx:afterSwap", restore);

let isAllDayOpen = false;
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.id === "all-day") isAllDayOpen = target.open;
  },
  true,
);

// On a phone one column is shown at a time; without JavaScript the tabs lead to them.
function showTab(column) {
  stepsForm.dataset.tab = column;
  for (const tab of document.querySelectorAll(".board-tabs a")) {
    if (tab.hash === `#column-${column}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}
document.addEventListener("click", (event) => {
  const tab = event.target.closest?.(".board-tabs a");
  if (!tab) return;
  event.preventDefault();
  if (typeof rememberLayout === "function") rememberLayout();
  showTab(tab.hash.replace("#column-", ""));
});
document.addEventListener("htmx:afterSwap", () => showTab(stepsForm.dataset.tab));
document.addEventListener("DOMContentLoaded", () => showTab("waiting"));
showSelection();
