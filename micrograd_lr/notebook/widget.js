// A page in a frame, live: what it tells goes into the model, and what the notebook sets goes to the page.
// They speak through a channel of their own, whose other end this frame alone is given.

function render({ model, el }) {
  const frame = document.createElement("iframe");
  const inputs = model.get("_inputs"); // name → id
  let port = null;
  let telling = false; // what the page tells need not be told to it

  let turn = 0; // how often the page was told something: what it says about an earlier turn is out of date
  let scored = "[0,0]"; // another view of this widget may have another score: only a new one counts

  const told = (name, value) => {
    if (JSON.stringify(value) !== JSON.stringify(model.get(name))) model.set(name, value);
  };
  const hear = ({ data }) => {
    if (data.height) frame.style.height = data.height + "px";
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
    if (telling || !port) return;
    const values = Object.entries(model.get("values")).map(([name, x]) => [inputs[name], x]);
    port.postMessage({ values: Object.fromEntries(values), step: model.get("step"), turn: ++turn });
  };

  frame.addEventListener("load", () => { // again, where a notebook moves the cell
    port?.close();
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port.onmessage = hear;
    frame.contentWindow.postMessage("a widget", "*", [port2]);
    show();
  });
  frame.title = "Step through";
  frame.allow = "fullscreen";
  frame.style.cssText = "display: block; width: 100%; height: 46rem; border: 0";
  frame.srcdoc = model.get("_html");
  model.on("change:values", show);
  model.on("change:step", show);
  el.append(frame);
  return () => {
    model.off("change:values", show);
    model.off("change:step", show);
    port?.close();
  };
}

export default { render };
