// Enhancements of pages that work without JavaScript.

// The − and + buttons beside a quantity.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const before = input.value;
  if (button.dataset.step > 0) input.stepUp();
  else input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
});

// A poll does not swap content that has not changed, nor content in which a button is being pressed or a field has the
// focus. The CSRF token differs in each response and is ignored.
const lastResponse = new Map();
const inUse = (part) => part.querySelector(":active, input:focus, select:focus, textarea:focus");

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig, serverResponse } = detail;
  const answer = serverResponse.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
  const refreshes = requestConfig.verb === "get" && target.hasAttribute("hx-trigger");
  if (refreshes && (lastResponse.get(target.id) === answer || inUse(target))) detail.shouldSwap = false;
  else lastResponse.set(target.id, answer);
});

// After a swap, new texts of elements with [data-say] are announced to screen readers; texts announced before are not.
const textOf = (element) => element.textContent.replace(/\s+/g, " ").trim();
const messages = () => [...document.querySelectorAll("[data-say]")].map(textOf);
let announced = messages();

document.addEventListener("htmx:afterSettle", () => {
  const now = messages();
  const added = now.filter((message) => !announced.includes(message));
  announced = now;
  if (added.length) document.getElementById("spoken").textContent = added.join(". ");
});

// A page whose polls fail shows that it is offline, until one succeeds.
const offline = (isOffline) => () => document.getElementById("offline")?.toggleAttribute("hidden", !isOffline);

document.addEventListener("htmx:sendError", offline(true));
document.addEventListener("htmx:responseError", offline(true));
document.addEventListener("htmx:afterOnLoad", offline(false));

// A button is disabled during its request, or gone afterwards. The focus moves to its card, wherever the card is now, and
// never to the card's next button, which the same key would press.
let cardId = "";

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const focused = document.activeElement;
  cardId = detail.elt.contains(focused) ? (focused.closest("li[id]")?.id ?? "main") : "";
});

document.addEventListener("htmx:afterSettle", () => {
  if (!cardId || document.activeElement !== document.body) return;
  (document.getElementById(cardId) ?? document.getElementById("main")).focus({ preventScroll: true });
});
