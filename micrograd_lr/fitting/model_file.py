"""A fitted model as a JSON file: what is in it, and what is checked when it is read."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field

from micrograd_lr.fitting.loss import rows_of
from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

FORMAT, VERSION = "micrograd_lr logistic regression", 1


@dataclass
class Model:
    """A logistic regression of standardised features, (x - mean) / deviation, and of what it was fitted to.

    `coefficients` and `intercepts` have one row for two classes, which speaks for the second, else one per class. The
    deviation of a column that was constant is 0, and so is its coefficient. `settings` and `training` say how the model
    was made; nothing is computed from them but how missing numbers are treated.
    """

    target: str
    classes: list[str]
    features: list[str]
    means: list[float]
    deviations: list[float]
    coefficients: list[list[float]]
    intercepts: list[float]
    settings: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)

    def estimator(self) -> Any:
        """A `LogisticRegression` that is fitted: what it predicts are places in `classes`."""
        import numpy as np

        from micrograd_lr.fitting.estimator import LogisticRegression

        fitted = LogisticRegression()
        fitted.coef_, fitted.intercept_ = np.array(self.coefficients), np.array(self.intercepts)
        fitted.classes_, fitted.n_features_in_ = np.arange(len(self.classes)), len(self.features)
        return fitted

    def standardise(self, X: Any) -> None:
        """The features of examples, one per row, become (x - mean) / deviation, where they are."""
        X -= self.means
        scale(X, self.deviations)

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        write_json(path, FORMAT, asdict(self))

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read the file. OSError; ValueError says what is wrong with it."""
        read = read_json(path, FORMAT, [*cls.__dataclass_fields__])
        model = cls(**{name: read[name] for name in cls.__dataclass_fields__})
        n, k = _names(path, read, "features", 1), _names(path, read, "classes", 2)
        rows = rows_of(k)
        check_numbers(path, "means", model.means, n)
        check_numbers(path, "deviations", model.deviations, n)
        check_numbers(path, "intercepts", model.intercepts, rows)
        check_rows(path, "coefficients", model.coefficients, rows, n)
        if negative := [x for x in model.deviations if x < 0]:
            raise ValueError(f"{path}: a deviation is {negative[0]}; none is below 0. {_AGAIN}")
        return model


def scale(X: Any, deviations: Any) -> None:
    """Every column of X is divided by its deviation, where it is; not by 0, that of a constant one."""
    X /= [deviation or 1.0 for deviation in deviations]


def write_json(path: Path, kind: str, content: dict[str, Any]) -> None:
    """Write `content` as JSON that says what kind of file it is. Floats are read back as they were, to the last bit."""
    head = {"format": kind, "version": VERSION, "package": __version__}
    write_whole(path, json.dumps(head | content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path, kind: str, names: Sequence[str]) -> dict[str, Any]:
    """What `write_json` wrote. ValueError if it is not JSON, not of this kind, of a later version, or not complete."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise type(error)(f"cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text, so it is no {_KINDS[kind]}. {_AGAIN}") from None
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: it is not JSON ({error}). {_AGAIN}") from None
    if not isinstance(read, dict) or read.get("format") != kind:
        raise ValueError(f"{path} is JSON, but no {_KINDS[kind]}: it does not begin with the format {kind!r}.")
    version = read.get("version")
    if type(version) is int and version > VERSION:
        raise ValueError(
            f"{path} is of version {version}, and this micrograd_lr {__version__} reads version {VERSION}. Update it: "
            'pip install --upgrade "micrograd_lr[train]"'
        )
    if type(version) is not int or version < 1:
        raise ValueError(f"{path}: the version is {version!r}; it is a whole number from 1 on. {_AGAIN}")
    if lost := [name for name in names if name not in read]:
        raise ValueError(f"{path} is not complete. It lacks {', '.join(lost)}. {_AGAIN}")
    return read


def check_numbers(path: Path, name: str, numbers: Any, length: int) -> None:
    """ValueError unless this is a list of so many finite numbers."""
    _check_length(path, name, numbers, length)
    for i, x in enumerate(numbers):
        if type(x) not in (int, float) or not abs(x) <= sys.float_info.max:
            raise ValueError(f"{path}: {name}[{i}] is {x!r:.40}, not a finite number. {_AGAIN}")


def check_rows(path: Path, name: str, rows: Any, count: int, length: int) -> None:
    """ValueError unless this is a list of so many lists of numbers."""
    _check_length(path, name, rows, count)
    for i, row in enumerate(rows):
        check_numbers(path, f"{name}[{i}]", row, length)


def _check_length(path: Path, name: str, given: Any, length: int) -> None:
    if not isinstance(given, list) or len(given) != length:
        what = f"a list of length {len(given)}" if isinstance(given, list) else f"{given!r:.40}"
        raise ValueError(f"{path}: {name} is {what}, where a list of length {length} is needed. {_AGAIN}")


def _names(path: Path, read: dict[str, Any], name: str, least: int) -> int:
    """How many names there are. ValueError unless they are texts, different ones, and enough."""
    names = read[name]
    if not isinstance(names, list) or not all(isinstance(x, str) for x in names):
        raise ValueError(f"{path}: {name} is not a list of names. {_AGAIN}")
    if len({*names}) < len(names) or len(names) < least:
        raise ValueError(f"{path}: {name} needs at least {least} names, all different. {_AGAIN}")
    return len(names)


CHECKPOINT = "micrograd_lr checkpoint"
_KINDS = {FORMAT: "model of micrograd-lr train", CHECKPOINT: "checkpoint of micrograd-lr train"}
_AGAIN = "Make it again with micrograd-lr train."
