// The inputs that the student changes, and what the page says where there is no value at them
// Shared: tried, renderInputs, showInputs, change, changeTo, useInputs

const KEPT = "The page keeps the last numbers that worked. Change an input to go on.";

const misread = {}; // what to say to what was typed into an input, if it is a number that is written otherwise
let tried = null; // inputs at which something has no value; the last good ones stay in force

function renderInputs() {
  for (const leaf of leaves) {
    const row = document.createElement("div");
    row.className = "leaf " + leaf.kind;
    row.innerHTML = "<label>" + math(leaf.math) + '</label><input type="text" autocomplete="off">';
    const [name, box] = row.children;
    name.htmlFor = box.id = "input-" + leaf.id;
    box.setAttribute("aria-label", leaf.name + ", " + leaf.kind);
    let before = inputs; // to which the page goes back where the number that is typed has no value
    const show = (x) => {
      if (Number.isFinite(x)) box.value = x;
      box.select();
    };
    box.addEventListener("focus", () => {
      before = inputs;
      show((tried ?? inputs)[leaf.id]);
    });
    box.addEventListener("input", () => { // as far as it is a number: 1, 1e and 1e-3 on the way to 1e-3
      const x = numberIn(box.value);
      if (Number.isFinite(x)) change(leaf.id, x, before);
    });
    box.addEventListener("change", () => { // Enter, or leaving the box
      changeTo(leaf.id, box.value, before);
      before = inputs;
    });
    box.addEventListener("blur", showInputs);
    box.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 0.1, ArrowDown: -0.1, Escape: 0 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      change(leaf.id, by ? Number((numberIn(box.value) + by).toFixed(9)) : before[leaf.id]);
      show(inputs[leaf.id]);
    });
    byId("leaves").append(row);
  }
}

/** The number that was typed: -1.5, ,5, 1e-3, 1/3; NaN for what is none, or could be another one, as 1,000 could. */
function numberIn(text) {
  const decimal = pointed(text);
  return decimal === inOnePiece(text) ? valueOr(NaN, FormulaError, decimal, {}, {}) : NaN;
}

/** Change an input to what was typed. */
function changeTo(id, text, before) {
  const x = numberIn(text);
  misread[id] = Number.isNaN(x) ? wordsTo(text) : "";
  change(id, x, before);
}

/** What the reader says to a number that is written otherwise; "" to anything else. */
function wordsTo(text) {
  try {
    evaluated(text, {}, {});
  } catch (error) {
    if (error instanceof NumberError) return error.message;
  }
  return "";
}

/** Write the numbers into the boxes: those in force, or those that were tried, and then which of them are new. */
function showInputs() {
  leaves.forEach((leaf, i) => {
    const [, box] = byId("leaves").children[i].children;
    const x = (tried ?? inputs)[leaf.id];
    if (document.activeElement !== box && Number.isFinite(x)) box.value = shown(x);
    box.setAttribute("aria-invalid", String(tried !== null && !Object.is(x, inputs[leaf.id])));
  });
}

function change(id, x, before = inputs) {
  if (Object.is(x, (tried ?? inputs)[id])) return;
  forgetCurve();
  useInputs({ ...(tried ?? inputs), [id]: x }, before);
  showInputs();
  renderSoon();
}

/** Compute at these inputs. Where something has no value, say what, and go back to the numbers before. */
function useInputs(given, before = inputs) {
  const computed = computes[viewAt](at(given));
  const problem = problemAt(given, computed);
  for (const box of boxes.values()) setClass(box.group, "failed", false);
  byId("problem").hidden = !problem;
  tried = problem ? given : null;
  if (problem) {
    byId("problem").innerHTML = problem.html;
    const box = boxes.get(problem.node);
    if (box) setClass(box.group, "failed", true);
  }
  const good = problem ? before : given;
  if (good === inputs) return;
  inputs = good;
  useNumbers(problem ? computes[viewAt](at(good)) : computed);
  if (ask === "number") askAgain("numbers");
}

/** The first input, op or gradient without a finite value: the box in which it lies, and what to say about it. */
function problemAt(given, computed) {
  const empty = leaves.find((leaf) => !Number.isFinite(given[leaf.id]));
  if (empty) {
    const said = document.createElement("p");
    said.textContent = misread[empty.id] || KEPT;
    return { node: view.holds[empty.id], html: "<p>" + math(empty.math) + " needs a number.</p>" + said.outerHTML };
  }
  const values = wholeValues(given);
  for (const [id, op] of Object.entries(data.whole)) {
    if (Number.isFinite(values[valueSlot(id)])) continue;
    return { node: view.holds[id], html: withNumbers(values, () => noValue(id, op)) };
  }
  for (const node of view.nodes) {
    if (!node.grad || Number.isFinite(computed[gradientSlot(node.id)])) continue;
    return {
      node: node.id,
      html: "<p>The gradient of " + math(node.math) + " has no finite value: a curve is vertical there, or a product "
        + "leaves the range of floats.</p><p>" + KEPT + "</p>",
    };
  }
  return null;
}

function noValue(id, op) {
  const value = numbers[valueSlot(id)];
  const box = view.boxes.find((x) => x.id === view.holds[id]);
  const inside = box.inside ? "Inside " + box.name + ": " : "";
  const holder = document.createElement("div");
  holder.innerHTML = "<p>" + inside + math(...op.line) + " has no finite value" + (Number.isNaN(value) ? "" : ": it is "
    + shown(value)) + ". <span></span></p>";
  holder.querySelector("span").textContent = op.remedy;
  fillSlots(holder);
  for (const text of [saturation(op), KEPT].filter(Boolean)) {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    holder.append(paragraph);
  }
  return holder.innerHTML;
}

/** For the log of a sigmoid that was rounded to 0 or 1: why it is lost, and what the loss as one node gives. */
function saturation(op) {
  if (!op.saturated.length) return "";
  const [a, z, label] = op.saturated;
  const rounded = numbers[valueSlot(a)];
  if (![0, 1].includes(rounded)) return "";
  const there = { z: numbers[valueSlot(z)], y: typeof label === "string" ? numbers[valueSlot(label)] : label };
  const loss = stable.loss(there);
  return "A saturated sigmoid: " + data.whole[a].name + " = σ(" + shown(there.z) + ") has been rounded to "
    + shown(rounded) + ". The slope of log is 1/0 = ∞ there, and that of σ, a(1 − a), is 0: the chain rule would "
    + "multiply ∞ × 0, which has no value. As a single node the loss has one, and so has its slope: logistic_loss("
    + shown(there.z) + ", " + shown(there.y) + ") = " + shown(loss.value) + ", with the derivative a − y = "
    + shown(loss.dz) + ".";
}
