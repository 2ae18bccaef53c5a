"""A root without a name is called L, or out: in formulas, gradients, steps, questions, the terminal and the page."""

import re

import pytest
from pages import data_of
from stepped import all_steps

from micrograd_lr import Expression, StepThrough, Value, draw, logistic, logistic_loss, sigmoid
from micrograd_lr.engine.functions import sum as total
from micrograd_lr.stepping.quiz import Walk
from micrograd_lr.terminal.session import Session


def recorded(text):
    expression = Expression(text)
    return expression(**{name: 0.5 + 0.25 * i for i, name in enumerate(expression.names)})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("w*x + b", "L"),
        ("z=w*x; sigmoid(z)", "L"),
        ("J = w*x", "J"),
        ("w*L", "out"),
        ("l=w*x; l*w", "out"),
        ("L*out", "out2"),
        ("l*out*out2", "out3"),
        ("L₁*LL*w", "L"),
    ],
)
def test_what_it_is_called(text, name):
    for detail in "names", "ops":
        frames = all_steps(recorded(text), detail=detail)
        assert (frames.root.label, frames.root.name) == (name, name)
        assert frames[-1].text.startswith(f"Done: the gradients: ∂{name}/∂")
        begins = f"The backward pass begins at {name}, which grows as fast as itself"
        assert frames[len(frames.ops) + 1].text == f"{begins}: ∂{name}/∂{name} = 1."


def test_leaves_blank_labels_and_many_examples():
    assert all_steps(Value(2.0))[0].text == "The inputs: L = 2."
    assert all_steps(Value(2.0, "w"))[-1].text == "Done: the gradients: ∂w/∂w = 1."
    blank = Value(2.0, "w") * 3.0
    blank.label = " \n"
    assert all_steps(blank).root.label == "L"
    many = logistic.ManyExamples([0.5], -1.0, [[2.0, 1.0]], [1.0, 0.0])
    assert all_steps(many.J).root.name == "J"
    losses = total([logistic_loss(Value(z, f"z{z:g}"), 1.0) for z in (1.0, 2.0)])
    assert all_steps(losses)[-1].text == "Done: the gradients: ∂L/∂z1 = −0.2689, ∂L/∂z2 = −0.1192."


def test_the_users_name_goes_first():
    w = Value(2.0)
    root = w * 3.0
    assert all_steps(root, names={"cost": root, "w": w})[-1].text == "Done: the gradients: ∂cost/∂w = 3."
    assert all_steps(root, names={"L": w})[-1].text == "Done: the gradients: ∂out/∂L = 3."
    assert root.label == ""


LONG = "z=w*x+b; (sigmoid(z)*tanh(z)+w*x*exp(b))*log(1+z*z)/(w*w+x*x)"


def test_the_id_is_nowhere_in_words_and_the_ids_stay():
    root = recorded(LONG)
    frames = all_steps(root)
    assert frames.root.id == "n18"
    said = [word for frame in frames for word in (frame.text, frame.formula, frame.numbers, frame.mathematics)]
    html = StepThrough(root).html
    data = data_of(html)
    shown = next(view for view in data["views"] if view["detail"] == "ops")
    said += [shown["nodes"][-1]["name"], *shown["spellings"], *data["pool"], *data["hints"]]
    said += [frame["text"] + frame["lead"] + str(frame["lines"]) for frame in shown["frames"]]
    assert not [word for word in said if "n18" in word.replace('"n18"', "")]
    assert "<title>Step through L</title>" in html
    assert shown["boxes"][-1]["rows"][0][1].startswith("L = ")
    assert (shown["nodes"][-1]["id"], shown["nodes"][-1]["name"]) == ("n18", "L")


def test_a_terminal():
    session = Session(Expression(LONG), {"w": 0.5, "x": 2.0, "b": 1.0}, "", "")
    session.do("end")
    page = "\n".join(line for line, _ in session.page())
    assert "  ∂L/∂w = " in page
    assert not re.search(r"\bn\d", page)


def test_questions_about_it_in_numbers_and_formulas():
    for detail in "names", "ops":
        walk = Walk(Expression("z=w*x; sigmoid(z)"), {"w": 0.5, "x": 2.0}, "formula", detail=detail)
        walk.move(next(frame.index for frame in walk.steps if frame.kind == "backward"), asking=True)
        assert walk.prompt == "What is the formula of ∂L/∂z?"
        assert walk.answer("L(1 - L)") == "Right."
    walk = Walk(Expression("z=w*x; sigmoid(z)"), {"w": 0.5, "x": 2.0}, "number")
    walk.move(2, asking=True)
    assert (walk.prompt, walk.answer("0.731")) == ("What is L?", "Right.")


def test_a_picture_of_ops_shows_what_it_showed_and_one_of_names_needs_the_name():
    w = Value(0.5, "w")
    z = w * 2.0
    z.label = "z"
    root = sigmoid(z)
    root.backward()
    assert draw(root).text.startswith("σ(z): 0.7311, grad = 1\n└─ [0.1966] z = w·2: 1, grad = 0.1966\n")
    assert draw(root, detail="names", partials="formula").text.startswith(
        "L = σ(z): 0.7311, ∂L/∂L = 1\n└─ [L(1 − L)] z = w·2: 1, ∂L/∂z = 0.1966\n"
    )
    assert draw(root, detail="names", opened="L").source == draw(root, detail="names").source
    assert draw(root, names={"p": root}).text.startswith("p = σ(z): 0.7311, ∂p/∂p = 1\n")


def test_notes_say_no_id():
    leaf = Value(2.0)
    root = leaf * 3.0
    leaf.data = 1.0
    assert draw(root).notes == ["a leaf changed after this was recorded: the other numbers were computed before"]
