// The board is heard: a new ticket sounds until somebody has seen it, and one that was cancelled or changed while it was
// worked on until somebody has acknowledged that. The cards say which they are, so a tap on any screen ends the sound on
// all of them. Browsers block sound until the page is used, so the page says in red that it is off; each shift begins with
// a hearing test.
//
// A hidden page sounds, too: as long as the sound is on, `live.js` keeps its stream (it looks at [data-sound]).

const NEW_TICKET = { frequencies: [880, 1175], type: "sine", volume: 0.4, everyMs: 4000 };
const UNSEEN_FOR_LONG = { frequencies: [880, 1175, 880, 1175], type: "square", volume: 0.9, everyMs: 2000 };
const CHANGED_TICKET = { frequencies: [523, 392, 294], type: "sawtooth", volume: 0.6, everyMs: 3000 };
const TONE_SECONDS = 0.2;
const SHIFT_MS = 12 * 3600 * 1000; // a hearing test counts for so long, for the user who took it
const QUIET_MS = 8000; // after a tap on a ticket, until its answer is there
const FLASH_MS = 1000;
const CHECK_INTERVAL_MS = 60_000;
const HEARD_KEY = "board-sound-heard";
const MUTED_KEY = "board-sound-muted";

const sound = document.getElementById("sound");
const plainTitle = document.title;

// --- What is kept in the browser ---

const unstored = {}; // in a browser that stores nothing
const read = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return unstored[key] ?? null;
  }
};
const write = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    unstored[key] = value;
  }
};

const isMuted = () => read(MUTED_KEY) === "yes";

function wasHeardThisShift() {
  const [user, at] = (read(HEARD_KEY) ?? "").split(" ");
  return user === sound.dataset.user && Date.now() - Number(at) < SHIFT_MS;
}

// --- Tones ---

const AudioOutput = window.AudioContext ?? window.webkitAudioContext;
const audio = AudioOutput ? new AudioOutput() : null;
const playing = new Set();

function playTone(frequency, { type, volume }, at) {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = type;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0.0001, at); // a ramp, as a tone that begins at once clicks
  gain.gain.exponentialRampToValueAtTime(volume, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + TONE_SECONDS);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + TONE_SECONDS);
  playing.add(oscillator);
  oscillator.onended = () => playing.delete(oscillator);
}

// Return the time at which the last tone ends.
function play(signal, from = audio.currentTime) {
  signal.frequencies.forEach((frequency, nth) => playTone(frequency, signal, from + nth * TONE_SECONDS));
  return from + signal.frequencies.length * TONE_SECONDS;
}

function stopTones() {
  for (const oscillator of playing) oscillator.stop();
  playing.clear();
}

// --- What is to be heard ---

const firstShownAt = new Map(); // by a card's id, of the new tickets
const quietUntil = new Map(); // by a card's id
let rungFor = new Set(); // the ids of the cards that the last signal was for
let ringTimer = 0;

// A card whose tap waits for the connection was tapped, even if the shop does not know yet.
function isQuiet(card) {
  const keptTaps = card.dataset.kept ?? "";
  return performance.now() < (quietUntil.get(card.id) ?? 0) || /\b(seen|acknowledge|start)\b/.test(keptTaps);
}

const cardsWith = (attribute) => [...document.querySelectorAll(`#board [${attribute}]`)].filter((card) => !isQuiet(card));

function isUnseenForLong(card) {
  const seconds = Number(sound.dataset.unseenSeconds); // 0: never
  return seconds > 0 && performance.now() - firstShownAt.get(card.id) >= seconds * 1000;
}

function cardsToRingFor() {
  const unseen = cardsWith("data-unseen");
  const shown = new Set(unseen.map((card) => card.id));
  for (const id of shown) if (!firstShownAt.has(id)) firstShownAt.set(id, performance.now());
  for (const id of firstShownAt.keys()) if (!document.getElementById(id)) firstShownAt.delete(id);
  return { unseen, changed: cardsWith("data-change") };
}

function ring() {
  clearTimeout(ringTimer);
  ringTimer = 0;
  const { unseen, changed } = cardsToRingFor();
  rungFor = new Set([...unseen, ...changed].map((card) => card.id));
  stopTones();
  flash();
  if (!rungFor.size) return;

  const signals = changed.length ? [CHANGED_TICKET] : [];
  if (unseen.length) signals.push(unseen.some(isUnseenForLong) ? UNSEEN_FOR_LONG : NEW_TICKET);
  if (!isMuted()) {
    if (audio?.state === "running") signals.reduce((from, signal) => play(signal, from), audio.currentTime);
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([200, 100, 200]);
  }
  ringTimer = setTimeout(ring, Math.min(...signals.map(({ everyMs }) => everyMs)));
}

// Ring at once for a card that has just come, and be silent at once when there is none any more.
function ringIfChanged() {
  const { unseen, changed } = cardsToRingFor();
  const ids = [...unseen, ...changed].map((card) => card.id);
  if (ids.some((id) => !rungFor.has(id)) || (!ids.length && rungFor.size)) ring();
  else rungFor = new Set(ids);
}

function beQuietAbout(refs) {
  for (const ref of refs) quietUntil.set(`ticket-${ref}`, performance.now() + QUIET_MS);
  ringIfChanged();
  setTimeout(ringIfChanged, QUIET_MS + 1);
}

// --- The title ---

let flashTimer = 0;

function flash() {
  clearInterval(flashTimer);
  showTitle();
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (rungFor.size && !isStill) flashTimer = setInterval(() => showTitle(document.title !== plainTitle), FLASH_MS);
}

function showTitle(isPlain = !rungFor.size) {
  const counts = [
    [document.querySelectorAll("#board [data-unseen]").length, sound.dataset.new],
    [document.querySelectorAll("#board [data-change]").length, sound.dataset.changed],
  ];
  const texts = counts.filter(([count]) => count).map(([count, text]) => `${count} ${text}`);
  document.title = isPlain || !texts.length ? plainTitle : `(${texts.join(", ")}) ${plainTitle}`;
}

// --- On and off ---

function soundState() {
  if (!audio) return "none";
  if (isMuted()) return "muted";
  if (audio.state !== "running") return "locked";
  return wasHeardThisShift() ? "on" : "untested";
}

function showState({ heard = false } = {}) {
  const state = soundState();
  if (state === sound.dataset.sound && !heard) return;
  const wasOn = sound.dataset.sound === "on";
  sound.dataset.sound = state;
  document.dispatchEvent(new CustomEvent("board:sound", { detail: { isOn: state === "on", heard } }));
  if (wasOn) document.getElementById("announcements").textContent = document.getElementById("sound-switch").innerText;
}

const test = document.getElementById("sound-test");

async function unlock() {
  if (audio?.state !== "running") await audio?.resume();
  showState();
}

async function onSwitch() {
  if (sound.dataset.sound === "on") {
    write(MUTED_KEY, "yes");
    stopTones();
    return showState();
  }
  write(MUTED_KEY, "no");
  await unlock();
  if (soundState() === "untested") test.open = true;
  ring();
}

async function onTest() {
  write(MUTED_KEY, "no");
  await unlock();
  play(CHANGED_TICKET, play(NEW_TICKET) + TONE_SECONDS);
  document.getElementById("sound-heard").disabled = false;
}

function onHeard() {
  write(HEARD_KEY, `${sound.dataset.user} ${Date.now()}`);
  test.open = false;
  document.getElementById("sound-switch").focus();
  showState({ heard: true });
  ring();
}

if (sound) {
  sound.hidden = false;
  document.getElementById("sound-switch").addEventListener("click", onSwitch);
  document.getElementById("sound-play").addEventListener("click", onTest);
  document.getElementById("sound-heard").addEventListener("click", onHeard);
  audio?.addEventListener("statechange", () => {
    showState();
    ring();
  });

  // Any use of the page unlocks the sound, such as a tap on a ticket after a reload.
  for (const type of ["pointerup", "touchend", "keydown"]) {
    document.addEventListener(type, () => !isMuted() && audio?.state === "suspended" && unlock(), { passive: true });
  }

  // Before any other listener, one of which may send the form itself.
  window.addEventListener("submit", ({ target, submitter }) => {
    if (submitter?.name === "step") beQuietAbout(submitter.value.split(" ").map((step) => step.split(":")[1]));
    if (submitter?.name === "bulk") {
      beQuietAbout([...target.querySelectorAll("[name=ticket]:checked")].map(({ value }) => value.split(":")[0]));
    }
  }, true);

  document.addEventListener("htmx:afterSettle", ringIfChanged);
  setInterval(() => showState(), CHECK_INTERVAL_MS); // a hearing test counts for one shift
  showState();
  ring();
}
