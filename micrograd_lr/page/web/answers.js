// Judges an answer, and finds the mistake behind a wrong one: in JavaScript what stepping/answers.py does
// Shared: judged, readable, valueOr

const { judging } = data; // the numbers and the words of Python's judge

const isRight = (answer, exact) =>
  Number.isFinite(exact) && Math.abs(answer - exact) <= judging.tolerance * Math.abs(exact);

const agrees = (answer, exact) =>
  Math.abs(answer - exact) <= judging.relative * Math.abs(exact) + judging.absolute;

/** Whether an answer to a question is right, and what to say to it; `mode` is number or formula. */
function judged(question, text, mode) {
  return mode === "formula" ? judgedFormula(question, text) : judgedNumber(question, text);
}

function judgedNumber(question, text) {
  const answer = evaluated(text, namesAt(numbers), spellingsFor(question));
  if (isRight(answer, numbers[question.key])) return praise(question, text);
  const { spots, answers } = everywhere(question, text);
  const hint = hintTo(question, answers, spots, agrees) || hintTo(question, [answer], spots, isRight);
  return { right: false, said: hint || judging.said["not yet"] };
}

function judgedFormula(question, text) {
  const { spots, answers } = everywhere(question, text);
  const agreed = answers.map((answer, i) => agrees(answer, spots[i][question.key]));
  if (agreed.every(Boolean)) return praise(question, text);
  const why = agreed[0] ? "by chance" : Number.isNaN(answers[0]) ? "no value" : "otherwise";
  return { right: false, said: hintTo(question, answers, spots, agrees) || judging.said[why] };
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

/** The hint of the first mistake that gives these answers, one at each spot, perhaps but for the sign; or "". */
function hintTo(question, answers, spots, same) {
  for (const sign of [1, -1]) {
    for (const [mistake, hint] of question.mistakes) {
      if (answers.every((answer, i) => same(sign * answer, wrongAt(spots[i], question, data.mistakes[mistake])))) {
        return sign === 1 ? data.hints[hint] : data.hints[hint].replace(/\.$/, "") + judging.said.sign;
      }
    }
  }
  return "";
}

/** What a usual mistake gives; NaN if nobody can make it here, or if its formula is abridged. */
function wrongAt(spot, question, mistake) {
  const named = Object.fromEntries(
    Object.entries(question.numbers)
      .map(([name, x]) => [name, typeof x === "string" ? spot[x] : x])
      .filter(([, x]) => x !== undefined),
  );
  return valueOr(NaN, FormulaError, mistake, named, Object.fromEntries(Object.keys(named).map((name) => [name, name])));
}

/** Whether the formula that is asked for can be typed as it is printed: step(z), for one, cannot. */
function readable(question) {
  if (question.formula === undefined) return false;
  const exact = numbers[question.key];
  return agrees(valueOr(NaN, FormulaError, question.formula, namesAt(numbers), spellingsFor(question)), exact);
}

/** The numbers of the graph at other inputs, at which all of them are finite. */
function elsewhere() {
  const found = [];
  for (let attempt = 0; found.length < judging.places && attempt < judging.attempts; attempt++) {
    const now = moved(leaves.map((leaf) => inputs[leaf.id]), attempt);
    const there = computes[viewAt](at(Object.fromEntries(leaves.map((leaf, i) => [leaf.id, now[i]]))));
    if (Object.values(there).every(Number.isFinite)) found.push(there);
  }
  return found;
}

/** Other inputs: in turn around 0.5 and around the present ones, and nearer with each attempt. */
function moved(present, attempt) {
  const reach = judging.nearer ** attempt;
  return present.map((x, i) => {
    const centre = attempt % 2 ? x : 0.5;
    const share = (judging.share * (i + 1) * (attempt + 1)) % 1; // another for every input, without a pattern
    return centre + reach * (Math.abs(centre) || 1) * (2 * share - 1);
  });
}
