// Buttons and keys, printing, and the start of the page
// Shared: setLarge

function setLarge(on) {
  measureAgain();
  document.body.classList.toggle("large", on);
  byId("present").setAttribute("aria-pressed", String(on));
}

function switchLarge() {
  setLarge(!document.body.classList.contains("large"));
  render();
}

function resetInputs() {
  useInputs(Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf.start])));
  showInputs();
  render();
}

function showAnswers(on) {
  for (const answer of document.querySelectorAll("#board details")) answer.open = on;
  byId("answers").setAttribute("aria-pressed", String(on));
}

const first = byHand(() => go(0));
const back = byHand(() => go(step - 1));
const forward = byHand(next);
const last = byHand(() => go(frames.length - 1));
const playOrPause = () => play(!playing);
const help = () => byId("keys").showModal();

byId("scrubber").max = frames.length - 1;
byId("scrubber").addEventListener("input", byHand(() => go(Number(byId("scrubber").value))));
byId("first").addEventListener("click", first);
byId("back").addEventListener("click", back);
byId("next").addEventListener("click", forward);
byId("last").addEventListener("click", last);
byId("play").addEventListener("click", playOrPause);
byId("speed").addEventListener("change", () => playing && play(true));
byId("ask").addEventListener("change", () => setAsk(byId("ask").value));
byId("present").addEventListener("click", switchLarge);
byId("help").addEventListener("click", help);
byId("reveal").addEventListener("click", reveal);
byId("question").addEventListener("submit", (event) => { event.preventDefault(); check(); });
byId("reset").addEventListener("click", resetInputs);
byId("nodes").addEventListener("toggle", renderTable);
byId("answers")?.addEventListener("click", () => showAnswers(byId("answers").getAttribute("aria-pressed") !== "true"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is for the state
  byId("frame").focus();
});
addEventListener("hashchange", () => location.hash.includes("=") && restore());
addEventListener("resize", measureAgain);

let opened = []; // what is open on paper only
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const closed of opened) closed.open = true;
  renderTable();
});
addEventListener("afterprint", () => opened.splice(0).forEach((closed) => { closed.open = false; }));

const NEXT_MODE = { "": "number", number: "formula", formula: "" };
const KEYS = {
  ArrowRight: forward, ArrowLeft: back, Home: first, End: last, " ": playOrPause,
  a: () => setAsk(NEXT_MODE[ask]), r: reveal, p: switchLarge, "?": help,
};
addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea, dialog *");
  const pressing = event.key === " " && event.target.matches("button, summary");
  if (typing || pressing || event.ctrlKey || event.altKey || event.metaKey || byId("keys").open) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

renderInputs();
restore();
