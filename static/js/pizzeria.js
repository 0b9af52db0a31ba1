// Enhancements of pages that work without JavaScript.

// The − and + buttons beside a quantity.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const previousValue = input.value;
  if (button.dataset.step > 0) input.stepUp();
  else input.stepDown();
  if (input.value !== previousValue) input.dispatchEvent(new Event("change", { bubbles: true }));
});

// The second press of a double click adds nothing more: neither before the answer nor on the form that it brings.
const DOUBLE_CLICK_MS = 600;
const sentAdding = new Map(); // by the form's id: when it was sent last

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches?.("[data-add]")) return;
    const now = performance.now();
    if (form.hasAttribute("data-sent") || now - (sentAdding.get(form.id) ?? -Infinity) < DOUBLE_CLICK_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sentAdding.set(form.id, now);
    if (form.hasAttribute("hx-post")) form.toggleAttribute("data-sent", true); // its answer brings another form
  },
  true,
);

// The back button. A page that the browser kept shows the basket as it was, so it is loaded again, unless it shows what
// somebody has to correct. In a page that the browser loads again it may restore what was chosen, but not its price.
const isRestored = (field) => field.type !== "hidden" && (field.checked !== field.defaultChecked || field.value !== field.defaultValue);

window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && !document.querySelector('[aria-invalid="true"], .notice-error')) location.replace(location.pathname + location.search);
  for (const form of document.querySelectorAll("form[hx-get]")) {
    if ([...form.querySelectorAll("input")].some(isRestored)) htmx.trigger(form, "change");
  }
});

// A form with which a guest orders: if its request is refused, it is sent without htmx, and the browser shows the answer;
// if it gets none, the page says so, and the next press sends all of it. A price that is unknown is not shown at all.
const GUEST_TIMEOUT_MS = 15_000;
const isOrdering = (element) => element.matches("#basket, [data-add]");
const LEAVING_MS = 3000; // a page that is still there after that is not left, such as by a telephone link
let isLeaving = false; // the browser aborts the requests of a page that is left
window.addEventListener("pageshow", () => (isLeaving = false));
window.addEventListener("beforeunload", () => {
  isLeaving = true;
  setTimeout(() => (isLeaving = false), LEAVING_MS);
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (isOrdering(detail.elt)) detail.timeout = GUEST_TIMEOUT_MS;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => detail.elt.removeAttribute("data-sent"));

for (const type of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail: { elt, requestConfig, target } }) => {
    if (isLeaving || !isOrdering(elt)) return;
    if (requestConfig.verb === "get") target.textContent = target.dataset.unknown;
    else if (type === "htmx:responseError") elt.submit();
    else document.getElementById("messages").replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  });
}

// A poll does not swap content that has not changed, nor content in which a button is being pressed or a field has the
// focus. The CSRF token differs in each response and is ignored.
const lastResponse = new Map();
const isInUse = (element) => element.querySelector(':active, input:not([name="ticket"]):focus, select:focus, textarea:focus');

const newTextOf = (target, html) => {
  const element = new DOMParser().parseFromString(html, "text/html").getElementById(target.id);
  return element && textOf(element);
};

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig, serverResponse, isError } = detail;
  if (isError) return;
  const comparableResponse = serverResponse.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
  const isRefresh = requestConfig.verb === "get" && target.hasAttribute("hx-trigger");
  const isUnchanged = lastResponse.get(target.id) === comparableResponse;
  const isHeldBack = isRefresh && !isUnchanged && Boolean(isInUse(target));
  target.toggleAttribute("data-outdated", isHeldBack && newTextOf(target, serverResponse) !== textOf(target));
  if (isRefresh && (isUnchanged || isHeldBack)) detail.shouldSwap = false;
  else lastResponse.set(target.id, comparableResponse);
});

// After a swap, texts of elements with [data-announce] are announced to screen readers, unless they were before.
const textOf = (element) => element.textContent.replace(/\s+/g, " ").trim();
const textsToAnnounce = () => [...document.querySelectorAll("[data-announce]")].map(textOf);
let announced = textsToAnnounce();

document.addEventListener("htmx:afterSettle", () => {
  const current = textsToAnnounce();
  const added = current.filter((text) => !announced.includes(text));
  announced = current;
  if (added.length) document.getElementById("announcements").textContent = added.join(". ");
});

// A button is disabled during its request, or gone afterwards. The focus moves to its card, wherever the card is now, and
// never to the card's next button, which the same key would press.
let focusTargetId = "";

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const focused = document.activeElement;
  focusTargetId = detail.elt.contains(focused) ? (focused.closest("li[id]")?.id ?? "main") : "";
});

document.addEventListener("htmx:afterSettle", () => {
  if (!focusTargetId || document.activeElement !== document.body) return;
  (document.getElementById(focusTargetId) ?? document.getElementById("main")).focus({ preventScroll: true });
});
