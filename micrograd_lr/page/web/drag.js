// Numbers that are dragged in their boxes, or typed there
// Shared: leafOf

const STARTS = 4; // pixels after which a press is a drag
const FULL = 300; // pixels that are worth the whole range of a number

let dragged = null; // the leaf, where the drag began, and what it was then

/** The input that a box of the picture shows; undefined for a box that is computed. */
const leafOf = (node) => leaves[view.leaves.indexOf(node)];

/** The range in which a number is usually moved: a label is between 0 and 1. */
function rangeOf(leaf) {
  const span = Math.max(2, 2 * Math.abs(leaf.start));
  return leaf.label ? [0, 1] : [leaf.start - span, leaf.start + span];
}

byId("graph").addEventListener("pointerdown", (event) => {
  const group = event.target.closest("g.node");
  if (!group || event.button) return;
  if (document.activeElement.matches("#leaves input, .typed")) document.activeElement.blur(); // what is typed, first
  dragged = { node: group.id, leaf: leafOf(group.id), x: event.clientX, moved: false };
  dragged.from = dragged.leaf && inputs[dragged.leaf.id];
});

byId("graph").addEventListener("mousedown", (event) => {
  if (event.target.closest("g.node")) event.preventDefault(); // the mouse leaves no frame of a focus
});

addEventListener("pointermove", (event) => {
  if (!dragged?.leaf) return;
  const way = event.clientX - dragged.x;
  if (!dragged.moved && Math.abs(way) < STARTS) return;
  dragged.moved = true;
  const [low, high] = rangeOf(dragged.leaf);
  let x = dragged.from + way * (high - low) / FULL;
  if (dragged.leaf.label) x = Math.min(1, Math.max(0, x));
  change(dragged.leaf.id, Number(x.toFixed(digitsFor(high - low))));
});

/** Digits after the point, so that a pixel of dragging is a round number. */
const digitsFor = (span) => Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(span / 4))));

addEventListener("pointerup", () => {
  if (dragged && !dragged.moved) choose(dragged.node);
  dragged = null;
});
addEventListener("pointercancel", () => { dragged = null; });

byId("graph").addEventListener("dblclick", (event) => {
  const group = event.target.closest("g.node");
  if (group && leafOf(group.id)) typeInto(group.id);
});

/** A field over the box, in which a number is typed. */
function typeInto(node) {
  const leaf = leafOf(node);
  const [box, pane] = [boxes.get(node).group.getBoundingClientRect(), byId("graph").getBoundingClientRect()];
  const field = document.createElement("input");
  field.className = "typed";
  field.setAttribute("aria-label", leaf.name);
  field.value = inputs[leaf.id];
  field.style.left = box.left - pane.left + byId("graph").scrollLeft + "px";
  field.style.top = box.top - pane.top + byId("graph").scrollTop + "px";
  field.style.width = Math.max(90, box.width) + "px";
  let left = false; // removing the field takes its focus, which is leaving it once more
  const leave = (takes) => {
    if (left) return;
    left = true;
    field.remove();
    if (takes && field.value.trim()) changeTo(leaf.id, field.value);
    boxes.get(node).group.focus({ preventScroll: true });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") leave(event.key === "Enter");
    event.stopPropagation();
  });
  field.addEventListener("blur", () => leave(true));
  byId("graph").append(field);
  field.focus();
  field.select();
}

byId("graph").addEventListener("keydown", (event) => {
  const group = event.target.closest("g.node");
  if (!group || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Enter") choose(group.id);
  else if (event.key === "F2" && leafOf(group.id)) typeInto(group.id);
  else return;
  event.preventDefault();
});
