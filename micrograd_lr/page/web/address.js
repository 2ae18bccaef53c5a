// The state in the address: inputs, step, mode

let remembering = 0;
/** A moment after the last change: a browser takes its time to write an address, and allows few a second. */
function rememberSoon() {
  clearTimeout(remembering);
  remembering = setTimeout(remember, 150);
}

function remember() {
  if (location.protocol === "about:") return; // in the frame of a notebook, which has no address of its own
  const parts = ["step=" + step];
  if (ask) parts.push("ask=" + ask);
  if (document.body.classList.contains("large")) parts.push("large=1");
  for (const leaf of leaves) if (inputs[leaf.id] !== leaf.start) parts.push(leaf.id + "=" + inputs[leaf.id]);
  const hash = "#" + parts.join("&");
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

function restore() {
  const state = new URLSearchParams(location.hash.slice(1));
  ask = ["number", "formula"].includes(state.get("ask")) ? state.get("ask") : "";
  byId("ask").value = ask;
  large(state.get("large") === "1");
  const at = Object.fromEntries(leaves.map((leaf) => {
    const given = Number(state.get(leaf.id) || leaf.start);
    return [leaf.id, Number.isFinite(given) ? given : leaf.start];
  }));
  adopt(at);
  showInputs();
  const to = Number(state.get("step") ?? 0);
  step = Number.isInteger(to) ? Math.max(0, Math.min(frames.length - 1, to)) : 0;
  render();
  follow();
}
