// What moves: on a backward move, the product that a node pays travels against the arrow to its operand
// Shared: flow, STILL

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const TRAVELS = 700; // milliseconds
const MOST_PILLS = { wide: 12, tall: 2 }; // more would cover one another
let flowing = 0;

/** Let what this move pays travel along its edges, if the reader likes things to move. */
function flow() {
  cancelAnimationFrame(flowing);
  const ground = document.querySelector("#graph .pills");
  ground?.replaceChildren();
  const frame = frames[step];
  if (STILL.matches || frame.kind !== "backward" || openQuestion()) return;
  const paid = edges.filter(({ key, edge }) => edge && paidNow(frame, key));
  if (paid.length > MOST_PILLS[TALL.matches ? "tall" : "wide"]) return;
  const pills = paid.map(({ edge, node, path }) => {
    const text = textOf(gradientSlot(edge.payer)) + " × " + textInSlot("(" + edge.slot + ")");
    return pill(ground, text, colourOf(node), path);
  });
  const start = performance.now();
  const move = (now) => {
    const gone = Math.min(1, (now - start) / TRAVELS);
    for (const { group, path, length } of pills) {
      const point = path.getPointAtLength(length * (0.95 - 0.6 * gone * gone * (3 - 2 * gone)));
      group.setAttribute("transform", "translate(" + point.x.toFixed(1) + " " + point.y.toFixed(1) + ")");
    }
    if (gone < 1) flowing = requestAnimationFrame(move);
    else ground.replaceChildren();
  };
  flowing = requestAnimationFrame(move);
}

function pill(ground, text, colour, path) {
  const group = made("g", { class: "pill", "data-colour": colour }, ground);
  const size = layout.text.caption;
  const width = widthOf(text, size) + 14;
  made("rect", { x: -width / 2, y: -size, width, height: 2 * size, rx: size }, group);
  const label = made("text", { "text-anchor": "middle", y: size * 0.35, "font-size": size }, group);
  label.textContent = text;
  return { group, path, length: path.getTotalLength() };
}
