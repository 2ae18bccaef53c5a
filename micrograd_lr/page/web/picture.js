// The picture of the graph: its numbers, its colours, and the part of it that is in view
// Shared: boxes, renderPicture, scrollToNode, measureAgain

const boxes = new Map(); // node → its boxes
const edges = []; // with the node that pays, and the slot of the local derivative
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
  const slot = "p" + node.slice(1) + "." + position;
  edges.push({ group, node, slot, partial: group.querySelector("text.partial") });
}
if (document.querySelector("#graph svg")?.viewBox.baseVal.width > 900) byId("graph").classList.add("wide");

function renderPicture() {
  const until = lastVisible();
  const frame = frames[step];
  const atNode = frame.kind === "forward" || frame.kind === "backward";
  const around = new Set(atNode ? nodes.get(frame.node).operands : []);
  for (const [node, drawn] of boxes) {
    if (!nodes.has(node)) continue;
    const known = computedAt.get(node) <= until;
    const slot = gradientSlotAt(node, until);
    for (const box of drawn) {
      setText(box.value, known ? textOf(valueSlot(node)) : "–");
      setText(box.grad, box.prefix + (slot ? textOf(slot) : "–"));
      setClass(box.group, "now", node === frame.node);
      setClass(box.group, "near", around.has(node));
    }
  }
  for (const { group, node, slot, partial } of edges) {
    const known = paysAt.has(node) && paysAt.get(node) <= until && slot in numbers;
    setText(partial, known ? textOf(slot) : "");
    setClass(group, "now", node === frame.node && atNode);
  }
}

const places = new Map(); // node → where its box is in the scrolled picture; measured once, because that is slow

function measureAgain() {
  places.clear();
}

function placeOf(node) {
  if (!places.has(node)) {
    const view = byId("graph");
    const box = boxes.get(node)[0].group.getBoundingClientRect();
    const ground = view.getBoundingClientRect();
    const [x, y] = [view.scrollLeft - ground.left, view.scrollTop - ground.top];
    places.set(node, { top: box.top + y, bottom: box.bottom + y, left: box.left + x, right: box.right + x });
  }
  return places.get(node);
}

/** Where to scroll, so that `from` to `to` is in view: nowhere if it is already. */
function inView(position, room, from, to) {
  if (from < position + 30) return from - 60;
  return to > position + room - 30 ? to - room + 60 : position;
}

/** Scroll a picture that is larger than its room to the current node. */
function scrollToNode() {
  const { node, kind } = frames[step];
  const view = byId("graph");
  if (kind === "inputs") view.scrollTo(0, 0);
  if (!boxes.has(node)) return;
  const { top, bottom, left, right } = placeOf(node);
  view.scrollTop = inView(view.scrollTop, view.clientHeight, top, bottom);
  view.scrollLeft = inView(view.scrollLeft, view.clientWidth, left, right);
}
