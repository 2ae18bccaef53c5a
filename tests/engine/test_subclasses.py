"""Subclasses of `Value`: with an ``__init__`` and attributes of their own, recorded, copied and pickled."""

import copy
import io
import pickle

import pytest
from stepped import all_steps

from micrograd_lr import Value, gradient


class Weight(Value):
    __slots__ = ("__secret", "decay")

    def __init__(self, data, label="", *, decay=0.1):
        super().__init__(data, label)
        self.decay = decay
        self.__secret = 7

    @property
    def secret(self):
        return self.__secret


class Tagged(Value):
    def __init__(self, data, other=None):
        super().__init__(data, "tagged")
        self.other, self.tags = other, [data]


class Bias(Weight):
    pass


class Named:
    def __init__(self, *args, name, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = name


class Mixed(Named, Value):
    pass


class Plain(Value):
    __slots__ = ("unit",)


COPIES = [
    copy.deepcopy,
    lambda x: pickle.loads(pickle.dumps(x)),
    lambda x: pickle._loads(pickle._dumps(x)),
    lambda x: pickle.loads(pickle.dumps(x, protocol=0)),
]


def test_an_init_of_its_own_is_called():
    w = Weight(2, "w", decay=0.5)
    assert (w.data, w.label, w.decay, w.secret, w.grad, w.op) == (2.0, "w", 0.5, 7, None, None)
    assert (Bias(1.0).decay, Mixed(3.0, name="m").name, Tagged(1.0).tags) == (0.1, "m", [1.0])
    root = w * w + Bias(1.0) * 3
    root.backward()
    assert (root.data, w.grad, type(root)) == (7.0, 4.0, Value)
    assert gradient(lambda x: x * w, 5.0).data == 2.0
    w.data -= w.decay * w.grad
    assert w.data == 0.0


def test_wrong_calls():
    class Forgetful(Value):
        def __init__(self, data):
            self.forgotten = data

    with pytest.raises(TypeError, match=r"Forgetful\.__init__ has to call super\(\)\.__init__\(data, label\)"):
        Forgetful(1.0)
    with pytest.raises(TypeError, match=r"one real number, not 'a' \(str\)"):
        Weight("a")
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'data'"):
        Weight()
    with pytest.raises(TypeError, match=r"^Value\(\) missing 1 required positional argument: 'data'"):
        Value()
    with pytest.raises(AttributeError):
        Weight(1.0).dta = 5


@pytest.mark.parametrize("copied", [*COPIES, copy.copy])
def test_a_copy_has_what_the_subclass_added(copied):
    w = copied(Weight(2.0, "w", decay=3))
    assert (type(w), w.data, w.label, w.decay, w.secret) == (Weight, 2.0, "w", 3, 7)
    plain = Plain(1.0, "v")
    assert not hasattr(copied(plain), "unit")
    plain.unit = "kg"
    assert (copied(plain).unit, copied(plain).label) == ("kg", "v")


@pytest.mark.parametrize("copied", COPIES)
def test_attributes_that_are_nodes_stay_connected(copied):
    first = Tagged(1.0)
    second = Tagged(2.0, other=first)
    first.other = second
    twin = copied(second)
    assert twin.other.other is twin
    assert (twin.other.data, twin.tags, twin is second) == (1.0, [2.0], False)
    root = copied(second * second + first)
    root.backward()
    leaf, other = root.operands[0].operands[0], root.operands[1]
    assert (leaf.other is other, other.other is leaf, leaf.grad, other.grad) == (True, True, 4.0, 1.0)


def test_stepping_through_subclasses():
    root = Weight(2.0, "w") * Tagged(3.0)
    assert all_steps(root)[-1].text == "Done: the gradients: ∂L/∂w = 3, ∂L/∂tagged = 2."


def test_what_a_subclass_added_is_filled_in_once():
    w, mine, file = Weight(2.0, "w", decay=3), Weight(9.0, "mine", decay=5), io.BytesIO()

    class Outside(pickle.Pickler):
        def persistent_id(self, x):
            return "w" if x is w and pickle.dumps(w) else None  # another pickler has written w in the meantime

    class Inside(pickle.Unpickler):
        def persistent_load(self, name):
            return mine

    Outside(file).dump(w * 2.0)
    assert Inside(io.BytesIO(file.getvalue())).load().nodes == (mine,)
    assert (mine.data, mine.decay) == (9.0, 5)
