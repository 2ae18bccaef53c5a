// Where a formula that is longer than its line is broken: before the second = and later ones, and then before + and −
// Shared: equated, fitLines, fitFactors, fitHeading, setAsUsual

const OUTER = /^<mo>[+−]/;
const INNER = /^<mo>[+−·]/;

/** A formula cut before its signs and after its commas, but not inside of parentheses, fractions and indices. */
function terms(formula, signs = OUTER) {
  const found = [""];
  let depth = 0;
  for (const [tag] of formula.matchAll(/<[^>]*>[^<]*/g)) {
    const cut = !depth && found.at(-1) && (signs.test(tag) || found.at(-1).endsWith(",</mo>"));
    if (cut) found.push("");
    found[found.length - 1] += cut ? tag.replace("<mo>", '<mo form="infix">') : tag;
    depth += tag[1] === "/" ? -1 : tag.includes("/>") ? 0 : 1;
  }
  return found;
}

/** A formula without its outermost groups, so that it is cut inside of their parentheses. */
function ungrouped(formula) {
  let depth = 0;
  return formula.replace(/<(\/?)(\w+)[^>]*>/g, (tag, closes, name) => {
    if (closes) depth -= 1;
    const outermost = !depth && name === "mrow";
    if (!closes) depth += 1;
    return outermost ? "" : tag;
  });
}

const partOf = (term) => '<span class="part"><math>' + term + "</math></span>";
const nameOf = (name) => partOf(name).replace("part", "name part");

/** Formulas, or their numbers in the pool, with = between them: the first is not torn from its = and its first term. */
function equated(parts, after = "") {
  const [[name], [term = "", ...more] = [], ...others] = withSigns(parts.map((part) => data.pool[part] ?? part))
    .map((part, i) => (i ? terms(part).map(partOf) : [nameOf(part)]));
  const start = '<span class="whole">' + name + " " + term + "</span>" + more.join("");
  const groups = [start, ...others.map((one) => one.join(""))];
  groups[groups.length - 1] += after;
  return groups.map((group, i) => (i ? ' <span class="equal">' + group + "</span>" : group)).join("");
}

const isWide = (box) => box.scrollWidth > box.clientWidth;

function shrink(box, room, width = box.offsetWidth) {
  box.style.fontSize = Math.floor(100 * room / width) + "%";
}

/** Take back what was set smaller in a box. */
function setAsUsual(box) {
  for (const line of box.querySelectorAll(".small")) line.classList.remove("small");
  for (const part of box.querySelectorAll("[style]")) part.removeAttribute("style");
}

/** Lines that are wider than the panel are set smaller, if that helps, or else broken inside of their parentheses. */
function fitLines(lines) {
  setAsUsual(lines);
  if (!isWide(lines)) return;
  for (const line of lines.querySelectorAll(".line")) {
    if (isWide(line)) line.classList.add("small");
    if (!isWide(line)) continue;
    line.classList.remove("small");
    for (const part of line.getElementsByClassName("part")) fitPart(part, line); // also those that it makes
  }
}

function fitPart(part, line) {
  const held = part.closest(".whole") ?? part;
  const room = line.clientWidth - (held === part ? parseFloat(getComputedStyle(line).paddingLeft) : 0);
  if (part.classList.contains("name") || held.offsetWidth <= room) return;
  const [begin, ...others] = terms(ungrouped(part.firstChild.innerHTML), INNER);
  if (!others.length) return setSmaller(part, held, room);
  part.firstChild.innerHTML = begin;
  held.insertAdjacentHTML("afterend", others.map(partOf).join(""));
  fitPart(part, line);
}

/** A term that stays too wide is set smaller; if what the line is about has most of the room, it stands below that. */
function setSmaller(part, held, room) {
  if (held !== part && held.firstChild.offsetWidth > room / 2) held.style.whiteSpace = "normal";
  else shrink(part, room, held.offsetWidth);
}

const ROOM_OF_TIMES = 30; // pixels

const READABLE = 0.6; // of the usual size

/** Factors that are wider than the panel are set smaller, and those that nobody could read then have their names. */
function fitFactors(chain) {
  setAsUsual(chain);
  if (!isWide(chain)) return;
  const room = chain.clientWidth - ROOM_OF_TIMES;
  for (const factor of chain.querySelectorAll(".factor")) {
    if (factor.offsetWidth * READABLE > room) factor.innerHTML = math(view.edges[factor.dataset.key].math);
    if (factor.offsetWidth > room) shrink(factor, room);
  }
}

/** The formulas above the picture, which are broken before + and −, too. */
function fitHeading() {
  for (const formula of document.querySelectorAll("h1 > span, .hint > span")) {
    formula.style.fontSize = "";
    if (isWide(formula)) shrink(formula, formula.clientWidth, formula.scrollWidth);
  }
}

for (const formula of document.querySelectorAll("h1 math, .hint math")) {
  formula.outerHTML = terms(formula.innerHTML).map((term) => "<math>" + term + "</math>").join("");
}
