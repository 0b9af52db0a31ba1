// This screen reports itself to the kitchen: which version of the board it shows, whether the board is in sight, and
// whether its sound is on. So managers see that somebody can see and hear the tickets. The key in the browser's store
// says which screen it is, whoever is signed in.

const REPORT_INTERVAL_MS = 15_000;
const REPORT_TIMEOUT_MS = 5_000;
const SCREEN_KEY = "board-screen";

const screenReport = document.getElementById("screen-report");

let screenKey = "";
let isReportRefused = false; // the user is signed out, or may not see the board any more
const access = new AbortController(); // aborted when it ends

function keyOfThisScreen() {
  if (screenKey) return screenKey;
  try {
    screenKey = localStorage.getItem(SCREEN_KEY) ?? "";
    if (!screenKey) localStorage.setItem(SCREEN_KEY, newUuid());
    screenKey = localStorage.getItem(SCREEN_KEY);
  } catch {
    screenKey = newUuid(); // a browser that stores nothing: another screen after each reload
  }
  return screenKey;
}

const isSoundOn = () => document.getElementById("sound")?.dataset.sound === "on";

// The refreshed board has the newest token: one that is older than the last sign-in is refused.
const csrfField = (part) => part?.querySelector("[name=csrfmiddlewaretoken]")?.value;

// One report after the other: of several at once, the server could record the older one last. None waits for long.
let lastReport = Promise.resolve();

function reportScreen({ heard = false, sound = isSoundOn() } = {}) {
  const board = document.getElementById("board");
  if (!board || isReportRefused || access.signal.aborted) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", csrfField(board) ?? csrfField(screenReport));
  body.set("key", keyOfThisScreen());
  body.set("version", board.dataset.version);
  if (!document.hidden) body.set("visible", "on");
  if (sound) body.set("sound", "on");
  if (heard) body.set("heard", "on");
  lastReport = lastReport.then(() => sendReport(body));
}

async function sendReport(body) {
  if (isReportRefused) return;
  try {
    const signal = AbortSignal.any([access.signal, AbortSignal.timeout(REPORT_TIMEOUT_MS)]);
    // `keepalive`: the last report of a page that is being left is sent too, unless another one is under way.
    const { status } = await fetch(screenReport.action, { method: "POST", body, keepalive: true, signal });
    isReportRefused = status === 401 || status === 403;
  } catch {
    // No connection: the page says so itself, and the next report follows.
  }
}

if (screenReport) {
  reportScreen();
  // A hidden page is no board that anybody sees; its sound may still be heard.
  setInterval(() => (!document.hidden || isSoundOn()) && reportScreen(), REPORT_INTERVAL_MS);
  // The cook is signing out: the report of the page that is left would be one of nobody.
  document.addEventListener("board:forget", () => access.abort());
  document.addEventListener("visibilitychange", () => {
    isReportRefused &&= document.hidden; // whoever comes back may have signed in again
    reportScreen();
  });
  document.addEventListener("board:sound", ({ detail }) => reportScreen({ sound: detail.isOn, heard: detail.heard }));

  const naming = document.getElementById("screen-naming");
  if (naming) {
    naming.querySelector("[name=key]").value = keyOfThisScreen();
    naming.hidden = false;
  }
}
