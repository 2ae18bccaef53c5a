// The inputs that the student changes, and what the page says where there is no value at them
// Shared: renderInputs, showInputs, useInputs

const KEPT = "The page keeps the last numbers that worked. Change an input to go on.";

let tried = null; // inputs at which something has no value; the last good ones stay in force

function renderInputs() {
  for (const leaf of leaves) {
    const row = document.createElement("div");
    row.className = "leaf";
    const span = Math.max(2, 2 * Math.abs(leaf.start));
    const label = leaf.kind === "data" && /^y/i.test(leaf.name) && leaf.start >= 0 && leaf.start <= 1;
    const [low, high] = label ? [0, 1] : [leaf.start - span, leaf.start + span];
    row.innerHTML = "<label>" + math(leaf.math) + ' <span class="hint"></span></label><input type="number" step="any">'
      + '<input type="range" step="any">';
    const [name, box, slider] = row.children;
    name.htmlFor = box.id = "input-" + leaf.id;
    setText(name.querySelector("span"), leaf.kind);
    box.setAttribute("aria-label", leaf.name + ", " + leaf.kind);
    slider.setAttribute("aria-label", leaf.name + ", slider");
    slider.min = low;
    slider.max = high;
    box.addEventListener("input", () => change(leaf.id, box.value === "" ? NaN : Number(box.value)));
    slider.addEventListener("input", () => change(leaf.id, Number(Number(slider.value).toPrecision(4))));
    byId("leaves").append(row);
  }
}

/** Write the numbers into the boxes: those in force, or those that were tried, and then which of them are new. */
function showInputs() {
  leaves.forEach((leaf, i) => {
    const [, box, slider] = byId("leaves").children[i].children;
    const at = (tried ?? inputs)[leaf.id];
    if (document.activeElement !== box) box.value = Number.isNaN(at) ? "" : at;
    if (document.activeElement !== slider) slider.value = at;
    box.setAttribute("aria-invalid", String(tried !== null && !Object.is(at, inputs[leaf.id])));
  });
}

function change(id, x) {
  useInputs({ ...(tried ?? inputs), [id]: x });
  showInputs();
  renderSoon();
}

/** Compute at these inputs. Where something has no value, say what, and keep the last numbers that worked. */
function useInputs(at) {
  const computed = compute(at);
  const problem = withNumbers(computed, problemOfNumbers);
  for (const drawn of boxes.values()) for (const box of drawn) setClass(box.group, "failed", false);
  byId("problem").hidden = !problem;
  if (problem) {
    tried = at;
    byId("problem").innerHTML = problem.html;
    for (const box of boxes.get(problem.node) ?? []) setClass(box.group, "failed", true);
  } else {
    tried = null;
    inputs = at;
    useNumbers(computed);
    forgetAnswers();
    if (byId("board")) fillSlots(byId("board"));
  }
}

/** The first node without a finite value, or gradient, at the numbers of the page; and what to say about it. */
function problemOfNumbers() {
  for (const node of data.nodes) {
    if (Number.isFinite(numbers[valueSlot(node.id)])) continue;
    const empty = "<p>" + math(node.math) + " needs a number.</p><p>" + KEPT + "</p>";
    return { node: node.id, html: node.op ? noValue(node) : empty };
  }
  for (const node of data.nodes) {
    if (Number.isFinite(numbers[gradientSlot(node.id)])) continue;
    return {
      node: node.id,
      html: "<p>The gradient of " + math(node.math) + " has no finite value: a curve is vertical there, or a product "
        + "leaves the range of floats.</p><p>" + KEPT + "</p>",
    };
  }
  return null;
}

function noValue(node) {
  const value = numbers[valueSlot(node.id)];
  const holder = document.createElement("div");
  holder.innerHTML = "<p>" + math(...node.line) + " has no finite value" + (Number.isNaN(value) ? "" : ": it is "
    + shown(value)) + ". <span></span></p>";
  holder.querySelector("span").textContent = node.remedy;
  fillSlots(holder);
  for (const text of [saturation(node), KEPT].filter(Boolean)) {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    holder.append(paragraph);
  }
  return holder.innerHTML;
}

/** For the log of a sigmoid that was rounded to 0 or 1: why it is lost, and what the loss as one node gives. */
function saturation(node) {
  if (!node.saturated.length) return "";
  const [a, z, label] = node.saturated;
  const rounded = numbers[valueSlot(a)];
  if (![0, 1].includes(rounded)) return "";
  const at = { z: numbers[valueSlot(z)], y: typeof label === "string" ? numbers[valueSlot(label)] : label };
  const loss = stable.loss(at);
  return "A saturated sigmoid: " + nodes.get(a).name + " = σ(" + shown(at.z) + ") has been rounded to "
    + shown(rounded) + ". The slope of log is 1/0 = ∞ there, and that of σ, a(1 − a), is 0: the chain rule would "
    + "multiply ∞ × 0, which has no value. As a single node the loss has one, and so has its slope: logistic_loss("
    + shown(at.z) + ", " + shown(at.y) + ") = " + shown(loss.value) + ", with the derivative a − y = "
    + shown(loss.dz) + ".";
}
