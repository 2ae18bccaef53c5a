// The data of the page, what the reader changes, and which numbers may be shown at a move
// Shared: data, byId, view, viewAt, nodes, leaves, frames, valueSlot, gradientSlot, inputs, numbers, step, ask, chosen,
// computedAt, paidTo, paysAt, colours, lastVisible, gradientSlotAt, at, useView

// No rule of the engine stands in these files: `computes`, `wholeValues`, `functions` and `stable` are
// generated from the op table (page/arithmetic.py), and stand before them.

const data = unpacked(JSON.parse(document.getElementById("data").textContent));
const byId = (id) => document.getElementById(id);
const leaves = data.leaves; // the inputs, with their ids in the graph of all ops

// Every number has a slot: v3 is the value of n3 and g3 its gradient. Of what n3 pays its operand 0, p3.0 is the local
// derivative, c3.0 the contribution, s3.0 the sum so far, and r3.0 the sum before.
const valueSlot = (node) => "v" + node.slice(1);
const gradientSlot = (node) => "g" + node.slice(1);

let inputs = Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf.start])); // by the id of the leaf
let viewAt; // the level of detail that is shown, by its place
let view; // and what it consists of:
let nodes; // by their ids
let frames;
let numbers; // by their slots
let step = 0; // the index of the frame that is shown
let ask = ""; // what is asked for: "number", "formula", or nothing
let chosen = ""; // the node whose paths are shown
let computedAt; // node → the frame of its value; a gradient grows with every payment
let paysAt; // node → the frame in which it pays its operands
let colours; // node that pays → the number of its colour
let paidTo; // node → what it is paid, and when

/** The numbers of the inputs by the ids that the leaves have in the present level of detail. */
const at = (given) => Object.fromEntries(leaves.map((leaf, i) => [view.leaves[i], given[leaf.id]]));

/** Show another level of detail. */
function useView(index) {
  viewAt = index;
  view = data.views[index];
  nodes = new Map(view.nodes.map((node) => [node.id, node]));
  frames = view.frames;
  numbers = computes[index](at(inputs));
  computedAt = new Map(view.leaves.map((leaf) => [leaf, 0]));
  paysAt = new Map();
  paidTo = new Map(view.nodes.map((node) => [node.id, []]));
  frames.forEach((frame, at) => {
    if (frame.kind === "forward") for (const node of frame.nodes) computedAt.set(node, at);
    if (frame.kind === "seed") paidTo.get(frame.node).push({ at, total: gradientSlot(frame.node) });
    for (const [payer, position, operand, path, paths] of frame.payments) {
      const place = payer.slice(1) + "." + position;
      paysAt.set(payer, at);
      paidTo.get(operand).push({ at, total: "s" + place, contribution: "c" + place, payer, path, paths });
    }
  });
  colours = new Map([...paysAt.keys()].map((node, i) => [node, i % 4]));
  const paid = view.nodes.filter((node) => !node.op && node.grad);
  chosen = (paid.find((node) => node.kind === "parameter") ?? paid[0])?.id ?? "";
}

useView(0);

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
