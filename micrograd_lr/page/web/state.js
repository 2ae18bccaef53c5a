// The data of the page, what the student changes, and which numbers may be shown at a step
// Shared: data, byId, nodes, leaves, frames, valueSlot, gradientSlot, inputs, numbers, step, ask, computedAt, paidTo,
// paysAt, lastVisible, gradientSlotAt

// No rule of the engine stands in these files: `compute`, `functions`, `wrong` and `stable` are generated from the op
// table (page/arithmetic.py), and stand before them.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const leaves = data.nodes.filter((node) => !node.op);
const frames = data.frames;

// Every number has a slot: v3 is the value of n3 and g3 its gradient. Of what n3 pays its operand 0, p3.0 is the local
// derivative, c3.0 the contribution, s3.0 the sum so far, and r3.0 the sum before.
const valueSlot = (node) => "v" + node.slice(1);
const gradientSlot = (node) => "g" + node.slice(1);

let inputs = Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf.start])); // by the id of the leaf
let numbers = compute(inputs); // by their slots
let step = 0; // the index of the frame that is shown
let ask = ""; // what is asked for: "number", "formula", or nothing

// A value is known from its own frame on; a gradient grows with every payment.

const computedAt = new Map(leaves.map((leaf) => [leaf.id, 0])); // node → the frame of its value
const paysAt = new Map(); // node → the frame in which it pays its operands
const paidTo = new Map(data.nodes.map((node) => [node.id, []])); // node → what it is paid, and when
frames.forEach((frame, at) => {
  if (frame.kind === "forward") computedAt.set(frame.node, at);
  if (frame.kind === "seed") paidTo.get(frame.node).push({ at, total: gradientSlot(frame.node) });
  if (frame.kind === "backward") paysAt.set(frame.node, at);
  for (const [payer, position, operand, path, paths] of frame.payments) {
    const place = payer.slice(1) + "." + position;
    paidTo.get(operand).push({ at, total: "s" + place, contribution: "c" + place, payer, path, paths });
  }
});

/** The last frame whose numbers may be shown: the one before the current one, while that still asks. */
const lastVisible = () => (openQuestion() ? step - 1 : step);

/** The slot of a node's gradient as far as it is paid by frame `until`; null before its first payment. */
function gradientSlotAt(node, until) {
  let found = null;
  for (const payment of paidTo.get(node)) {
    if (payment.at > until) break;
    found = payment.total;
  }
  return found;
}
