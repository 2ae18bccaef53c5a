// Typed text cut into its tokens, numbers, names, functions and signs: in JavaScript what formulas/tokens.py does
// Shared: FormulaError, reading, tokensOf, quoted

const { reading } = data; // the tables and the words of Python's reader

/** Text that cannot be read as a formula: why, in one of the sentences of `reading`, about what was found. */
class FormulaError extends Error {
  constructor(why, found = {}) {
    super(reading.said[why].replace(/\{(\w+)\}/g, (_, name) => found[name]));
  }
}

const NUMBER = new RegExp(reading.number, "y");
const EXPONENT = new RegExp(reading.exponent, "g");
const WORD = /(?!\p{Nd})[\p{L}\p{N}_]+/uy;
const INSIDE_A_WORD = /(?<=[\p{L}\p{N}_])[\p{L}\p{N}_]/uy;
const BASE = new RegExp(reading.base, "y");
const DERIVATIVE = new RegExp(reading.derivative, "y");
const CONDITION = new RegExp(reading.condition, "y");
const INDEXED = /^([\p{L}\p{N}_]*(?!\p{Nd})[\p{L}\p{N}])(?:_?([0-9]+))?(?:\(([0-9]+)\))?$/u; // w1, w_1, a(1), x1(2)
const INDEX = /(_?[0-9]+|\([0-9]+\))$/;
const CALLED = new RegExp("[" + reading.space + "]*\\(", "y");

/** What a sticky pattern matches at a place of a text, or "". */
function matched(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** The tokens of a formula, each with its kind: `spelt` has the names by every way to type them. */
function tokensOf(typed, spelt) {
  if ([...typed].length > reading.longest) throw new FormulaError("long");
  const text = plain(typed);
  const words = wordsOf(text, spelt);
  const found = [];
  for (let at = 0; at < text.length;) {
    const [number, word] = [matched(NUMBER, text, at), matched(CONDITION, text, at)];
    if (word) {
      found.push(["sign", word]);
      at += word.length;
    } else if (number) {
      found.push(["number", number]);
      at += number.length;
    } else if (words[at]) {
      const [kind, spelling] = words[at];
      const name = kind === "name" ? spelt[spelling] : spelling;
      const [before, left] = found.at(-1) ?? [];
      if (kind === "name" && before === kind && left === name && text.endsWith(spelling, at)) {
        throw new FormulaError("twice", { name: quoted(spelling) });
      }
      found.push([kind, name]);
      at += spelling.length;
    } else if (reading.space.includes(text[at])) {
      at += 1;
    } else if (reading.signs.includes(text[at])) {
      const sign = reading.longSigns.find((x) => text.startsWith(x, at)) ?? text[at];
      found.push(["sign", sign === "**" ? "^" : sign]);
      at += sign.length;
    } else {
      throw unreadable(text, at, spelt);
    }
  }
  return found;
}

/** A text in the characters of a keyboard: − as -, x² as x^(2), √ as sqrt, w₁ as w1. */
function plain(text) {
  const power = (exponent) => "^(" + exponent.normalize("NFKC").replace("−", "-") + ")";
  return [...text.replace(EXPONENT, power)].map((x) => reading.characters[x] ?? x).join("").normalize("NFKC");
}

/** What to take at each place of a text, a name or a function as it is spelt: the longest that leaves no rest. */
function wordsOf(text, spelt) {
  const longestFirst = [...new Set([...Object.keys(spelt), ...Object.keys(functions)])];
  longestFirst.sort((a, b) => b.length - a.length);
  const found = [];
  for (let at = text.length - 1; at >= 0; at--) {
    for (const spelling of longestFirst) {
      const end = at + spelling.length;
      if (!text.startsWith(spelling, at)) continue;
      if (Object.hasOwn(functions, spelling) && matched(CALLED, text, end)) {
        found[at] = ["function", spelling];
        break;
      }
      if (Object.hasOwn(spelt, spelling) && (found[end] || !matched(INSIDE_A_WORD, text, end))) {
        found[at] = ["name", spelling];
        break;
      }
      if (Object.hasOwn(functions, spelling)) break; // exp without its parentheses is not e times x times p
    }
    if (!found[at] && !Object.hasOwn(spelt, "e") && matched(BASE, text, at)) found[at] = ["constant", "e"];
  }
  return found;
}

/** What each spelling may mean, of names as they are listed: x both of x1 and x2, unless there is an x. */
function meantBy(listed) {
  const found = new Map();
  for (const name of listed) {
    const short = stemsOf(name).map(waysToType).filter((ways) => !ways.some((way) => listed.has(way)));
    for (const spelling of new Set([waysToType(name), ...short].flat())) {
      if (!found.has(spelling)) found.set(spelling, []);
      found.get(spelling).push(name);
    }
  }
  return found;
}

/** The ways to type a name with an index: a1, a_1 and a(1); with two, x1(2), x1_2 and so on, but not x12. */
function waysToType(spelling) {
  const [, head, below, above] = INDEXED.exec(spelling) ?? [];
  if (!head) return [];
  const ways = below ? [head + below, head + "_" + below] : [head];
  const typed = ["(" + above + ")", "_" + above, ...(below ? [] : [above])];
  return above ? ways.flatMap((way) => typed.map((index) => way + index)) : ways;
}

/** A name without its last index, and without any: x1 and x of x1(2). */
function stemsOf(spelling) {
  const shorter = spelling.replace(INDEX, "");
  return shorter === spelling ? [] : [shorter, ...stemsOf(shorter)];
}

/** The first part of a word that may mean several names: x of wx where there are w, x1 and x2. */
function shortForSeveral(word, spelt, meant) {
  const several = [...meant].filter(([spelling, names]) => names.length > 1 && !Object.hasOwn(spelt, spelling));
  const short = new Map(several);
  const words = wordsOf(word, { ...spelt, ...Object.fromEntries(several) });
  for (let at = 0; words[at]; at += words[at][1].length) if (short.has(words[at][1])) return words[at][1];
  return undefined;
}

/** What to say to a character, or to a word that is no name. */
function unreadable(text, at, spelt) {
  const derivative = matched(DERIVATIVE, text, at);
  if (derivative) return new FormulaError("derivative", { found: quoted(derivative) });
  const word = matched(WORD, text, at);
  if (!word) {
    const character = String.fromCodePoint(text.codePointAt(at));
    const code = "U+" + text.codePointAt(at).toString(16).toUpperCase().padStart(4, "0");
    return new FormulaError("unreadable", { found: /[\p{C}\p{M}\p{Z}]/u.test(character) ? code : character });
  }
  for (const name of Object.keys(functions)) {
    const rest = word.slice(name.length);
    if (word.startsWith(name) && (/^[0-9]*$/.test(rest) || wordsOf(rest, spelt)[0])) {
      return new FormulaError("call", { found: name });
    }
  }
  const own = new Map(); // how each name is listed
  for (const [spelling, of] of Object.entries(spelt)) if (!own.has(of)) own.set(of, spelling);
  const meant = meantBy(new Set(own.values()));
  const short = shortForSeveral(word, spelt, meant);
  if (short) {
    const inOrder = (a, b) => a.length - b.length || (a < b ? -1 : 1); // x2 before x10
    const several = meant.get(short).sort(inOrder).map(quoted);
    const other = several.pop();
    const some = several.length < reading.offered ? several : [...several.slice(0, reading.offered - 1), "…"];
    return new FormulaError("which", { found: quoted(short), names: some.join(", "), other });
  }
  const name = word.replace(/[0-9]+$/, "");
  if (name !== word && wordsOf(name, spelt)[0]) {
    const digits = quoted(word.slice(name.length));
    return new FormulaError("digits", { found: quoted(word), name: quoted(name), digits });
  }
  const names = [...own.values()].map(quoted);
  if (!names.length) return new FormulaError("number", { found: quoted(word) });
  const listed = names.slice(0, reading.listed).join(", ") + (names.length > reading.listed ? ", …" : "");
  return new FormulaError("name", { found: quoted(word), names: listed });
}

/** A text in a message, shortened where it is long. */
function quoted(text) {
  const characters = [...text];
  return characters.length <= reading.quoted ? text : characters.slice(0, reading.quoted - 1).join("") + "…";
}
