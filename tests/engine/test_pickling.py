"""Pickled and deep-copied graphs: right, independent, still shared inside, and however deep."""

import copy
import io
import pickle
import threading
from fractions import Fraction
from itertools import pairwise

import pytest

from micrograd_lr import Value, dot, exp, log, sigmoid
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.pickling import _latest, deep_copied
from micrograd_lr.logistic import OneExample


def through_pickle(x):
    return pickle.loads(pickle.dumps(x))


def through_python_pickle(x):
    return pickle._loads(pickle._dumps(x))


COPIES = [copy.deepcopy, through_pickle, through_python_pickle]


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_is_right_and_independent(copied):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = log(sigmoid(dot([w, 3.0], [x, w]) + 1) * w) / exp(x)
    root.backward()
    twin = copied(root)
    assert repr(twin) == repr(root)
    assert twin.partials == root.partials
    assert twin.operands[0].operands[0].op is root.operands[0].operands[0].op
    w.data = 100.0
    root_grad = w.grad
    w.grad = None
    twin.backward()
    copies = [v for v in _all(twin) if v.label == "w"]
    assert len(copies) == 1
    assert (copies[0].data, copies[0].grad, w.grad) == (0.5, root_grad, None)


def _all(root):
    from micrograd_lr.engine.order import topological

    return topological(root)


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("first", ["leaf", "root"])
def test_nodes_copied_together_stay_together(copied, first):
    z = Value(2.0, "z")
    a = sigmoid(z)
    loss = -log(a)
    if first == "leaf":
        z2, a2, loss2 = copied((z, a, loss))
    else:
        loss2, a2, z2 = copied((loss, a, z))
    loss2.backward()
    loss.backward()
    assert (a2.grad, z2.grad) == (a.grad, z.grad)
    one = copied(OneExample([0.5], -1, [2.0], 1))
    one.L.backward()
    assert (one.w[0].grad, one.b.grad, one.a.grad) == (-1.0, -0.5, -2.0)


@pytest.mark.parametrize("copied", COPIES[:2])
def test_other_numbers_and_wide_nodes(copied):
    leaves = [Value(Fraction(i, 3)) for i in range(4)]
    root = node_sum([*leaves, 1, leaves[0]])
    twin = copied(root)
    twin.backward()
    assert twin.data == root.data == Fraction(3)
    assert [v.grad for v in twin.operands[:2]] == [2, 1]
    assert twin.operands[0] is twin.operands[5]


def test_a_shallow_copy_shares_its_operands():
    v = Value(2.0)
    node = v * v
    twin = copy.copy(node)
    twin.backward()
    assert twin is not node
    assert (twin.operands, v.grad, node.grad) == ((v, v), 4.0, None)


def test_a_failed_pickle_leaves_nothing_behind():
    a = Value(2.0)
    a.label = lambda: "cannot be pickled"
    root = exp(a * a) + 1
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(root)
    assert _latest.graph() is None
    a.label = "a"
    assert through_pickle(root).data == root.data
    assert _latest.graph() is None


class FullDisk(io.BytesIO):
    """Takes a few parts of a pickle, and no more."""

    def write(self, part):
        if self.tell() > 200:
            raise OSError("no space left")
        return super().write(part)


def test_every_pickle_is_whole_while_the_remains_of_a_failed_one_are_still_there():
    nodes = chain(100)
    with pytest.raises(OSError, match="no space left") as failure:
        pickle._Pickler(FullDisk(), protocol=2).dump(nodes[-1])
    assert _latest.graph() is not None  # in the frames of the error
    for node in (nodes[50], nodes[-1], nodes[0]):
        assert repr(_all(through_pickle(node))) == repr(_all(node))
    del failure


@pytest.mark.slow
def test_every_pickle_is_whole_while_other_picklers_remember_its_nodes():
    nodes = chain(2_000)
    expected = pickle.dumps(nodes[-1])
    first, last = pickle.Pickler(io.BytesIO()), pickle.Pickler(io.BytesIO())
    first.dump(nodes[-1])
    assert pickle.dumps(nodes[-1]) == expected
    first.dump(nodes)
    last.dump(nodes[1_000])
    nodes[0].data = 5.0
    for node in (nodes[-1] + 1.0, nodes[-1], nodes[1_500], nodes[1], nodes[0]):
        twin = through_pickle(node)
        assert repr(_all(twin)) == repr(_all(node))
    assert twin.data == 5.0
    assert len(pickle.dumps(nodes[0])) < 300  # and of what rests on it, nothing


def test_what_is_read_back_is_filled_in_once():
    """Neither a node that was read, and changed since, nor one that the reader brings along is written over."""
    w = Value(2.0, "w")
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.dump(w * 2.0)
    pickle.dumps(Value(3.0))
    w.data = 5.0
    pickler.dump(w * 3.0)
    unpickler = pickle.Unpickler(io.BytesIO(file.getvalue()))
    first = unpickler.load()
    first.backward()
    (leaf,) = first.nodes
    second = unpickler.load()
    assert (second.nodes, leaf.data, leaf.grad) == ((leaf,), 2.0, 2.0)

    class Outside(pickle.Pickler):
        def persistent_id(self, x):
            return "w" if x is w else None

    class Inside(pickle.Unpickler):
        def persistent_load(self, name):
            return mine

    mine, file = Value(9.0, "mine"), io.BytesIO()
    Outside(file).dump(w * 2.0)
    assert Inside(io.BytesIO(file.getvalue())).load().nodes == (mine,)
    assert (mine.data, mine.label) == (9.0, "mine")


class Guarded(pickle.Pickler):
    """Asks `guard` about every object, which may give it another name, fail, or pickle something else."""

    def __init__(self, file, guard):
        super().__init__(file)
        self.guard = guard

    def persistent_id(self, x):
        return self.guard(x)


def test_a_pickler_that_failed_and_lives_on_changes_nothing():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    alone = pickle.dumps(x), pickle.dumps(w)

    def guard(node):
        if node is x:
            raise OSError("no space left")

    bad, file = Guarded(io.BytesIO(), guard), io.BytesIO()
    good = pickle.Pickler(file)
    with pytest.raises(OSError, match="no space left"):
        bad.dump(w * x)
    assert (pickle.dumps(x), pickle.dumps(w)) == alone
    good.dump(x)
    w.data = 5.0
    good.dump(w)
    unpickler = pickle.Unpickler(io.BytesIO(file.getvalue()))
    assert (unpickler.load().data, unpickler.load().data) == (3.0, 5.0)
    assert bad is not None


def test_a_pickler_in_the_middle_of_another_changes_nothing():
    w, mine = Value(2.0, "w"), Value(9.0, "mine")

    class Reader(pickle.Unpickler):
        def persistent_load(self, name):
            return mine

    file = io.BytesIO()
    Guarded(file, lambda x: pickle.dumps(w) and "w" if x is w else None).dump(w * 2.0)
    assert Reader(io.BytesIO(file.getvalue())).load().nodes == (mine,)
    assert (mine.data, mine.label) == (9.0, "mine")
    file = io.BytesIO()
    pickler = Guarded(file, lambda x: None if x is not w else pickle.dumps(w) and None)
    pickler.dump(w)
    pickler.dump(w * 2.0)
    unpickler = pickle.Unpickler(io.BytesIO(file.getvalue()))
    leaf = unpickler.load()
    leaf.data = 7.0
    assert unpickler.load().nodes == (leaf,)
    assert leaf.data == 7.0


class Weight(Value):
    __slots__ = ()


@pytest.mark.parametrize("copied", [*COPIES, copy.copy, lambda x: pickle.loads(pickle.dumps(x, protocol=0))])
def test_a_copy_has_the_class_of_its_original(copied):
    assert type(copied(Weight(1.0, "w"))) is Weight
    if copied is not copy.copy:
        assert type(copied(Weight(1.0, "w") * 2.0).nodes[0]) is Weight


def test_a_pickler_writes_a_node_once():
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    nodes = chain(3)
    for part in (nodes[1], nodes[0], nodes):
        pickler.dump(part)
    unpickler = pickle.Unpickler(io.BytesIO(file.getvalue()))
    node, leaf, together = (unpickler.load() for _ in range(3))
    assert (together[0], together[1], together[2].operands[1]) == (leaf, node, node)
    assert len(pickle.dumps(chain(800))) < 2.1 * len(pickle.dumps(chain(400)))


def chain(n):
    nodes = [Value(1.0, "start")]
    for _ in range(n):
        nodes.append(nodes[-1] * 0.5 + nodes[-1])
    return nodes


@pytest.mark.parametrize("copied", COPIES)
def test_nodes_that_rest_on_each_other_are_copied_in_any_order(copied):
    nodes = chain(20)
    for order in (nodes, nodes[::-1], nodes[10:] + nodes[:10]):
        twins = copied(order)
        place = {node: i for i, node in enumerate(order)}
        for below, node in pairwise(nodes):
            assert twins[place[node]].operands[1] is twins[place[below]]
        assert [v.data for v in twins] == [v.data for v in order]


def test_a_pickler_on_another_thread_does_not_interfere():
    nodes = chain(50)

    class Interrupted(pickle.Pickler):
        interruptions = 0

        def persistent_id(self, x):
            if type(x) is Value and self.interruptions < 40:
                self.interruptions += 1
                other = threading.Thread(target=pickle.dumps, args=(nodes[self.interruptions],))
                other.start()
                other.join()

    file = io.BytesIO()
    Interrupted(file).dump(nodes[-1])
    assert file.getvalue() == pickle.dumps(nodes[-1])


class Counted(Value):
    """A node that counts how often it is asked for its operands."""

    __slots__ = ()
    asked = 0

    @property
    def nodes(self):
        Counted.asked += 1
        return super().nodes


def test_a_deep_copy_goes_through_shared_nodes_once():
    parts = _all(deep_copied(chain(400)[-1], {}, Counted))
    Counted.asked = 0
    twins = copy.deepcopy(parts)
    assert Counted.asked <= 3 * len(parts)
    assert twins[-1].nodes[-1] in twins


def test_a_deep_copy_takes_what_its_memo_says():
    w, twin = Value(2.0, "w"), Value(3.0, "v")
    memo = {id(w): twin}
    square = copy.deepcopy(w * w, memo)
    assert square.operands == (twin, twin)
    del memo[id(w)]
    assert copy.deepcopy(exp(w), memo).nodes[0].data == 2.0


@pytest.mark.slow
@pytest.mark.parametrize("copied", COPIES[:2])
def test_any_depth(copied):
    node = start = Value(1.0, "start")
    for _ in range(20_000):
        node = node + 1.0
    twin = copied(node)
    twin.backward()
    assert twin.data == 20_001.0
    assert start.grad is None
