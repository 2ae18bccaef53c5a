// A formula that a reader writes: numbers, names, + - * / ^, parentheses, products without a sign as in a(1 - a)

class FormulaError extends Error {}

/** As it is typed: x₁ and x_1 are x1, ² is ^2. */
function typed(text) {
  return text.replace(/(?<!⁽)[²³]/g, (x) => "^" + x).normalize("NFKC").replaceAll("−", "-")
    .replace(/(\p{L})_(\d)/gu, "$1$2").trim();
}

/** The number that `text` stands for, where `names` are the numbers of the graph. */
function evaluated(text, names) {
  const numberOf = new Map(Object.entries(names).map(([name, x]) => [typed(name), x]));
  const byLength = (a, b) => b.length - a.length;
  const known = [...numberOf.keys()].sort(byLength);
  const called = Object.keys(functions).sort(byLength);
  let rest = typed(text).replaceAll("·", "*").replaceAll("×", "*").replaceAll("**", "^");

  function take(sign) {
    if (!rest.startsWith(sign)) return false;
    rest = rest.slice(sign.length).trimStart();
    return true;
  }
  function sum() {
    let total = product();
    for (;;) {
      if (take("+")) total += product();
      else if (take("-")) total -= product();
      else return total;
    }
  }
  function product() {
    let total = signed();
    for (;;) {
      if (take("*")) total *= signed();
      else if (take("/")) total /= signed();
      else if (rest && !/^[-+)=]/.test(rest)) total *= power();
      else return total;
    }
  }
  function signed() {
    return take("-") ? -signed() : power();
  }
  function power() {
    const base = atom();
    return take("^") ? base ** signed() : base;
  }
  function atom() {
    const number = /^(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/.exec(rest);
    if (number) {
      take(number[0]);
      return Number(number[0]);
    }
    if (take("(")) {
      const inside = sum();
      if (!take(")")) throw new FormulaError("A parenthesis is not closed.");
      return inside;
    }
    const name = known.find((x) => rest.startsWith(x)) ?? "";
    const spelt = ["σ", ...called].find((x) => rest.startsWith(x) && /^\s*\(/.test(rest.slice(x.length))) ?? "";
    if (spelt.length >= name.length && take(spelt) && spelt) {
      return functions[spelt === "σ" ? "sigmoid" : spelt]({ a: atom() }).value;
    }
    if (name) {
      take(name);
      return numberOf.get(name);
    }
    throw new FormulaError(
      rest ? "“" + rest[0] + "” cannot be read here: write numbers" + (known.length ? ", names of the graph" : "")
        + ", + - * / ^ and parentheses." : "The formula ends too early.",
    );
  }

  const value = sum();
  if (rest) throw new FormulaError("“" + rest[0] + "” cannot be read here.");
  return value;
}
