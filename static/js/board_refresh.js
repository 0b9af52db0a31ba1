// An answer leaves out the cards that have not changed: the board says by the digest of each which ones it has, and puts
// them in before anything else sees the answer.

const MAX_KNOWN = 400; // a header has room for so many
const PLACEHOLDER = /<li data-unchanged="(\w+)"><\/li>/g;

const cardsIn = (root) => [...root.querySelectorAll("[data-card]")].map((card) => [card.dataset.card, card.outerHTML]);

let knownCards = new Map(cardsIn(document)); // by digest: the HTML of a card, before other scripts change it
const knownBy = new WeakMap(); // by request: the cards that it has named
const wholeAnswers = new WeakMap(); // by XMLHttpRequest

// The answer with all of its cards.
const wholeAnswer = (xhr) => wholeAnswers.get(xhr) ?? xhr.responseText;

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.target?.id !== "board") return;
  const named = new Map([...knownCards].slice(0, MAX_KNOWN));
  knownBy.set(detail, named);
  if (named.size) detail.headers["X-Board-Cards"] = [...named.keys()].join(" ");
});

// In the capture phase: other listeners compare, keep or hold back the whole answer.
function completeAnswer({ detail }) {
  if (detail.target.id !== "board" || !detail.shouldSwap) return;
  const known = knownBy.get(detail.requestConfig) ?? new Map();
  const answer = document.createElement("template");
  answer.innerHTML = detail.serverResponse;
  const unchanged = [...detail.serverResponse.matchAll(PLACEHOLDER)].map(([, digest]) => [digest, known.get(digest)]);
  knownCards = new Map([...unchanged, ...cardsIn(answer.content)]);
  detail.serverResponse = detail.serverResponse.replace(PLACEHOLDER, (_whole, digest) => known.get(digest));
  wholeAnswers.set(detail.xhr, detail.serverResponse);
}
document.addEventListener("htmx:beforeSwap", completeAnswer, true);
