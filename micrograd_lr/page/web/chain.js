// The way from the loss to a node: every path as a product of the factors on its edges, and the sum of the paths
// Shared: wishes, renderChain, pathNodes, story, choose

const MOST_PRODUCTS = 4; // paths that are written out
const MOST_WALKED = 200; // paths that are looked for
const wishes = new Map(); // edge → how the reader wants its factor: "name", "formula" or "number"

const pathsFound = new WeakMap(); // level of detail → node → its paths

/** Every path from the root to a node, each as the keys of its edges, the root's first. */
function pathsTo(node) {
  if (!pathsFound.has(view)) pathsFound.set(view, new Map());
  const known = pathsFound.get(view);
  if (!known.has(node)) known.set(node, pathsFrom(node));
  return known.get(node);
}

function pathsFrom(node) {
  const root = view.nodes.at(-1).id;
  const users = new Map();
  for (const [key, edge] of Object.entries(view.edges)) {
    users.set(edge.operand, [...(users.get(edge.operand) ?? []), key]);
  }
  const found = [];
  const walk = (from, path) => {
    if (found.length > MOST_WALKED) return;
    if (from === root) found.push(path);
    else for (const key of users.get(from) ?? []) walk(view.edges[key].payer, [key, ...path]);
  };
  walk(node, []);
  return found.filter((path) => path.length);
}

/** What lies on the paths to the chosen node, once the reader has chosen it: nodes and edges. */
function pathNodes() {
  if (!story) return { nodes: new Set(), edges: new Set() };
  const keys = pathsTo(story).flat();
  return { nodes: new Set([story, ...keys.map((key) => view.edges[key].payer)]), edges: new Set(keys) };
}

/** Whether an edge is a whole path to the node that is shown: ∂L/∂a = ∂L/∂a would say nothing. */
const isWhole = (key) => view.edges[key].payer === view.nodes.at(-1).id
  && view.edges[key].operand === (story || chosen);

/** How a factor can stand in its product once it is paid. */
const waysOf = (key) => ["name", "formula", "number"].filter(
  (way) => (way !== "name" || !isWhole(key)) && (way !== "formula" || view.edges[key].factor !== null),
);

/** How a factor stands in its product: by its name, by its formula as soon as it is paid, or by its number. */
function factorAs(key, until) {
  const edge = view.edges[key];
  if (!(paysAt.get(edge.payer) <= until)) return "name";
  const ways = waysOf(key);
  return ways.includes(wishes.get(key)) ? wishes.get(key) : ways.includes("formula") ? "formula" : "number";
}

function factorHtml(key, until) {
  const edge = view.edges[key];
  const how = factorAs(key, until);
  const name = isWhole(key) ? "<mo>?</mo>" : data.pool[edge.math];
  const ways = { name, formula: data.pool[edge.factor], number: numberMath(edge.slot) };
  return '<button type="button" class="factor" data-colour="' + colourOf(edge.payer) + '" data-key="' + key
    + '" title="Name, formula or number: click for the next" aria-label="' + how + ' of a factor"><math>'
    + ways[how] + "</math></button>";
}

const numberMath = (slot) => '<mn data-of="(' + slot + ')"></mn>';
const TIMES = '<span class="times" aria-hidden="true">·</span>';

/** A path as a product; what is proven to be a − y is bracketed, and says so. */
function productHtml(path, until) {
  const end = path.findIndex((key) => view.closed.some((closed) => closed.z === view.edges[key].operand));
  const closed = end >= 0 && view.closed.find((x) => x.z === view.edges[path[end]].operand);
  const known = closed && end > 0 && paysAt.get(view.edges[path[end]].payer) <= until;
  const factors = path.map((key) => factorHtml(key, until));
  if (!known) return multiplied(factors);
  return multiplied(['<span class="merged"><span>' + multiplied(factors.slice(0, end + 1))
    + '</span><span class="becomes"><math>' + data.pool[closed.math] + "</math> ✓</span></span>",
    ...factors.slice(end + 1)]);
}

/** A product, which may be broken before each · */
const multiplied = (factors) => factors.map(
  (factor, i) => (i ? '<span class="by">' + TIMES + factor + "</span>" : factor),
).join("");

function renderChain() {
  const holder = byId("chain");
  const frame = frames[step];
  const target = story || chosen;
  const until = lastVisible();
  const shows = target && nodes.get(target).grad && (story || ["seed", "backward", "gradients"].includes(frame.kind));
  holder.hidden = !shows;
  if (!shows) return setHtml(holder, "");
  if (!story && hasMatrix()) return renderMatrix(holder, until);
  const node = nodes.get(target);
  const paths = pathsTo(target);
  const isPaid = (path) => path.every((key) => paysAt.get(view.edges[key].payer) <= until);
  const shownPaths = paths.slice(0, MOST_PRODUCTS);
  const start = "<math>" + data.pool[node.gradMath] + EQUALS + "</math>";
  const products = shownPaths.map((path, i) => {
    const said = path.length === 1 && (view.edges[path[0]].plain || factorAs(path[0], until) === "number");
    const numbered = path.filter((key) => factorAs(key, until) === "number").map((key) => view.edges[key].slot);
    const result = isPaid(path) && !said
      ? "<math>" + signAfter(numbered) + '<mn data-product="' + i + '"></mn></math>' : "";
    return '<span class="product">' + productHtml(path, until) + result + "</span>";
  });
  const more = paths.length - products.length;
  const rest = more > 0 ? "<p>and " + (paths.length > MOST_WALKED ? "many" : more) + " more paths</p>" : "";
  const sum = paths.length > 1 && paths.length <= MOST_WALKED && paths.every(isPaid)
    ? "<p>The paths add up: " + start + '<math><mn data-of="' + gradientSlotAt(target, until) + '"></mn></math></p>'
    : "";
  setHtml(holder, paths.length === 1
    ? '<p class="way">' + start + products[0] + "</p>"
    : '<p class="way">' + start + (paths.length ? "the sum over " + paths.length + " paths" : "<math><mn>1</mn></math>")
      + "</p>" + products.map((product) => '<p class="way">' + product + "</p>").join("") + rest + sum);
  fillSlots(holder);
  for (const place of holder.querySelectorAll("[data-product]")) {
    setText(place, shown(productOf(shownPaths[place.dataset.product])));
  }
  fitFactors(holder);
}

const productOf = (path) => path.reduce((product, key) => product * numbers[view.edges[key].slot], 1);

/** Show the next way to write a factor: its name, its formula, its number. */
function turnFactor(key) {
  const ways = waysOf(key);
  const now = factorAs(key, lastVisible());
  if (!(paysAt.get(view.edges[key].payer) <= lastVisible())) return;
  wishes.set(key, ways[(ways.indexOf(now) + 1) % ways.length]);
  renderChain();
  byId("chain").querySelector('[data-key="' + key + '"]').focus();
}

byId("chain").addEventListener("click", (event) => {
  const factor = event.target.closest(".factor");
  if (factor) turnFactor(factor.dataset.key);
});

let story = ""; // the node whose story is told in place of the move

/** Tell the story of a node: what it is made of, and its paths; or none, with "". */
function choose(node) {
  story = node === story ? "" : node;
  if (story && nodes.get(story).kind === "parameter" && nodes.get(story).grad) chosen = story;
  render();
}
