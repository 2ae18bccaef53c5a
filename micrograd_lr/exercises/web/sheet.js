// The data of a sheet of exercises, and what the judge of answers reads
// Shared: data, view, numbers, valueSlot, elsewhere

const data = unpacked(JSON.parse(document.getElementById("data").textContent));

// What the judge of answers reads: the names of a graph, and its numbers at the present inputs and at other ones.
const valueSlot = (node) => "v" + node.slice(1);
let view;
let numbers;
const elsewhere = () => view.places.slice(1);
