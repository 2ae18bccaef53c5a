"""What nodes without a label are called in one picture or walk: by the caller's variables."""

import re
from itertools import islice
from types import MappingProxyType

import pytest
from pages import data_of
from stepped import all_steps

from micrograd_lr import Expression, StepThrough, Value, draw, log, sigmoid, steps
from micrograd_lr.engine.order import topological
from micrograd_lr.levels.given_names import LETTERS, named, spare_names


def labels(root, names=None):
    return [node.label for node in topological(named(root, names)[root])]


def slides():
    """The slides' example as it is written in a notebook: no label anywhere."""
    w, x, b, y = Value(0.5), Value(2.0), Value(-1.5), Value(1.0)
    z = w * x + b
    a = sigmoid(z)
    L = -(y * log(a) + (1 - y) * log(1 - a))
    return L, locals()


def with_labels():
    return Expression("z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))")(w=0.5, x=2.0, b=-1.5, y=1.0)


@pytest.mark.parametrize("detail", ["names", "ops"])
def test_locals_do_what_labels_do(detail):
    root, names = slides()
    labelled = with_labels()
    for each in root, labelled:
        each.backward()
    options = {"detail": detail, "partials": "both", "highlight": ["z", "a"]}
    assert draw(root, names=names, **options).source == draw(labelled, **options).source
    assert all_steps(root, names=names, detail=detail) == all_steps(labelled, detail=detail)
    assert StepThrough(root, names=names).html == StepThrough(labelled).html
    assert all(node.label == "" for node in topological(root))


def test_a_node_in_the_picture_is_found_by_the_node_itself():
    root, names = slides()
    for detail in "names", "ops":
        by_name = draw(root, names=names, detail=detail, highlight="z").source
        assert draw(root, names=names, detail=detail, highlight=names["z"]).source == by_name
    root.backward()
    assert "[0.235] z = wx + b: −0.5, ∂L/∂z = −0.6225" in draw(root, names=names).text
    assert "x (data): 2, ∂L/∂x = −0.3112" in draw(root, names=names).text  # by its name it is data


def test_a_name_opens_its_node():
    root, names = slides()
    assert len(all_steps(root, names=names, detail="names", opened="z")) == 11
    assert len(all_steps(root, names=names, detail="names")) == 9


def test_what_is_not_a_node_of_the_graph_and_names_with_an_underscore():
    w = Value(2.0)
    z = w * 3.0
    names = {"_": z, "_1": w, "__": w, "n": 3, "f": len, "elsewhere": Value(1.0), "array": [[z]], "none": None, "": z}
    assert labels(z * z, names) == ["", "", ""]
    assert labels(z * z, {"_z": z, "w": w, "z": z}) == ["w", "z", ""]
    assert labels(z * z) == labels(z * z, {}) == ["", "", ""]


def test_the_first_of_two_names():
    w = Value(2.0)
    z = w * 3.0
    assert labels(z, {"p": z, "w": w, "v": w, "q": z}) == ["w", "p"]


def test_places_in_lists():
    w, x = [Value(1.0), Value(2.0), Value(3.0)], (Value(4.0), 5.0, Value(6.0))
    first = w[0]
    root = w[0] * x[0] + w[1] * 5.0 + w[2] * x[2]
    names = {"w": w, "x": x, "first": first}  # a variable of its own goes before a place in a list
    assert labels(root, names) == ["first", "x₁", "", "w₂", "", "", "w₃", "x₃", "", ""]
    assert draw(root, names=names).text.startswith("first x₁ + w₂·5 + w₃ x₃")
    assert labels(w[0] * w[1], {"w": [w[0], w[0], w[1]]}) == ["w₁", "w₃", ""]


def test_a_label_is_kept_and_is_given_to_nobody_else():
    p, w = Value(2.0, "z"), Value(3.0)
    z = p * w
    root = z * z
    assert labels(root, {"p": p, "z": z, "w": w, "q": z}) == ["z", "w", "q", ""]
    assert labels(root, {"z": z, "w": w}) == ["z", "w", "", ""]
    assert "z (parameter): 2" in draw(root, names={"p": p, "z": z, "w": w}).text
    w1 = Value(1.0)
    for name in "w₁", "w1", "w¹":  # all of them are typed w1
        assert labels(w1 * w, {name: w1, "w": [w]}) == [name, "", ""]


def test_a_slide_begins_with_the_names_that_are_given():
    w, x = Value(2.0), Value(3.0)
    z = w * x * x
    root = z * z
    assert draw(root, on="slide", names={"w": w, "x": x, "z": z}).text.splitlines()[:2] == [
        "L = z·z: 324, ∂L/∂L = –", "└─ [z + z] z = wx x: 18, ∂L/∂z = –",
    ]  # fmt: skip
    assert len(draw(root, on="slide").text.splitlines()) > 4  # every op, without names


def test_a_graph_that_has_changed_keeps_its_state():
    w = Value(2.0)
    z = w * w
    z.backward()
    w.data = 5.0
    assert draw(z, names={"w": w, "z": z}).text.splitlines() == [
        "z = w·w: 4, ∂z/∂z = 1", "├─ [2] w (parameter): 5, ∂z/∂w = 4", "└─ [2] w, as above",
        "(w changed after this was recorded: the other numbers were computed before)",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"^w was 2.0 when this was recorded, and is 5.0 now\."):
        all_steps(z, names={"w": w})


def test_steps_keep_the_names_of_their_time():
    root, names = slides()
    frames = all_steps(root, names=names, detail="names")
    text = [frame.text for frame in frames]
    names["z"].label = "later"
    assert [frame.text for frame in frames] == text
    data = data_of(StepThrough(root, names=names).html)
    named = [node["name"] for node in data["views"][0]["nodes"] if node["name"] in ("z", "later")]
    assert named == ["later"]


def test_subclasses_and_other_mappings():
    class Weight(Value):
        def __init__(self, data, note):
            super().__init__(data)
            self.note = note

    w = Weight(2.0, print)
    assert labels(w * 2, MappingProxyType({"w": w})) == ["w", ""]
    assert not w.label


@pytest.mark.parametrize("show", [draw, steps, StepThrough])
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["z"],
            r"names=\['z'\] \(list\) is not a mapping from names to Values. Give names=locals\(\), or a dict: ",
        ),
        (locals, r"names=<built-in function locals> \(builtin_function_or_method\) is not a mapping"),
        ("z", r"names='z' \(str\) is not a mapping"),
        ({Value(1.0): "z"}, r"names has the key Value\(1.0, grad=None\) \(Value\), not a name: names={'z': z}\."),
    ],
)
def test_what_is_not_a_mapping_from_names(show, names, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        show(Value(1.0) * 2.0, names=names)


def test_a_long_formula_is_called_by_a_letter_wherever_it_is_shown():
    """What is computed on the way is called by its formula; where that is long, by a letter that nothing else has."""
    text = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
    root = Expression(text)(w=0.5, x=2.0, b=-1.0, y=1.0)
    for level in {"detail": "ops"}, {"detail": "names", "opened": "L"}:
        frames = steps(root, **level)
        assert not re.search(r"\bn\d", "\n".join(frame.text for frame in frames))
        assert "Forward: u is computed: u = y log(a) + (1 − y) log(1 − a) = " in " ".join(x.text for x in frames)
        assert "Backward: L passes ∂L/∂L = 1 back: ∂L/∂u = −1." in [frame.text for frame in frames]
    view = data_of(StepThrough(root, opened="L").html)["views"][0]
    assert [x["rows"][0] for x in view["boxes"] if x["name"] == "u"] == [
        ["title", "u = y log(a) + (1 − y) log(1 − a)", ""]
    ]


def test_the_letters_are_none_that_a_label_has():
    assert [*islice(spare_names(["w", "x"]), 3)] == ["u", "v", "s"]
    assert [*islice(spare_names(["u₁", "V", "s_2", "t", "p⁽¹⁾", "part_1"]), 6)] == [
        "g",
        "k",
        "c",
        "part₁",
        "part₂",
        "part₃",
    ]
    assert next(spare_names([*LETTERS, "part1"])) == "part₂"


def test_in_a_formula_that_is_too_long_stands_the_letter():
    long = "+".join(f"w*exp(x{i})" for i in range(7))
    nodes = steps(Expression(f"-({long})")(w=1.0, **{f"x{i}": 1.0 for i in range(7)}), detail="ops").nodes.values()
    assert [node.formula for node in nodes][-1] == "-(t + w exp(x5) + w exp(x6))"
    assert "…" not in "".join(node.formula for node in nodes)


@pytest.mark.slow
def test_deep_graphs():
    node = w = Value(0.5)
    for _ in range(100_000):
        node = node + 0.001
    assert named(node, {"w": w})[w].label == "w"
