// Gradient descent from the page: w ← w − rate · ∂J/∂w for every parameter, and the curve of the loss
// Shared: renderLearn, run, forgetCurve

let losses = []; // before the first step, and after each
let running = 0; // the timer of a run, or 0
let stopped = ""; // why the last run has ended
let ruled = ""; // the rule as it is shown
const LONGEST_RUN = 60; // steps
const MOST_NAMED = 2; // further parameters of which the rule says that it is theirs too
const REFUSED = "A rate is a positive number.";
const TOO_FAR = "The step went too far: try a smaller rate.";

const parametersPaid = () => view.nodes.filter((node) => node.kind === "parameter" && node.grad && !node.op);
const lossNow = () => numbers[valueSlot(view.nodes.at(-1).id)];

/** One step against the gradient; whether it went downhill. If not, the run ends, and says why. */
function descend() {
  const rate = Number(byId("rate").value);
  if (!(rate > 0)) return run(false, REFUSED), false;
  if (!losses.length) losses = [lossNow()];
  const there = { ...inputs };
  for (const node of parametersPaid()) {
    const leaf = leafOf(node.id);
    there[leaf.id] = inputs[leaf.id] - rate * numbers[gradientSlot(node.id)];
  }
  useInputs(there);
  showInputs();
  if (!tried) losses.push(lossNow());
  render();
  const [before, now] = losses.slice(-2);
  if (!tried && now < before) return true;
  run(false, tried ? TOO_FAR : now > before ? "It rose: try a smaller rate." : "It no longer falls.");
  return false;
}

/** Take steps, so many at once, while the loss falls; or stop, and say why. */
function run(on, why = "", goesOn = false) {
  clearInterval(running);
  stopped = why;
  let left = LONGEST_RUN;
  running = on ? setInterval(() => {
    if (descend() && !--left) run(false, "It still falls.", true);
  }, STILL.matches ? 0 : 60) : 0;
  setText(byId("run"), on ? "Stop" : goesOn ? "Go on" : "Run");
  renderLearn();
}

function forgetCurve() {
  losses = [];
  if (!running) run(false);
}

/** w ← w − rate · ∂L/∂w, and for which other parameters it is the same. */
function ruleOf(parameter, ...others) {
  const [name, slope] = [data.pool[parameter.math], data.pool[parameter.gradMath]];
  const rule = "<math>" + name + "<mo>←</mo>" + name + "<mo>−</mo><mi>rate</mi><mo>·</mo>" + slope + "</math>";
  if (!others.length) return rule;
  const named = others.map((other) => math(other.math)).join(", ");
  return rule + (others.length > MOST_NAMED ? ", and so on" : ", likewise " + named);
}

function renderLearn() {
  const parameters = parametersPaid();
  byId("learn").hidden = !parameters.length;
  if (!parameters.length) return;
  byId("rate").setAttribute("aria-invalid", String(stopped === REFUSED));
  const rule = ruleOf(...parameters);
  if (rule !== ruled) byId("rule").innerHTML = ruled = rule;
  const name = view.nodes.at(-1).name;
  const steps = losses.length - 1;
  const way = name + ": " + shown(losses[0]) + " → " + shown(losses.at(-1)) + " after " + steps
    + (steps === 1 ? " step" : " steps");
  setText(byId("learnt"), steps < 1 ? stopped : way + (stopped && ". " + stopped));
  setClass(byId("curve"), "empty", steps < 1); // its room is kept
  if (steps < 1) return;
  const [low, high] = [Math.min(...losses, 0), Math.max(...losses)];
  const points = losses.map((loss, i) => (4 + 192 * i / Math.max(steps, 10)).toFixed(1) + ","
    + (36 - 32 * (loss - low) / (high - low || 1)).toFixed(1));
  byId("curve").firstElementChild.setAttribute("points", points.join(" "));
}

byId("descend").addEventListener("click", () => {
  run(false);
  descend();
  byId("curve").scrollIntoView({ block: "nearest" });
});
byId("run").addEventListener("click", () => run(!running));
byId("rate").addEventListener("input", () => stopped === REFUSED && run(false));
