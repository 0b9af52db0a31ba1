// Comfort on top of pages that work without it.

// The − and + beside a quantity.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const before = input.value;
  if (button.dataset.step > 0) input.stepUp();
  else input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
});

// A screen that refreshes itself leaves alone what has not changed, and what a finger is just pressing or a hand is just
// writing in. Forms carry another token each time, which is no news.
const seen = new Map();
const inUse = (part) => part.querySelector(":active, input:focus, select:focus, textarea:focus");

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig, serverResponse } = detail;
  const answer = serverResponse.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
  const refreshes = requestConfig.verb === "get" && target.hasAttribute("hx-trigger");
  if (refreshes && (seen.get(target.id) === answer || inUse(target))) detail.shouldSwap = false;
  else seen.set(target.id, answer);
});

// Of what did change, a screen reader hears the sentences marked for it, and only the new ones.
const words = (marked) => marked.textContent.replace(/\s+/g, " ").trim();
const sentences = () => [...document.querySelectorAll("[data-say]")].map(words);
let said = sentences();

document.addEventListener("htmx:afterSettle", () => {
  const now = sentences();
  const news = now.filter((sentence) => !said.includes(sentence));
  said = now;
  if (news.length) document.getElementById("spoken").textContent = news.join(". ");
});

// A board that cannot reach the shop says so, until it can again.
const offline = (isOffline) => () => document.getElementById("offline")?.toggleAttribute("hidden", !isOffline);

document.addEventListener("htmx:sendError", offline(true));
document.addEventListener("htmx:responseError", offline(true));
document.addEventListener("htmx:afterOnLoad", offline(false));

// A button is switched off while it works, or gone afterwards: the focus goes to the card it stood on, wherever that is
// now, and never to the card's next button, which the same key would press.
let place = "";

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const focused = document.activeElement;
  place = detail.elt.contains(focused) ? (focused.closest("li[id]")?.id ?? "main") : "";
});

document.addEventListener("htmx:afterSettle", () => {
  if (!place || document.activeElement !== document.body) return;
  (document.getElementById(place) ?? document.getElementById("main")).focus({ preventScroll: true });
});
