"""Many examples in the walk: a move for each example, forward and backward; any of them can be opened."""

import numpy as np
import pytest
from examples import NUMBERS, THREE, batch, in_names, many
from stepped import all_steps

from micrograd_lr import Expression, Value, draw, exp, logistic, logistic_loss
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.order import topological


def labels(frames, ids):
    return [frames.nodes[id].label for id in ids]


@pytest.mark.parametrize("root", [many().J, in_names()], ids=["ManyExamples", "names"])
def test_eleven_moves_for_three_examples(root):
    frames = all_steps(root, detail="names", gradients="parameters")
    assert [frame.kind for frame in frames] == (
        ["inputs", *["forward"] * 4, "seed", *["backward"] * 4, "gradients"]
    )  # fmt: skip
    losses = [label for label in labels(frames, frames.nodes) if label.startswith("L")]
    assert [frames.name(frame.node) for frame in frames[1:5]] == [*losses, "J"]
    assert [frames.name(frame.node) for frame in frames[6:10]] == ["J", *losses]
    assert [len(frame.nodes) for frame in frames] == [0, 3, 3, 3, 1, 1, 1, 3, 3, 3, 0]
    assert [label[0] for label in labels(frames, frames[2].nodes)] == ["z", "a", "L"]
    assert frames[2].nodes == frames[8].nodes
    assert (frames[2].example, frames[4].example, str(frames[2].example)) == (
        frames.examples[1], None, "example 2 of 3"
    )  # fmt: skip
    assert [labels(frames, example.nodes)[-1] for example in frames.examples] == losses


def test_what_they_say():
    frames = all_steps(many().J, detail="names", gradients="parameters")
    assert [frame.lead for frame in frames[1:10]] == [
        "Forward, example 1 of 3: L⁽¹⁾ is computed",
        "Forward, example 2 of 3: L⁽²⁾ is computed",
        "Forward, example 3 of 3: L⁽³⁾ is computed",
        "Forward: J is computed",
        "The backward pass begins at J, which grows as fast as itself",
        "Backward: J passes ∂J/∂J = 1 back",
        "Backward, example 1 of 3 passes back to w₁, w₂ and b",
        "Backward, example 2 of 3 passes back to w₁, w₂ and b",
        "Backward, example 3 of 3 passes back to w₁, w₂ and b",
    ]
    assert [line.parts[0] for line in frames[2].lines] == ["z⁽²⁾", "a⁽²⁾", "L⁽²⁾"]
    one = all_steps(in_names(), detail="names", gradients="parameters")
    assert one[8].lead == "Backward, example 2 of 3 passes back to w and b"
    wide = many(np.ones((6, 3)))
    assert all_steps(wide.J, detail="names")[7].lead == "Backward, example 1 of 3 passes back to w₁, w₂, w₃ and 4 more"


def test_all_numbers_are_those_of_the_sweep():
    example = many()
    frames = all_steps(example.J, detail="names")
    example.backward()
    by_name = {node.label: node for node in topological(example.J)}
    for id, node in frames.nodes.items():
        assert frames[-1].values[id] == by_name[node.label].data
        assert frames[-1].gradients[id] == pytest.approx(by_name[node.label].grad, rel=1e-14)
    for frame in frames:
        computed = {"inputs": 0, "forward": frame.index}.get(frame.kind, 4)
        assert len([id for id in frame.values if frames.nodes[id].op]) == min(3 * computed, 10)
    for i, X in enumerate(zip(*(row for row in example.X)), start=1):
        frame = frames[6 + i]
        error = by_name[f"a{'⁽¹⁾⁽²⁾⁽³⁾'[3 * i - 3 : 3 * i]}"].data - example.Y[i - 1].data
        found = {frames.nodes[x.operand].label: x.contribution for x in frame.payments}
        assert [found["w₁"], found["w₂"], found["b"]] == pytest.approx([*(error * x.data for x in X), error], rel=1e-13)
        assert [payment.path for payment in frame.ledger("n0")] == [*range(1, i + 1)]
        assert frame.gradients["n0"] == frame.ledger("n0")[-1].total


def test_the_ledger_follows_the_moves_where_an_example_pays_twice():
    """z and h of an example both pay w. The sweep pays all z first; here an example pays when it is its turn."""
    text = "; ".join(f"h{i}=exp(w)*x{i}; z{i}=w*h{i}+w; L{i}=z{i}**2" for i in "123") + "; J=L1+L2+L3"
    root = Expression(text)(w=0.3, x1=1.0, x2=-2.0, x3=0.5)
    frames = all_steps(root, detail="names")
    root.backward()
    w = next(node for node in topological(root) if node.label == "w")
    assert frames[-1].gradients["n0"] == pytest.approx(w.grad, rel=1e-14)
    paid = 0.0
    for frame in frames:
        for payment in frame.payments:
            if payment.operand == "n0":
                assert payment.before == paid
                paid = payment.total
        assert frame.gradients.get("n0", 0.0) == paid


@pytest.mark.parametrize(
    "opened, moves, numbers",
    [
        ("examples", 23, [1, 2, 3]), ("example 2", 15, [2]), (["example 1", "example 3"], 19, [1, 3]),
        ("z⁽²⁾", 17, [2]), (["example 2", "z⁽²⁾"], 17, [2]), ("a⁽²⁾", 15, [2]), (["examples", "z⁽²⁾"], 25, [1, 2, 3]),
        ("L⁽³⁾", 29, [3]), ("J", 11, []),
    ],
)  # fmt: skip
def test_opened(opened, moves, numbers):
    """An example is opened by its word, or with a node inside, which is opened into its ops."""
    example = many()
    frames = all_steps(example.J, detail="names", opened=opened)
    assert len(frames) == moves
    assert [example.number for example in frames.examples if example.opened] == numbers
    example.backward()
    assert frames[-1].gradients["n0"] == pytest.approx(example.w[0].grad, rel=1e-14)


def test_what_cannot_be_opened():
    with pytest.raises(
        ValueError, match=r"^opened='example 4': no computed node has this name\. There are: z⁽¹⁾, a⁽¹⁾"
    ):
        all_steps(many().J, detail="names", opened="example 4")
    one = logistic.OneExample([0.5], -1.0, [2.0], 1.0)
    assert len(all_steps(one.L, detail="names", opened="examples")) == 9
    assert len(all_steps(many().J, opened=["examples", "example 2"])) == len(all_steps(many().J))


def test_what_is_no_batch_has_a_move_for_each_node():
    unnamed = logistic.ManyExamples([0.5], 0.1, [[1.0, 2.0, 3.0]], [1.0, 0.0, 1.0])
    for L in unnamed.losses:
        L.label = ""
    assert all_steps(unnamed.J, detail="names").examples == ()
    network = Expression("h1=relu(w1*x); h2=relu(w2*x); h3=relu(w3*x); L=h1+h2+h3")
    frames = all_steps(network(w1=1.0, w2=2.0, w3=3.0, x=1.0), detail="names")
    assert (len(frames), frames.examples) == (11, ())


def test_examples_of_one_node_each_a_mean_and_a_regulariser():
    fused = many(loss=logistic_loss)
    assert [len(frame.nodes) for frame in all_steps(fused.J, detail="names")] == [0, 2, 2, 2, 1, 1, 1, 2, 2, 2, 0]
    for root, moves in (fused.J / 3.0, 13), (fused.J + 0.1 * fused.w[0] ** 2, 13):
        assert len(all_steps(root, detail="names")) == moves
    text = "; ".join(f"L{i}=logistic_loss(w*x{i}, y{i})" for i in "123") + "; (L1+L2+L3)/3"
    numbers = {f"{x}{i}": 1.0 for x in "xy" for i in "123"}
    frames = all_steps(Expression(text)(w=0.5, **numbers), detail="names", gradients="parameters")
    assert [len(frame.nodes) for frame in frames] == [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
    assert frames[8].lead == "Backward, example 2 of 3 passes back to w"


def test_what_the_examples_share_has_its_own_move():
    w = Value(0.3, "w")
    shared = exp(w)
    shared.label = "s"
    losses = [(shared * x).sigmoid() for x in (1.0, 2.0, 3.0)]
    for i, L in enumerate(losses):
        L.label = f"L{i}"
    J = node_sum(losses)
    J.label = "J"
    frames = all_steps(J, detail="names")
    assert [frames.name(frame.node) for frame in frames if frame.node] == (
        ["s", "L0", "L1", "L2", "J", "J", "J", "L0", "L1", "L2", "s"]
    )
    assert frames[9].lead == "Backward, example 2 of 3 passes back to s"
    J.backward()
    assert frames[-1].gradients["n0"] == pytest.approx(w.grad, rel=1e-14)


@pytest.mark.slow
def test_a_hundred_examples():
    frames = all_steps(batch(100).J, detail="names", gradients="parameters")
    assert len(frames) == 205
    assert frames[150].lead == "Backward, example 47 of 100 passes back to w₁, w₂ and b"


def test_pictures_and_walks_open_the_same():
    J = many().J
    for opened in ((), "examples", "example 2", "z⁽²⁾", ["example 1", "example 3"]):
        frames = all_steps(J, detail="names", opened=opened)
        boxes = draw(J, detail="names", opened=opened).text
        for example in frames.examples:
            assert (f"({example.word})" in boxes) == (not example.opened)


def test_a_picture_of_names_whose_sum_has_no_name():
    text = THREE.replace("J=L1+L2+L3", "M=(L1+L2+L3)/3")
    picture = draw(Expression(text)(**NUMBERS), detail="names").text
    assert picture.startswith("M = (L1 + L2 + L3)/3: 0.507, ∂M/∂M = –\n├─ [0.3333] L1 (example 1) (")
    assert picture.count("[0.3333]") == 3
    names = "; ".join(f"L{i}=logistic_loss(w*x{i}+b, y{i})" for i in range(1, 8))
    many = Expression(f"{names}; M=({'+'.join(f'L{i}' for i in range(1, 8))})/7+w")
    picture = draw(many(w=0.5, b=0.1, **{f"{x}{i}": 1.0 for x in "xy" for i in range(1, 8)}), detail="names").text
    assert picture.count("[0.1429]") == 5  # four, and three more in one box
    assert "├─ [0.1429] 3 more examples" in picture
