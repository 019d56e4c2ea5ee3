"""Segments: rows added up, and their extremes, by the number of the segment that each belongs to.

The unsorted functions take numbers in any order and drop negative ones; the others take them
ascending, one for each row, and have as many segments as the last number says. Every function here
comes down to two linear rows, each the other's transpose: rows added up by number, rows picked by
number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import REQUIRED, Op, row
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.dead_branch import spared
from thalweg.ops.exponential import multiply_no_nan

SOURCE = "definition"

IDS = np.array([2, 0, 2, -1])
DATA_AND_IDS = (
    sample((4, 2), IDS, num_segments=3), sample((4,), IDS, num_segments=4),
    sample((2, 2), np.array([[1, 1], [0, -1]]), num_segments=2), sample((0, 3), np.zeros(0, int), num_segments=2),
)  # fmt: skip
NONE_EMPTY = (
    sample((4, 2), np.array([1, 0, 1, -1]), num_segments=2), sample((4,), np.array([1, 1, 0, 1]), num_segments=2),
    sample((2, 2), np.array([[1, 1], [0, -1]]), num_segments=2), sample((0, 3), np.zeros(0, int), num_segments=0),
)  # fmt: skip
BAD_IDS = (
    wrong(np.ones(2), np.array([0, 3]), error=IndexError, words="from 0 to 1", num_segments=2),
    wrong(np.ones(2), np.array([0]), error=ShapeError, words="begin with", num_segments=2),
    wrong(
        np.ones(2), np.array([0.0, 1.0]), error=DTypeError, words="whole numbers", num_segments=2
    ),
    wrong(np.ones(1), np.array([0]), error=ShapeError, words="negative", num_segments=-1),
)

WIDER = {"float16": "float64", "float32": "float64", "complex64": "complex128", "bool": "int64"}


def checked(name: str, data: Any, ids: Any, count: int) -> None:
    """Refuse numbers of segments that do not fit the data, by the function's name."""
    if ids.dtype.kind not in "iu":
        raise DTypeError(f"{name}: segment_ids are whole numbers, not {ids.dtype.name}")
    if np.shape(data)[: ids.ndim] != ids.shape:
        raise ShapeError(
            f"{name}: data of shape {list(np.shape(data))} does not begin with the shape "
            f"{list(ids.shape)} of segment_ids"
        )
    if count < 0:
        raise ShapeError(f"{name}: num_segments is {count}; it cannot be negative")
    over = np.argwhere(ids >= count)
    if len(over):
        place = [int(at) for at in over[0]]
        raise IndexError(
            f"{name}: segment_ids{place} is {ids[tuple(over[0])]}, and segments go from 0 to {count - 1}"
        )


def _params(name: str) -> Any:
    def prepare(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
        count = int(static(params[0]))
        data, ids = inputs
        checked(name, data, ids, count)
        return (count,)

    return prepare


def _bins(segment_ids: Any, count: int) -> Any:
    """In words of a graph: numbers with one segment more, for the negative ones; others are refused."""
    beyond = np.where(segment_ids < count, segment_ids, -1)
    return np.where(segment_ids < 0, count, beyond)


def _besides(rows: Any, segment_ids: Any) -> Any:
    """Truth values of the numbers' shape, with axes to stand beside rows."""
    gone = segment_ids < 0
    return gone.reshape((*gone.shape, *(1,) * (rows.ndim - gone.ndim)))


def _rows_symbols(params: Any, segment_ids: Any) -> Any:
    if not len(params):
        return np.zeros((*segment_ids.shape, *params.shape[1:]), params.dtype)
    rows = params[np.where(segment_ids < 0, 0, segment_ids)]
    return np.where(_besides(rows, segment_ids), params.dtype.type(0), rows)


@row(
    inputs="params segment_ids", linear="params", bounded=True, native=_rows_symbols,
    vjp={
        "params": lambda g, params_shape, segment_ids: unsorted_segment_sum(
            g, segment_ids, params_shape[0]),
        "segment_ids": None,
    },
    samples=(sample((3, 2), IDS), sample((3,), np.array([[1, -1], [0, 2]]))),
    special=(special([1.0, 2.0], np.array([1, -1]), value=[2.0, 0.0], grad=([0.0, 1.0], None)),),
    wrong=(wrong(np.ones(2), np.array([2]), error=IndexError, words="out of bounds"),),
    formula="params[i] for each number i, 0 where it is negative",
)  # fmt: skip
def segment_rows(params: Any, segment_ids: Any) -> Any:
    """The row of each segment, one for each number; 0 where the number is negative."""
    if not len(params):
        return np.zeros((*segment_ids.shape, *params.shape[1:]), params.dtype)
    rows = params[np.maximum(segment_ids, 0)]
    gone = segment_ids < 0
    if gone.any():
        rows[gone] = 0
    return rows


def _sum_symbols(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    kind = data.dtype
    wide = data.astype(WIDER.get(kind.name, kind))
    sums = wide.added_rows(_bins(segment_ids, num_segments), num_segments + 1)[:num_segments]
    return sums.astype(np.int64 if kind.kind == "b" else kind)


@row(
    inputs="data segment_ids", public="math.unsorted_segment_sum", linear="data", bounded=True,
    native=_sum_symbols,
    prepare=_params("unsorted_segment_sum"),
    vjp={"data": lambda g, segment_ids: segment_rows(g, segment_ids), "segment_ids": None},
    samples=DATA_AND_IDS, wrong=BAD_IDS,
    special=(
        special([1.0, 2.0, 4.0, 8.0], IDS, value=[2.0, 0.0, 5.0], params={"num_segments": 3},
                grad=([1.0, 1.0, 1.0, 0.0], None), why="a negative number drops its row"),
        special([1.0, np.inf, 1.0, np.nan], IDS, value=[np.inf, 0.0, 2.0], params={"num_segments": 3},
                grad=([1.0, 1.0, 1.0, 0.0], None)),
    ),
    formula="yₛ = Σ of the rows whose number is s",
    note="Rows with a negative number are dropped; float32 and float16 are added in float64.",
)  # fmt: skip
def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """The sum of the rows of each segment; 0 for a segment without rows.

    Args:
        data: shape `segment_ids.shape + (...)`.
        segment_ids: whole numbers below `num_segments`; rows with a negative one are dropped.
        num_segments: how many segments there are.

    Returns:
        Shape `(num_segments, ...)`.
    """
    kind = data.dtype
    wide = WIDER.get(kind.name, kind)
    out = np.zeros((num_segments, *data.shape[segment_ids.ndim :]), wide)
    there = segment_ids >= 0
    np.add.at(out, segment_ids[there], data[there])
    return out.astype(np.int64 if kind.kind == "b" else kind, copy=False)


def _shares_symbols(data: Any, extreme: Any, segment_ids: Any) -> Any:
    dtype = extreme.dtype if extreme.dtype.kind == "f" else np.dtype(np.float64)
    segments = extreme.shape[0]
    gone = _besides(data, segment_ids)
    at = np.where(segment_ids < 0, 0, segment_ids)
    if not segments:
        raise ValueError("no segments")
    hit = np.logical_and(data == extreme[at], np.logical_not(gone)).astype(np.int64)
    count = hit.added_rows(at, segments)
    shares = (hit / np.maximum(count, 1)[at]).astype(dtype)
    if data.dtype.kind == "f":
        shares = np.where(np.isnan(data), dtype.type(np.nan), shares)
    return np.where(gone, dtype.type(0), shares)


@row(
    inputs="data extreme segment_ids", native=_shares_symbols, real_values=True, severs="a weight that is constant on either side of a tie",
    samples=(sample(np.array([3.0, 3.0, 1.0]), np.array([3.0]), np.array([0, 0, 0])),),
    special=(
        special([3.0, 3.0, 1.0, np.nan], [3.0], np.array([0, 0, 0, -1]), value=[0.5, 0.5, 0.0, 0.0]),
        special([3.0, np.nan], [np.nan], np.array([0, 0]), value=[0.0, np.nan]),
    ),
    wrong=(wrong(np.ones(2), np.ones(2), np.array([2, 0]), error=IndexError, words="out of bounds"),),
    formula="1/k for each of the k elements that attain a segment's extreme, else 0",
)  # fmt: skip
def segment_shares(data: Any, extreme: Any, segment_ids: Any) -> Any:
    """What part of a segment's cotangent each element gets: ties share, NaN to what is NaN."""
    dtype = extreme.dtype if extreme.dtype.kind == "f" else np.dtype(np.float64)
    there = segment_ids >= 0
    numbers, own = segment_ids[there], data[there]
    hit = own == extreme[numbers]
    count = np.zeros(extreme.shape, np.int64)
    np.add.at(count, numbers, hit)
    shares = np.zeros(data.shape, dtype)
    shares[there] = np.where(
        np.isnan(own), dtype.type(np.nan), (hit / np.maximum(count, 1)[numbers]).astype(dtype)
    )
    return shares


def _shared(g: Any, data: Any, extreme: Any, segment_ids: Any) -> Any:
    return spared(g, multiply_no_nan(g, segment_shares(data, extreme, segment_ids)))


def _extreme_symbols(lowest: bool) -> Any:
    def native(data: Any, segment_ids: Any, num_segments: Any) -> Any:
        if data.dtype.kind not in "fi":
            raise TypeError(f"{data.dtype.name} has no order")
        limits: Any = np.finfo(data.dtype) if data.dtype.kind == "f" else np.iinfo(data.dtype)
        bins = _bins(segment_ids, num_segments)
        kind = "min" if lowest else "max"
        found = data.extreme_rows(bins, num_segments + 1, kind)[:num_segments]
        once = data.like(np.ones(segment_ids.shape, np.int64))
        some = once.added_rows(bins, num_segments + 1)[:num_segments] > 0
        some = some.reshape((num_segments, *(1,) * (found.ndim - 1)))
        return np.where(some, found, data.dtype.type(limits.max if lowest else limits.min))

    return native


def _extreme(name: str, ufunc: Any, words: str) -> Op:
    lowest = ufunc is np.minimum

    def kernel(data: Any, segment_ids: Any, num_segments: Any) -> Any:
        kind = data.dtype
        if kind.kind not in "fiu":
            raise DTypeError(f"{name}: {kind.name} has no order")
        limits: Any = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
        nothing = limits.max if lowest else limits.min
        start = nothing if kind.kind != "f" else np.inf if lowest else -np.inf
        out = np.full((num_segments, *data.shape[segment_ids.ndim :]), start, kind)
        there = segment_ids >= 0
        numbers = segment_ids[there]
        ufunc.at(out, numbers, data[there])
        out[np.bincount(numbers, minlength=num_segments) == 0] = nothing
        return out

    op = Op(
        name, "data segment_ids", kernel, native=_extreme_symbols(lowest), public=f"math.{name}", prepare=_params(name), bounded=True,
        real_values=True, parameters={"num_segments": REQUIRED},
        vjp={
            "data": lambda g, ans, data, segment_ids: _shared(
                segment_rows(g, segment_ids), data, ans, segment_ids),
            "segment_ids": None,
        },
        jvp={"data": lambda g, ans, data, segment_ids, num_segments: unsorted_segment_sum(
            _shared(g, data, ans, segment_ids), segment_ids, num_segments)},
        samples=NONE_EMPTY, wrong=BAD_IDS,
        special=(
            special([3.0, 3.0, 1.0, 0.0], np.array([0, 0, 0, -1]), params={"num_segments": 1},
                    value=[1.0 if lowest else 3.0],
                    grad=([0.0, 0.0, 1.0, 0.0] if lowest else [0.5, 0.5, 0.0, 0.0], None),
                    why="ties share equally"),
            special([1.0, np.nan], np.array([0, 0]), params={"num_segments": 1}, value=[np.nan],
                    grad=([0.0, np.nan], None)),
            special([-np.inf, np.inf], np.array([0, 1]), params={"num_segments": 2},
                    value=[-np.inf, np.inf], grad=([1.0, 1.0], None)),
            special([1.0], np.array([1]), params={"num_segments": 2}, dtypes=("float64",),
                    value=[np.finfo(float).max if lowest else np.finfo(float).min, 1.0]),
        ),
        formula=f"yₛ = {words} of the rows whose number is s",
        note=f"Ties share the gradient equally. A segment without rows has the dtype's "
             f"{'largest' if lowest else 'lowest'} finite number, as in TensorFlow.",
    )  # fmt: skip
    op.__doc__ = (
        f"The {words} of the rows of each segment, place by place. {op.note}\n\n"
        "Args:\n    data: shape `segment_ids.shape + (...)`.\n"
        "    segment_ids: whole numbers below `num_segments`; rows with a negative one are dropped.\n"
        "    num_segments: how many segments there are."
    )
    return op


unsorted_segment_max = _extreme("unsorted_segment_max", np.maximum, "largest")
unsorted_segment_min = _extreme("unsorted_segment_min", np.minimum, "smallest")
