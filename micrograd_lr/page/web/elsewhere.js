// Other inputs, at which a formula is tried too: in JavaScript what stepping/elsewhere.py does
// Shared: elsewhere

/** The numbers of the graph at other inputs, at which all of them are finite. */
function elsewhere() {
  const found = [];
  for (let attempt = 0; found.length < data.places && attempt < judging.attempts; attempt++) {
    const now = moved(leaves.map((leaf) => inputs[leaf.id]), attempt);
    const there = computes[viewAt](at(Object.fromEntries(leaves.map((leaf, i) => [leaf.id, now[i]]))));
    if (Object.values(there).every(Number.isFinite)) found.push(there);
  }
  return found;
}

/** Other inputs: in turn around 0.5, around the present ones and around 0, and nearer with each attempt. */
function moved(present, attempt) {
  const reach = judging.nearer ** attempt;
  return present.map((x, i) => {
    const centre = [0.5, x, 0][attempt % 3];
    const share = (judging.share * (i + 1) * (attempt + 1)) % 1; // another for every input, without a pattern
    return centre + reach * (Math.abs(centre) || 1) * (2 * share - 1);
  });
}
