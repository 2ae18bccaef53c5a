// Asking: which questions are open, what is said to an answer, and the score

const questionKey = (i) => step + "." + i;

/** The questions of the current frame, as far as this mode asks them. */
function asked() {
  if (!ask) return [];
  return frames[step].questions
    .map((question, i) => ({ ...question, i }))
    .filter((question) => ask === "number" || readable(question));
}

const openQuestion = () => asked().find((question) => !answered.has(questionKey(question.i))) ?? null;

function say(text, kind) {
  byId("verdict").className = kind;
  write(byId("verdict"), text);
}

function settle(question, how) {
  answered.set(questionKey(question.i), how);
  if (how === "revealed") missed.add(questionKey(question.i));
  byId("answer").value = "";
  render();
  if (openQuestion()) byId("answer").focus();
}

function reveal() {
  const question = openQuestion();
  if (!question) return;
  const answer = ask === "formula" ? question.slope_text + " = " + question.slope_formula : question.text + " = " + textOf(question.key);
  settle(question, "revealed");
  say(answer, "");
}

function revealAll() {
  for (let question = openQuestion(); question; question = openQuestion()) {
    answered.set(questionKey(question.i), "revealed");
    missed.add(questionKey(question.i));
  }
  say("", "");
  render();
}

function check() {
  const question = openQuestion();
  const text = byId("answer").value.trim();
  if (!question || !text) return;
  try {
    const said = ask === "formula" ? judgedFormula(question, text) : judgedNumber(question, text);
    if (said === null) {
      settle(question, missed.has(questionKey(question.i)) ? "revealed" : "right");
      say(judging.said.right, "right");
    } else {
      missed.add(questionKey(question.i));
      say(said || "Not yet. Try again, or reveal.", "wrong");
      renderScore();
    }
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    say(error.message, "wrong");
  }
}

function renderScore() {
  const asked = new Set([...answered.keys(), ...missed]).size;
  const right = [...answered].filter(([key, how]) => how === "right" && !missed.has(key)).length;
  write(byId("score"), asked ? right + " of " + asked + " right at the first try" : "");
}

function setAsk(mode) {
  ask = mode;
  byId("ask").value = mode;
  askAnew();
  render();
}

/** Other numbers, or other questions: what was answered before counts no more. */
function askAnew() {
  answered.clear();
  missed.clear();
  say("", "");
}
