// What is printed: the whole walk with its numbers, or the questions with room to write, or the questions and answers
// Shared: printSheet

let sheet = "end"; // what is printed next: "end", "questions" or "key"

const WIDEST_ON_PAPER = 830; // pixels of a picture whose text is large enough on a page, which has 680 by 960

const TASKS = { questions: "<p>Write the formula of each derivative, then its number.</p>", key: "" };

const SHEETS = { end: "Step by step", questions: "Questions", key: "Questions and answers" };

/** Fill the part of the page that only paper shows. */
function prepareSheet() {
  const holder = byId("printed");
  const kept = [step, ask, story];
  [ask, story] = ["", ""];
  step = sheet === "questions" ? 0 : frames.length - 1;
  draw(view.layouts.wide.size[0] > WIDEST_ON_PAPER ? "tall" : "wide");
  renderBoxes(() => true);
  const [width, height] = layout.size;
  byId("graph").firstElementChild.setAttribute("width", width * Math.min(680 / width, 830 / height, 1.1));
  const picture = byId("graph").firstElementChild.outerHTML.replace(/ id="/g, ' data-id="');
  const parts = ["<h2>" + SHEETS[sheet] + "</h2>", '<div class="picture">' + picture + "</div>"];
  if (sheet === "end") for (step = 0; step < frames.length; step++) parts.push(moveOnPaper());
  else {
    const asked = frames.flatMap((frame) => frame.questions.map(questionOnPaper));
    parts.push(TASKS[sheet], "<ol>" + asked.join("") + "</ol>");
  }
  holder.innerHTML = parts.join("");
  fillSlots(holder);
  [step, ask, story] = kept;
  measureAgain();
}

function moveOnPaper() {
  const frame = frames[step];
  renderFrame();
  setAsUsual(byId("frame")); // paper is wider than a phone
  const chain = frame.kind === "gradients" ? byId("chain").innerHTML : "";
  return "<section><h3>" + escaped(frame.lead) + "</h3>" + byId("lines").innerHTML + chain + "</section>";
}

/** A question with a line to write on, or with its formula and its number. */
function questionOnPaper(question) {
  if (question.shape) {
    const answer = sheet === "key" ? question.answer : '<span class="blank"></span>';
    return "<li><p>The shape of " + math(question.slope) + " is " + answer + "</p></li>";
  }
  const lines = frames.flatMap((frame) => frame.lines).filter((x) => x.key === question.key);
  const line = (question.closed && lines.find((x) => x.kind === "closed")) || lines[0];
  if (!line) {
    const formula = question.formula ? question.formula + (isRounded(question.key) ? " ≈ " : " = ") : "";
    const answer = sheet === "key" ? formula + textOf(question.key) : '<span class="blank"></span>';
    return "<li><p>" + escaped(question.text) + " = " + answer + "</p></li>";
  }
  const parts = plainParts(line);
  const note = line.note ? escaped(line.note) + ": " : "";
  const given = note || question.key.startsWith("v"); // the formula of a value, which not every picture has
  const asked = math(...(given ? parts : parts.slice(0, 1)));
  const blank = "<math>" + EQUALS + '</math> <span class="blank"></span>';
  const short = line.kind === "payment" && question.closed ? ", in short " + escaped(question.formula) : "";
  return "<li><p>" + note + (sheet === "key" ? equated(line.parts) + short : asked + blank) + "</p></li>";
}

function printSheet(what) {
  sheet = what;
  byId("sheet").close();
  print();
}

addEventListener("beforeprint", prepareSheet);
addEventListener("afterprint", () => { sheet = "end"; });
