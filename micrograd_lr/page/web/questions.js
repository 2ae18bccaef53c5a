// Ask mode: which questions are open, what is said to an answer, and the score
// Shared: openQuestion, shapesAreOpen, reveal, check, setAsk, forgetAnswers, askAgain, showVerdict, showQuestion,
// renderScore, score

const answered = new Map(); // question → "right" or "revealed"
const missed = new Set(); // questions that were not right at the first try

const questionKey = (question) => step + "." + question.i;

const isAsked = (question) => ask === "number" || question.shape || readable(question);

/** The first question of the current frame that is not answered yet, of those that this mode asks; or null. */
function openQuestion() {
  if (!ask) return null;
  return frames[step].questions
    .map((question, i) => ({ ...question, i }))
    .find((question) => isAsked(question) && !answered.has(questionKey(question))) ?? null;
}

/** Whether the shapes at the end are asked for and not answered yet: then the page must not say them. */
const shapesAreOpen = () => Boolean(ask) && frames.at(-1).questions.some(
  (question, i) => question.shape && !answered.has(frames.length - 1 + "." + i),
);

function showVerdict(text, kind) {
  byId("verdict").className = kind;
  setText(byId("verdict"), text);
  leaveRoom();
  if (text) showQuestion();
}

/** Scroll the page as little as brings the open question above the bar. */
const showQuestion = () => byId("question").scrollIntoView({ block: "nearest" });

function settle(question, how) {
  answered.set(questionKey(question), how);
  if (how === "revealed") missed.add(questionKey(question));
}

/** After a question is settled: the next one, or the numbers of the step. */
function goOnAsking() {
  byId("answer").value = "";
  render();
  byId(openQuestion() ? "answer" : "next").focus({ preventScroll: true }); // Enter goes on
}

/** Say the answer to the open question; where a story covers it, go back to the question first. */
function reveal() {
  const question = openQuestion();
  if (!question) return;
  if (story) return choose(story);
  const answer = question.shape ? "The shape of " + question.text + " is " + question.answer + "."
    : question.text + " = " + (ask === "formula" ? question.formula : textOf(question.key));
  settle(question, "revealed");
  goOnAsking();
  showVerdict(answer, "");
}

function check() {
  const question = openQuestion();
  const text = byId("answer").value.trim();
  if (!question) return;
  try {
    const { right, said } = judged(question, text, ask);
    if (right) {
      settle(question, missed.has(questionKey(question)) ? "revealed" : "right");
      goOnAsking();
      showVerdict(said, "right");
    } else {
      missed.add(questionKey(question));
      showVerdict(said, "wrong");
      renderScore();
      tell();
    }
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    showVerdict(error.message, "wrong");
  }
}

/** How many questions are settled or were tried, and how many of them were right at the first try. */
function score() {
  const asked = new Set([...answered.keys(), ...missed]).size;
  return [asked, [...answered].filter(([key, how]) => how === "right" && !missed.has(key)).length];
}

function renderScore() {
  const [asked, right] = score();
  setText(byId("score"), asked ? right + " of " + asked + " right at the first try" : "");
}

function setAsk(mode) {
  ask = mode;
  story = "";
  byId("ask").value = mode;
  forgetAnswers();
  render();
}

/** With other questions, earlier answers no longer count. */
function forgetAnswers() {
  answered.clear();
  missed.clear();
  showVerdict("", "");
}

/** With other numbers, no number that was an answer is one; a formula still is. With other boxes, none is. */
function askAgain(what) {
  if (!score()[0]) return;
  forgetAnswers();
  setText(byId("verdict"), "The " + what + " are others now: the questions and the score begin again.");
}
