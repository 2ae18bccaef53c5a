"""A Markdown report that is printed while it is written: in colour on a terminal, as plain text into a pipe."""

from __future__ import annotations

from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from micrograd_lr.engine.check import GradientReport

WIDTH = 80


class Report:
    """Collects Markdown, and prints each piece as it comes."""

    def __init__(self) -> None:
        rich_console = need("rich.console", "pip install rich")
        self._markdown = need("rich.markdown", "pip install rich").Markdown
        self.console = rich_console.Console(highlight=False)
        self.console.width = min(self.console.width, WIDTH) if self.console.is_terminal else WIDTH
        self.text = ""

    def write(self, markdown: str, style: str = "none") -> None:
        """Add a piece: a heading, a paragraph, a table."""
        markdown = markdown.encode(errors="backslashreplace").decode()  # the name of a file may not be text
        self.text += markdown.rstrip() + "\n\n"
        self.console.print(self._markdown(markdown, style=style))
        self.console.print()

    def table(self, titles: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
        """Add a table; the columns in `right`, counted from 0, are aligned to the right."""
        rule = ["--:" if i in right else ":--" for i in range(len(titles))]
        lines = ["| " + " | ".join(cells) + " |" for cells in [titles, rule, *rows]]
        self.write("\n".join(lines))

    def check(self, report: GradientReport, rows: int | None = None) -> None:
        """Add a gradient report: its table (the `rows` largest entries) and its verdict, green or red."""
        titles, *entries = report.table()
        entries.sort(key=lambda cells: -abs(float(cells[1])) if rows else 0)
        self.table(["gradient", *titles[1:]], entries[:rows], right=range(1, len(titles)))
        self.write(f"**{report.verdict}**", style="green" if report.agree else "bold red")

    def save(self, path: Path) -> None:
        """Write everything so far to `path`, whole or not at all; missing folders are made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, self.text.rstrip() + "\n")
