// The page in a widget of a notebook: it tells what the reader changes, and shows what the notebook sets
// Shared: tell

const NARROW = matchMedia("(max-width: 47rem)"); // as a telephone is, however high
const MOST_HIGH = 1.3; // times its width: a wide page that is higher would be laid out as on a telephone

let widget = null; // the port to it, where there is one
let turn = 0; // what it said last

/** Say how things stand: the inputs, the move and the score. */
function tell() {
  if (widget) widget.postMessage({ values: inputs, step, score: score(), turn });
}

/** Show other inputs, or another move. Only the next rendering tells the widget: by then both are in force. */
function obey({ values, step: to, turn: now }) {
  turn = now;
  if (leaves.some((leaf) => values[leaf.id] !== inputs[leaf.id])) {
    run(false);
    forgetCurve();
    useInputs({ ...inputs, ...values });
    showInputs();
  }
  if (to !== step) go(to);
  renderSoon();
}

function tellHeight() {
  const most = NARROW.matches ? Infinity : MOST_HIGH * innerWidth;
  widget.postMessage({ height: Math.min(Math.ceil(document.body.offsetHeight), most) });
}

addEventListener("message", (event) => { // the widget around this page gives it a port, and nobody else is heard
  if (event.source !== parent || parent === window || widget) return;
  [widget] = event.ports;
  widget.onmessage = ({ data }) => obey(data);
  document.body.classList.add("cell");
  measureAgain();
  new ResizeObserver(tellHeight).observe(document.body);
});
