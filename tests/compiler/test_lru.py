"""What is remembered in memory: the shapes and kernels that were used last, by one thread or several."""

from collections import OrderedDict
from functools import partial

import numpy as np
from together import together

from micrograd_lr import value_and_grad
from micrograd_lr.compiler import load as generated
from micrograd_lr.compiler.lru import cached


def test_old_kernels_are_forgotten_in_memory_too(monkeypatch):
    monkeypatch.setattr(generated, "KERNELS", 3)
    monkeypatch.setattr(generated, "_kernels", OrderedDict())
    sources = [f"def kernel():\n    return {i}" for i in range(5)]
    assert [generated.load(source, on_disk=False)() for source in sources] == [0, 1, 2, 3, 4]
    assert [*generated._kernels] == [generated.name_of(source) for source in sources[2:]]
    graph = value_and_grad(lambda w, x: w[0] * x[0] + w[-1], batch="x", backend="numpy")
    for n in range(2, 20):
        graph(np.ones(n), np.ones((n, 2)))
    assert [*graph._programs] == [(n, n) for n in range(12, 20)]
    assert len(graph._kernels) == 8


def test_what_was_used_last_is_remembered():
    known = OrderedDict()
    asked = [cached(known, key, 2, lambda key=key: key.upper()) for key in "abacb"]
    assert asked == [*"ABACB"]
    assert [*known.items()] == [("c", "C"), ("b", "B")]
    assert cached(known, "c", 2, lambda: "another") == "C"
    assert [*known] == ["b", "c"]


def test_what_another_thread_drops_is_made_again():
    class Dropping(OrderedDict):
        def move_to_end(self, key):
            super().move_to_end(key)
            del self[key]

    assert cached(Dropping(a=1), "a", 2, lambda: 2) == 2


def test_many_threads_ask_for_few_shapes():
    graph = value_and_grad(lambda w, x: w[0] * x[0] + w[-1], batch="x", backend="python")
    wrong = []

    def call(first):
        for n in [*range(2, 14)] * 3:
            n = (n + first) % 12 + 2
            found, _ = graph([1.0] * n, [[2.0, 3.0]] * n)
            if found != 7.0:
                wrong.append(found)

    assert together([partial(call, 4 * k) for k in range(3)]) == []
    assert not wrong
    assert max(len(graph._programs), len(graph._kernels)) <= 8
