// Buttons and keys

byId("scrubber").max = frames.length - 1;
byId("scrubber").addEventListener("input", byHand(() => go(Number(byId("scrubber").value))));
byId("first").addEventListener("click", byHand(() => go(0)));
byId("back").addEventListener("click", byHand(() => go(step - 1)));
byId("next").addEventListener("click", byHand(next));
byId("last").addEventListener("click", byHand(() => go(frames.length - 1)));
byId("play").addEventListener("click", () => play(!playing));
byId("speed").addEventListener("change", () => playing && play(true));
byId("ask").addEventListener("change", () => setAsk(byId("ask").value));
byId("present").addEventListener("click", () => { large(!document.body.classList.contains("large")); render(); });
byId("help").addEventListener("click", () => byId("keys").showModal());
byId("reveal").addEventListener("click", reveal);
byId("question").addEventListener("submit", (event) => { event.preventDefault(); check(); });
byId("reset").addEventListener("click", () => {
  adopt(Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf.start])));
  showInputs();
  render();
});

function large(on) {
  places.clear();
  document.body.classList.toggle("large", on);
  byId("present").setAttribute("aria-pressed", String(on));
}

byId("nodes").addEventListener("toggle", renderTable);
function showAnswers(on) {
  for (const answer of document.querySelectorAll("#board details")) answer.open = on;
  byId("answers")?.setAttribute("aria-pressed", String(on));
}
byId("answers")?.addEventListener("click", () => showAnswers(byId("answers").getAttribute("aria-pressed") !== "true"));
let opened = []; // for the paper only
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const closed of opened) closed.open = true;
  renderTable();
});
addEventListener("afterprint", () => opened.splice(0).forEach((closed) => { closed.open = false; }));
addEventListener("hashchange", () => location.hash.includes("=") && restore());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is for the state
  byId("frame").focus();
});

const keys = {
  ArrowRight: byHand(next),
  ArrowLeft: byHand(() => go(step - 1)),
  Home: byHand(() => go(0)),
  End: byHand(() => go(frames.length - 1)),
  " ": () => play(!playing),
  a: () => setAsk({ "": "number", number: "formula", formula: "" }[ask]),
  r: reveal,
  p: () => { large(!document.body.classList.contains("large")); render(); },
  "?": () => byId("keys").showModal(),
};
addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea, dialog *");
  const pressing = event.key === " " && event.target.matches("button, summary");
  if (typing || pressing || event.ctrlKey || event.altKey || event.metaKey || byId("keys").open) return;
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

if (byId("graph").querySelector("svg")?.viewBox.baseVal.width > 900) byId("graph").classList.add("wide");
renderInputs();
restore();
