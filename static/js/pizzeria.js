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

// A screen that refreshes itself would repeat everything to a screen reader each time: only what changed is spoken.
const sentences = () => [...document.querySelectorAll("[data-say]")].map((heard) => heard.textContent.trim());
let spoken = sentences();

document.addEventListener("htmx:afterSettle", () => {
  const now = sentences();
  const news = now.filter((sentence) => !spoken.includes(sentence));
  spoken = now;
  if (news.length) document.getElementById("spoken").textContent = news.join(". ");
});

// A board that cannot reach the shop says so, until it can again.
document.addEventListener("htmx:afterRequest", (event) => {
  const offline = document.getElementById("offline");
  if (offline) offline.hidden = event.detail.xhr.status > 0 && event.detail.xhr.status < 500;
});
