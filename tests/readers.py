"""Typed formulas as Python reads them, and as the page's script does."""

import json
from importlib.resources import files
from pathlib import Path

from javascript import run_in_node

from micrograd_lr.formulas.tokens import FormulaError, spellings
from micrograd_lr.formulas.typed import evaluated
from micrograd_lr.page.arithmetic import functions
from micrograd_lr.page.content import JUDGING, READING

WEB = files("micrograd_lr.page") / "web"


def in_python(cases):
    """Of each text, and the numbers of its names: its value, or what is said where it has none."""
    found = []
    for text, numbers in cases:
        try:
            found.append(evaluated(text, numbers))
        except FormulaError as error:
            found.append(str(error))
    return found


def in_javascript(cases):
    """The same by the script of a page."""
    asked = [(text, numbers, spellings(numbers)) for text, numbers in cases]
    return run_in_node(f"""
        {script("tokens.js", "typed.js")}
        console.log(JSON.stringify({json.dumps(asked)}.map(([text, numbers, spelt]) => {{
            try {{
                return evaluated(text, numbers, spelt);
            }} catch (error) {{
                if (!(error instanceof FormulaError)) throw error;
                return error.message;
            }}
        }})));""")


def script(*names):
    """Some files of the page's script, with what they need of Python."""
    data = json.dumps({"reading": READING, "judging": JUDGING})
    return "\n".join(
        [f"const data = {data};", functions(), *((WEB / name).read_text(encoding="utf-8") for name in names)]
    )


TABLE = Path(__file__).parent / "formulas" / "typed_formulas.json"


def table():
    """The texts that both readers are held to: the numbers of their names, and by text a value, or what is said."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def groups(kept):
    """The texts of the table with their values, and the numbers of the names that they are about."""
    yield kept["formulas"], kept["names"]
    yield kept["numbers"], {}
    for group in kept["indexed"]:
        yield group["formulas"], group["names"]


def main():
    """Write the table again, as Python reads its texts now: to be looked through before it is kept."""
    kept = table()
    for texts, numbers in groups(kept):
        texts.update(zip(texts, in_python([(text, numbers) for text in texts])))
    TABLE.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
