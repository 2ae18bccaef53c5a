"""Formulas in plain text as LaTeX, for amsmath and for KaTeX: ``a(1 - a)/b`` is ``a\\frac{1 - a}{b}``."""

from __future__ import annotations

import re
from unicodedata import decimal, normalize
from unicodedata import name as name_of

from micrograd_lr.formulas import reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from micrograd_lr.formulas.reader import Part


def _commands(characters: str, names: str) -> dict[str, str]:
    return {character: f"\\{name}" for character, name in zip(characters, names.split(), strict=True)}


_COMMANDS = {
    **_commands("αβγδεϵζηθϑι", "alpha beta gamma delta varepsilon epsilon zeta eta theta vartheta iota"),
    **_commands("κλμµνξπρς", "kappa lambda mu mu nu xi pi rho varsigma"),
    **_commands("στυφϕχψω", "sigma tau upsilon varphi phi chi psi omega"),
    **_commands("ΓΔΘΛΞΠΣΥΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo")),  # these look like Latin letters, and have no command
    "∂": r"\partial", "∇": r"\nabla", "∞": r"\infty", "…": r"\dots", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times",
    "÷": r"\div", "±": r"\pm", "−": "-", "–": "-", "→": r"\to", "←": r"\leftarrow", "≈": r"\approx", "≤": r"\le",
    "≥": r"\ge", "≠": r"\ne", "√": r"\surd", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∈": r"\in", "ℓ": r"\ell",
    "⊤": r"\top", "\\": r"\backslash", "{": r"\{", "}": r"\}", "_": r"\_", "#": r"\#", "%": r"\%", "&": r"\&",
    "$": r"\$", "~": r"\sim", "^": r"\text{\textasciicircum}", "'": "{'}", "`": r"\text{`}", '"': r"\text{''}",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0306": "breve",
    "\u0307": "dot", "\u0308": "ddot", "\u030a": "mathring", "\u030c": "check",
}  # fmt: skip
_FUNCTIONS = {"cos", "cosh", "exp", "ln", "log", "max", "min", "sin", "sinh", "tan", "tanh"}  # that have a command
_OPERATORS = (r"\operatorname", *(f"\\{function}" for function in sorted(_FUNCTIONS)))
_SPACED = {"=", "+", "-", r"\cdot", r"\times", r"\div", r"\pm", r"\to", r"\leftarrow", r"\approx", r"\le", r"\ge",
           r"\ne", r"\in", "<", ">"}  # fmt: skip
_SET_AS_TEXT = re.compile("[“”‘’À-ɏЀ-ӿऀ-႟Ⴀ-ჿ\u3000-ヿ一-龯가-힯]")  # that KaTeX has; LaTeX has it with a font
_ROUNDED = re.compile(r"(?<![^\W_])(?<!\.)(\d+(?:\.\d+)?e)−(?=\d)")  # 1e−05, with the minus sign of numbers
_WITH_EXPONENT = re.compile(r"(.+)e([+-]?\d+)")
_IN_TEXT = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "“": "``", "”": "''", "’": "'", "–": "--", "…": r"\dots{}",
    **{character: "\\" + character for character in "{}_#%&$"},
}  # fmt: skip
_ONE_THING = re.compile(
    r"\\?[A-Za-z]+|[0-9.]+|\\(mathrm|mathbf|operatorname|hat)\{[A-Za-z0-9]+\}|[A-Za-z]_\{[0-9]+\}|\\boxed\{\w+\}"
)
_SIGNS = {"=": "=", "≈": r"\approx"}


def latex(text: str, names: Iterable[str] = ()) -> str:
    """A formula as LaTeX for mathematics, without the ``$``; it is read as `reader.read` says.

    It needs amsmath, and KaTeX sets the same. A name of several letters is upright, a function is an operator, and a
    slot ``⟦v3⟧`` is a box with its key. Any text works: an accented or Greek letter is a command; other letters stay
    letters, in ``\\text``, for which pdflatex may need a font; a character that KaTeX has not becomes its number.
    """
    text = _ROUNDED.sub(r"\1-", normalize("NFC", text))
    return _written(reader.read(text, [normalize("NFC", name) for name in names]))


def aligned(lines: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> str:
    """Lines of formulas as an ``align*``, aligned at their first = or ≈; "" without any line.

    A line is a note, which is set as text before it, or ""; and a formula.
    """
    rows = []
    for note, formula in lines:
        left, *right = (_SIGNS.get(x) or latex(x, names) for x in re.split(" ([=≈]) ", formula))
        noted = rf"\text{{{latex_text(note)}: }}" if note else "{}" * left.startswith(("[", "*"))  # no argument of \\
        rows.append(f"{noted}{left} &{' '.join(right)}" if right else f"& {noted}{left}")
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}" if rows else ""


def latex_text(text: str) -> str:
    """A sentence as LaTeX: a word that is a formula, ``∂L/∂a``, is set as one; special characters are escaped."""
    return " ".join(map(_word, text.split()))


def _word(word: str) -> str:
    plain = "".join(_IN_TEXT.get(character, character) for character in word)
    if plain.isascii():
        return plain
    formula = word.rstrip(",.;:?!")
    return f"${latex(formula)}${word[len(formula) :]}"


def _written(part: Part) -> str:
    match part:
        case reader.Row(parts):
            return _row(parts)
        case reader.Slot(key):
            return rf"\boxed{{{_joined(map(_character, key))}}}"
        case reader.Number(digits):
            return _number(digits)
        case reader.Name(_, number):
            return f"{_letters(part)}_{{{_digits(number)}}}" if number else _letters(part)
        case reader.Operator(sign):
            return _character(sign)
        case reader.Word(text):
            return rf"\text{{ {text} }}"
        case reader.Sum():
            return r"\sum"
        case reader.Differential(of, order):
            return _joined([rf"\partial^{{{_written(order)}}}" if order else r"\partial", _written(of)])
        case reader.Call(function, operands):
            return _written(function) + _written(operands)
        case reader.Group(opening, inside, closing, tall):
            if tall:
                return rf"\left{opening} {_written(inside)} \right{closing or '.'}"
            return f"{opening}{_written(inside)}{closing}"
        case reader.Indexed(base, low, high):
            below = f"_{{{_written(low)}}}" if low else ""
            above = f"^{{{_written(_with_transposed(high))}}}" if high else ""
            text = _base(base)
            has_one = isinstance(base, reader.Name) and base.number  # x1₁: LaTeX refuses a second index
            return f"{{{text}}}{below}{above}" if below and has_one else f"{text}{below}{above}"
        case reader.Power(base, exponent):
            return f"{_base(base)}^{{{_written(exponent)}}}"
        case reader.Fraction(above, below):
            return rf"\frac{{{_written(above)}}}{{{_written(below)}}}"
        case _:
            return r"\,"


def _row(parts: Sequence[Part]) -> str:
    """The parts, with room around a sign between two of them, and after a comma."""
    found: list[str] = []
    between = False  # whether what stands before can be the left side of a sign
    for part, later in zip(parts, (*parts[1:], None)):
        text = _written(part)
        is_sign = isinstance(part, reader.Operator)
        if is_sign and text in _SPACED and between:
            text = f" {text} "
        elif is_sign and text == "," and later:
            text = ", "
        elif isinstance(part, reader.Thin) and later and _written(later).startswith(_OPERATORS):
            text = " "  # an operator has this room by itself
        found.append(text)
        between = not isinstance(part, (reader.Operator, reader.Word))
    return _joined(found)


def _joined(texts: Iterable[str]) -> str:
    """The texts in a row: a command is kept apart from the letter that follows, and from @, a letter for KaTeX."""
    row = ""
    for text in texts:
        apart = re.search(r"\\[A-Za-z]+$", row) and re.match("[A-Za-z@]", text)
        row += f" {text}" if apart else text.lstrip() if row.endswith(" ") else text
    return row


def _letters(name: reader.Name) -> str:
    """A name without its number: one letter in italics, several upright, a function as an operator."""
    text = name.letters
    if name.function and text in _FUNCTIONS:
        return f"\\{text}"
    if len(text) == 1:
        return _character(text)
    return rf"\{'operatorname' if name.function else 'mathrm'}{{{_joined(map(_character, text))}}}"


def _number(digits: str) -> str:
    """``1e-05`` is 1 · 10⁻⁵, and a bold 𝟏 stays bold."""
    if found := _WITH_EXPONENT.fullmatch(digits):
        return rf"{_digits(found[1])} \cdot 10^{{{int(found[2])}}}"
    return _digits(digits)


def _digits(text: str) -> str:
    return "".join(_character(x) for x in text)


def _character(x: str) -> str:
    """Any character, in mathematics."""
    if x in _COMMANDS:
        return _COMMANDS[x]
    if x.isspace():
        return r"\ "
    if "!" <= x <= "~":
        return x
    alike = normalize("NFKC", x)
    if alike.isascii() and alike.isalnum() and name_of(x, "").startswith("MATHEMATICAL BOLD"):
        return rf"\mathbf{{{alike}}}"
    if (digit := decimal(x, None)) is not None:
        return str(digit)
    if (index := name_of(x, "").partition(" ")[0]) in ("SUPERSCRIPT", "SUBSCRIPT"):
        return f"{{}}{'^' if index == 'SUPERSCRIPT' else '_'}{{{_joined(map(_character, alike))}}}"
    letter, mark = normalize("NFD", x)[:1], normalize("NFD", x)[1:]
    if mark in _ACCENTS and (letter.isascii() or letter in _COMMANDS):
        return rf"\{_ACCENTS[mark]}{{{_character(letter)}}}"
    if alike.isascii() and alike.isalnum():
        return alike if len(alike) == 1 else rf"\mathrm{{{alike}}}"
    return rf"\text{{{x if _SET_AS_TEXT.fullmatch(x) else f'[U+{ord(x):04X}]'}}}"


def _base(part: Part) -> str:
    """What indices or an exponent are attached to: in braces, if it has some of its own, or is not one thing."""
    text = _written(part)
    if isinstance(part, reader.Number) and "e" in part.digits:
        return f"({text})"
    return (
        text
        if isinstance(part, (reader.Sum, reader.Group, reader.Call)) or _ONE_THING.fullmatch(text)
        else f"{{{text}}}"
    )


def _with_transposed(high: reader.Row) -> reader.Row:
    """ᵀ is read as the letter T, and written as the sign of what is transposed."""
    return reader.Row(tuple(reader.Name("⊤") if part == reader.Name("T") else part for part in high.parts))
