// Gradient descent from the page: w ← w − rate · ∂J/∂w for every parameter, and the curve of the loss
// Shared: renderLearn, run, forgetCurve

let losses = []; // before the first step, and after each
let running = 0; // the timer of a run, or 0
let stopped = ""; // why the last run has ended
const LONGEST_RUN = 60; // steps

const parametersPaid = () => view.nodes.filter((node) => node.kind === "parameter" && node.grad && !node.op);
const lossNow = () => numbers[valueSlot(view.nodes.at(-1).id)];

/** One step against the gradient. */
function descend() {
  const rate = Number(byId("rate").value);
  if (!losses.length) losses = [lossNow()];
  const now = { ...inputs };
  for (const node of parametersPaid()) {
    const leaf = leafOf(node.id);
    now[leaf.id] = inputs[leaf.id] - rate * numbers[gradientSlot(node.id)];
  }
  useInputs(now);
  showInputs();
  if (!tried) losses.push(lossNow());
  render();
}

/** Take steps, so many at once, while the loss falls; or stop, and say why. */
function run(on, why = "", goesOn = false) {
  clearInterval(running);
  stopped = why;
  let left = LONGEST_RUN;
  running = on ? setInterval(() => {
    descend();
    const [before, now] = losses.slice(-2);
    if (tried) run(false);
    else if (now >= before) run(false, "Stopped: it no longer falls" + (now > before ? ". Try a smaller rate." : "."));
    else if (!--left) run(false, "Stopped after " + LONGEST_RUN + " steps; it still falls.", true);
  }, STILL.matches ? 0 : 60) : 0;
  setText(byId("run"), on ? "Stop" : goesOn ? "Go on" : "Run");
  renderLearn();
}

function forgetCurve() {
  losses = [];
  if (!running) run(false);
}

function renderLearn() {
  byId("learn").hidden = !parametersPaid().length;
  const name = view.nodes.at(-1).name;
  const steps = losses.length - 1;
  const [now, before] = [losses.at(-1), losses.at(-2)];
  const way = (now < before ? ", down from " : ", up from ") + shown(before);
  const after = name + " after " + steps + (steps === 1 ? " step: " : " steps: ") + shown(now);
  const said = after + (shown(now) === shown(before) ? ", as before" : way) + (stopped && ". " + stopped);
  setText(byId("learnt"), steps < 1 ? "" : said);
  byId("curve").toggleAttribute("hidden", steps < 1);
  if (steps < 1) return;
  const [low, high] = [Math.min(...losses, 0), Math.max(...losses)];
  const points = losses.map((loss, i) => (4 + 192 * i / Math.max(steps, 10)).toFixed(1) + ","
    + (56 - 52 * (loss - low) / (high - low || 1)).toFixed(1));
  byId("curve").firstElementChild.setAttribute("points", points.join(" "));
}

byId("descend").addEventListener("click", () => {
  run(false);
  descend();
  byId("curve").scrollIntoView({ block: "nearest" });
});
byId("run").addEventListener("click", () => run(!running));
