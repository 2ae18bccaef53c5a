"""A Graphviz that is there and does not work: the next renderer draws, a note says why, and nothing is half-written."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import short_demo
from svg import groups

from micrograd_lr import Expression, RenderError, draw
from micrograd_lr.pictures import drawing
from micrograd_lr.pictures import renderers as render

COMMAND = Path(sys.executable).with_name("micrograd-lr")
PNG, PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-"


def slides():
    L = Expression("z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))")(w=0.5, b=-1, x=2, y=1)
    L.backward()
    return L


@pytest.fixture
def dot(tmp_path, monkeypatch):
    """Makes a shell script the only program on the PATH, under the name of dot."""

    def install(script):
        file = tmp_path / "bin" / "dot"
        file.parent.mkdir()
        file.write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(file.parent))
        return file

    return install


@pytest.fixture
def gives(dot, tmp_path):
    """Makes a dot that exits with status 0, whatever is asked of it, and gives these bytes."""

    def install(content):
        (tmp_path / "content").write_bytes(content)
        return dot(f"/bin/cat >/dev/null; exec /bin/cat '{tmp_path}/content'")

    return install


@pytest.fixture
def without_pygraphviz(monkeypatch):
    monkeypatch.setattr(render, "find_spec", lambda name: None)


@pytest.fixture(scope="module")
def whole():
    """The picture of the slides as Graphviz gives it, in each format."""
    command, source = render.renderers()["pygraphviz"], draw(slides()).source.encode()
    run = lambda suffix: subprocess.run([*command, f"-T{suffix}"], input=source, capture_output=True, check=True).stdout
    return {suffix: run(suffix) for suffix in ("svg", "png", "pdf")}


def is_whole(svg):
    return len(groups(svg, "node")) == 17 and svg.endswith("</svg>\n")


NOT_THE_SVG = {
    "an empty SVG": (lambda svg: b"<svg/>", "KeyError, 'n0'."),
    "an SVG of another graph": (lambda svg: svg.replace(b'id="n3"', b'id="m3"'), "KeyError, 'n3'."),
    "an SVG without an edge": (lambda svg: svg.replace(b'id="n3&#45;operand1"', b""), "KeyError, 'n3-operand1'."),
    "an SVG without texts": (lambda svg: re.sub(b"<text.*?</text>", b"", svg), "ValueError, zip() arg"),
    "an SVG without captions": (
        lambda svg: re.sub(rb'(id="n\d+&#45;operand.*?)<text.*?</text>', rb"\1", svg, flags=re.DOTALL),
        "LookupError, n3-operand0 has no text.",
    ),
    "an SVG without titles": (lambda svg: re.sub(b"<title>.*?</title>", b"", svg), "IndexError, list index"),
    "an SVG without outlines": (lambda svg: re.sub(b"<(path|polygon|ellipse).*?/>", b"", svg), "LookupError, n1 has "),
    "an SVG with words for numbers": (lambda svg: re.sub(b'points="', b'points="a,', svg), "ValueError, could not"),
    "an SVG that is broken off": (lambda svg: svg[:3000], "ParseError, "),
    "an SVG that is not UTF-8": (lambda svg: svg.replace(b"<title>", b"<title>\xff\xfe"), "ParseError, not well"),
    "an SVG in an unknown encoding": (lambda svg: svg.replace(b"UTF-8", b"UTF-88"), "LookupError, unknown"),
    "HTML": (lambda svg: b"<!doctype html><html><p>Not found</html>", "ParseError, syntax error"),
    "a sentence": (lambda svg: b"dot: command not licensed\n", "ParseError, syntax error"),
    "bytes": (lambda svg: bytes(range(256)), "ParseError, not well-formed"),
}  # fmt: skip


@pytest.mark.covers
@pytest.mark.slow
@pytest.mark.parametrize("what", NOT_THE_SVG)
def test_a_dot_that_succeeds_with_something_else(what, gives, whole, tmp_path):
    make, message = NOT_THE_SVG[what]
    gives(make(whole["svg"]))
    shown = draw(slides())
    assert shown.renderer == "dot"
    assert is_whole(shown.svg)
    assert shown.renderer == "pygraphviz"
    assert len(shown.notes) == 1
    assert shown.notes[0].startswith(f"not drawn by dot: its output is not an SVG of this graph: {message}")
    assert shown.notes[0] in shown.text


FAILURES = {
    "says nothing": (":", "exit status 0, without a message."),
    "says why": ("echo; echo 'no plugins: run dot -c' >&2; exit 3", "exit status 3, no plugins: run dot -c."),
    "says it in bytes": (r"printf 'a\nlast \377\n\n' >&2; exit 1", "exit status 1, last \ufffd."),
    "crashes": ("kill -SEGV $$", f"exit status -{signal.SIGSEGV:d}, without a message."),
    "does not listen": ("exec <&-; echo '<svg/>'", "its output is not "),
    "is for another machine": ("#!/no/such/interpreter", "it could not be started: [Errno 2] No such file"),
    "hangs": ("exec /bin/sleep 60", "it did not finish within 0.3 seconds. Draw fewer boxes, with a smaller limit=."),
    "hangs in a child": ("/bin/sleep 60; :", "it did not finish within 0.3 seconds."),
    "hangs behind its back": ("/bin/sleep 60 & echo '<svg/>'", "it did not finish within 0.3 seconds."),
}


@pytest.mark.covers
@pytest.mark.slow
@pytest.mark.parametrize("what", FAILURES)
def test_a_dot_that_fails_where_there_is_no_other(what, dot, without_pygraphviz, monkeypatch, tmp_path):
    """The built-in layout draws the SVG; for PNG and PDF the error names dot, and not the fonts."""
    script, message = FAILURES[what]
    if "hangs" in what:
        monkeypatch.setattr(render, "SECONDS", 0.3)
    dot(script)
    shown = draw(slides())
    for suffix in ("png", "pdf"):
        with pytest.raises(RenderError) as error:
            shown.save(tmp_path / f"graph.{suffix}")
        assert str(error.value).startswith(
            f"none of the installed renderers can draw the {suffix.upper()}. dot: {message}"
        )
        assert str(error.value).endswith("SVG, DOT and text need none of them.")
        assert "font" not in str(error.value)
    assert [*tmp_path.glob("graph*")] == []
    assert is_whole(shown.svg)
    assert shown.renderer == "built-in"
    assert shown.notes[0].startswith(f"not drawn by dot: {message}")
    assert f"Not drawn by dot: {message}"[:40] in shown.svg  # in the description for screen readers


@pytest.mark.parametrize(
    "suffix, what, content",
    [
        ("png", "HTML", lambda whole: b"<!doctype html>"),
        ("png", "an SVG", lambda whole: whole["svg"]),
        ("png", "a PDF", lambda whole: whole["pdf"]),
        ("png", "a part", lambda whole: whole["png"][:-100]),
        ("pdf", "a PNG", lambda whole: whole["png"]),
        ("pdf", "a part", lambda whole: whole["pdf"][:-100]),
    ],
)
def test_pictures_are_known_by_how_they_begin_and_end(
    suffix, what, content, gives, whole, without_pygraphviz, tmp_path
):
    gives(content(whole))
    with pytest.raises(RenderError, match=f"dot: its output is not a complete {suffix.upper()}: it begins with b'"):
        draw(slides()).save(tmp_path / f"graph.{suffix}")
    assert [*tmp_path.glob("graph*")] == []


def test_a_dot_that_can_svg_only_keeps_the_svg(dot, whole, tmp_path):
    (tmp_path / "svg").write_bytes(whole["svg"])
    dot(f"case $1 in -Tsvg) exec /bin/cat '{tmp_path}/svg';; *) echo 'Format not recognized' >&2; exit 1;; esac")
    shown = draw(slides())
    if render.has_a_font(*render.renderers()["pygraphviz"]):
        assert shown.save(tmp_path / "graph.png").read_bytes().startswith(PNG)
        assert shown.renderer == "pygraphviz"
        assert shown.notes == ["not drawn by dot: exit status 1, Format not recognized."]
    assert is_whole(shown.svg)
    assert shown.renderer == "dot"


def test_a_pygraphviz_that_cannot_be_imported(monkeypatch, tmp_path):
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('libcgraph.so.6: no such file')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PATH", "")
    shown = draw(slides())
    assert is_whole(shown.svg)
    assert shown.renderer == "built-in"
    assert shown.notes == ["not drawn by pygraphviz: exit status 1, ImportError: libcgraph.so.6: no such file."]


def test_a_folder_and_a_file_without_permission_are_not_dot(monkeypatch, tmp_path):
    for name in ("folder", "file"):
        (tmp_path / name).mkdir()
    (tmp_path / "folder" / "dot").mkdir()
    (tmp_path / "file" / "dot").write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'folder'}:{tmp_path / 'file'}")
    shown = draw(slides())
    assert is_whole(shown.svg)
    assert (shown.renderer, shown.notes) == ("pygraphviz", [])


def test_a_dot_that_is_removed_after_it_was_chosen(dot):
    file = dot("exit 1")
    shown = draw(slides())
    file.unlink()
    assert is_whole(shown.svg)
    assert (shown.renderer, shown.notes) == ("pygraphviz", [])


def test_what_the_built_in_layout_is_asked_for_too(without_pygraphviz, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(drawing, "layered_svg", lambda *arguments: "<svg/>")
    with pytest.raises(
        RenderError, match=r"none of the installed renderers can draw the SVG\. built-in: its output is not an"
    ):
        _ = draw(slides()).svg


def test_a_png_of_the_built_in_layout_where_there_is_graphviz(tmp_path):
    with pytest.raises(RenderError, match=r"PNG needs Graphviz, and .* Leave out renderer='built-in'\."):
        draw(slides(), renderer="built-in").save(tmp_path / "graph.png")


def test_ctrl_c_ends_what_draws(dot, monkeypatch):
    """Left alone, it would be waited for."""
    ended = []
    stop = render._stop
    monkeypatch.setattr(render, "_stop", lambda process: ended.append(process) or stop(process))

    def interrupts(process, *_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupts)
    dot("exec /bin/sleep 60")
    with pytest.raises(KeyboardInterrupt):
        _ = draw(slides()).svg
    with pytest.raises(ProcessLookupError):
        os.kill(ended[0], 0)


def interrupted(command):
    """A command whose dot, when it is asked to draw, presses Ctrl-C and hangs."""
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [[COMMAND, "draw", "w", "--set", "w=1", "-o", "OUT/w.svg"], [*short_demo.COMMAND, "demo", "--out", "OUT"]],
)
def test_ctrl_c_while_dot_draws(command, dot, tmp_path):
    dot("kill -INT $PPID; exec /bin/sleep 60")
    (tmp_path / "out").mkdir()
    run = interrupted([str(word).replace("OUT", str(tmp_path / "out")) for word in command])
    assert (run.returncode, run.stderr) == (130, "")
    written = [path for path in (tmp_path / "out").iterdir() if path.name != "training.svg"]  # which is not dot's
    # no picture; the demo's pages were there before
    assert all(path.suffix == ".html" and path.read_text("utf-8").endswith("</html>\n") for path in written)


def test_a_graphviz_without_pdf_draws_png_all_the_same(dot, tmp_path):
    """Fonts are looked for in a PDF: where there is none, nobody can tell, and the picture is given."""
    dot("case \"$1\" in -Tpdf) echo no pdf >&2; exit 1;; esac\nprintf '\\211PNG\\r\\n\\032\\nIEND\\256B`\\202'")
    drawing = draw(slides())
    assert drawing.save(tmp_path / "graph.png").read_bytes() == PNG + b"IEND\xaeB`\x82"
    assert (drawing.renderer, drawing.notes) == ("dot", [])
