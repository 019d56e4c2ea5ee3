"""Indexing: parts of an array, by slices, by numbers, by lists of them; and putting them back."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError

SOURCE = "definition; the rule is the adjoint of a linear map"


@row(
    inputs="x", linear="x", bounded=True,
    vjp={"x": lambda g, x_shape, index: put_at(g, shape=x_shape, index=index)},
    samples=(
        sample((3, 4), index=1),
        sample((3, 4), index=(slice(None, None, -2), slice(1, 3))),
        sample((3, 4), index=(np.array([0, 0, 2]),)),
        sample((3, 4), index=(..., None, 1)),
    ),
    wrong=(wrong(np.ones(3), error=IndexError, words="out of bounds", index=5),),
    formula="x[index]",
)  # fmt: skip
def getitem(x: Any, index: Any) -> Any:
    """The part of an array that an index names, by NumPy's rules."""
    return x[index]


@row(
    inputs="x", linear="x", bounded=True, vjp={"x": lambda g, index: getitem(g, index)},
    samples=(
        sample((2,), shape=(3, 2), index=1),
        sample((3, 2), shape=(4, 2), index=(np.array([0, 0, 2]),)),
    ),
    wrong=(
        wrong(np.ones(2), error=IndexError, words="out of bounds", shape=(3, 2), index=5),
        wrong(np.ones(4), error=ShapeError, words="put_at", shape=(3, 2), index=0),
    ),
    formula="zeros of a shape, with x added at an index",
    native=lambda x, shape, index: x.put_at(shape, index),
)  # fmt: skip
def put_at(x: Any, shape: Any, index: Any) -> Any:
    """Zeros of a shape with `x` added at `index`; places named twice receive the sum."""
    out = np.zeros(shape, np.asarray(x).dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, np.ndarray | list) for part in parts):
        np.add.at(out, index, x)
    else:
        out[index] = x
    return out


@row(
    inputs="x", linear="x", bounded=True,
    vjp={"x": lambda g, x_shape, place, axis: put_at(
        g, shape=x_shape, index=(slice(None),) * axis + (place,))},
    prepare=lambda inputs, params: (params[0], one_axis(params[1], np.ndim(inputs[0]))),
    samples=(sample((3, 4), place=1, axis=0), sample((3, 4), place=2, axis=-1)),
    wrong=(
        wrong(np.ones(3), error=IndexError, words="out of bounds", place=5, axis=0),
        wrong(np.ones(3), error=ShapeError, words="axis", place=0, axis=1),
    ),
    formula="the part of x at one place of one axis",
)  # fmt: skip
def pick_along(x: Any, place: int, axis: int) -> Any:
    """The part of an array at one place of one axis."""
    return x[(slice(None),) * axis + (place,)]


def _front_symbols(indices: Any, size: Any) -> Any:
    at = np.where(indices < 0, indices + size, indices)
    return at.guarded(np.logical_and(at >= 0, at < size))


@row(
    inputs="indices", severs="indices carry no gradient", native=_front_symbols,
    samples=(sample(np.array([2, -1, 0]), size=3), sample(np.array(-2), size=2)),
    special=(special(np.array([-1, 1]), value=[4, 1], params={"size": 5}),),
    wrong=(
        wrong(np.array([3]), error=IndexError, words="out of bounds", size=3),
        wrong(np.array([-4]), error=IndexError, words="out of bounds", size=3),
    ),
    formula="i, and i + n for i < 0",
)  # fmt: skip
def from_front(indices: Any, size: Any) -> Any:
    """Places that count from the end as places from the front; each must be there."""
    outside = (indices < -size) | (indices >= size)
    if np.any(outside):
        worst = np.asarray(indices)[np.asarray(outside)].flat[0]
        raise IndexError(f"index {worst} is out of bounds for an axis of size {size}")
    return np.where(indices < 0, indices + size, indices)


def stretch(axis: int, *edges: int | None) -> tuple[Any, ...]:
    """The index of a stretch of one axis: `x[..., start:stop, ...]`."""
    return (*(slice(None),) * axis, slice(*edges))
