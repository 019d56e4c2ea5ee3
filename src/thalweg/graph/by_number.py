"""What do the primitives that go by whole numbers, by order and by what came before make and compute?

A number that names no row, and numbers that a guard does not let pass, are IndexError: whoever runs the
graph then leaves the call to Python, which answers or says what is wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "RUNNING",
    "guard",
    "guard_spec",
    "order_spec",
    "put",
    "put_extreme",
    "put_extreme_spec",
    "put_spec",
    "running",
    "running_spec",
    "take",
    "take_spec",
]

Spec = tuple[tuple[int, ...], np.dtype[Any]]


def take_spec(x: Any, places: Any) -> Spec:
    """Rows of `x`, by numbers of its first axis."""
    if places.dtype.kind not in "iu" or not x.shape:
        raise ValueError("whole numbers are wanted, and an axis to count along")
    return (*places.shape, *x.shape[1:]), x.dtype


def take(x: Any, places: Any) -> Any:
    """Rows at numbers."""
    return x[_there(places, len(x))]


def put_spec(x: Any, places: Any, rows: int) -> Spec:
    """Zeros of so many rows, with rows of `x` added at places."""
    if x.shape[: len(places.shape)] != places.shape:
        raise ValueError("not a row for each place")
    return (rows, *x.shape[len(places.shape) :]), x.dtype


def _there(places: Any, rows: int) -> Any:
    """The numbers of rows; IndexError where one names no row, negative ones among them."""
    if places.size and not 0 <= places.min() <= places.max() < rows:
        raise IndexError(
            f"the numbers go from {places.min()} to {places.max()}, the rows to {rows}"
        )
    return places


def put(x: Any, places: Any, rows: int) -> Any:
    """Rows added up at numbers."""
    out = np.zeros((rows, *x.shape[places.ndim :]), x.dtype)
    np.add.at(out, _there(places, rows), x)
    return out


def put_extreme_spec(x: Any, places: Any, rows: int, kind: str) -> Spec:
    """The largest or smallest of the rows at each place, and where there is none what changes nothing."""
    if kind not in ("max", "min") or x.dtype.kind not in "if":
        raise ValueError(f"{kind!r} is neither max nor min, or {x.dtype.name} has none")
    return put_spec(x, places, rows)


def put_extreme(x: Any, places: Any, rows: int, kind: str) -> Any:
    """The extreme of the rows at each number."""
    ends = (
        (-np.inf, np.inf) if x.dtype.kind == "f" else (np.iinfo(x.dtype).min, np.iinfo(x.dtype).max)
    )
    out = np.full((rows, *x.shape[places.ndim :]), ends[kind == "min"], x.dtype)
    (np.maximum if kind == "max" else np.minimum).at(out, _there(places, rows), x)
    return out


RUNNING: dict[str, Any] = {
    "sum": np.add,
    "product": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "logaddexp": np.logaddexp,
}
"""What can be made of all elements up to each place."""


def running_spec(x: Any, kind: str, axis: int) -> Spec:
    """What becomes of all elements up to each place of an axis."""
    if kind not in RUNNING or not 0 <= axis < len(x.shape):
        raise ValueError(f"{kind!r} is none of {', '.join(RUNNING)}, or there is no axis {axis}")
    if x.dtype.kind not in "if" or (kind == "logaddexp" and x.dtype.kind != "f"):
        raise ValueError("no numbers of this kind")
    return x.shape, x.dtype


def running(x: Any, kind: str, axis: int) -> Any:
    """NumPy's `accumulate`, in the dtype that came."""
    return RUNNING[kind].accumulate(x, axis=axis, dtype=x.dtype)


def order_spec(x: Any) -> Spec:
    """The places along the last axis in order of size: ties stay in their order, NaN comes last."""
    if not x.shape or x.dtype.kind not in "if":
        raise ValueError("an axis of numbers is wanted")
    return x.shape, np.dtype(np.int64)


def guard_spec(x: Any, truth: Any) -> Spec:
    """`x` itself; where `truth` is false, the numbers are not for a graph: Python's own call answers."""
    if truth.shape or truth.dtype.kind != "b":
        raise ValueError("one truth value is wanted")
    return x.shape, x.dtype


def guard(x: Any, truth: Any) -> Any:
    """`x`, if the truth value is true."""
    if not truth:
        raise IndexError("numbers that a graph is not for")
    return x
