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
  const pills = paid.map((one) => {
    const text = textOf(gradientSlot(one.edge.payer)) + " × " + textInSlot("(" + one.edge.slot + ")");
    return pill(ground, text, one);
  });
  const start = performance.now();
  const move = (now) => {
    const gone = Math.min(1, (now - start) / TRAVELS);
    for (const { group, path, length, across } of pills) {
      const point = path.getPointAtLength(length * (0.95 - 0.6 * gone * gone * (3 - 2 * gone)));
      const { x, y } = { x: point.x, y: point.y, ...across };
      group.setAttribute("transform", "translate(" + x.toFixed(1) + " " + y.toFixed(1) + ")");
    }
    if (gone < 1) flowing = requestAnimationFrame(move);
    else ground.replaceChildren();
  };
  flowing = requestAnimationFrame(move);
}

/** A product on its way along an edge; it passes beside the small box there, which has the formula. */
function pill(ground, text, { node, path, caption, at }) {
  const group = made("g", { class: "pill", "data-colour": colourOf(node) }, ground);
  const size = layout.text.caption;
  const width = widthOf(text, size) + 14;
  made("rect", { x: -width / 2, y: -size, width, height: 2 * size, rx: size }, group);
  const label = made("text", { "text-anchor": "middle", y: size * 0.35, "font-size": size }, group);
  label.textContent = text;
  const apart = caption && (width + Number(caption.rect.getAttribute("width"))) / 2 + 3;
  const across = caption && (layout === view.layouts.tall ? { x: at[0] + apart } : { y: at[1] - 2 * size });
  return { group, path, length: path.getTotalLength(), across };
}
