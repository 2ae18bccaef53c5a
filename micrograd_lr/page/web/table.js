// The table of all nodes below the picture
// Shared: renderTable, fillTable

const tableRows = new Map(); // node → its row; filled when the table is opened for the first time

function fillTable() {
  byId("rows").replaceChildren();
  tableRows.clear();
  for (const node of view.nodes) {
    const row = byId("rows").insertRow();
    row.innerHTML = "<td>" + math(node.math) + "</td><td>" + (node.op ? math(node.formula) : node.kind)
      + '</td><td class="number"></td><td class="number grad"></td>';
    tableRows.set(node.id, row);
  }
}

function renderTable() {
  if (!byId("nodes").open) return;
  if (!tableRows.size) fillTable();
  const until = lastVisible();
  for (const [node, row] of tableRows) {
    const slot = gradientSlotAt(node, until);
    setText(row.cells[2], computedAt.get(node) <= until ? textOf(valueSlot(node)) : "–");
    setText(row.cells[3], slot ? textOf(slot) : "–");
    setClass(row, "now", frames[step].nodes.includes(node));
  }
}
