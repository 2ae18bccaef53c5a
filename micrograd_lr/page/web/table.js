// The table of all nodes

const rows = new Map(); // filled when the table is opened for the first time

function fillTable() {
  for (const node of data.nodes) {
    const row = byId("rows").insertRow();
    row.innerHTML = "<td>" + math(node.math) + "</td><td>" + (node.op ? math(node.formula) : node.kind)
      + '</td><td class="number"></td><td class="number grad"></td>';
    rows.set(node.id, row);
  }
}

function renderTable() {
  if (!byId("nodes").open) return;
  if (!rows.size) fillTable();
  const until = seen();
  for (const [node, row] of rows) {
    write(row.cells[2], computedAt.get(node) <= until ? textOf(slot(node)) : "–");
    const key = gradientKey(node, until);
    write(row.cells[3], key ? textOf(key) : "–");
    light(row, "now", node === frames[step].node);
  }
}
