// A sheet of exercises in a frame, live: its code, which says what is solved, goes into the model.

function render({ model, el }) {
  const hear = ({ code }) => {
    if (code === undefined || code === model.get("code")) return;
    model.set("code", code);
    model.save_changes();
  };
  const page = connect({ el, html: model.get("_html"), title: "Exercises", hear, loaded: () => {} });
  return () => page.close();
}

export default { render };
