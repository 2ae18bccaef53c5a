// Buttons and keys, and the start of the page
// Shared: setLarge, measureAgain

function setLarge(on) {
  document.body.classList.toggle("large", on);
  byId("present").setAttribute("aria-pressed", String(on));
}

/** Fit the lines and the picture into the window, after it or the size of the type has changed. */
function measureAgain() {
  document.body.classList.toggle("beside", standsBeside());
  if (layout !== view.layouts[shapeNow()]) draw();
  fitHeading();
  render();
  reserveRoom();
  sized();
  scrollToNode();
}

function switchLarge() {
  setLarge(!document.body.classList.contains("large"));
  measureAgain();
}

function resetInputs() {
  run(false);
  forgetCurve();
  useInputs(Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf.start])));
  showInputs();
  render();
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

const first = byHand(() => go(0));
const backward = byHand(() => go(step - 1));
const forward = byHand(next);
const last = byHand(() => go(frames.length - 1));
const playOrPause = () => play(!playing);
const help = () => byId("keys").showModal();

byId("scrubber").max = frames.length - 1;
byId("scrubber").addEventListener("input", byHand(() => go(Number(byId("scrubber").value))));
byId("back").addEventListener("click", backward);
byId("next").addEventListener("click", forward);
byId("play").addEventListener("click", playOrPause);
byId("speed").addEventListener("change", () => playing && play(true));
byId("ask").addEventListener("change", () => setAsk(byId("ask").value));
byId("detail").addEventListener("change", () => showLevel(Number(byId("detail").value)));
byId("present").addEventListener("click", switchLarge);
byId("help").addEventListener("click", help);
byId("paper").addEventListener("click", () => byId("sheet").showModal());
byId("reveal").addEventListener("click", reveal);
byId("question").addEventListener("submit", (event) => { event.preventDefault(); check(); });
byId("reset").addEventListener("click", resetInputs);
byId("nodes").addEventListener("toggle", renderTable);
byId("graph").addEventListener("scroll", hideCut);
for (const button of document.querySelectorAll("[data-sheet]")) {
  button.addEventListener("click", () => printSheet(button.dataset.sheet));
}
addEventListener("hashchange", () => location.hash.includes("=") && restore());

const NEXT_MODE = { "": "formula", formula: "number", number: "" };
const KEYS = {
  ArrowRight: forward, ArrowLeft: backward, Home: first, End: last, " ": playOrPause,
  Escape: () => (story ? choose(story) : document.body.classList.contains("large") && switchLarge()),
  a: () => setAsk(NEXT_MODE[ask]), r: reveal, o: openOrClose, p: switchLarge, f: fullScreen, "?": help,
};
byId("answer").addEventListener("keydown", (event) => {
  const field = byId("answer");
  if (event.key === "Escape") byId("frame").focus(); // out of the field: letters are commands again
  if (field.value) return;
  if (event.key === "ArrowRight") forward();
  if (event.key === "ArrowLeft") backward();
});
addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not(#scrubber), select, textarea, dialog *");
  const pressing = event.key === " " && event.target.matches("button, summary");
  const sliding = event.target.id === "scrubber" && event.key !== " " && event.key.length > 1;
  if (typing || pressing || sliding || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

data.views.forEach((level, i) => byId("detail").add(new Option(level.title, i)));
byId("levels").hidden = data.views.length < 2;
renderInputs();
draw();
restore();
addEventListener("resize", measureAgain);
TALL.addEventListener("change", measureAgain);
