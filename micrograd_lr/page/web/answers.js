// Judges an answer, a number or the formula of a local derivative: in JavaScript what stepping/answers.py does
// Shared: judging, judgedNumber, judgedFormula, readable

const { judging } = data; // the numbers and the words of Python's judge

const isRight = (answer, exact) =>
  Number.isFinite(exact) && Math.abs(answer - exact) <= judging.tolerance * Math.abs(exact);

const agrees = (answer, exact) =>
  Math.abs(answer - exact) <= judging.relative * Math.abs(exact) + judging.absolute;

/** What to say to a number; null if it is right, and "" if it is none of the usual mistakes. */
function judgedNumber(question, text) {
  const answer = evaluated(text, {}, {});
  if (isRight(answer, numbers[question.key])) return null;
  const there = Object.fromEntries(
    Object.entries(question.numbers).map(([name, x]) => [name, typeof x === "string" ? numbers[x] : x]),
  );
  for (const [which, hint] of question.mistakes) {
    if (isRight(answer, wrong[which](there).value)) return data.hints[hint];
  }
  return "";
}

/** What to say to a formula; null if it is the local derivative at the present inputs, and at other places. */
function judgedFormula(question, text) {
  for (const there of [numbers, ...elsewhere()]) {
    let answer = NaN;
    try {
      answer = evaluated(text, namesAt(there), view.spellings);
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
    }
    if (agrees(answer, there[question.partial])) continue;
    if (there !== numbers) return judging.said["by chance"];
    return judging.said[Number.isNaN(answer) ? "no value" : "otherwise"];
  }
  return null;
}

const namesAt = (there) => Object.fromEntries(view.nodes.map((node) => [node.name, there[valueSlot(node.id)]]));

/** Whether the formula that is asked for can be typed as it is printed: step(z), for one, cannot. */
function readable(question) {
  if (question.slope === undefined) return false;
  try {
    return agrees(evaluated(question.slope_formula, namesAt(numbers), view.spellings), numbers[question.partial]);
  } catch (error) {
    if (error instanceof FormulaError) return false;
    throw error;
  }
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
