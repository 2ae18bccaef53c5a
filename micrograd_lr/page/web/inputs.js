// The inputs, and what the page says where there is no value at them

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
    write(name.querySelector("span"), leaf.kind);
    box.setAttribute("aria-label", leaf.name + ", " + leaf.kind);
    slider.setAttribute("aria-label", leaf.name + ", slider");
    slider.min = low;
    slider.max = high;
    box.addEventListener("input", () => change(leaf.id, box.value === "" ? NaN : Number(box.value)));
    slider.addEventListener("input", () => change(leaf.id, Number(Number(slider.value).toPrecision(4))));
    byId("leaves").append(row);
  }
}

let tried = null; // inputs at which something has no value: the last good ones stay in force

/** The numbers in the boxes: those in force, or those that were tried, and then which of them are new. */
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
  adopt({ ...(tried ?? inputs), [id]: x });
  showInputs();
  soon();
}

/** Compute at these inputs; where something has no value, say where, and keep the last good numbers. */
function adopt(at) {
  const computed = compute(at);
  const problem = problemAt(at, computed);
  for (const drawn of boxes.values()) for (const box of drawn) light(box.group, "failed", false);
  byId("problem").hidden = !problem;
  if (problem) {
    tried = at;
    byId("problem").innerHTML = problem.html;
    for (const box of boxes.get(problem.node) ?? []) light(box.group, "failed", true);
  } else {
    tried = null;
    inputs = at;
    numbers = computed;
    texts = new Map();
    askAnew();
    if (byId("board")) fill(byId("board"));
  }
}

function problemAt(at, computed) {
  const kept = [numbers, texts];
  [numbers, texts] = [computed, new Map()];
  try {
    for (const node of data.nodes) {
      const value = computed[slot(node.id)];
      if (Number.isFinite(value)) continue;
      if (!node.op) return { node: node.id, html: "<p>" + math(node.math) + " needs a number.</p>" + "<p>" + KEPT + "</p>" };
      return { node: node.id, html: undefinedAt(node, value) };
    }
    for (const node of data.nodes) {
      if (Number.isFinite(computed[gradientSlot(node.id)])) continue;
      return {
        node: node.id,
        html: "<p>The gradient of " + math(node.math) + " has no finite value: a curve is vertical there, or a product "
          + "leaves the range of floats.</p><p>" + KEPT + "</p>",
      };
    }
    return null;
  } finally {
    [numbers, texts] = kept;
  }
}

const KEPT = "The last good numbers stay on the page. Change an input, and it goes on.";

function undefinedAt(node, value) {
  const holder = document.createElement("div");
  holder.innerHTML = "<p>" + math(...node.line) + " has no finite value" + (Number.isNaN(value) ? "" : ": it is "
    + shown(value)) + ". <span></span></p>";
  write(holder.querySelector("span"), node.remedy);
  fill(holder);
  if (node.saturated.length) {
    const [a, z, label] = node.saturated;
    const at = { z: numbers[slot(z)], y: typeof label === "string" ? numbers[slot(label)] : label };
    if ([0, 1].includes(numbers[slot(a)])) {
      const loss = stable.loss(at);
      const text = document.createElement("p");
      text.textContent = "A saturated sigmoid: " + nodes.get(a).name + " = σ(" + shown(at.z) + ") has been rounded to "
        + shown(numbers[slot(a)]) + ". The slope of log is 1/0 = ∞ there, and that of σ, a(1 − a), is 0: the chain would "
        + "multiply ∞ × 0, which has no value. As a single node the loss has one, and so has its slope: logistic_loss("
        + shown(at.z) + ", " + shown(at.y) + ") = " + shown(loss.value) + ", with the derivative a − y = "
        + shown(loss.dz) + ".";
      holder.append(text);
    }
  }
  const kept = document.createElement("p");
  kept.textContent = KEPT;
  holder.append(kept);
  return holder.innerHTML;
}
