// Numbers and formulas as text, and how they are written into the document

// Numbers as text: `digits` significant digits, a real minus sign, as Python writes them with :.4g

function shown(x) {
  if (x === undefined || x === null) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "−inf";
  if (x === 0) return "0";
  const size = Math.abs(x);
  let text;
  if (size >= 10 ** data.digits && size < 1e7) {
    text = toEven(x, "toFixed", 0);
  } else {
    const [digits, exponent] = toEven(x, "toExponential", data.digits - 1).split("e");
    const power = Number(exponent);
    if (power < -4 || power >= data.digits) {
      const far = String(Math.abs(power)).padStart(2, "0");
      text = trimmed(digits) + "e" + (power < 0 ? "-" : "+") + far;
    } else {
      text = trimmed(toEven(x, "toFixed", Math.max(0, data.digits - 1 - power)));
    }
  }
  return text.replaceAll("-", "−");
}

/** x with so many digits behind the point, by toFixed or toExponential, which round a tie up: to the even digit here. */
function toEven(x, way, digits) {
  const up = x[way](digits);
  const exact = x[way](Math.min(100, digits + 60)).replace(/e.*/, "");
  const point = exact.indexOf(".");
  if (!/^50*$/.test(exact.slice(point + 1 + digits))) return up;
  const down = exact.slice(0, digits ? point + 1 + digits : point);
  return /[02468]$/.test(down) ? down + up.replace(/^[^e]*/, "") : up;
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

let texts = new Map(); // slot → the text of its number, until the numbers change

function textOf(key) {
  if (!texts.has(key)) texts.set(key, shown(numbers[key]));
  return texts.get(key);
}

function inSlot(key) {
  const signed = key.startsWith("(");
  const text = textOf(signed ? key.slice(1, -1) : key);
  return signed && text.startsWith("−") ? "(" + text + ")" : text;
}

const filled = (template) => template.replace(/⟦([^⟧]*)⟧/g, (_, key) => inSlot(key));

function fill(element) {
  for (const place of element.querySelectorAll("[data-of]")) place.textContent = inSlot(place.dataset.of);
}

const EQUALS = '<mo lspace="0.28em">=</mo>';
const math = (...parts) => "<math>" + parts.map((part) => data.pool[part]).join(EQUALS) + "</math>";

// Only what has changed is written to the document, which is asked for nothing: that is slow.

const written = new WeakMap();
const lit = new WeakMap();

function write(element, text) {
  if (!element || written.get(element) === text) return;
  written.set(element, text);
  element.textContent = text;
}

function light(group, name, on) {
  if (!lit.has(group)) lit.set(group, new Set());
  if (lit.get(group).has(name) === on) return;
  lit.get(group)[on ? "add" : "delete"](name);
  group.classList.toggle(name, on);
}
