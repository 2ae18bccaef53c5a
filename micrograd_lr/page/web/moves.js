// Moving

function render() {
  renderGraph();
  renderFrame();
  renderTable();
  byId("scrubber").value = step;
  byId("scrubber").setAttribute("aria-valuetext", "step " + (step + 1) + " of " + frames.length);
  byId("first").disabled = byId("back").disabled = step === 0;
  byId("last").disabled = byId("next").disabled = step === frames.length - 1 && !openQuestion();
  renderScore();
  rememberSoon();
}

let wanted = 0;
/** One rendering per picture of the screen, however fast the scrubber moves. */
function soon() {
  if (!wanted) wanted = requestAnimationFrame(() => { wanted = 0; render(); follow(); });
}

function go(to) {
  step = Math.max(0, Math.min(frames.length - 1, to));
  byId("verdict").className = "";
  write(byId("verdict"), "");
  byId("answer").value = "";
  soon();
}

function next() {
  if (openQuestion()) revealAll();
  else go(step + 1);
}

function play(on) {
  if (on && step === frames.length - 1) go(0);
  clearInterval(playing);
  playing = on ? setInterval(() => {
    next();
    if (step === frames.length - 1 && !openQuestion()) play(false);
  }, Number(byId("speed").value)) : 0;
  write(byId("play-sign"), on ? "❚❚" : "▶▶");
  write(byId("play-word"), on ? "Pause" : "Play");
}

/** A move that the reader makes: it ends the playing. */
function byHand(move) {
  return () => {
    if (playing) play(false);
    move();
  };
}
