"""The data of users, which have one example per row, as examples for the loss: checked, labels as numbers, weighted."""

from __future__ import annotations

from functools import partial

from micrograd_lr.compiler.blocks import mapped
from micrograd_lr.fitting.examples import Examples, ExamplesInBlocks
from micrograd_lr.fitting.loss import rows_of
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

REMEDY, REMEDY_DASK = (f'pip install "micrograd_lr[{extra}]"' for extra in ("sklearn", "dask"))
np = need("numpy", REMEDY)


def in_arrays(X: Any, y: Any, weights: Any, class_weight: Any, classes: Any = None) -> tuple[Examples, Any]:
    """Examples in memory, and their classes: X (m, n), y (m,), and weights (m,) or None. `classes` if more may come."""
    classes = _classes(np.unique(y), classes)
    if weights is not None:
        weights = _checked(weights)
    if class_weight is not None:
        weights = np.ones(len(y)) if weights is None else weights
        place = np.searchsorted(classes, y)
        counts = np.bincount(place, weights, minlength=len(classes))
        weights = weights * _weights_of_classes(class_weight, classes, counts)[place]
    total = len(y) if weights is None else weights.sum()
    return Examples(X.T, one_hot(y, classes), weights, float(total)), classes


def in_dask(X: Any, y: Any, weights: Any, class_weight: Any) -> tuple[Examples, Any]:
    """Examples in Dask's arrays, and their classes. The data stay where they are; numbers per class travel."""
    dask = need("dask", REMEDY_DASK)
    parts = [y.to_delayed(), *([] if weights is None else [weights.to_delayed()])]
    counts: dict[Any, float] = {}
    for found in dask.compute(*(dask.delayed(_count)(*of_chunk) for of_chunk in zip(*parts))):
        _add(counts, found)
    classes = _classes(np.array(sorted(counts)))
    of_classes = np.array([counts[label] for label in classes.tolist()])
    by_class = _weights_of_classes(class_weight, classes, of_classes)
    if class_weight is not None:
        of_examples = y.map_blocks(_looked_up, classes, by_class, dtype=float)
        weights = of_examples if weights is None else weights * of_examples
    return Examples(X.T, one_hot(y, classes), weights, float(of_classes @ by_class)), classes


def in_blocks(
    blocks: Iterable[Any], class_weight: Any, executor: Any, classes: Any = None
) -> tuple[ExamplesInBlocks, Any]:
    """Examples in blocks, and their classes. All blocks are looked at once, to count.

    A block is `(X, y)` or `(X, y, weights)`, or a function without arguments that returns one of these: it is called
    where the block is needed. ValueError for blocks that do not fit together, and for what can be gone through once.
    """
    if iter(blocks) is blocks:
        raise ValueError(
            f"the blocks are of the type {type(blocks).__name__}, which can be gone through once; a fit goes through "
            "them once per iteration. Give a list, or a list of functions that each load a block."
        )
    counts: dict[Any, float] = {}
    sizes: set[int] = set()
    weighted = class_weight is not None
    for size, has_weights, found in mapped(_counted, blocks, executor):
        sizes.add(size)
        weighted |= has_weights
        _add(counts, found)
    if len(sizes) != 1:
        given = f"{' and '.join(map(str, sorted(sizes)))} features" if sizes else "no example, for there are none"
        raise ValueError(f"the blocks have {given}; expected at least one block, and the same features in each.")
    classes = _classes(np.array(sorted(counts)), classes)
    of_classes = np.array([counts.get(label, 0.0) for label in classes.tolist()])
    by_class = _weights_of_classes(class_weight, classes, of_classes)
    arranged, rows = partial(_arranged, classes, by_class), rows_of(len(classes))
    total = float(of_classes @ by_class)
    return ExamplesInBlocks(blocks, arranged, weighted, sizes.pop(), rows, total, executor), classes


def one_hot(y: Any, classes: Any) -> Any:
    """Labels as numbers: (m,) with 1 for the second of two classes; for k > 2 (k, m) with a 1 for the right one."""
    if len(classes) == 2:
        return (y == classes[1]).astype(float)
    return (y == classes[:, None]).astype(float)


def _classes(found: Any, given: Any = None) -> Any:
    """The classes in order: those that were `given`, if all that were `found` are among them, or else those."""
    classes = found if given is None else np.unique(given)
    if len(classes) < 2:
        what = f"only one class, {classes.tolist()[0]!r}" if len(classes) else "no label"
        raise ValueError(f"y holds {what}; a classifier needs examples of at least two classes.")
    strange = np.setdiff1d(found, classes).tolist()
    if strange:
        raise ValueError(f"the label {strange[0]!r} is none of the classes {', '.join(map(repr, classes.tolist()))}.")
    return classes


def _weights_of_classes(class_weight: Any, classes: Any, counts: Any) -> Any:
    """How much the examples of each class count, which are `counts` by their own weights."""
    if class_weight is None:
        return np.ones(len(classes))
    compute = need("sklearn.utils.class_weight", REMEDY).compute_class_weight
    return compute(class_weight, classes=classes, y=classes, sample_weight=counts)


def _looked_up(y: Any, classes: Any, by_class: Any) -> Any:
    return by_class[np.searchsorted(classes, y)]


def _checked(weights: Any) -> Any:
    """The weights of examples, if none is negative; else ValueError."""
    if (weights < 0).any():
        place = int((weights < 0).argmax())
        raise ValueError(f"sample_weight[{place}] is {weights[place]}; a weight is at least 0.")
    return weights


def _opened(block: Any) -> tuple[Any, Any, Any]:
    """X, y and the weights (or None) of a block of the user's, checked."""
    parts = block() if callable(block) else block
    if not isinstance(parts, (tuple, list)) or len(parts) not in (2, 3):
        raise ValueError(
            f"a block is of the type {type(parts).__name__}; expected (X, y) or (X, y, sample_weight), with one "
            "example per row, or a function that returns one of them."
        )
    X, y = np.asarray(parts[0]), np.asarray(parts[1])
    weights = np.asarray(parts[2], dtype=float) if len(parts) == 3 else None
    if X.ndim != 2 or y.shape != X.shape[:1] or (weights is not None and weights.shape != y.shape):
        shapes = f"X is {X.shape}, y is {y.shape}" + ("" if weights is None else f", the weights are {weights.shape}")
        raise ValueError(f"in a block {shapes}; expected (m, n), (m,), (m,): one example per row.")
    return X, y, None if weights is None else _checked(weights)


def _counted(block: Any) -> tuple[int, bool, dict[Any, float]]:
    """The number of features of a block, whether it has weights, and how much each class counts in it."""
    X, y, weights = _opened(block)
    return X.shape[1], weights is not None, _count(y, weights)


def _count(y: Any, weights: Any = None) -> dict[Any, float]:
    """How much the examples of each class count together."""
    classes, place = np.unique(y, return_inverse=True)
    counts = np.bincount(place, None if weights is None else _checked(weights), minlength=len(classes))
    return dict(zip(classes.tolist(), counts.astype(float).tolist()))


def _add(counts: dict[Any, float], more: dict[Any, float]) -> None:
    for label, count in more.items():
        counts[label] = counts.get(label, 0.0) + count


def _arranged(classes: Any, by_class: Any, take: Callable[..., Any], block: Any) -> Any:
    """What `take` makes of a block: one example per column, labels as numbers, and a weight for each."""
    X, y, weights = _opened(block)
    of_examples = _looked_up(y, classes, by_class)
    return take(X.T, one_hot(y, classes), of_examples if weights is None else weights * of_examples)
