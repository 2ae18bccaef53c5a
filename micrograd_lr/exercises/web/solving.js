// Solving: a form for each question, whose answer is judged when it is sent
// Shared: nothing

let widget = null; // the port to the widget of a notebook in which this page is, where there is one

const formOf = (id) => document.getElementById("question-" + id);

/** Whether an answer is right, and what to say to it. */
function verdictOn(question, text) {
  if (question.options) return { right: question.options[text].right, said: question.options[text].said };
  view = data.views[question.view];
  numbers = view?.places[0];
  return judged(question, text, "");
}

/** Show what is known about a question: its answer, and whether it is settled. */
function showAnswer(id, said, kind) {
  const form = formOf(id);
  const { text, how } = progress.answers[id] ?? { text: "", how: "0" };
  const settled = how !== "0";
  form.classList.toggle("settled", settled);
  for (const field of form.elements) field.disabled = settled;
  const box = form.querySelector("input[type=text]");
  if (box) box.value = text;
  for (const option of form.querySelectorAll("input[type=radio]")) option.checked = option.value === text;
  const verdict = form.querySelector(".verdict");
  verdict.className = "verdict " + kind;
  verdict.textContent = said;
}

/** Show what is kept of an earlier visit. */
function showKept(id, question) {
  const { how } = progress.answers[id] ?? {};
  if (how === "3") showAnswer(id, question.answer, "");
  else if (how === "1" || how === "2") showAnswer(id, data.judging.said.right, "right");
  else showAnswer(id, "", "");
}

function showScore() {
  const all = Object.values(progress.answers).map(({ how }) => how);
  const count = (digit) => all.filter((how) => how === digit).length;
  const asked = data.exercises.reduce((sum, { questions }) => sum + questions.length, 0);
  const settled = all.length - count("0");
  document.getElementById("score").textContent =
    settled + " of " + asked + " done, " + count("1") + " " + data.settled[1] + ".";
  document.getElementById("code").textContent = codeOf(progress);
  widget?.postMessage({ code: codeOf(progress) });
}

/** A question is settled: where `how` is 1, right; 3 is shown. One that was missed before is right later, 2. */
function settle(id, text, how) {
  const missed = progress.answers[id]?.missed ?? false;
  progress.answers[id] = { text, how: how === "1" && missed ? "2" : how, missed };
}

function check(id, question, form) {
  const given = new FormData(form).get("answer");
  const text = typeof given === "string" ? given.trim() : "";
  const verdict = form.querySelector(".verdict");
  if (question.options && !text) {
    verdict.textContent = "Choose one of these first.";
    return;
  }
  try {
    const { right, said } = verdictOn(question, text);
    if (right) settle(id, text, "1");
    else progress.answers[id] = { text, how: "0", missed: true };
    showAnswer(id, said, right ? "right" : "wrong");
  } catch (error) { // it cannot be read: that does not count as a try
    if (!(error instanceof FormulaError)) throw error;
    verdict.className = "verdict wrong";
    verdict.textContent = error.message;
  }
  keep();
  showScore();
}

function show(id, question) {
  settle(id, progress.answers[id]?.text ?? "", "3");
  showAnswer(id, question.answer, "");
  keep();
  showScore();
}

function showHints(i) {
  const section = document.getElementById("exercise-" + i);
  const hints = [...section.querySelectorAll(".hints li")];
  const given = progress.hints[i] ?? 0;
  hints.forEach((hint, j) => { hint.hidden = j >= given; });
  const button = section.querySelector(".hint");
  if (button) button.disabled = given >= hints.length;
}

data.exercises.forEach(({ questions }, i) => {
  questions.forEach((question, j) => {
    const id = i + "." + j;
    const form = formOf(id);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      check(id, question, form);
    });
    form.querySelector(".show").addEventListener("click", () => show(id, question));
    showKept(id, question);
  });
  document.querySelector("#exercise-" + i + " .hint")?.addEventListener("click", () => {
    progress.hints[i] = (progress.hints[i] ?? 0) + 1;
    keep();
    showHints(i);
  });
  showHints(i);
});

const nameField = document.getElementById("student");
nameField.value = progress.student;
nameField.addEventListener("input", () => {
  progress.student = nameField.value.trim();
  keep();
  showScore();
});
showScore();

addEventListener("message", (event) => { // the widget around this page gives it a port, and nobody else is heard
  if (event.source !== parent || parent === window || widget) return;
  [widget] = event.ports;
  const tellHeight = () => widget.postMessage({ height: document.documentElement.offsetHeight });
  new ResizeObserver(tellHeight).observe(document.body);
  showScore();
});
