// The page: shows the frames, hides and asks, and computes again when an input changes. Every rule of the engine comes
// from outside this file: `compute`, `functions`, `wrong` and `stable` are generated from the op table.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const leaves = data.nodes.filter((node) => !node.op);
const frames = data.frames;
const slot = (node) => "v" + node.slice(1);
const gradientSlot = (node) => "g" + node.slice(1);

let inputs = Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf.start]));
let numbers = compute(inputs);
let step = 0;
let ask = "";
let playing = 0;
const answered = new Map(); // "step.question" → "right" or "revealed"
const missed = new Set(); // questions that were not right at the first try

// Numbers as text: `digits` significant digits, a real minus sign, as Python writes them with :.4g

function shown(x) {
  if (x === undefined || x === null) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "−inf";
  if (x === 0) return "0";
  const size = Math.abs(x);
  let text;
  if (size >= 10 ** data.digits && size < 1e7) {
    text = toEven(x, "toFixed", 0);
  } else {
    const [digits, exponent] = toEven(x, "toExponential", data.digits - 1).split("e");
    const power = Number(exponent);
    if (power < -4 || power >= data.digits) {
      const far = String(Math.abs(power)).padStart(2, "0");
      text = trimmed(digits) + "e" + (power < 0 ? "-" : "+") + far;
    } else {
      text = trimmed(toEven(x, "toFixed", Math.max(0, data.digits - 1 - power)));
    }
  }
  return text.replaceAll("-", "−");
}

/** x with so many digits behind the point, by toFixed or toExponential, which round a tie up: to the even digit here. */
function toEven(x, way, digits) {
  const up = x[way](digits);
  const exact = x[way](Math.min(100, digits + 60)).replace(/e.*/, "");
  const point = exact.indexOf(".");
  if (!/^50*$/.test(exact.slice(point + 1 + digits))) return up;
  const down = exact.slice(0, digits ? point + 1 + digits : point);
  return /[02468]$/.test(down) ? down + up.replace(/^[^e]*/, "") : up;
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

let texts = new Map(); // slot → the text of its number, until the numbers change

function textOf(key) {
  if (!texts.has(key)) texts.set(key, shown(numbers[key]));
  return texts.get(key);
}

function inSlot(key) {
  const signed = key.startsWith("(");
  const text = textOf(signed ? key.slice(1, -1) : key);
  return signed && text.startsWith("−") ? "(" + text + ")" : text;
}

const filled = (template) => template.replace(/⟦([^⟧]*)⟧/g, (_, key) => inSlot(key));

function fill(element) {
  for (const place of element.querySelectorAll("[data-of]")) place.textContent = inSlot(place.dataset.of);
}

const EQUALS = '<mo lspace="0.28em">=</mo>';
const math = (...parts) => "<math>" + parts.map((part) => data.pool[part]).join(EQUALS) + "</math>";

// What is known when: each value from its own frame on, each gradient grows with every payment

const computedAt = new Map(leaves.map((leaf) => [leaf.id, 0]));
const paid = new Map(data.nodes.map((node) => [node.id, []]));
const paysAt = new Map();
frames.forEach((frame, at) => {
  if (frame.kind === "forward") computedAt.set(frame.node, at);
  if (frame.kind === "seed") paid.get(frame.node).push({ at, key: gradientSlot(frame.node) });
  if (frame.kind === "backward") paysAt.set(frame.node, at);
  for (const [payer, position, operand, path, paths] of frame.payments) {
    const place = payer.slice(1) + "." + position;
    paid.get(operand).push({ at, key: "s" + place, place, payer, path, paths });
  }
});

/** The last frame whose numbers may be seen: the one before, while the current one still asks. */
const seen = () => (openQuestion() ? step - 1 : step);

function gradientKey(node, until) {
  const payments = paid.get(node);
  let key = null;
  for (const payment of payments) {
    if (payment.at > until) break;
    key = payment.key;
  }
  return key;
}

// The picture

const boxes = new Map(); // node → its boxes
const edges = new Map(); // "n5-operand0" → its edge
for (const group of document.querySelectorAll("#graph g.node")) {
  const node = group.id.split("-for-")[0];
  const [value, grad] = [group.querySelector("text.value"), group.querySelector("text.grad")];
  const prefix = grad ? grad.textContent.replace(/ = .*$/, " = ") : "";
  if (!boxes.has(node)) boxes.set(node, []);
  boxes.get(node).push({ group, value, grad, prefix });
}
for (const group of document.querySelectorAll("#graph g.edge")) {
  const [node, position] = group.id.split("-operand");
  if (!nodes.has(node)) continue;
  edges.set(group.id, {
    group, node, key: "p" + node.slice(1) + "." + position, partial: group.querySelector("text.partial"),
  });
}

// Only what has changed is written to the document, which is asked for nothing: that is slow.

const written = new WeakMap();
const lit = new WeakMap();

function write(element, text) {
  if (!element || written.get(element) === text) return;
  written.set(element, text);
  element.textContent = text;
}

function light(group, name, on) {
  if (!lit.has(group)) lit.set(group, new Set());
  if (lit.get(group).has(name) === on) return;
  lit.get(group)[on ? "add" : "delete"](name);
  group.classList.toggle(name, on);
}

function renderGraph() {
  const until = seen();
  const frame = frames[step];
  const around = new Set(frame.kind === "forward" || frame.kind === "backward" ? nodes.get(frame.node).operands : []);
  for (const [node, drawn] of boxes) {
    if (!nodes.has(node)) continue;
    const known = computedAt.get(node) <= until;
    const key = gradientKey(node, until);
    for (const box of drawn) {
      write(box.value, known ? textOf(slot(node)) : "–");
      write(box.grad, box.prefix + (key ? textOf(key) : "–"));
      light(box.group, "now", node === frame.node);
      light(box.group, "near", around.has(node));
    }
  }
  for (const { group, node, key, partial } of edges.values()) {
    const known = paysAt.has(node) && paysAt.get(node) <= until && key in numbers;
    write(partial, known ? textOf(key) : "");
    light(group, "now", node === frame.node && (frame.kind === "forward" || frame.kind === "backward"));
  }
}

const places = new Map(); // node → where its box is in the scrolled picture, measured once: layout is dear

addEventListener("resize", () => places.clear());

function place(node) {
  if (!places.has(node)) {
    const view = byId("graph");
    const box = boxes.get(node)[0].group.getBoundingClientRect();
    const ground = view.getBoundingClientRect();
    const [x, y] = [view.scrollLeft - ground.left, view.scrollTop - ground.top];
    places.set(node, { top: box.top + y, bottom: box.bottom + y, left: box.left + x, right: box.right + x });
  }
  return places.get(node);
}

/** The position of a scrolled side at which `from` to `to` is in view: as it is, if it is. */
function inView(position, room, from, to) {
  if (from < position + 30) return from - 60;
  return to > position + room - 30 ? to - room + 60 : position;
}

/** Scroll the picture, where it is larger than its room, to the current node. */
function follow() {
  const { node, kind } = frames[step];
  const view = byId("graph");
  if (kind === "inputs") view.scrollTo(0, 0);
  if (!boxes.has(node)) return;
  const { top, bottom, left, right } = place(node);
  view.scrollTop = inView(view.scrollTop, view.clientHeight, top, bottom);
  view.scrollLeft = inView(view.scrollLeft, view.clientWidth, left, right);
}

// The frame

const titles = {
  inputs: "The inputs", forward: "Forward pass", seed: "Backward pass", backward: "Backward pass",
  gradients: "The gradients",
};

const questionKey = (i) => step + "." + i;

/** The questions of the current frame, as far as this mode asks them. */
function asked() {
  if (!ask) return [];
  return frames[step].questions
    .map((question, i) => ({ ...question, i }))
    .filter((question) => ask === "number" || readable(question));
}

const openQuestion = () => asked().find((question) => !answered.has(questionKey(question.i))) ?? null;

function renderFrame() {
  const frame = frames[step];
  const question = openQuestion();
  write(byId("where"), titles[frame.kind] + " · step " + (step + 1) + " of " + frames.length);
  write(byId("lead"), frame.lead + ".");
  write(byId("text"), question ? frame.lead + "." : filled(frame.text));
  // What comes from the open question on stays hidden: later lines would give its answer away.
  const hidden = question ? frame.lines.findIndex((line) => line.key === (question.partial ?? question.key)) : Infinity;
  const lines = byId("lines");
  lines.innerHTML = frame.lines.map((line, at) => {
    const hide = at >= hidden;
    const parts = hide ? (ask === "formula" && line.kind === "local" ? line.plain.slice(0, 1) : line.plain) : line.parts;
    const end = hide ? "<math>" + EQUALS + "<mo>?</mo></math>" : "";
    const cells = parts.map((part, i) => '<span class="part"><math>' + (i ? EQUALS : "") + data.pool[part]
      + "</math></span>");
    return '<div class="line ' + line.kind + '"><span class="note"></span>' + cells.join(" ") + end + "</div>";
  }).join("");
  frame.lines.forEach((line, i) => write(lines.children[i].firstChild, line.note && line.note + ": "));
  fill(lines);
  renderQuestion(question);
  renderLedger(frame);
}

function renderQuestion(question) {
  const form = byId("question");
  const opens = question && form.hidden;
  form.hidden = !question;
  if (!question) return;
  if (opens) form.scrollIntoView({ block: "nearest" });
  const formula = ask === "formula";
  const line = frames[step].lines.find((x) => x.key === question.key);
  const whole = line.note ? line.plain : line.plain.slice(0, 1);
  byId("prompt").innerHTML = "<span></span>" + math(...(formula ? [question.slope] : whole))
    + (formula ? " = ? Write the local derivative as a formula." : " = ? Write a number.");
  if (!formula && line.note) write(byId("prompt").firstChild, line.note + ": ");
}

function renderLedger(frame) {
  const until = seen();
  const tables = [];
  for (const [, , operand, , paths] of frame.payments) {
    if (paths < 2 || paths > 40 || tables.some((table) => table.operand === operand)) continue;
    const rows = paid.get(operand).filter((payment) => payment.at <= until);
    if (rows.length) tables.push({ operand, rows, paths });
  }
  byId("ledger").innerHTML = tables.slice(0, 6).map(({ operand, rows, paths }) => {
    const body = rows.map((row) => "<tr><td>path " + row.path + ", through " + math(nodes.get(row.payer).math)
      + '</td><td class="number">' + inSlot("c" + row.place) + '</td><td class="number">' + inSlot(row.key)
      + "</td></tr>").join("");
    return "<table><caption>" + math(nodes.get(operand).math) + ": " + rows.length + " of " + paths
      + ' paths so far</caption><thead><tr><th scope="col">path</th><th scope="col">pays</th>'
      + '<th scope="col">sum</th></tr></thead><tbody>' + body + "</tbody></table>";
  }).join("");
}

// The table of all nodes

const rows = new Map(); // filled when the table is opened for the first time

function fillTable() {
  for (const node of data.nodes) {
    const row = byId("rows").insertRow();
    row.innerHTML = "<td>" + math(node.math) + "</td><td>" + (node.op ? math(node.formula) : node.kind)
      + '</td><td class="number"></td><td class="number grad"></td>';
    rows.set(node.id, row);
  }
}

function renderTable() {
  if (!byId("nodes").open) return;
  if (!rows.size) fillTable();
  const until = seen();
  for (const [node, row] of rows) {
    write(row.cells[2], computedAt.get(node) <= until ? textOf(slot(node)) : "–");
    const key = gradientKey(node, until);
    write(row.cells[3], key ? textOf(key) : "–");
    light(row, "now", node === frames[step].node);
  }
}

// Moving

function render() {
  renderGraph();
  renderFrame();
  renderTable();
  byId("scrubber").value = step;
  byId("scrubber").setAttribute("aria-valuetext", "step " + (step + 1) + " of " + frames.length);
  byId("first").disabled = byId("back").disabled = step === 0;
  byId("last").disabled = byId("next").disabled = step === frames.length - 1 && !openQuestion();
  renderScore();
  rememberSoon();
}

let wanted = 0;
/** One rendering per picture of the screen, however fast the scrubber moves. */
function soon() {
  if (!wanted) wanted = requestAnimationFrame(() => { wanted = 0; render(); follow(); });
}

function go(to) {
  step = Math.max(0, Math.min(frames.length - 1, to));
  byId("verdict").className = "";
  write(byId("verdict"), "");
  byId("answer").value = "";
  soon();
}

function next() {
  if (openQuestion()) revealAll();
  else go(step + 1);
}

function play(on) {
  if (on && step === frames.length - 1) go(0);
  clearInterval(playing);
  playing = on ? setInterval(() => {
    next();
    if (step === frames.length - 1 && !openQuestion()) play(false);
  }, Number(byId("speed").value)) : 0;
  write(byId("play-sign"), on ? "❚❚" : "▶▶");
  write(byId("play-word"), on ? "Pause" : "Play");
}

/** A move that the reader makes: it ends the playing. */
function byHand(move) {
  return () => {
    if (playing) play(false);
    move();
  };
}

// Asking

function say(text, kind) {
  byId("verdict").className = kind;
  write(byId("verdict"), text);
}

function settle(question, how) {
  answered.set(questionKey(question.i), how);
  if (how === "revealed") missed.add(questionKey(question.i));
  byId("answer").value = "";
  render();
  if (openQuestion()) byId("answer").focus();
}

function reveal() {
  const question = openQuestion();
  if (!question) return;
  const answer = ask === "formula" ? question.slope_text + " = " + question.slope_formula : question.text + " = " + textOf(question.key);
  settle(question, "revealed");
  say(answer, "");
}

function revealAll() {
  for (let question = openQuestion(); question; question = openQuestion()) {
    answered.set(questionKey(question.i), "revealed");
    missed.add(questionKey(question.i));
  }
  say("", "");
  render();
}

const close = (answer, exact) => Number.isFinite(exact) && Math.abs(answer - exact) <= data.tolerance * Math.abs(exact);

function check() {
  const question = openQuestion();
  const text = byId("answer").value.trim();
  if (!question || !text) return;
  try {
    const said = ask === "formula" ? judgedFormula(question, text) : judgedNumber(question, text);
    if (said === null) {
      settle(question, missed.has(questionKey(question.i)) ? "revealed" : "right");
      say("Right.", "right");
    } else {
      missed.add(questionKey(question.i));
      say(said || "Not yet. Try again, or reveal.", "wrong");
      renderScore();
    }
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    say(error.message, "wrong");
  }
}

/** null for the right number; else what to say. */
function judgedNumber(question, text) {
  const answer = evaluated(text, {});
  if (close(answer, numbers[question.key])) return null;
  const at = Object.fromEntries(
    Object.entries(question.numbers).map(([name, x]) => [name, typeof x === "string" ? numbers[x] : x]),
  );
  for (const [which, hint] of question.mistakes) {
    if (close(answer, wrong[which](at).value)) return data.hints[hint];
  }
  return "";
}

/** null for a formula that is the local derivative here and at two other places; else what to say. */
function judgedFormula(question, text) {
  const others = elsewhere();
  let agreed = 0;
  for (const at of [numbers, ...others]) {
    const names = namesAt(at);
    const exact = at[question.partial];
    if (!near(evaluated(text, names), exact)) {
      return agreed ? "That is right at these numbers by chance, and not at others." : "";
    }
    agreed += 1;
  }
  return others.length ? null : "That is right at these numbers; whether it is at others cannot be tried here.";
}

const namesAt = (at) => Object.fromEntries(data.nodes.map((node) => [node.name, at[slot(node.id)]]));

/** Whether the formula that is asked for can be typed, as it is printed: step(z), or a name with a minus, cannot. */
function readable(question) {
  if (question.slope === undefined) return false;
  try {
    return near(evaluated(question.slope_formula, namesAt(numbers)), numbers[question.partial]);
  } catch (error) {
    if (error instanceof FormulaError) return false;
    throw error;
  }
}

/** As near as the six digits of a printed formula come. */
const near = (answer, exact) => Math.abs(answer - exact) <= 1e-4 * Math.abs(exact) + 1e-12;

/** The numbers of the graph at two other places where everything is finite: near 0.5, and near the inputs. */
function elsewhere() {
  const found = [];
  for (let i = 1; found.length < 2 && i < 60; i++) {
    const moved = Object.fromEntries(leaves.map((leaf, j) => {
      const part = (0.618034 * (j + 1) * i) % 1; // another for every leaf, without a pattern
      return [leaf.id, (i % 2 ? 0.5 : inputs[leaf.id]) + 0.1 + part];
    }));
    const at = compute(moved);
    if (Object.values(at).every(Number.isFinite)) found.push(at);
  }
  return found;
}

function renderScore() {
  const asked = new Set([...answered.keys(), ...missed]).size;
  const right = [...answered].filter(([key, how]) => how === "right" && !missed.has(key)).length;
  write(byId("score"), asked ? right + " of " + asked + " right at the first try" : "");
}

// The state in the address: inputs, step, mode

let remembering = 0;
/** A moment after the last change: a browser takes its time to write an address, and allows few a second. */
function rememberSoon() {
  clearTimeout(remembering);
  remembering = setTimeout(remember, 150);
}

function remember() {
  if (location.protocol === "about:") return; // in the frame of a notebook, which has no address of its own
  const parts = ["step=" + step];
  if (ask) parts.push("ask=" + ask);
  if (document.body.classList.contains("large")) parts.push("large=1");
  for (const leaf of leaves) if (inputs[leaf.id] !== leaf.start) parts.push(leaf.id + "=" + inputs[leaf.id]);
  const hash = "#" + parts.join("&");
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

function restore() {
  const state = new URLSearchParams(location.hash.slice(1));
  ask = ["number", "formula"].includes(state.get("ask")) ? state.get("ask") : "";
  byId("ask").value = ask;
  large(state.get("large") === "1");
  const at = Object.fromEntries(leaves.map((leaf) => {
    const given = Number(state.get(leaf.id) || leaf.start);
    return [leaf.id, Number.isFinite(given) ? given : leaf.start];
  }));
  adopt(at);
  showInputs();
  const to = Number(state.get("step") ?? 0);
  step = Number.isInteger(to) ? Math.max(0, Math.min(frames.length - 1, to)) : 0;
  render();
  follow();
}

function large(on) {
  places.clear();
  document.body.classList.toggle("large", on);
  byId("present").setAttribute("aria-pressed", String(on));
}

function setAsk(mode) {
  ask = mode;
  byId("ask").value = mode;
  askAnew();
  render();
}

/** Other numbers, or other questions: what was answered before counts no more. */
function askAnew() {
  answered.clear();
  missed.clear();
  say("", "");
}

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
