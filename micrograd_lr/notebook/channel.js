// A page in a frame, and a channel to it, whose other end this frame alone is given.

/** Put a page into `el`. `hear` gets what the page says, and `loaded` is called when it can be told something. */
function connect({ el, html, title, hear, loaded }) {
  const frame = document.createElement("iframe");
  let port = null;
  frame.addEventListener("load", () => { // again, where a notebook moves the cell
    port?.close();
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port.onmessage = ({ data }) => {
      if (data.height) frame.style.height = data.height + "px";
      hear(data);
    };
    frame.contentWindow.postMessage("a widget", "*", [port2]);
    loaded();
  });
  frame.title = title;
  frame.allow = "fullscreen";
  frame.style.cssText = "display: block; width: 100%; height: 46rem; border: 0";
  frame.srcdoc = html;
  el.append(frame);
  return { tell: (what) => port?.postMessage(what), close: () => port?.close() };
}
