// The state in the address of the page, so that a link reopens it as it was: step, mode and inputs
// Shared: rememberSoon, restore

let remembering = 0;

/** Write the address a moment after the last change: browsers are slow at it, and allow only a few a second. */
function rememberSoon() {
  clearTimeout(remembering);
  remembering = setTimeout(remember, 150);
}

function remember() {
  if (location.protocol === "about:") return; // in the frame of a notebook, which has no address of its own
  const parts = ["step=" + step];
  if (ask) parts.push("ask=" + ask);
  if (viewAt) parts.push("level=" + viewAt);
  if (document.body.classList.contains("large")) parts.push("large=1");
  for (const leaf of leaves) if (inputs[leaf.id] !== leaf.start) parts.push(leaf.id + "=" + inputs[leaf.id]);
  const hash = "#" + parts.join("&");
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

function restore() {
  const state = new URLSearchParams(location.hash.slice(1));
  const level = Number(state.get("level") ?? 0);
  if (data.views[level] && level !== viewAt) showLevel(level);
  forgetAnswers();
  ask = ["number", "formula"].includes(state.get("ask")) ? state.get("ask") : "";
  byId("ask").value = ask;
  setLarge(state.get("large") === "1");
  const given = Object.fromEntries(leaves.map((leaf) => {
    const x = Number(state.get(leaf.id) || leaf.start);
    return [leaf.id, Number.isFinite(x) ? x : leaf.start];
  }));
  useInputs(given);
  showInputs();
  const to = Number(state.get("step") ?? 0);
  step = Number.isInteger(to) ? Math.max(0, Math.min(frames.length - 1, to)) : 0;
  measureAgain();
}
