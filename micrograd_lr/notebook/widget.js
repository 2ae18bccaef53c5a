// A page in a frame, live: what it tells goes into the model, and what the notebook sets goes to the page.

function render({ model, el }) {
  const inputs = model.get("_inputs"); // name → id
  let telling = false; // what the page tells need not be told to it

  let turn = 0; // how often the page was told something: what it says about an earlier turn is out of date
  let scored = "[0,0]"; // another view of this widget may have another score: only a new one counts

  const told = (name, value) => {
    if (JSON.stringify(value) !== JSON.stringify(model.get(name))) model.set(name, value);
  };
  const hear = (data) => {
    if (!data.values || data.turn !== turn) return;
    telling = true;
    told("values", Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, data.values[id]])));
    told("step", data.step);
    if (JSON.stringify(data.score) !== scored) told("score", data.score);
    scored = JSON.stringify(data.score);
    telling = false;
    model.save_changes();
  };
  const show = () => {
    if (telling) return;
    const values = Object.entries(model.get("values")).map(([name, x]) => [inputs[name], x]);
    page.tell({ values: Object.fromEntries(values), step: model.get("step"), turn: ++turn });
  };

  const page = connect({ el, html: model.get("_html"), title: "Step through", hear, loaded: show });
  model.on("change:values", show);
  model.on("change:step", show);
  return () => {
    model.off("change:values", show);
    model.off("change:step", show);
    page.close();
  };
}

export default { render };
