// The service worker of the kitchen's board, imported by the script at its address, which sets:
//   VERSION  of the shop's assets: a deploy makes another worker, which starts with an empty cache
//   STATIC   the path of static files
//   IS_ON    false: this worker deletes what was kept, and unregisters itself
//
// It answers for the board only while the shop cannot be reached: with the copy that its page has asked it to keep, and
// the page's stylesheets and scripts. It keeps no other page. `kept_board.js` says when the copy is deleted.

const CACHE = `kitchen-board-${VERSION}`;
const TAPS = "kitchen-taps"; // the database of `board_taps.js`
const BOARD = new URL(registration.scope).pathname;
const PART = `${BOARD}kept-part`; // not an address of the shop: what the board showed last
const KEPT_FOR_MS = 12 * 3600 * 1000;
const TIMEOUT_MS = 6000;
const UNREACHED = [502, 503, 504]; // the answer of a proxy whose server is gone

const readersOfCopies = new Set(); // the ids of pages that are copies: their files are taken from the cache at once

// --- Its life ---

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  if (!IS_ON) {
    await forget();
    await registration.unregister();
    return;
  }
  await deleteCaches((name) => name !== CACHE);
  await clients.claim();
}

async function deleteCaches(isOld) {
  const names = (await caches.keys()).filter((name) => name.startsWith("kitchen-board"));
  await Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
}

let forgotten = 0; // how often

async function forget() {
  forgotten += 1;
  indexedDB.deleteDatabase(TAPS);
  await deleteCaches(() => true);
}

const isRefusal = ({ status, type, redirected }) => status === 401 || status === 403 || type === "opaqueredirect" || redirected;

// --- Keeping ---

self.addEventListener("message", (event) => {
  const keep = { keep: keepPage, part: keepPart, forget }[event.data.kind];
  if (keep && IS_ON) event.waitUntil(keep(event.data).catch(() => {})); // no line, or no room: what was kept before stays
});

async function keepPage({ reader, at, assets }) {
  const before = forgotten;
  const cache = await caches.open(CACHE);
  const response = await fetch(BOARD, { headers: { "X-Board-Copy": "1" } }); // its messages wait for the cook
  if (isRefusal(response)) return forget();
  const html = await response.text();
  if (!response.ok || !html.includes(`data-reader="${reader}"`)) return; // another user has signed in meanwhile
  if (forgotten !== before) return; // and this one has signed out
  await cache.put(BOARD, copyOf(html, { reader, at, policy: response.headers.get("Content-Security-Policy") }));
  await cache.delete(PART);
  await keepAssets(cache, assets);
}

async function keepAssets(cache, assets) {
  const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith(STATIC));
  await Promise.all(kept.filter((path) => !assets.includes(path)).map((path) => cache.delete(path)));
  await Promise.all(assets.filter((path) => !kept.includes(path)).map((path) => cache.add(path)));
}

async function keepPart({ reader, at, html }) {
  const before = forgotten;
  const cache = await caches.open(CACHE);
  const page = await cache.match(BOARD);
  if (forgotten === before && page?.headers.get("X-Reader") === reader) await cache.put(PART, copyOf(html, { reader, at }));
}

function copyOf(html, { reader, at, policy = "default-src 'none'" }) {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy };
  return new Response(html, { headers: { ...headers, "X-Reader": reader, "X-Kept-At": String(at) } });
}

// --- Answering ---

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (!IS_ON || event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate" && pathname === BOARD) event.respondWith(board(event));
  else if (pathname.startsWith(STATIC)) event.respondWith(asset(event));
});

async function board(event) {
  const answer = fetch(event.request);
  const response = await inTime(answer);
  if (response && isRefusal(response)) await forget();
  if (response && !UNREACHED.includes(response.status)) return response;
  return (await copyFor(event)) ?? response ?? answer;
}

async function asset(event) {
  const copy = await (await caches.open(CACHE)).match(event.request, { ignoreVary: true });
  if (copy && readersOfCopies.has(event.clientId)) return copy;
  const answer = fetch(event.request);
  const response = await inTime(answer);
  return response && !(copy && UNREACHED.includes(response.status)) ? response : (copy ?? answer);
}

// Return the answer; null if there is none, or none in time.
function inTime(answer) {
  const timeout = new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS, null));
  return Promise.race([answer.catch(() => null), timeout]);
}

// Return the copy of the board, with what it showed last in a template; null if there is none, or it is too old.
async function copyFor({ resultingClientId }) {
  const cache = await caches.open(CACHE);
  const page = await cache.match(BOARD);
  if (!page) return null;
  const part = await cache.match(PART);
  const at = Number((part ?? page).headers.get("X-Kept-At"));
  if (Date.now() - at > KEPT_FOR_MS) {
    await forget();
    return null;
  }
  readersOfCopies.add(resultingClientId);
  const template = `<template id="kept-part" data-at="${at}">${part ? await part.text() : ""}</template></body>`;
  const html = (await page.text()).replace("</body>", () => template);
  return new Response(html, { headers: page.headers });
}
