// The basket's form sends each change as it is made. Its fields stay; only the texts around them are swapped.

const basket = document.getElementById("basket");

// The quantity of a removed line is no longer sent. Other lines slide into its place, so the press guard has to know.
basket?.addEventListener("click", (event) => {
  const button = event.target.closest("[name=remove]");
  if (!button) return;
  event.preventDefault();
  rememberLayout();
  const { name, value } = button;
  basket.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  const line = button.closest("li");
  line.querySelector("input").disabled = true;
  line.hidden = true;
  noteShift();
  document.getElementById("main").focus({ preventScroll: true });
  htmx.trigger(basket, "change");
});

// Enter has sent the change already.
basket?.addEventListener("submit", (event) => {
  if (event.submitter?.id === "save-basket") event.preventDefault();
});

document.addEventListener("htmx:afterSettle", () => {
  for (const field of basket?.querySelectorAll("input[type=number]") ?? []) {
    const error = document.getElementById(field.getAttribute("aria-describedby"));
    field.setAttribute("aria-invalid", String(error.textContent.trim() !== ""));
  }
});
