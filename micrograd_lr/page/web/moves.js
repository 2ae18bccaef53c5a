// Moving from step to step, by hand and by playing
// Shared: render, renderSoon, go, next, play, playing, byHand

let playing = 0; // the timer of the playing, or 0

function render() {
  renderPicture();
  renderFrame();
  renderTable();
  byId("scrubber").value = step;
  byId("scrubber").setAttribute("aria-valuetext", "step " + (step + 1) + " of " + frames.length);
  byId("first").disabled = byId("back").disabled = step === 0;
  byId("last").disabled = byId("next").disabled = step === frames.length - 1 && !openQuestion();
  renderScore();
  rememberSoon();
}

let waiting = 0;

/** Render before the screen is drawn next: once, however fast the scrubber moves. */
function renderSoon() {
  if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; render(); scrollToNode(); });
}

function go(to) {
  step = Math.max(0, Math.min(frames.length - 1, to));
  showVerdict("", "");
  byId("answer").value = "";
  renderSoon();
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
  setText(byId("play-sign"), on ? "❚❚" : "▶▶");
  setText(byId("play-word"), on ? "Pause" : "Play");
}

/** A move that the student makes: it ends the playing. */
function byHand(move) {
  return () => {
    if (playing) play(false);
    move();
  };
}
