// The data of the page, where its reader is in it, and which numbers may be seen by then

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
