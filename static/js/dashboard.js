// The overview on the first page of the admin refreshes itself, as its hx-trigger says. A hidden page requests nothing,
// and catches up when it is shown. Focus stays where it is, as htmx finds the element by its id.

const MAX_HELD_MS = 60_000; // how long the pointer on a button holds the refresh back

const overview = () => document.getElementById("overview");

let refreshedAt = Date.now();
let openDetails = [];

// A button must not move away from under the pointer.
function isInUse() {
  const held = overview().querySelector(":is(button, a, summary):is(:hover, :active)");
  return Boolean(held) && Date.now() - refreshedAt < MAX_HELD_MS;
}

document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.elt === overview() && (document.hidden || isInUse())) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", () => {
  openDetails = [...overview().querySelectorAll("details[open]")].map((details) => details.id);
});

document.addEventListener("htmx:afterSwap", () => {
  refreshedAt = Date.now();
  for (const id of openDetails) document.getElementById(id)?.setAttribute("open", "");
});

for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(type, ({ detail }) => {
    if (detail.xhr?.status === 403) location.reload(); // the page that says why
    else overview().classList.add("is-stale");
  });
}

document.addEventListener("visibilitychange", () => !document.hidden && htmx.trigger(overview(), "live"));
