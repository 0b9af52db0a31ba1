// The basket: each change of a quantity is sent, one after the other. An answer is shown only once nothing is left to be
// sent: it would put back a quantity that has changed since, and remove the form that sends it.

let changed = 0; // how often something was changed
let sent = 0;
let answered = 0;
let committed = ""; // value of the quantity that has the focus, as it was sent last
let unshown = null; // the form whose answer was not shown, because something was being typed or pressed
let nextAddress = ""; // of the link that was pressed before everything was sent

const isInBasket = (element) => Boolean(element.closest?.("#basket"));
const isTyping = () => document.activeElement.matches("#basket input") && document.activeElement.value !== committed;
const isPressing = () => document.querySelector("#basket :active") !== null;

for (const type of ["change", "submit"]) {
  document.addEventListener(
    type,
    ({ target }) => {
      if (!isInBasket(target)) return;
      changed += 1;
      if (type === "change") committed = target.value;
    },
    true,
  );
}

document.addEventListener("focusin", ({ target }) => (committed = target.value));

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isInBasket(detail.elt)) sent += 1;
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { requestConfig, target } = detail;
  if (target.id !== "basket" || !detail.shouldSwap) return;
  const isRemoval = requestConfig.triggeringEvent?.submitter?.name === "remove";
  const isHeldBack = !isRemoval && (isTyping() || isPressing());
  unshown = isHeldBack ? requestConfig.elt : null;
  if (sent < changed || isHeldBack) detail.shouldSwap = false;
});

// Ask again for the answer that was not shown, unless a change has been made meanwhile.
function showAnswer() {
  const form = unshown;
  unshown = null;
  if (form?.isConnected && answered === changed) form.requestSubmit();
}
document.addEventListener("focusout", showAnswer);
document.addEventListener("pointerup", showAnswer);
document.addEventListener("pointercancel", showAnswer);

// "Checkout" waits until the basket is as it is shown.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#basket a[href]");
  if (!link || answered === changed) return;
  event.preventDefault();
  nextAddress = link.href;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target?.id !== "basket") return;
  answered += 1;
  if (!detail.successful) nextAddress = "";
  if (nextAddress && answered === changed) location.assign(nextAddress);
});
