// The basket's form sends each change as it is made. Its fields stay; only the texts around them are swapped.

const basket = document.getElementById("basket");
const isSending = () => basket.classList.contains("htmx-request");
let pressedButton = null; // one that was pressed while a change was being sent

if (basket && window.htmx && typeof rememberLayout === "function") {
  // The quantity of a removed line is no longer sent. Other lines slide into its place, so the press guard has to know.
  basket.addEventListener("click", (event) => {
    const button = event.target.closest("[name=remove]");
    if (!button) return;
    event.preventDefault();
    rememberLayout();
    basket.append(Object.assign(document.createElement("input"), { type: "hidden", name: "removed", value: button.value }));
    const line = button.closest("li");
    for (const field of line.querySelectorAll("input")) field.disabled = true;
    line.hidden = true;
    noteShift();
    const next = basket.querySelector("li:not([hidden])") ?? document.getElementById("main");
    next.focus({ preventScroll: true });
    htmx.trigger(basket, "change");
  });

  // Enter has sent the change already. Every other button waits until all changes have arrived, and then sends the form.
  basket.addEventListener("submit", (event) => {
    if (event.submitter?.id !== "save-basket" && !isSending()) return;
    event.preventDefault();
    if (event.submitter?.id !== "save-basket") pressedButton = event.submitter;
  });

  document.addEventListener("htmx:afterRequest", () => {
    setTimeout(() => {
      if (!pressedButton || isSending()) return; // the next change is being sent
      const button = pressedButton;
      pressedButton = null;
      if (button.form === basket) basket.requestSubmit(button);
    });
  });

  // What has not changed is not swapped: a button may be being pressed, an error would be read out again.
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const isShown = textOf(detail.target) === textOf(detail.fragment);
    if (isShown && !detail.target.querySelector("input")) detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterSettle", () => {
    for (const field of basket.querySelectorAll("input[type=number]")) {
      const error = document.getElementById(field.getAttribute("aria-describedby"));
      field.setAttribute("aria-invalid", String(error.textContent.trim() !== ""));
    }
  });
}
