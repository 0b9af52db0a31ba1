// The store of the board's taps that could not be sent: IndexedDB, so that they outlive a reload. A tap is
// {id, key, reader, at, address, fields, steps, message}: `fields` are what its form sends, `steps` what they ask for
// ({action, ref, seq}, with the label of the ticket), `key` the idempotency key of all attempts to send it, and `message`
// what became of it, blank while it is still to be sent. The ids are in the order of the taps.

const TAPS = "taps";

let tapDatabase = null; // a promise

function openTaps() {
  tapDatabase ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(KEPT_TAPS, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TAPS, { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => {
      const closed = () => (tapDatabase = null);
      request.result.onversionchange = () => (request.result.close(), closed()); // it is being deleted
      request.result.onclose = closed;
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return tapDatabase;
}

async function inTaps(mode, run) {
  const database = await openTaps();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TAPS, mode);
    const request = run(transaction.objectStore(TAPS));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

const allTaps = async () => (await inTaps("readonly", (store) => store.getAll())).filter((tap) => tap.reader === boardReader);
const putTap = (tap) => inTaps("readwrite", (store) => store.put(tap));
const deleteTap = (id) => inTaps("readwrite", (store) => store.delete(id));

// "start:REF:SEQ", or several such with blanks between them; or bulk=start with ticket=REF:SEQ, several times.
function tapStepsOf(fields) {
  const values = (name) => fields.filter(([each]) => each === name).map(([, value]) => value);
  const [bulk] = values("bulk");
  const named = values("step").flatMap((value) => value.split(" "));
  return (bulk ? values("ticket").map((ticket) => `${bulk}:${ticket}`) : named).map((step) => {
    const [action, ref, seq] = step.split(":");
    return { action, ref, seq: Number(seq), label: tapLabelOf(ref) };
  });
}

const tapLabelOf = (ref) => document.querySelector(`#ticket-${CSS.escape(ref)} :is(h3, [data-label])`)?.textContent.trim() ?? "";
