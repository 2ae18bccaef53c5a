// What has been solved: kept in the browser from one visit to the next, and said in a code at the end
// Shared: progress, keep, codeOf

const VERSION = 1;
const PLACE = "micrograd_lr sheet " + data.fingerprint; // another sheet has another place

/** Nothing is solved yet. */
const fresh = () => ({ version: VERSION, student: "", answers: {}, hints: {} });

/** Whether something that was kept has the form of `fresh`. */
function isProgress(x) {
  const isTable = (table) => table !== null && typeof table === "object";
  const isAnswer = (answer) => isTable(answer) && typeof answer.text === "string" && answer.how in data.settled;
  return isTable(x) && x.version === VERSION && typeof x.student === "string"
    && isTable(x.answers) && Object.values(x.answers).every(isAnswer)
    && isTable(x.hints) && Object.values(x.hints).every(Number.isInteger);
}

/** The parsed text, or undefined. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** What was kept in this browser. What cannot be read is put aside, where nothing writes over it. */
function restored() {
  const text = localStorage.getItem(PLACE);
  if (text === null) return fresh();
  const kept = parsed(text);
  if (isProgress(kept)) return kept;
  let aside = 1;
  while (localStorage.getItem(PLACE + " aside " + aside) !== null) aside += 1;
  localStorage.setItem(PLACE + " aside " + aside, text);
  localStorage.removeItem(PLACE);
  const why = kept?.version > VERSION ? "is from a newer version" : "cannot be read";
  notice("What this browser kept of an earlier visit " + why + ". It is put aside, as “" + PLACE + " aside " + aside
    + "”, and the sheet begins anew.");
  return fresh();
}

/** What `act` returns; if this browser keeps nothing, for whatever reason, that is said, and it is `otherwise`. */
function withStorage(act, otherwise) {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    notice("This browser does not keep your progress (" + error.name + "). Copy the code before you leave.");
    return otherwise;
  }
}

function notice(text) {
  document.getElementById("notice").textContent = text;
}

const progress = withStorage(restored, fresh());

/** Keep what is solved now. */
const keep = () => withStorage(() => localStorage.setItem(PLACE, JSON.stringify(progress)));

/** The code that says what is solved: in JavaScript what exercises/codes.py does. */
function codeOf({ student, answers }) {
  const parts = data.exercises.map(({ name, questions }, i) =>
    name + "-" + questions.map((_, j) => answers[i + "." + j]?.how ?? "0").join(""));
  const text = [data.first, encodeURIComponent(student), data.seed, ...parts].join("/");
  return text + "/" + crc32(text);
}

/** The check sum CRC-32 of a text, as eight characters. */
function crc32(text) {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}
