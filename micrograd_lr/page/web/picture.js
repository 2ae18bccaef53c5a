// What the picture shows at a move: its numbers, its colours, and the part of it that is in view
// Shared: renderPicture, renderBoxes, nearTo, paidNow, colourOf, scrollToNode, hideCut

const AT_REST = 100; // milliseconds without another picture
let unseen = 0; // the timer of what is out of view, while it is still to be written, or 0

/** Write what is in view, and the rest as soon as nothing moves: one drags a number in a large graph without a wait. */
function renderPicture() {
  clearTimeout(unseen);
  const visible = inPane();
  const whole = renderBoxes(visible);
  unseen = whole ? 0 : setTimeout(() => {
    unseen = 0;
    renderBoxes((...where) => !visible(...where));
  }, AT_REST);
}

/** Whether a place of the picture is in its pane, or near; all are, until the pane is measured. */
function inPane() {
  if (!room) return () => true;
  const { scrollLeft, scrollTop } = byId("graph");
  return (x, y) => [[x, scrollLeft, room.width], [y, scrollTop, room.height]].every(
    ([at, from, extent]) => at * scale > from - extent / 4 && at * scale < from + 1.25 * extent,
  );
}

/** Write the boxes and edges whose middle is where `wanted`; whether these are all. */
function renderBoxes(wanted) {
  let whole = true;
  const until = lastVisible();
  const frame = frames[step];
  const now = new Set(frame.nodes);
  const near = new Set(nearTo(frame));
  const onPath = pathNodes();
  for (const [node, box] of boxes) {
    if (!wanted(...layout.boxes[node].slice(1, 3))) {
      whole = false;
      continue;
    }
    const missing = box.rows.filter((row) => !writeRow(row, until)).length;
    setTransform(box.inner, missing && "translate(0 " + missing * layout.line / 2 + ")"); // into the middle of the box
    setClass(box.group, "now", now.has(node));
    setClass(box.group, "near", near.has(node) && !now.has(node));
    setClass(box.group, "path", onPath.nodes.has(node));
    setClass(box.group, "unknown", !(computedAt.get(node) <= until));
  }
  const widths = edgeWidths(until);
  for (const { key, group, path, node, edge, caption, at } of edges) {
    if (!wanted(...at)) {
      whole = false;
      continue;
    }
    const known = edge && paysAt.get(node) <= until;
    if (caption) {
      writeCaption(caption, known ? filled(edge.caption) : "");
      caption.group.dataset.colour = colourOf(node);
    }
    setClass(group, "paid", Boolean(known));
    setClass(group, "now", now.has(node) && (frame.kind === "forward" || paidNow(frame, key)));
    setClass(group, "path", onPath.edges.has(key));
    group.dataset.colour = colourOf(node);
    setWidth(path, widths.get(key) ?? 1.6);
  }
  return whole;
}

/** Write a row of a box as far as it is known; whether there is anything to write. */
function writeRow(row, until) {
  const { what, of, more, before, element } = row;
  if (!of) return setText(element, filled(before)), true;
  const slot = what === "grad" ? gradientSlotAt(of, until) : computedAt.get(of) <= until && valueSlot(of);
  const part = more && slot && paidTo.get(of).at(-1).at > until; // other paths are still to come
  const text = slot ? filled(before) + textOf(slot) + (part ? more : "") : "";
  if (setText(element, text)) squeeze(row, text);
  return Boolean(slot);
}

/** A number that is longer than its box has room for, such as −1.792e−06, is set narrower. */
function squeeze(row, text) {
  if (!row.narrow && text.length <= row.fits) return; // measuring takes longer than writing
  const { whole, size, most } = row;
  row.narrow = widthOf(whole.textContent, size) > most;
  if (!row.narrow) {
    row.fits = text.length;
    return whole.removeAttribute("textLength");
  }
  whole.setAttribute("textLength", most);
  whole.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

/** The nodes that a move reads, or pays. */
function nearTo(frame) {
  if (frame.kind === "backward") return frame.payments.map(([, , operand]) => operand);
  if (frame.kind !== "forward") return [];
  return edges.filter(({ node }) => frame.nodes.includes(node)).map(({ key }) => view.operands[key]);
}

const paidNow = (frame, key) => frame.payments.some(([payer, position]) => payer + "." + position === key);

/** The width of each edge that has paid: the more of the gradient flows back along it, the wider. */
function edgeWidths(until) {
  const carried = new Map();
  for (const { key, node, edge } of edges) {
    if (edge && paysAt.get(node) <= until) carried.set(key, Math.abs(numbers["c" + edge.slot.slice(1)]));
  }
  const largest = Math.max(0, ...carried.values()) || 1;
  return new Map([...carried].map(([key, x]) => [key, 1.6 + 3.4 * Math.sqrt(x / largest)]));
}

/** The colour of what a node pays: the same in the picture, in the lines and in the chain. */
const colourOf = (node) => colours.get(node) ?? 0;

const widthsWritten = new WeakMap();

function setWidth(path, width) {
  if (widthsWritten.get(path) === width) return;
  widthsWritten.set(path, width);
  path.setAttribute("stroke-width", width.toFixed(2));
}

function setTransform(element, transform) {
  if (transform) element.setAttribute("transform", transform);
  else element.removeAttribute("transform");
}

/** Where to scroll, so that `from` to `to` is in view: nowhere if it is already. */
function inView(position, extent, from, to) {
  if (to - from > extent) return from;
  if (from < position + 4) return Math.max(0, from - Math.min(40, (extent - (to - from)) / 2));
  return to > position + extent - 4 ? to - extent + Math.min(40, (extent - (to - from)) / 2) : position;
}

/** Scroll a picture that is larger than its pane to what is lit. */
function scrollToNode() {
  const frame = frames[step];
  const pane = byId("graph");
  const [width, height] = layout.size;
  if (width * scale > room.width || height * scale > room.height) { // not all of it is in view
    const lit = frame.nodes.some((node) => layout.boxes[node]);
    const span = (...place) => litSpan(frame, ...place).map((x) => x * scale);
    pane.scrollLeft = lit ? inView(pane.scrollLeft, room.width, ...span(1, 3)) : 0;
    pane.scrollTop = lit ? inView(pane.scrollTop, room.height, ...span(2, 4)) : 0;
  }
  hideCut();
}

/** Hide what the edge of the pane would cut: what is shown is shown whole, except what is lit or has no room. */
function hideCut() {
  const { scrollLeft, scrollTop } = byId("graph");
  const cut = (middle, extent, i) => {
    const [from, shown] = i ? [scrollTop, room.height] : [scrollLeft, room.width];
    if (layout.size[i] * scale <= shown || extent * scale > shown) return false;
    const start = (middle - extent / 2) * scale - from;
    return start < -1 || start + extent * scale > shown + 1;
  };
  const hide = (group, x, y, width, height) => setClass(group, "cut", cut(x, width, 0) || cut(y, height, 1));
  for (const [node, { group }] of boxes) hide(group, ...layout.boxes[node].slice(1));
  for (const { caption, at } of edges) {
    if (caption) hide(caption.group, ...at, ...["width", "height"].map((x) => Number(caption.rect.getAttribute(x))));
  }
}
