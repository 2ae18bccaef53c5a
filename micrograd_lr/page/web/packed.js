// Reads the data of the page, which page/packed.py has made short
// Shared: unpacked

/** [0, …] is a list, [n, …] an object with the n-th of `keys`, and [-n] the n-th of `parts`: itself, not a copy. */
function unpacked({ keys, parts, data }) {
  const known = [];
  const unpack = (x) => {
    if (!Array.isArray(x)) return x;
    const [kind, ...inside] = x;
    if (kind < 0) return known[-kind - 1];
    const values = inside.map(unpack);
    return kind ? Object.fromEntries(keys[kind - 1].map((key, i) => [key, values[i]])) : values;
  };
  for (const part of parts) known.push(unpack(part));
  return unpack(data);
}
