// Judging an answer: a number, or the formula of a local derivative

const close = (answer, exact) => Number.isFinite(exact) && Math.abs(answer - exact) <= data.tolerance * Math.abs(exact);

/** null for the right number; else what to say. */
function judgedNumber(question, text) {
  const answer = evaluated(text, {});
  if (close(answer, numbers[question.key])) return null;
  const at = Object.fromEntries(
    Object.entries(question.numbers).map(([name, x]) => [name, typeof x === "string" ? numbers[x] : x]),
  );
  for (const [which, hint] of question.mistakes) {
    if (close(answer, wrong[which](at).value)) return data.hints[hint];
  }
  return "";
}

/** null for a formula that is the local derivative here and at two other places; else what to say. */
function judgedFormula(question, text) {
  const others = elsewhere();
  let agreed = 0;
  for (const at of [numbers, ...others]) {
    const names = namesAt(at);
    const exact = at[question.partial];
    if (!near(evaluated(text, names), exact)) {
      return agreed ? "That is right at these numbers by chance, and not at others." : "";
    }
    agreed += 1;
  }
  return others.length ? null : "That is right at these numbers; whether it is at others cannot be tried here.";
}

const namesAt = (at) => Object.fromEntries(data.nodes.map((node) => [node.name, at[slot(node.id)]]));

/** Whether the formula that is asked for can be typed, as it is printed: step(z), or a name with a minus, cannot. */
function readable(question) {
  if (question.slope === undefined) return false;
  try {
    return near(evaluated(question.slope_formula, namesAt(numbers)), numbers[question.partial]);
  } catch (error) {
    if (error instanceof FormulaError) return false;
    throw error;
  }
}

/** As near as the six digits of a printed formula come. */
const near = (answer, exact) => Math.abs(answer - exact) <= 1e-4 * Math.abs(exact) + 1e-12;

/** The numbers of the graph at two other places where everything is finite: near 0.5, and near the inputs. */
function elsewhere() {
  const found = [];
  for (let i = 1; found.length < 2 && i < 60; i++) {
    const moved = Object.fromEntries(leaves.map((leaf, j) => {
      const part = (0.618034 * (j + 1) * i) % 1; // another for every leaf, without a pattern
      return [leaf.id, (i % 2 ? 0.5 : inputs[leaf.id]) + 0.1 + part];
    }));
    const at = compute(moved);
    if (Object.values(at).every(Number.isFinite)) found.push(at);
  }
  return found;
}
