// Many examples: (A − Y) times Xᵀ, filled in row by row as the examples pay
// Shared: hasMatrix, renderMatrix

const MOST_COLUMNS = 6; // features, and examples, that are shown
const MOST_ROWS = 6;

/** Whether a − y is proven for several examples, and their x have names: their payments are a product of matrices. */
const hasMatrix = () => view.closed.length > 1 && featuresOf(view.closed[0]).size > 0;

/** The factors ∂z/∂w of an example by the parameter w: the keys of its edges, without those that are plainly 1. */
function featuresOf(closed) {
  const paid = Object.entries(view.edges).filter(([, edge]) => edge.payer === closed.z && !edge.plain);
  return new Map(paid.map(([key, edge]) => [edge.operand, key]));
}

function renderMatrix(holder, until) {
  const rows = view.closed.slice(0, MOST_ROWS);
  const features = rows.map(featuresOf);
  const parameters = [...features[0].keys()].slice(0, MOST_COLUMNS);
  const hasPaid = (closed) => paysAt.get(closed.z) <= until;
  const now = new Set(frames[step].kind === "backward" ? frames[step].nodes : []);
  const more = view.closed.length > MOST_ROWS ? "<td>…</td>" : "";
  const cell = (closed, known, text) => '<td class="' + (now.has(closed?.z) ? "lit " : "") + (known ? "" : "off")
    + '">' + (known ? text : "·") + "</td>";
  const errors = rows.map((x) => cell(x, hasPaid(x), textOf(gradientSlotAt(x.z, until) ?? gradientSlot(x.z)))).join("");
  const data = rows.map((x, i) => "<tr>" + parameters.map(
    (w) => cell(x, true, textOf(view.edges[features[i].get(w)].slot)),
  ).join("") + "</tr>").join("");
  const sums = parameters.map((w) => cell(null, gradientSlotAt(w, until), textOf(gradientSlotAt(w, until) ?? "")));
  const table = (caption, body) => "<table><caption>" + caption + "</caption><tbody>" + body + "</tbody></table>";
  const all = view.closed.every(hasPaid);
  const shape = (rows, columns) => (shapesAreOpen() ? "" : " <small>(" + rows + ", " + columns + ")</small>");
  const [m, n] = [view.closed.length, features[0].size];
  setHtml(holder, '<div class="matrix' + (all ? "" : " partly")
    + '" tabindex="0" role="group" aria-label="(A − Y) times Xᵀ">'
    + table("A − Y" + shape(1, m), "<tr>" + errors + more + "</tr>") + '<span class="times">×</span>'
    + table("Xᵀ" + shape(m, n), data) + '<span class="times">=</span>'
    + table("∂" + view.nodes.at(-1).name + "/∂w" + shape(1, n) + (all ? "" : " so far"),
      "<tr>" + sums.join("") + (n > MOST_COLUMNS ? "<td>…</td>" : "") + "</tr>") + "</div>");
}
