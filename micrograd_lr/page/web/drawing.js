// The picture of a level of detail as SVG: its boxes and edges are where page/layout.py has put them
// Shared: TALL, standsBeside, shapeNow, boxes, edges, made, widthOf, draw, layout, scale, room, litSpan, sized,
// writeCaption

const SVG = "http://www.w3.org/2000/svg";
const TALL = matchMedia("(max-width: 47rem), (max-aspect-ratio: 3/4)");
const boxes = new Map(); // node → its box: the group, and its rows of text
let edges = []; // with the node that pays, and the slot of the local derivative
let layout = null; // the shape that is drawn
let scale = 1; // how large it is drawn, times its natural size
let room = null; // the size of its pane

function made(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

/** Whether, in large type, all of a tall picture stands beside its lines: if it is large enough, and has no matrix. */
function standsBeside() {
  const { size: [width, height], text } = view.layouts.tall;
  const whole = Math.min(BESIDE * innerWidth / width, byId("transport").offsetTop / height);
  return document.body.classList.contains("large") && !TALL.matches && !hasMatrix()
    && whole * Math.min(...Object.values(text)) > SMALLEST_BESIDE;
}

/** The shape of the picture that the window asks for. */
const shapeNow = () => (TALL.matches || standsBeside() ? "tall" : "wide");

/** Draw the present level of detail. */
function draw(shape = shapeNow()) {
  layout = view.layouts[shape];
  boxes.clear();
  edges = [];
  const [width, height] = layout.size;
  const viewBox = "0 0 " + width + " " + height;
  const svg = made("svg", { viewBox, role: "group", "aria-label": "Boxes of the graph" });
  made("g", { class: "edges" }, svg);
  drawEdges(svg.firstChild);
  made("g", { class: "pills" }, svg); // below the boxes, whose numbers they would hide
  for (const box of view.boxes) drawBox(box, svg);
  for (const edge of edges) if (edge.edge?.caption) edge.caption = drawCaption(svg, edge.at);
  byId("graph").replaceChildren(svg);
}

function drawEdges(parent) {
  const wide = layout === view.layouts.wide;
  for (const [key, places] of Object.entries(layout.edges)) {
    const [at, ...route] = places.flatMap((x, i) => (i % 2 ? [] : [[x, places[i + 1]]]));
    const edge = view.edges[key];
    const node = key.split(".")[0];
    const group = made("g", { id: key.replace(".", "-operand"), class: "edge" }, parent);
    const curves = route.slice(1).map((to, i) => curve(route[i], to, wide));
    const path = made("path", { d: "M" + route[0] + curves.join("") }, group);
    const end = route.at(-1);
    const [dx, dy] = wide ? [-8, 0] : [0, -8];
    const head = [end, [end[0] + dx - dy / 2, end[1] + dy + dx / 2], [end[0] + dx + dy / 2, end[1] + dy - dx / 2]];
    made("polygon", { points: head.join(" ") }, group);
    edges.push({ key, group, path, node, edge, at });
  }
}

/** From one point to the next, along the ranks at both. */
function curve([x0, y0], [x1, y1], wide) {
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return "C" + (wide ? [x, y0, x, y1] : [x0, y, x1, y]) + "," + [x1, y1];
}

/** A small box on an edge, for the local derivative. */
function drawCaption(parent, at) {
  const group = made("g", { class: "caption", transform: "translate(" + at + ")" }, parent);
  const size = layout.text.caption;
  const [rect, text] = [made("rect", { rx: 6 }, group), made("text", {
    class: "partial", y: size * 0.36, "text-anchor": "middle", "font-size": size,
  }, group)];
  return { group, rect, text, size };
}

const FONT = getComputedStyle(document.body).fontFamily;
const ruler = document.createElement("canvas").getContext("2d"); // measures a text without laying out the page

function widthOf(text, size) {
  ruler.font = "600 " + size + "px " + FONT;
  return ruler.measureText(text).width;
}

/** Write into a small box, as wide as its text. */
function writeCaption({ group, rect, text, size }, formula) {
  if (text.textContent === formula) return;
  text.textContent = formula;
  group.classList.toggle("empty", !formula);
  const width = widthOf(formula, size) + size * 0.8;
  const place = { x: -width / 2, y: -size * 0.8, width, height: size * 1.6 };
  for (const [name, x] of Object.entries(place)) rect.setAttribute(name, x);
}

function drawBox(shown, parent) {
  const [title, x, y, width, height] = layout.boxes[shown.id];
  const group = made("g", {
    id: shown.id, class: "node " + shown.kind, role: "button", "aria-label": shown.name + ": its story",
    ...(view.boxes.length <= MOST_FOCUSED ? { tabindex: 0 } : {}),
  }, parent);
  const frame = (inset) => ({
    x: x - width / 2 + inset, y: y - height / 2 + inset, width: width - 2 * inset, height: height - 2 * inset,
    rx: ROUND[shown.kind],
  });
  made("rect", frame(0), group);
  if (shown.kind === "parameter") made("rect", { ...frame(3), class: "inner" }, group);
  const inner = made("g", {}, group);
  const rows = shown.rows.map(([what, text, of, more], i) => {
    const baseline = y + layout.line * (i - (shown.rows.length - 1) / 2) + 5;
    const size = layout.text[what];
    const element = made("text", { class: what, x, y: baseline, "text-anchor": "middle", "font-size": size }, inner);
    const line = { what, of, more, whole: element, size, most: width - 8, fits: 0 };
    if (what !== "title" || !of) return { ...line, before: i ? text : title, element };
    element.textContent = title; // name and number in one line
    return { ...line, before: "", element: made("tspan", { class: "value" }, element) };
  });
  boxes.set(shown.id, { group, inner, shown, rows });
}

const ROUND = { op: 12, parameter: 8, data: 1, example: 5 }; // kinds differ in their corners too
const MOST_FOCUSED = 40; // boxes that are stops of the tab key
const SMALLEST = 12.2; // CSS pixels of the smallest text where there is room, on a phone and on a projector
const SMALLEST_ON_A_PHONE = 11.2;
const SMALLEST_IN_LARGE_TYPE = 20.4;
const LARGEST = 2.1; // times the natural size
const BESIDE = 0.52; // of the width of the window
const SMALLEST_BESIDE = 15;
const NEARLY = 1.05; // times the size at which all of a picture in large type is in view

/** In large type: as large as it is read from the last row, unless a move would not fit into the pane then. */
function largeFor(pane) {
  const wanted = SMALLEST_IN_LARGE_TYPE / Math.min(...Object.values(layout.text));
  const fits = frames.filter((frame) => frame.nodes.length).map((frame) => {
    const [[left, right], [top, bottom]] = [[1, 3], [2, 4]].map((place) => litSpan(frame, ...place));
    return Math.min((pane.clientWidth - 8) / (right - left), (pane.clientHeight - 8) / (bottom - top));
  });
  return Math.min(wanted, ...fits);
}

/** From where to where the boxes are that a move lights, in one direction. */
function litSpan(frame, middle, size) {
  const lit = [...frame.nodes, ...nearTo(frame)].map((node) => layout.boxes[node]).filter(Boolean);
  const ends = lit.flatMap((box) => [box[middle] - box[size] / 2, box[middle] + box[size] / 2]);
  return [Math.min(...ends), Math.max(...ends)];
}

/** The height of a picture that is above its lines: both are in view together, and at least what each move lights. */
function heightFor(least) {
  const [pane, panel] = [byId("graph"), byId("frame")];
  const left = byId("transport").offsetTop - panel.offsetHeight - 16;
  const moves = frames.length > MOST_MEASURED ? [] : frames.filter((frame) => frame.nodes.length);
  const lit = moves.map((frame) => litSpan(frame, 2, 4)).map(([from, to]) => to - from);
  const needed = moves.length ? Math.max(...lit) * least + 12 : 0.6 * innerHeight;
  return Math.max(left - pane.offsetTop, Math.min(left, layout.size[1] * least + 6), needed);
}

/** Fit the picture into its pane, but never with a text that is too small to read: then the pane scrolls. */
function sized() {
  const svg = byId("graph").firstElementChild;
  if (!svg) return;
  const [width, height] = layout.size;
  const pane = byId("graph");
  const large = document.body.classList.contains("large") ? largeFor(pane) : 0;
  const least = large || (innerWidth < 500 ? SMALLEST_ON_A_PHONE : SMALLEST)
    / Math.min(...Object.values(layout.text));
  pane.style.height = "";
  if (TALL.matches) {
    const wanted = Math.max(least, Math.min((pane.clientWidth - 4) / width, LARGEST));
    pane.style.height = Math.round(Math.min(height * wanted + 6, heightFor(least))) + "px";
  }
  const fits = Math.min((pane.clientWidth - 4) / width, (pane.clientHeight - 4) / height, LARGEST);
  const nearly = large && (standsBeside() || large < NEARLY * fits); // then all of it, rather than a cut edge
  scale = nearly ? fits : Math.max(least, fits);
  room = { width: pane.clientWidth, height: pane.clientHeight };
  svg.setAttribute("width", Math.round(width * scale));
  svg.setAttribute("height", Math.round(height * scale));
}
