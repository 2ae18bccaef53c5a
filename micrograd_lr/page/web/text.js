// Numbers and formulas as text, and how they are written into the document
// Shared: shown, textOf, textInSlot, withNumbers, useNumbers, filled, fillSlots, EQUALS, signAfter, withSigns, math,
// setText, setHtml, setClass, escaped, isRounded

/** A number as Python writes it: `digits` significant digits, and a real minus sign. */
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
      text = withoutZeros(digits) + "e" + (power < 0 ? "-" : "+") + far;
    } else {
      text = withoutZeros(toEven(x, "toFixed", Math.max(0, data.digits - 1 - power)));
    }
  }
  return text.replaceAll("-", "−");
}

/** x with so many digits after the point: toFixed and toExponential round a tie up, and Python to the even digit. */
function toEven(x, way, digits) {
  const up = x[way](digits);
  const exact = x[way](Math.min(100, digits + 60)).replace(/e.*/, "");
  const point = exact.indexOf(".");
  if (!/^50*$/.test(exact.slice(point + 1 + digits))) return up;
  const down = exact.slice(0, digits ? point + 1 + digits : point);
  return /[02468]$/.test(down) ? down + up.replace(/^[^e]*/, "") : up;
}

function withoutZeros(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

let texts = new Map(); // slot → the text of its number, until the numbers change

/** The number of a slot as text. */
function textOf(slot) {
  if (!texts.has(slot)) texts.set(slot, shown(numbers[slot]));
  return texts.get(slot);
}

const FLOATS_LOSE = 1e-12; // of a number, by rounding in what it is computed from

/** Whether the number of a slot loses digits as it is written. */
function isRounded(slot) {
  const x = numbers[slot];
  return Math.abs(Number(textOf(slot).replaceAll("−", "-")) - x) > FLOATS_LOSE * Math.abs(x);
}

/** The sign after some numbers: ≈ if one is rounded, unless it is the number that follows, up to its sign. */
function signOf(slots) {
  const [before, result] = slots.split(" / ").map((part) => part.split(" "));
  const size = (slot) => Math.abs(numbers[slot]);
  const passedOn = (slot) => result && Math.abs(size(slot) - size(result[0])) <= FLOATS_LOSE * size(slot);
  return before.some((slot) => isRounded(slot) && !passedOn(slot)) ? "≈" : "=";
}

/** The same, in parentheses if it is negative and the slot asks for them: (v3); of = v2 v3 / g5 the sign. */
function textInSlot(slot) {
  if (slot.startsWith("=")) return signOf(slot.slice(2));
  const signed = slot.startsWith("(");
  const text = textOf(signed ? slot.slice(1, -1) : slot);
  return signed && text.startsWith("−") ? "(" + text + ")" : text;
}

/** Show other numbers from now on. */
function useNumbers(others) {
  numbers = others;
  texts = new Map();
}

/** What `act` returns while the page has other numbers. */
function withNumbers(others, act) {
  const kept = [numbers, texts];
  useNumbers(others);
  try {
    return act();
  } finally {
    [numbers, texts] = kept;
  }
}

/** A template with its numbers: as text, or in the elements that stand for its slots. */
const filled = (template) => template.replace(/⟦(=?)([^⟧]*)⟧/g, (_, sign, slot) => (
  sign ? " " + textInSlot(sign + slot) + " " : textInSlot(slot)
));

function fillSlots(element) {
  for (const place of element.querySelectorAll("[data-of]")) setText(place, textInSlot(place.dataset.of));
}

const EQUALS = '<mo lspace="0.28em">=</mo>';

/** The sign after the numbers of some slots: a slot of its own, as they may be rounded. */
const signAfter = (slots) => (slots.length ? EQUALS.replace(">=", ' data-of="= ' + slots.join(" ") + '">') : EQUALS);

const CONDITIONS = /<mtext>\u00a0if.*?else\u00a0<\/mtext>/g; // a number that is only compared may be rounded

/** Parts that are equal, each with the sign before it: =, or after numbers, which may be rounded, a slot for it. */
const withSigns = (parts) => parts.map((part, i) => {
  const left = i ? parts[i - 1].replace(CONDITIONS, "") : "";
  const before = part.includes("data-of") ? [...left.matchAll(/data-of="\(?([^")]*)/g)] : [];
  const alone = before.length ? part.match(/^<mn data-of="\(?([^")]*)\)?"><\/mn>$/) : null;
  return (i ? signAfter(before.map((x) => x[1]).concat(alone ? ["/", alone[1]] : [])) : "") + part;
});

/** Formulas, by their numbers in the pool, as one line of mathematics with = between them. */
const math = (...parts) => "<math>" + withSigns(parts.map((part) => data.pool[part])).join("") + "</math>";

// Writing to the document is slow, and so is asking it: only what has changed is written, and nothing is asked.

const written = new WeakMap(); // element → its text
const classes = new WeakMap(); // element → its classes

/** Write a text; whether it is another one than before. */
function setText(element, text) {
  if (!element || written.get(element) === text) return false;
  written.set(element, text);
  element.textContent = text;
  return true;
}

/** Write HTML whose numbers are filled in later: while one drags a number, it is the same. */
function setHtml(element, html) {
  if (written.get(element) === html) return;
  written.set(element, html);
  element.innerHTML = html;
}

function setClass(element, name, on) {
  if (!classes.has(element)) classes.set(element, new Set());
  if (classes.get(element).has(name) === on) return;
  classes.get(element)[on ? "add" : "delete"](name);
  element.classList.toggle(name, on);
}

/** A text as HTML. */
function escaped(text) {
  const holder = document.createElement("i");
  holder.textContent = text;
  return holder.innerHTML;
}
