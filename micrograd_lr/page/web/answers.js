// Judges an answer, and finds the mistake behind a wrong one: in JavaScript what stepping/answers.py does
// Shared: judging, judged, readable, valueOr

const { judging } = data; // the numbers and the words of Python's judge

const isRight = (answer, exact) =>
  Number.isFinite(exact) && Math.abs(answer - exact) <= judging.tolerance * Math.abs(exact);

const agrees = (answer, exact) =>
  Math.abs(answer - exact) <= judging.relative * Math.abs(exact) + judging.absolute;

/** Whether an answer to a question is right, and what to say to it. One with names is a formula, unless `mode` says. */
function judged(question, text, mode) {
  if (question.shape) return judgedShape(question, text);
  const judgedSo = (mode ? mode === "formula" : namesIn(text).length) ? judgedFormula : judgedNumber;
  try {
    return judgedSo(question, text);
  } catch (error) {
    throw (error instanceof FormulaError && ofLaterName(question, text)) || error;
  }
}

/** What to say to an answer that cannot be read only because a name in it is computed later; or null. */
function ofLaterName(question, text) {
  const known = new Set(Object.values(spellingsFor(question)));
  try {
    const later = namesIn(text).find((name) => !known.has(name));
    return later === undefined ? null : new FormulaError("later", { found: quoted(later) });
  } catch {
    return null;
  }
}

/** The names in an answer, of all nodes. */
const namesIn = (text) =>
  tokensOf(text, view.spellings).filter(([kind]) => kind === "name").map(([, name]) => name);

function judgedShape(question, text) {
  const found = readShape(text);
  const fits = (shape) => found.every((x, i) => x === shape[i] || Number(x) === question.numbers[shape[i]]);
  if (fits(question.shape)) return { right: true, said: judging.said.right };
  const known = mistakesOf(question).map(([wrong, hint]) => [readShape(data.mistakes[wrong]), data.hints[hint]]);
  const alike = known.filter(([wrong]) => found.every((x, i) => x === wrong[i]));
  const hints = (alike.length ? alike : known.filter(([wrong]) => fits(wrong))).map(([, hint]) => hint);
  return { right: false, said: theOnly(hints) || judging.said["not yet"] };
}

/** Rows and columns: 1 and n of (1, n), 1 × n or 1 by n. */
function readShape(text) {
  const { outside, between, entry, number } = judging.shapes;
  const bare = text.toLowerCase().replace(new RegExp(outside, "g"), "");
  const found = number.includes(bare) ? ["1", "1"] : bare.split(new RegExp(between));
  if (found.length === 2 && found.every((x) => new RegExp("^(" + entry + ")$").test(x))) return found;
  throw new FormulaError("shape", {});
}

function judgedNumber(question, text) {
  const answer = evaluated(text, namesAt(numbers), spellingsFor(question));
  if (isRight(answer, numbers[question.key])) return praise(question, text);
  const { spots, answers } = everywhere(question, text);
  const isNumber = answers.every((x) => x === answer); // and no formula, which has names in it
  const hint = isNumber ? hintToNumber(question, answer, spots) : hintTo(question, answers, spots);
  return { right: false, said: hint || question.nudge || judging.said["not yet"] };
}

function judgedFormula(question, text) {
  const { spots, answers } = everywhere(question, text);
  const agreed = answers.map((answer, i) => agrees(answer, spots[i][question.key]));
  if (agreed.every(Boolean)) return praise(question, text);
  const isNumber = isRight(answers[0], numbers[question.key]) && !namesIn(text).length;
  const why = isNumber ? "number" : agreed[0] ? "by chance" : Number.isNaN(answers[0]) ? "no value" : "otherwise";
  const nudge = why === "otherwise" && question.nudge;
  return { right: false, said: hintTo(question, answers, spots) || nudge || judging.said[why] };
}

/** The numbers of the graph at the present inputs and at other ones, and what a formula gives there: NaN for none. */
function everywhere(question, text) {
  const spots = [numbers, ...elsewhere()];
  return { spots, answers: spots.map((spot) => valueOr(NaN, NoValue, text, namesAt(spot), spellingsFor(question))) };
}

function valueOr(otherwise, expected, text, named, spellings) {
  try {
    return evaluated(text, named, spellings);
  } catch (error) {
    if (!(error instanceof expected)) throw error;
    return otherwise;
  }
}

const namesAt = (there) => Object.fromEntries(view.nodes.map((node) => [node.name, there[valueSlot(node.id)]]));

/** The names that an answer may have, by every way to type them: those of what is computed later are none. */
function spellingsFor(question) {
  const computed = view.nodes.filter((node) => node.op);
  const from = computed.findIndex((node) => valueSlot(node.id) === question.key);
  const later = new Set(from < 0 ? [] : computed.slice(from).map((node) => node.name));
  return Object.fromEntries(Object.entries(view.spellings).filter(([, name]) => !later.has(name)));
}

function praise(question, text) {
  const { spots, answers } = everywhere(question, text);
  const holds = answers.every((answer, i) => isRight(answer, spots[i][question.key]));
  if (!holds && namesIn(text).length) return { right: true, said: judging.said.here };
  const short = question.closed && readable(question) && isShort(question, text);
  return { right: true, said: judging.said[short ? "short" : "right"] };
}

/** Whether a formula is a closed form: right everywhere, with no more names and numbers than as it is printed. */
function isShort(question, text) {
  const { spots, answers } = everywhere(question, text);
  const size = (formula) =>
    tokensOf(formula, spellingsFor(question)).filter(([kind]) => kind === "name" || kind === "number").length;
  return size(text) <= size(question.formula)
    && answers.every((answer, i) => agrees(answer, spots[i][question.key]));
}

/** The hint of the first mistake that gives these answers at all spots, perhaps but for its sign; or "". */
function hintTo(question, answers, spots) {
  if (answers.every((answer, i) => agrees(-answer, spots[i][question.key]))) return judging.said.sign;
  for (const sign of [1, -1]) {
    for (const [mistake, hint] of mistakesOf(question)) {
      const given = wrongAtAll(question, mistake, spots, 1);
      if (answers.every((answer, i) => agrees(sign * answer, given[i]))) return withSign(hint, sign);
    }
  }
  return "";
}

/** The hint of the mistake that gives a number at the present inputs; "" where Python says that it tells nothing. */
function hintToNumber(question, answer, spots) {
  if (isRight(-answer, numbers[question.key])) return judging.said.sign;
  const known = [];
  const isNew = (given) => isRight(answer, given[0])
    && !known.some((other) => given.every((x, i) => agrees(x, other[i]))) && known.push(given) > 0;
  const ofEasy = question.key.startsWith("v")
    && ["a", "b"].some((name) => judging.easy.includes(numberOf(spots[0], question.numbers[name])));
  const found = (ofEasy ? [1] : [1, -1]).flatMap((sign) => mistakesOf(question)
    .filter(([mistake]) => isNew(wrongAtAll(question, mistake, spots, sign)))
    .map(([mistake, hint]) => [question.numbers[data.mistakes[mistake]], withSign(hint, sign)]));
  if (judging.easy.includes(answer) && known.length && known[0].some((x) => !agrees(answer, x))) return "";
  const ofNode = String(found[0]?.[0]).startsWith("v");
  const same = (key) => [1, -1].some((sign) => isNew(spots.map((spot) => sign * spot[key])));
  return ofNode && Object.keys(numbers).some(same) ? "" : theOnly(found.map(([, hint]) => hint));
}

/** The usual mistakes and their hints, by their numbers. */
const mistakesOf = (question) => question.mistakes.map((i) => data.hinted[i]);

const wrongAtAll = (question, mistake, spots, sign) =>
  spots.map((spot) => sign * wrongAt(spot, question, data.mistakes[mistake]));

const withSign = (hint, sign) => data.hints[hint] + (sign === 1 ? "" : judging.said["sign too"]);

/** What is said, if it is one thing; or "". */
const theOnly = (said) => (new Set(said).size === 1 ? said[0] : "");

/** The number of a slot at a spot; a plain number as it is. */
const numberOf = (spot, x) => (typeof x === "string" ? spot[x] : x);

/** What a usual mistake gives; NaN if nobody can make it here, or if its formula is abridged. */
function wrongAt(spot, question, mistake) {
  const named = Object.fromEntries(
    Object.entries(question.numbers)
      .map(([name, x]) => [name, numberOf(spot, x)])
      .filter(([, x]) => x !== undefined),
  );
  return valueOr(NaN, FormulaError, mistake, named, Object.fromEntries(Object.keys(named).map((name) => [name, name])));
}

/** Whether the formula that is asked for can be typed as it is printed: one with … cannot. */
function readable(question) {
  if (question.formula === undefined) return false;
  const exact = numbers[question.key];
  return agrees(valueOr(NaN, FormulaError, question.formula, namesAt(numbers), spellingsFor(question)), exact);
}
