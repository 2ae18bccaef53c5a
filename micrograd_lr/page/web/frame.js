// The current move under the picture: its lines, the open question; or the story of a node that was clicked
// Shared: renderFrame, plainParts, leaveRoom, reserveRoom, MOST_MEASURED

function renderFrame() {
  const frame = frames[step];
  const question = openQuestion();
  byId("where").innerHTML = '<span class="count"></span> <span class="lead"></span>';
  byId("where").firstChild.textContent = story ? "The story of" : step + 1 + " of " + frames.length;
  if (story) byId("where").lastChild.innerHTML = math(nodes.get(story).math) + STORY_BUTTONS;
  else byId("where").lastChild.innerHTML = inOneLine(frame.lead, /\S+\/\S+/g);
  if (!story && !question && frame.kind === "backward") offerToLookInside(frame.node);
  setText(byId("text"), frame.lead + (question ? "." : filled(frame.text)));
  if (story) renderStory();
  else renderLines(frame, question);
  const opens = byId("question").hidden && !story;
  renderQuestion(story ? null : question);
  renderChain();
  if (opens && question) showQuestion();
  makeRoom();
}

let reserved = 0; // pixels of the height of the panel

/** What has no value is said below the lines, or in their place if the panel would grow: nothing moves. */
function makeRoom() {
  const [panel, lines] = [byId("frame"), byId("lines")];
  lines.hidden = false;
  lines.hidden = !byId("problem").hidden && panel.offsetHeight > reserved;
  leaveRoom();
}

/** A question and what is said to an answer have the room of the product below them, if the panel would grow. */
function leaveRoom() {
  const asks = reserved && !byId("question").hidden && !hasMatrix();
  if (asks && byId("frame").offsetHeight > reserved) byId("chain").hidden = true;
}

/** Where a factor comes from: the level on which the node that pays is opened, and back; or its derivation. */
function offerToLookInside(node) {
  const opens = levelThatOpens(node);
  const why = nodes.get(node)?.why;
  const around = levelAround();
  const back = around >= 0 && (opens ? opens.opened : !why);
  const level = back ? { index: around } : opens;
  if (level ? level.opened : !why) return;
  const button = document.createElement("button");
  button.type = "button";
  button.id = "look";
  const box = view.boxes.find((x) => x.id === node);
  if (!level) button.innerHTML = "Why " + math(why.at(-1).at(-1)) + "?";
  else if (back) button.textContent = "Back to " + data.views[around].title;
  else button.textContent = box.kind === "example" ? "See why" : "Look inside " + box.name;
  button.addEventListener("click", () => fromPanel(() => (level ? showLevel(level.index) : choose(node))));
  byId("where").append(" ", button);
}

const MOST_PAYMENTS = 40; // of a node that are listed
const STORY_BUTTONS = ' <button type="button" id="open" hidden></button> '
  + '<button type="button" id="close">Close</button>';

/** What a node is made of, and the sum over its users of what they pay. */
function renderStory() {
  const node = nodes.get(story);
  const until = lastVisible();
  const known = computedAt.get(story) <= until;
  const value = '<mn data-of="' + valueSlot(story) + '"></mn>';
  const parts = known ? [...node.line, value] : node.line.slice(0, 2);
  const lines = ['<div class="line value">' + equated(parts) + "</div>"];
  const payments = paidTo.get(story).filter((payment) => payment.payer && payment.at <= until);
  if (payments.length && payments[0].paths > 1) lines.push(ledger(node, payments));
  const why = (paysAt.get(story) <= until && node.why) || [];
  lines.push(...why.map((parts) => '<div class="line">' + equated(parts) + "</div>"));
  if (!node.grad) lines.push("<p>No parameter needs its gradient: it is not computed.</p>");
  setHtml(byId("lines"), lines.join(""));
  fillSlots(byId("lines"));
  fitLines(byId("lines"));
  const opens = levelThatOpens(story);
  byId("open").hidden = opens === null;
  if (opens !== null) byId("open").textContent = opens.opened ? "Close its ops" : "Open its ops";
  byId("open").addEventListener("click", () => fromPanel(() => showLevel(opens.index)));
  byId("close").addEventListener("click", () => fromPanel(() => choose("")));
}

/** What a button of the panel does that is gone afterwards: the panel has the focus then, and keys go on from there. */
function fromPanel(act) {
  act();
  if (document.activeElement === document.body) byId("frame").focus({ preventScroll: true });
}

/** What each user of a node has paid it, and the sum so far. */
function ledger(node, payments) {
  const rows = payments.slice(0, MOST_PAYMENTS).map((payment) => "<tr><td>" + payment.path + ", through "
    + math(nodes.get(payment.payer).math) + '</td><td class="number">' + textInSlot(payment.contribution)
    + '</td><td class="number">' + textInSlot(payment.total) + "</td></tr>");
  return '<div class="scroll"><table><caption>' + math(node.gradMath) + ": " + payments.length + " of "
    + payments[0].paths + ' paths</caption><thead><tr><th scope="col">path</th><th scope="col">passes back</th>'
    + '<th scope="col">sum</th></tr></thead><tbody>' + rows.join("") + "</tbody></table></div>";
}

function renderLines(frame, question) {
  // Later lines would give the answer away. The line that the question is about has its formula, but no numbers.
  const asked = question && !question.shape;
  const line = (key) => frame.lines.findIndex((x) => x.key === key || x.terms?.includes(key));
  const hidden = asked ? Math.max(0, line(question.key)) : Infinity;
  const told = asked && ask === "number" && plainParts(frame.lines[hidden]).length > 1; // the question has its name
  const end = told ? hidden + 1 : hidden;
  const lines = byId("lines");
  const html = frame.lines.slice(0, end).map((line, at) => {
    const known = at < hidden ? line.parts : plainParts(line);
    const open = at < hidden ? "" : "<math>" + EQUALS + "<mo>?</mo></math>";
    const proven = line.kind === "closed" && at < hidden ? PROVEN : "";
    return '<div class="line ' + line.kind + '"' + colourOfLine(line) + '><span class="note"></span>'
      + equated(known, open + proven) + "</div>";
  });
  // A payment stands beside its local derivative, and every other line on a row of its own.
  const rows = [];
  html.forEach((line, i) => {
    if (STAYS_BESIDE.includes(frame.lines[i].kind) && i) rows[rows.length - 1] += line;
    else rows.push(line);
  });
  const start = frame.kind === "inputs";
  lines.className = start ? "first" : frame.kind === "gradients" ? "done" : frame.payments.length > 2 ? "crowded" : "";
  if (start) rows.push(goal());
  const oneExample = frame.kind === "gradients" && view.closed.length === 1; // what xᵀ is, where it stands
  if (oneExample && view.dimensions && !shapesAreOpen()) rows.push(dimensions());
  rows.push(...remarks(frame));
  setHtml(lines, rows.map((row) => '<div class="row">' + row + "</div>").join(""));
  lines.querySelectorAll(".note").forEach((holder, i) => {
    const { note } = frame.lines[i];
    setText(holder, note ? note + ": " : "");
  });
  fillSlots(lines);
  fitLines(lines);
}

/** A sentence about each y that is not between 0 and 1, where its loss is computed and at the end. */
function remarks(frame) {
  const told = view.labels.filter(([loss]) => frame.kind === "gradients"
    || (frame.kind === "forward" && frame.nodes.includes(loss)));
  return told.map(([, y]) => (nodes.has(y) ? [math(nodes.get(y).math), numbers[valueSlot(y)]] : ["y", y]))
    .filter(([, number]) => !(number >= 0 && number <= 1))
    .map(([name, number]) => {
      const parts = { "{y}": name, "{number}": shown(number) };
      return "<p>" + data.notALabel.replace(/{\w+}/g, (part) => parts[part]) + "</p>";
    });
}

/** What the walk is for. */
function goal() {
  const wanted = view.nodes.filter((node) => !node.op && node.grad).slice(0, 3);
  const named = wanted.map((node) => math(node.gradMath)).join(wanted.length === 2 ? " and " : ", ");
  return wanted.length ? "<div><p>We look for " + named + ": how much " + math(view.nodes.at(-1).math)
    + " changes with each parameter.</p>" + (view.dimensions.includes("(") ? dimensions() : "") + "</div>" : "";
}

/** The shapes of what has one, each in one piece: (1, n). */
const dimensions = () => "<p>" + inOneLine(view.dimensions, /\([^)]*\)/g) + "</p>";

/** A text in which what is found stays in one piece. */
const inOneLine = (text, found) => escaped(text).replace(found, '<span class="whole">$&</span>');

/** The parts of a line without numbers; of a closed form, which would be the answer, and of a sum only the name. */
const plainParts = (line) => line.parts.filter((part) => !data.pool[part].includes("data-of"))
  .slice(0, ["closed", "ledger"].includes(line.kind) ? 1 : undefined);

const PROVEN = ' <span class="proven" title="Equal for all a and y: a polynomial that is 0 at more places than its '
  + 'degree is 0 everywhere.">✓ proven</span>';
const STAYS_BESIDE = ["payment", "ledger", "value"];

/** A local derivative has the colour of its factor. */
function colourOfLine(line) {
  const edge = line.kind === "local" && Object.values(view.edges).find((x) => x.slot === line.key);
  return edge ? ' data-colour="' + colourOf(edge.payer) + '"' : "";
}

function renderQuestion(question) {
  const form = byId("question");
  const opens = question && form.hidden;
  form.hidden = !question;
  if (!question) return;
  if (opens) byId("answer").focus({ preventScroll: true });
  if (question.shape) {
    byId("prompt").innerHTML = 'What is the shape of <span class="whole">' + math(question.slope)
      + "?</span> Rows and columns, such as (2, 3).";
    return;
  }
  const formula = ask === "formula";
  const line = frames[step].lines.find((x) => x.key === question.key);
  const words = question.words && (formula || !line);
  const whole = words ? [] : formula ? [question.slope] : plainParts(line).slice(0, line.note ? undefined : 1);
  byId("prompt").innerHTML = "<span></span>" + math(...whole) + " = ? Write a " + ask + ".";
  const note = words ? question.text : !formula && line.note && line.note + ": ";
  if (note) setText(byId("prompt").firstChild, note);
}

const MOST_MEASURED = 40; // moves

/** Keep as much room for the lines as the tallest move needs, so that nothing jumps from move to move. */
function reserveRoom() {
  const panel = byId("frame");
  panel.style.minHeight = "";
  reserved = 0;
  if (frames.length > MOST_MEASURED) return;
  const [kept, asked] = [step, ask];
  let tallest = 0;
  ask = "";
  byId("problem").hidden = true;
  for (step = 0; step < frames.length; step++) {
    renderFrame();
    tallest = Math.max(tallest, panel.offsetHeight);
  }
  [step, ask] = [kept, asked];
  panel.style.minHeight = tallest + "px";
  reserved = panel.offsetHeight;
  byId("problem").hidden = !tried;
  renderFrame();
}
