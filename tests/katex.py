"""KaTeX, in Node: what it says to LaTeX that it cannot set, or sets only with a warning.

`.ci/run` installs it into the environment; elsewhere ``KATEX`` may name its folder.
"""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from javascript import run_in_node

HERE = Path(os.environ.get("KATEX") or Path(sys.prefix, "node_modules", "katex"))
needs_katex = pytest.mark.skipif(
    not HERE.exists() and not os.environ.get("CI"),
    reason="needs KaTeX: see .ci/run, or set KATEX to the path of node_modules/katex",
)


def set_in(text):
    """The formulas of a document: what stands in ``align*``, and between ``$`` outside."""
    displayed = re.compile(r"\\begin\{align\*\}.*?\\end\{align\*\}", re.DOTALL)
    return [*displayed.findall(text), *re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", displayed.sub("", text))]


def refused(formulas):
    """What KaTeX says to each of the formulas that it refuses, by formula."""
    return run_in_node(f"""
        const katex = require({json.dumps(str(HERE))}), refused = {{}};
        for (const formula of {json.dumps([*dict.fromkeys(formulas)])}) {{
          try {{
            katex.renderToString(formula, {{throwOnError: true, strict: "error", displayMode: true}});
          }} catch (error) {{
            refused[formula] = error.message;
          }}
        }}
        console.log(JSON.stringify(refused));
    """)
