// A formula that was typed, read and computed: in JavaScript what formulas/typed.py does
// Shared: NoValue, NumberError, evaluated, pointed, inOnePiece

class NoValue extends FormulaError {}
class NumberError extends FormulaError {}

const DECIMAL_COMMA = new RegExp(reading.decimalComma, "g");
const GROUPED = new RegExp(reading.grouped, "g");
const SHAPE = new RegExp("^(" + reading.shape + ")$");

/** The value of a formula, with the numbers of its names, which `spelt` has by every way to type them. */
function evaluated(text, numbers, spelt) {
  try {
    return new Formula(text, numbers, spelt).value();
  } catch (error) {
    throw error instanceof FormulaError ? writtenOtherwise(text) ?? error : error;
  }
}

/** A text with a decimal point in the place of each decimal comma: 0.5 for 0,5 and for ,5. */
function pointed(text) {
  return text.replace(DECIMAL_COMMA, (_, whole, rest) => (whole || "0") + "." + rest).trim();
}

/** A text with the digits of each number in one piece, and decimal points: 1000.5 for 1,000.5 and for 1.000,5. */
function inOnePiece(text) {
  const piece = (_, whole, __, rest) => whole.replace(/[^0-9]/g, "") + (rest ? "." + rest : "");
  return pointed(text.replace(GROUPED, piece));
}

/** What to say to a text that cannot be read, if its numbers are written otherwise, or if it is a shape. */
function writtenOtherwise(text) {
  const [found, decimal, whole] = [text.trim(), pointed(text), inOnePiece(text)];
  if (SHAPE.test(found)) return new FormulaError("not a shape", { found });
  if (whole === found) return null;
  const why = whole === decimal ? "comma" : inOnePiece(decimal) === decimal ? "thousand" : "pieces";
  return new NumberError(why, { found, pointed: decimal, whole });
}

const COMPARED = { ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b };

/** Reads a formula and computes it on the way: a method for each level of the grammar, the loosest first. */
class Formula {
  constructor(text, numbers, spelt) {
    this.text = text.trim();
    this.numbers = numbers;
    this.tokens = [...tokensOf(text, spelt), ["end", ""]];
    this.at = 0;
    this.lost = false;
  }

  /** The value of the whole formula. */
  value() {
    if (this.tokens.length === 1) throw new FormulaError("empty");
    const value = this.choice(0);
    const [kind, found] = this.tokens[this.at];
    if (kind !== "end") throw new FormulaError(found === ")" ? "closed" : "unreadable", { found });
    if (this.lost) throw new NoValue("value");
    return value;
  }

  /** A sum, or one of two: 1 if z > 0 else 0. */
  choice(depth) {
    const value = this.sum(depth);
    if (!this.take("if")) return value;
    const left = this.sum(depth);
    const holds = COMPARED[Object.keys(COMPARED).find((sign) => this.take(sign)) ?? this.taken(">", "end")];
    const right = this.sum(depth);
    this.taken("else", "end");
    const otherwise = this.choice(depth + 1);
    return holds(left, right) ? value : otherwise;
  }

  sum(depth) {
    let total = this.product(depth);
    for (;;) {
      if (this.take("+")) total = this.finite(total + this.product(depth));
      else if (this.take("-")) total = this.finite(total - this.product(depth));
      else return total;
    }
  }

  product(depth) {
    let total = this.signed(depth);
    for (;;) {
      if (this.take("*")) total = this.finite(total * this.signed(depth));
      else if (this.take("/")) total = this.finite(total / this.signed(depth));
      else if (this.beginsAFactor()) total = this.finite(total * this.power(depth));
      else return total;
    }
  }

  signed(depth) {
    if (depth > reading.deepest) throw new FormulaError("deep");
    if (this.take("-")) return -this.signed(depth + 1);
    return this.take("+") ? this.signed(depth + 1) : this.power(depth);
  }

  power(depth) {
    const base = this.atom(depth);
    return this.take("^") ? this.finite(base ** this.signed(depth + 1)) : base;
  }

  atom(depth) {
    const [kind, found] = this.tokens[this.at];
    if (kind === "end") throw new FormulaError("end");
    if (kind === "sign" && found !== "(") throw new FormulaError("missing", { found });
    this.at += 1;
    if (kind === "number") return this.number(found);
    if (kind === "name") return this.numbers[found];
    if (kind === "constant") return Math.E;
    if (kind === "function") return this.called(found, depth);
    const inside = this.choice(depth + 1);
    this.close();
    return inside;
  }

  number(digits) {
    const number = Number(digits);
    if (number === Infinity) throw new NumberError("large", { found: quoted(this.text) });
    return number;
  }

  called(name, depth) {
    this.take("(");
    const operands = [this.sum(depth + 1)];
    while (this.take(",")) operands.push(this.sum(depth + 1));
    this.close();
    const [compute, count] = functions[name];
    const given = operands.length;
    if (given !== count) throw new FormulaError("operands", { found: name, count, given });
    return this.finite(compute(Object.fromEntries(operands.map((x, i) => ["x" + i, x]))).value);
  }

  /** Whether the next token is this sign, which is taken then. */
  take(sign) {
    const [kind, found] = this.tokens[this.at];
    if (kind !== "sign" || found !== sign) return false;
    this.at += 1;
    return true;
  }

  /** Take the next token, which has to be this sign; `orElse` is what is said where the formula ends. */
  taken(sign, orElse) {
    if (this.take(sign)) return;
    const [kind, found] = this.tokens[this.at];
    throw new FormulaError(kind === "end" ? orElse : "unreadable", { found });
  }

  close() {
    this.taken(")", "open");
  }

  /** Whether a product goes on without a sign: 2a, a(1 - a). Two numbers are none, and 2 3 is no 23 either. */
  beginsAFactor() {
    const [[before, left], [kind, right]] = this.tokens.slice(this.at - 1, this.at + 1);
    if (before === "number" && kind === "number") {
      throw new FormulaError("neighbours", { left: quoted(left), right: quoted(right) });
    }
    return ["number", "name", "function", "constant"].includes(kind) || right === "(";
  }

  /** `x`; what is not finite has no value, and is told at the end, after all that cannot be read. */
  finite(x) {
    this.lost ||= !Number.isFinite(x);
    return x;
  }
}
