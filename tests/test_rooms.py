"""The rooms of the package: imports go down only, in no circle, private names stay at home, and files stay short."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "micrograd_lr"
ROOT = Path(__file__).parent.parent

ROOMS = {  # room: the rooms that it may import
    "tools": "",
    "engine": "tools",
    "formulas": "engine",
    "levels": "formulas engine",
    "pictures": "levels formulas engine tools",
    "compiler": "engine tools",
    "fitting": "compiler engine tools",
    "stepping": "pictures levels formulas engine tools",
    "builds": "stepping pictures levels formulas engine tools",
    "logistic": "stepping formulas engine tools",
    "exercises": "page notebook logistic stepping formulas engine tools",
    "terminal": "stepping formulas engine tools",
    "notebook": "",
    "page": "notebook logistic stepping pictures levels compiler formulas engine tools",
    "demo": "fitting page logistic pictures compiler formulas engine tools",
    "cli": "fitting exercises demo page terminal logistic builds stepping pictures levels formulas engine tools",
    "": "fitting exercises page logistic builds stepping pictures levels compiler formulas engine tools",  # the names
}
LONGER = {  # files that may have more lines, and why: a line is a row of one table
}


def sources_of_the_package():
    """The source text of every module, by its name."""
    files = {path.relative_to(ROOT).with_suffix(""): path for path in (ROOT / PACKAGE).rglob("*.py")}
    return {".".join(file.parts).removesuffix(".__init__"): path.read_text("utf-8") for file, path in files.items()}


def imports(sources):
    """Every import of one of these modules by another, wherever it is written: (importing, imported, name)."""
    for module, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name, "") for alias in node.names if alias.name in sources)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{module} imports relatively; write the whole name of the module"
                for name in (alias.name for alias in node.names):
                    if (whole := f"{node.module}.{name}") in sources:
                        yield module, whole, ""
                    elif node.module in sources:
                        yield module, node.module, name


def room(module):
    return f"{module}.".split(".")[1]


def imports_that_go_up(sources):
    return {
        f"{module} imports {other}"
        for module, other, _ in imports(sources)
        if room(other) not in (room(module), *ROOMS[room(module)].split())
    }


def a_circle(sources):
    """The modules of an import circle, the first one again at the end; nothing if there is none."""
    graph = {module: set() for module in sources}
    for module, other, _ in imports(sources):
        graph[module].add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def private_names_that_travel(sources):
    def private(name):
        return name.startswith("_") and not name.startswith("__")

    return {
        f"{module} imports {name or other}"
        for module, other, name in imports(sources)
        if private(name) or any(map(private, other.split(".")))
    }


def public_names(sources):
    """What each room lets other rooms use, as its __init__ says: names, by module."""
    for module, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PUBLIC":
                for part, names in ast.literal_eval(node.value).items():
                    yield from ((f"{module}.{part}", name) for name in names)


def names_that_are_not_public(sources):
    public = {*public_names(sources)} | {(module, "") for module, _ in public_names(sources)}
    return {
        f"{module} imports {other}.{name}"
        for module, other, name in imports(sources)
        if module != PACKAGE  # which has a list of its own, __all__
        and room(other) != room(module)
        and (other, name) not in public
    }


def public_names_that_nobody_uses(sources):
    used = {(other, name) for module, other, name in imports(sources) if room(module) not in ("", room(other))}
    return {f"{module}.{name}" for module, name in {*public_names(sources)} - used if (module, "") not in used}


def too_long(files, most):
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    return {f"{path} has {count} lines" for path, count in lines.items() if count > LONGER.get(path, most)}


def test_imports_go_down_only():
    found = imports_that_go_up(sources_of_the_package())
    assert not found, "\n".join(sorted(found))


def test_no_circle_of_imports():
    found = a_circle(sources_of_the_package())
    assert not found, " imports ".join(reversed(found))


def test_private_names_stay_in_their_module():
    found = private_names_that_travel(sources_of_the_package())
    assert not found, "\n".join(sorted(found))


@pytest.mark.slow
def test_a_room_says_what_others_may_use():
    sources = sources_of_the_package()
    found = names_that_are_not_public(sources) | public_names_that_nobody_uses(sources)
    assert not found, "\n".join(sorted(found))


def test_files_are_short():
    modules = [path for kind in ("py", "js") for path in (ROOT / PACKAGE).rglob(f"*.{kind}")]
    found = too_long(modules, 300) | too_long((ROOT / "tests").rglob("*.py"), 500)
    assert not found, "\n".join(sorted(found))
    assert all((ROOT / path).exists() for path in LONGER)


# Each check finds what is wrong


@pytest.mark.parametrize("text", [
    "from micrograd_lr.page.page import StepThrough",
    "import micrograd_lr.page.page",
    "from micrograd_lr.page import page",
    "def late():\n    from micrograd_lr.page.page import StepThrough",
    "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from micrograd_lr.page.page import StepThrough",
])  # fmt: skip
def test_an_import_that_goes_up_is_found(text):
    sources = {"micrograd_lr.engine.value": text, "micrograd_lr.page": "", "micrograd_lr.page.page": ""}
    assert imports_that_go_up(sources) == {"micrograd_lr.engine.value imports micrograd_lr.page.page"}
    assert imports_that_go_up({**sources, "micrograd_lr.cli": text, "micrograd_lr.engine.value": ""}) == set()


def test_an_import_of_the_package_itself_goes_up():
    sources = {"micrograd_lr": "", "micrograd_lr.engine.value": "from micrograd_lr import draw"}
    assert imports_that_go_up(sources) == {"micrograd_lr.engine.value imports micrograd_lr"}


def test_a_circle_is_found():
    sources = {
        "micrograd_lr.a": "import micrograd_lr.b",
        "micrograd_lr.b": "def f():\n    from micrograd_lr.c import x",
    }
    assert a_circle({**sources, "micrograd_lr.c": ""}) == []
    circle = a_circle({**sources, "micrograd_lr.c": "from micrograd_lr import a"})
    assert (circle[0], {*circle}) == (circle[-1], {"micrograd_lr.a", "micrograd_lr.b", "micrograd_lr.c"})


def test_a_private_name_that_travels_is_found():
    sources = {"micrograd_lr.a": "from micrograd_lr.b import _x, y, __version__", "micrograd_lr.b": "_x = y = 1"}
    assert private_names_that_travel(sources) == {"micrograd_lr.a imports _x"}
    sources = {"micrograd_lr.a": "from micrograd_lr import _b", "micrograd_lr._b": ""}
    assert private_names_that_travel(sources) == {"micrograd_lr.a imports micrograd_lr._b"}


def test_a_name_that_is_not_public_is_found():
    sources = {
        "micrograd_lr.engine": "PUBLIC = {'value': ['Value', 'record']}",
        "micrograd_lr.engine.value": "",
        "micrograd_lr.engine.ops": "from micrograd_lr.engine.value import unary",
        "micrograd_lr.page.page": "from micrograd_lr.engine.value import Value, unary",
        "micrograd_lr.page.content": "from micrograd_lr.engine import ops",
    }
    assert names_that_are_not_public(sources) == {
        "micrograd_lr.page.page imports micrograd_lr.engine.value.unary",
        "micrograd_lr.page.content imports micrograd_lr.engine.ops.",
    }
    assert public_names_that_nobody_uses(sources) == {"micrograd_lr.engine.value.record"}


def test_a_relative_import_is_refused():
    with pytest.raises(AssertionError, match=r"micrograd_lr\.a imports relatively"):
        a_circle({"micrograd_lr.a": "from .b import x"})


def test_a_long_file_is_found():
    lines = len(Path(__file__).read_text("utf-8").splitlines())
    assert too_long([Path(__file__)], lines) == set()
    assert too_long([Path(__file__)], lines - 1) == {f"tests/test_rooms.py has {lines} lines"}
