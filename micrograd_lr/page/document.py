"""An HTML file that needs no other: its style, its script and its data are inside, and a policy allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from string import Template

from micrograd_lr.page.packed import packed
from micrograd_lr.pictures.look import THEMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from typing import Any


_COMMENT = re.compile(r""" // [^"'`/]*$""")  # after code; not in a text, whose closing quote would follow


_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="$policy">
<title>$title</title>
<style>$style</style>
</head>
<body>
%s</body>
</html>
"""


def document(body: str, style: str, script: str = "", data: Any = (), **texts: str) -> str:
    """A document with this `body`, in which ``$script`` and ``$data`` stand for these, and other names for `texts`.

    One of them is the title, in HTML. The style begins with the colours of the pictures.
    """
    style = _short_style(_colours() + style)
    allowed = [f"style-src {_hash(style)}", *([f"script-src {_hash(script)}"] if script else [])]
    policy = "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])
    return Template(_DOCUMENT % body).substitute(
        policy=policy, style=style, script=script, data=_in_a_script(packed(data)), **texts
    )


def framed(html: str, what: str) -> str:
    """A page in a frame, for a notebook; and a line that says what it is, where frames or notebooks are not trusted."""
    said = f"Here is {escape(what)}. Run this cell to see it."
    return f'<iframe srcdoc="{escape(html)}" style="width: 100%; height: 46rem; border: 0">{said}</iframe>'


def short_scripts(files: Iterable[Traversable]) -> str:
    """Scripts without their comments and their indentation: pages stay small."""
    return "\n".join(short_script(file.read_text(encoding="utf-8")) for file in files)


def short_script(text: str) -> str:
    """The same of a text. None of its comments and texts goes over several lines: each line can be taken for itself."""
    lines = [_COMMENT.sub("", line).strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/**")))


def _short_style(style: str) -> str:
    """A style without its comments, and without spaces that only its readers need. No text in it has any of these."""
    without_comments = re.sub(r"/\*.*?\*/", "", style)
    return re.sub(r"\s*([{};,])\s*|(:) ", r"\1\2", without_comments).replace(";}", "}")


def _in_a_script(text: str) -> str:
    """JSON that cannot end the script element around it, or begin a comment."""
    return text.replace("</", "<\\/").replace("<!", "\\u003c!")


def _hash(text: str) -> str:
    """The hash by which a Content-Security-Policy allows this text, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _colours() -> str:
    """The colours of the pictures as CSS variables: light ones, and dark ones for those who prefer them."""

    def variables(theme: str) -> str:
        found = []
        for name, colour in THEMES[theme].items():
            if isinstance(colour, tuple):
                found += [f"--{name}-fill: {colour[0]};", f"--{name}-line: {colour[1]};"]
            else:
                found.append(f"--{name}: {colour};")
        return " ".join(found)

    return (
        f":root {{ {variables('light')} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables('dark')} }} }}\n"
    )
