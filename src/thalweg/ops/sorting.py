"""Sorting: order, the largest, places in an order, what is there at all."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import NO_NONE, sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.gathering import take_along

SOURCE = "definition"

ORDER_ALONE = "an order is made of whole numbers"


class TopKV2(NamedTuple):
    """The largest values and where they stood."""

    values: Any
    indices: Any


class Unique(NamedTuple):
    """The values that are there, in the order of their first coming, and each element's number."""

    y: Any
    idx: Any


def _order_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    axis, direction, stable = params
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction is 'ASCENDING' or 'DESCENDING', not {direction!r}")
    return one_axis(axis, np.ndim(inputs[0])), direction, stable


@row(
    inputs="values", public="argsort", prepare=_order_params, real_values=True, severs=ORDER_ALONE,
    samples=(sample((4,)), sample((3, 4), axis=0, direction="DESCENDING")),
    special=(
        special([2.0, 1.0, 2.0], value=[1, 0, 2]),
        special([2.0, 1.0, 2.0], value=[0, 2, 1], params={"direction": "DESCENDING"}),
    ),
    wrong=(wrong(np.ones(2), error=ShapeError, words="axis", axis=1),),
    formula="the places in order of size", note="Ties stay in their order; NaN comes last, or first when descending.",
)  # fmt: skip
def argsort(values: Any, axis: Any = -1, direction: Any = "ASCENDING", stable: Any = False) -> Any:
    """The places along an axis in order of size, int32.

    Args:
        values: at least one axis.
        axis: along which.
        direction: "ASCENDING" or "DESCENDING".
        stable: accepted for TensorFlow's sake; ties always stay in their order.
    """
    if direction == "ASCENDING":
        return np.argsort(values, axis=axis, kind="stable").astype(np.int32)
    last = values.shape[axis] - 1
    order = last - np.argsort(np.flip(values, axis), axis=axis, kind="stable")
    return np.flip(order, axis).astype(np.int32)


@composite(
    inputs="values",
)  # fmt: skip
def sort(values: Any, axis: Any = -1, direction: Any = "ASCENDING") -> Any:
    """The elements along an axis in order of size; of equal ones the first comes first.

    Args:
        values: at least one axis.
        axis: along which.
        direction: "ASCENDING" or "DESCENDING".

    >>> import thalweg as tw
    >>> tw.sort([3.0, 1.0, 2.0], direction="DESCENDING").numpy()
    array([3., 2., 1.], dtype=float32)
    """
    axis = one_axis(axis, len(values.shape))
    return take_along(values, argsort(values, axis, direction), axis)


@row(
    inputs="input", severs=ORDER_ALONE, real_values=True, samples=(sample((5,), k=2), sample((2, 4), k=4)),
    wrong=(wrong(np.ones(2), error=ShapeError, words="k=3", k=3),),
    formula="the places of the k largest along the last axis",
)  # fmt: skip
def top_places(input: Any, k: int, dtype: Any = np.int32) -> Any:
    """The places of the k largest along the last axis, the largest first, ties in their order."""
    if not np.ndim(input) or not 0 <= k <= input.shape[-1]:
        raise ShapeError(
            f"top_k: k={k} of shape {list(np.shape(input))}; the last axis needs k elements"
        )
    last = input.shape[-1] - 1
    order = last - np.argsort(input[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    return order[..., :k].astype(dtype)


@composite(inputs="input", public="math.top_k nn.top_k")
def top_k(input: Any, k: Any = 1, sorted: Any = True, index_type: Any = np.int32) -> Any:
    """The k largest along the last axis, and where they stood.

    Args:
        input: at least one axis of at least k elements.
        k: how many.
        sorted: accepted for TensorFlow's sake; they always come in order, the largest first.
        index_type: dtype of the places.

    Returns:
        A named tuple `(values, indices)`.

    >>> import thalweg as tw
    >>> tw.math.top_k([1.0, 3.0, 2.0], 2).values.numpy()
    array([3., 2.], dtype=float32)
    """
    places = top_places(input, static(k), index_type)
    return TopKV2(take_along(input, places, -1), places)


def _search_symbols(sequence: Any, values: Any, side: Any, out_type: Any) -> Any:
    """In words of a graph: halving, all values at once. NaN stands behind all numbers."""
    size, shape = sequence.shape[-1], values.shape
    kind = np.result_type(sequence, values)
    flat = sequence.astype(kind).reshape(-1)
    wanted = values.astype(kind).reshape(
        (-1,) if sequence.ndim == 1 else (flat.size // max(size, 1), -1)
    )
    first = 0 if sequence.ndim == 1 else size * np.arange(wanted.shape[0])[:, None]

    def less(a: Any, b: Any) -> Any:
        below = a < b
        if kind.kind != "f":
            return below
        return np.logical_or(below, np.logical_and(np.isnan(b), np.logical_not(np.isnan(a))))

    found = np.zeros_like(wanted, np.int64)
    for power in reversed(range(size.bit_length())):
        there = found + (1 << power)
        probe = flat[np.minimum(there, size) - 1 + first]
        before = less(probe, wanted) if side == "left" else np.logical_not(less(wanted, probe))
        found = np.where(np.logical_and(there <= size, before), there, found)
    return found.reshape(shape).astype(out_type)


@row(
    inputs="sorted_sequence values", native=_search_symbols, public="searchsorted", severs=ORDER_ALONE, real_values=True,
    samples=(
        sample(np.array([1.0, 2.0, 3.0]), np.array([0.5, 2.0, 9.0])),
        sample(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, 0.0], [3.0, 9.0]]), side="right"),
    ),
    wrong=(wrong(np.ones(2), np.ones(2), error=ValueError, words="side", side="middle"),),
    formula="where each value would be put in so that the order stays",
)  # fmt: skip
def searchsorted(
    sorted_sequence: Any, values: Any, side: Any = "left", out_type: Any = np.int32
) -> Any:
    """Where each value would be put in so that the order stays.

    Args:
        sorted_sequence: ascending along its last axis, shape `(..., n)`.
        values: shape `(..., m)` with the same leading axes.
        side: "left" before equal ones, "right" behind them.
        out_type: dtype of the answer.
    """
    if side not in ("left", "right"):
        raise ValueError(f"side is 'left' or 'right', not {side!r}")
    if np.ndim(sorted_sequence) == 1:
        return np.searchsorted(sorted_sequence, values, side).astype(out_type)
    if np.shape(sorted_sequence)[:-1] != np.shape(values)[:-1]:
        raise ShapeError("searchsorted: sequences and values differ in their leading axes")
    rows = sorted_sequence.reshape(-1, sorted_sequence.shape[-1])
    wanted = values.reshape(len(rows), -1)
    found = [np.searchsorted(row, one, side) for row, one in zip(rows, wanted, strict=True)]
    return np.array(found, dtype=out_type).reshape(values.shape)


@row(
    inputs="x",
    native="the shape of its answer depends on the values",
    severs="which values are there changes by jumps",
    samples=(sample(np.array([3, 1, 3, 2])),),
    formula="the values that are there, and the number of each element",
    wrong=NO_NONE,
)  # fmt: skip
def distinct(x: Any, dtype: Any = np.int32) -> Any:
    """The values that are there, in the order of their first coming, and each element's number."""
    values, first, number = np.unique(x.reshape(-1), return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return values[order], place[number.reshape(-1)].astype(dtype)


@composite(inputs="x")
def unique(x: Any, out_idx: Any = np.int32) -> Any:
    """The values that are there, in the order of their first coming, and the number of each element.

    Args:
        x: shape `(n,)`.
        out_idx: dtype of the numbers.

    Returns:
        A named tuple `(y, idx)` with `y[idx] == x`.

    >>> import thalweg as tw
    >>> tw.unique([3, 1, 3]).y.numpy()
    array([3, 1], dtype=int32)
    """
    if len(x.shape) != 1:
        raise ShapeError(f"unique takes one axis, not shape {list(x.shape)}")
    return Unique(*distinct(x, out_idx))
