// Moving from move to move, by hand and by playing; and from one level of detail to another
// Shared: render, renderSoon, go, next, play, playing, byHand, showLevel, levelThatOpens, levelAround, openOrClose

let playing = 0; // the timer of the playing, or 0

function render() {
  const frame = frames[step];
  const back = !["inputs", "forward"].includes(frame.kind);
  document.body.classList.toggle("back", back);
  renderPicture();
  renderFrame();
  renderTable();
  renderLearn();
  byId("scrubber").value = step;
  byId("scrubber").setAttribute("aria-valuetext", "move " + (step + 1) + " of " + frames.length);
  byId("back").disabled = step === 0;
  byId("next").disabled = step === frames.length - 1 && !openQuestion();
  renderScore();
  rememberSoon();
  tell();
}

let waiting = 0;

/** Render before the screen is drawn next: once, however fast the scrubber moves. */
function renderSoon() {
  if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; render(); scrollToNode(); flow(); });
}

function go(to) {
  step = Math.max(0, Math.min(frames.length - 1, to));
  story = "";
  showVerdict("", "");
  byId("answer").value = "";
  showPanel();
  renderSoon();
}

/** Scroll the page until all of the panel is above the bar, but no further than to the picture. */
function showPanel() {
  const below = byId("frame").getBoundingClientRect().bottom + 4 - byId("transport").offsetTop;
  if (below > 0) scrollBy(0, Math.min(below, byId("graph").getBoundingClientRect().top));
}

function next() {
  if (openQuestion()) reveal();
  else go(step + 1);
}

function play(on) {
  if (on && step === frames.length - 1) go(0);
  clearInterval(playing);
  playing = on ? setInterval(() => {
    if (openQuestion()) return; // it waits for the answer
    next();
    if (step === frames.length - 1 && !openQuestion()) play(false);
  }, Number(byId("speed").value)) : 0;
  setText(byId("play-sign"), on ? "❚❚" : "▶");
  setText(byId("play-word"), on ? "Pause" : "Play");
}

/** A move that the student makes: it ends the playing. */
function byHand(move) {
  return () => {
    if (playing) play(false);
    move();
  };
}

/** Show another level of detail, at the move that is about the same node or its example, or about one before it. */
function showLevel(index) {
  // The root is the root, a name is a name, and what has none is not found again: NaN is not NaN.
  const named = (node) => node && (node === view.nodes.at(-1).id || nodes.get(node).label || NaN);
  const told = story && nodes.get(story).label;
  const lossOf = (node) => view.examples.find((inside) => inside.includes(node))?.at(-1) ?? node;
  const before = frames.slice(0, step + 1).reverse()
    .flatMap(({ kind, node }) => [[kind, named(node)], [kind, named(lossOf(node))]]);
  useView(index);
  useNumbers(numbers); // their texts too
  const at = ([kind, name]) => frames.findIndex((x) => x.kind === kind && named(x.node) === name);
  step = before.map(at).find((found) => found >= 0);
  story = (told && view.nodes.find((x) => x.label === told)?.id) || "";
  wishes.clear();
  byId("detail").value = index;
  byId("scrubber").max = frames.length - 1;
  showVerdict("", "");
  askAgain("boxes");
  fillTable();
  draw();
  measureAgain();
}

/** The level of detail in which a node is opened into its ops, or closed again; null if there is none. */
function levelThatOpens(node) {
  const { opens, inside } = view.boxes.find((box) => box.id === node) ?? {};
  const example = view.examples.find((nodes) => nodes.includes(node))?.[0];
  const opened = view.opens.includes(opens) || view.opens.includes(example);
  if (!inside && !opened) return null;
  const wanted = opened ? [] : [opens];
  const index = data.views.findIndex((x) => x.detail === view.detail && String(x.opens) === String(wanted)
    && x.opens.length === wanted.length);
  return index < 0 ? null : { index, opened };
}

/** The level in which nothing is open, if this one was opened from it; or −1. */
const levelAround = () => (view.opens.length
  ? data.views.findIndex((x) => x.detail === view.detail && !x.opens.length) : -1);

/** Open the box of this move, or of the story, into its ops; or close what is open. */
function openOrClose() {
  const node = story || frames[step].node;
  const index = (node && levelThatOpens(node))?.index ?? levelAround();
  if (index >= 0) showLevel(index);
}
