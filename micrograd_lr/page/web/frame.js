// The current step beside the picture: its lines, the open question, and the paths that are paid so far
// Shared: renderFrame

const TITLES = {
  inputs: "The inputs", forward: "Forward pass", seed: "Backward pass", backward: "Backward pass",
  gradients: "The gradients",
};
const MOST_PATHS = 40; // of a node whose paths are listed
const MOST_LEDGERS = 6; // of a step

function renderFrame() {
  const frame = frames[step];
  const question = openQuestion();
  setText(byId("where"), TITLES[frame.kind] + " · step " + (step + 1) + " of " + frames.length);
  setText(byId("lead"), frame.lead + ".");
  setText(byId("text"), question ? frame.lead + "." : filled(frame.text));
  renderLines(frame, question);
  renderQuestion(question);
  renderLedgers(frame);
}

function renderLines(frame, question) {
  // Later lines would give the answer away: from the line that the question is about on, they have no numbers.
  const hidden = question ? frame.lines.findIndex((line) => line.key === (question.partial ?? question.key)) : Infinity;
  const lines = byId("lines");
  lines.innerHTML = frame.lines.map((line, at) => {
    const asksForIt = ask === "formula" && line.kind === "local";
    const known = at < hidden ? line.parts : asksForIt ? line.plain.slice(0, 1) : line.plain;
    const end = at < hidden ? "" : "<math>" + EQUALS + "<mo>?</mo></math>";
    const parts = known.map(
      (part, i) => '<span class="part"><math>' + (i ? EQUALS : "") + data.pool[part] + "</math></span>",
    );
    return '<div class="line ' + line.kind + '"><span class="note"></span>' + parts.join(" ") + end + "</div>";
  }).join("");
  frame.lines.forEach((line, i) => setText(lines.children[i].firstChild, line.note && line.note + ": "));
  fillSlots(lines);
}

function renderQuestion(question) {
  const form = byId("question");
  const opens = question && form.hidden;
  form.hidden = !question;
  if (!question) return;
  if (opens) form.scrollIntoView({ block: "nearest" });
  const formula = ask === "formula";
  const line = frames[step].lines.find((x) => x.key === question.key);
  const whole = line.note ? line.plain : line.plain.slice(0, 1);
  byId("prompt").innerHTML = "<span></span>" + math(...(formula ? [question.slope] : whole))
    + (formula ? " = ? Write the local derivative as a formula." : " = ? Write a number.");
  if (!formula && line.note) setText(byId("prompt").firstChild, line.note + ": ");
}

function renderLedgers(frame) {
  const until = lastVisible();
  const ledgers = new Map(); // node → what it was paid so far, of how many paths
  for (const [, , operand, , paths] of frame.payments) {
    const payments = paidTo.get(operand).filter((payment) => payment.at <= until);
    if (paths > 1 && paths <= MOST_PATHS && payments.length) ledgers.set(operand, { payments, paths });
  }
  byId("ledger").innerHTML = [...ledgers].slice(0, MOST_LEDGERS).map(([node, { payments, paths }]) => {
    const rows = payments.map((payment) => "<tr><td>path " + payment.path + ", through "
      + math(nodes.get(payment.payer).math) + '</td><td class="number">' + textInSlot(payment.contribution)
      + '</td><td class="number">' + textInSlot(payment.total) + "</td></tr>");
    return "<table><caption>" + math(nodes.get(node).math) + ": " + payments.length + " of " + paths
      + ' paths so far</caption><thead><tr><th scope="col">path</th><th scope="col">pays</th>'
      + '<th scope="col">sum</th></tr></thead><tbody>' + rows.join("") + "</tbody></table>";
  }).join("");
}
