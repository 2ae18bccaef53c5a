// A formula that a reader writes: numbers, names, + - * / ^, parentheses, products without a sign as in a(1 - a)

class FormulaError extends Error {}

function evaluated(text, names) {
  const known = Object.keys(names).sort((a, b) => b.length - a.length);
  const called = Object.keys(functions).sort((a, b) => b.length - a.length);
  let rest = text.replaceAll("−", "-").replaceAll("·", "*").replaceAll("×", "*").replaceAll("**", "^").trim();

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
    const name = known.find((x) => rest.startsWith(x));
    if (name !== undefined) {
      take(name);
      return names[name];
    }
    const spelt = take("σ") ? "sigmoid" : called.find((x) => take(x));
    if (spelt) return functions[spelt]({ a: atom() }).value;
    throw new FormulaError(
      rest ? "“" + rest[0] + "” cannot be read here: write numbers" + (known.length ? ", names of the graph" : "")
        + ", + - * / ^ and parentheses." : "The formula ends too early.",
    );
  }

  const value = sum();
  if (rest) throw new FormulaError("“" + rest[0] + "” cannot be read here.");
  return value;
}
