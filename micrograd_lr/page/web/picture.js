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
