// The frame

const titles = {
  inputs: "The inputs", forward: "Forward pass", seed: "Backward pass", backward: "Backward pass",
  gradients: "The gradients",
};

function renderFrame() {
  const frame = frames[step];
  const question = openQuestion();
  write(byId("where"), titles[frame.kind] + " · step " + (step + 1) + " of " + frames.length);
  write(byId("lead"), frame.lead + ".");
  write(byId("text"), question ? frame.lead + "." : filled(frame.text));
  // What comes from the open question on stays hidden: later lines would give its answer away.
  const hidden = question ? frame.lines.findIndex((line) => line.key === (question.partial ?? question.key)) : Infinity;
  const lines = byId("lines");
  lines.innerHTML = frame.lines.map((line, at) => {
    const hide = at >= hidden;
    const parts = hide ? (ask === "formula" && line.kind === "local" ? line.plain.slice(0, 1) : line.plain) : line.parts;
    const end = hide ? "<math>" + EQUALS + "<mo>?</mo></math>" : "";
    const cells = parts.map((part, i) => '<span class="part"><math>' + (i ? EQUALS : "") + data.pool[part]
      + "</math></span>");
    return '<div class="line ' + line.kind + '"><span class="note"></span>' + cells.join(" ") + end + "</div>";
  }).join("");
  frame.lines.forEach((line, i) => write(lines.children[i].firstChild, line.note && line.note + ": "));
  fill(lines);
  renderQuestion(question);
  renderLedger(frame);
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
  if (!formula && line.note) write(byId("prompt").firstChild, line.note + ": ");
}

function renderLedger(frame) {
  const until = seen();
  const tables = [];
  for (const [, , operand, , paths] of frame.payments) {
    if (paths < 2 || paths > 40 || tables.some((table) => table.operand === operand)) continue;
    const rows = paid.get(operand).filter((payment) => payment.at <= until);
    if (rows.length) tables.push({ operand, rows, paths });
  }
  byId("ledger").innerHTML = tables.slice(0, 6).map(({ operand, rows, paths }) => {
    const body = rows.map((row) => "<tr><td>path " + row.path + ", through " + math(nodes.get(row.payer).math)
      + '</td><td class="number">' + inSlot("c" + row.place) + '</td><td class="number">' + inSlot(row.key)
      + "</td></tr>").join("");
    return "<table><caption>" + math(nodes.get(operand).math) + ": " + rows.length + " of " + paths
      + ' paths so far</caption><thead><tr><th scope="col">path</th><th scope="col">pays</th>'
      + '<th scope="col">sum</th></tr></thead><tbody>' + body + "</tbody></table>";
  }).join("");
}
