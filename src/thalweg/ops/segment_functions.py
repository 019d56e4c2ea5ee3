"""Functions of segments that are made of others: of ascending numbers, and means and products of any.

Where a segment has no rows, its sum and mean are 0 and its product is 1. The extremes of ascending
numbers are 0 there, those of unsorted ones the dtype's last number, as in TensorFlow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen
from thalweg.core.recording import STATE
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.arithmetic import maximum
from thalweg.ops.casting import cast
from thalweg.ops.comparison import where
from thalweg.ops.creation import ones_like, zeros_like
from thalweg.ops.exponential import sqrt
from thalweg.ops.gathering import take
from thalweg.ops.joining import concat
from thalweg.ops.movement import reshape
from thalweg.ops.segments import (
    checked,
    segment_rows,
    unsorted_segment_max,
    unsorted_segment_min,
    unsorted_segment_sum,
)

SOURCE = "definition"


def plain(value: Any) -> np.ndarray:
    """The array of something whose numbers decide about shapes."""
    return np.asarray(numbers_seen(value, "a list of segments' numbers"))


def _ascending(name: str, data: Any, segment_ids: Any) -> tuple[np.ndarray, int]:
    """Checked numbers in ascending order, and how many segments there are."""
    ids = plain(segment_ids)
    if ids.ndim != 1 or len(data.shape) == 0 or len(ids) != data.shape[0]:
        raise ShapeError(
            f"{name}: segment_ids is one number for each row of data, of shape "
            f"{list(data.shape)[:1]}, not {list(ids.shape)}"
        )
    if ids.dtype.kind not in "iu":
        raise DTypeError(f"{name}: segment_ids are whole numbers, not {ids.dtype.name}")
    falls = np.flatnonzero(ids[1:] < ids[:-1])
    if len(falls):
        at = int(falls[0])
        raise ValueError(
            f"{name}: segment ids are not increasing: {ids[at]} at {at} and then {ids[at + 1]}; "
            f"sort them, or use tw.math.unsorted_{name}"
        )
    if len(ids) and ids[0] < 0:
        raise IndexError(f"{name}: segment_ids[0] is {ids[0]}; segments go from 0 up")
    return ids, int(ids[-1]) + 1 if len(ids) else 0


def _counts(ids: np.ndarray, count: int, like: Any) -> np.ndarray:
    """How many rows each segment has, with axes to stand beside the sums."""
    rows = np.bincount(ids[ids >= 0], minlength=count)
    return rows.reshape((count,) + (1,) * (len(like.shape) - 1))


def _at_least_one(data: Any, rows: np.ndarray) -> Any:
    """Counts, at least 1, in the dtype of the data where that is a float."""
    kind = data.dtype
    whole = np.maximum(rows, 1)
    return whole.astype(kind) if kind.kind in "fc" else whole


@composite(inputs="data segment_ids", public="math.segment_sum")
def segment_sum(data: Any, segment_ids: Any) -> Any:
    """The sum of the rows of each segment; 0 for a number that does not occur.

    Args:
        data: shape `(n, ...)`.
        segment_ids: n whole numbers, ascending.

    Returns:
        Shape `(segment_ids[-1] + 1, ...)`.

    Raises:
        ValueError: numbers that descend.
        IndexError: negative numbers.

    >>> import thalweg as tw
    >>> tw.math.segment_sum([1.0, 2.0, 4.0], [0, 0, 2]).numpy()
    array([3., 0., 4.], dtype=float32)
    """
    ids, count = _ascending("segment_sum", data, segment_ids)
    return unsorted_segment_sum(data, ids, count)


@composite(inputs="data segment_ids", public="math.segment_mean")
def segment_mean(data: Any, segment_ids: Any) -> Any:
    """The mean of the rows of each segment; 0 for a number that does not occur.

    Args:
        data: shape `(n, ...)`; of whole numbers the mean is rounded towards 0, as in TensorFlow.
        segment_ids: n whole numbers, ascending.
    """
    ids, count = _ascending("segment_mean", data, segment_ids)
    sums = unsorted_segment_sum(data, ids, count)
    means = sums / _at_least_one(data, _counts(ids, count, sums))
    return means if data.dtype.kind in "fc" else cast(means, data.dtype)


@composite(inputs="data segment_ids", public="math.segment_max")
def segment_max(data: Any, segment_ids: Any) -> Any:
    """The largest of the rows of each segment, place by place; 0 for a number that does not occur.

    Ties share the gradient equally.

    Args:
        data: shape `(n, ...)`.
        segment_ids: n whole numbers, ascending.
    """
    ids, count = _ascending("segment_max", data, segment_ids)
    return _or_zero(unsorted_segment_max(data, ids, count), ids, count)


@composite(inputs="data segment_ids", public="math.segment_min")
def segment_min(data: Any, segment_ids: Any) -> Any:
    """The smallest of the rows of each segment, place by place; 0 for a number that does not occur.

    Ties share the gradient equally.

    Args:
        data: shape `(n, ...)`.
        segment_ids: n whole numbers, ascending.
    """
    ids, count = _ascending("segment_min", data, segment_ids)
    return _or_zero(unsorted_segment_min(data, ids, count), ids, count)


def _or_zero(extremes: Any, ids: np.ndarray, count: int) -> Any:
    rows = _counts(ids, count, extremes)
    return extremes if rows.all() else where(rows > 0, extremes, zeros_like(extremes))


@composite(inputs="data segment_ids", public="math.segment_prod")
def segment_prod(data: Any, segment_ids: Any) -> Any:
    """The product of the rows of each segment, place by place; 1 for a number that does not occur.

    The gradient is right where elements are 0.

    Args:
        data: shape `(n, ...)`.
        segment_ids: n whole numbers, ascending.
    """
    ids, count = _ascending("segment_prod", data, segment_ids)
    return _products(data, ids, count)


@composite(inputs="data segment_ids", public="math.unsorted_segment_prod")
def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """The product of the rows of each segment, place by place; 1 for a segment without rows.

    The gradient is right where elements are 0.

    Args:
        data: shape `segment_ids.shape + (...)`.
        segment_ids: whole numbers below `num_segments`; rows with a negative one are dropped.
        num_segments: how many segments there are.
    """
    ids, count = plain(segment_ids), int(static(num_segments))
    checked("unsorted_segment_prod", data, ids, count)
    flat = reshape(data, (ids.size, *data.shape[ids.ndim :]))
    order = np.argsort(ids, axis=None, kind="stable")
    order = order[ids.reshape(-1)[order] >= 0]
    return _products(take(flat, order, 0), ids.reshape(-1)[order], count)


def _products(rows: Any, ids: np.ndarray, count: int) -> Any:
    """Products of rows with ascending numbers: neighbours are multiplied until each stands alone.

    No division and no more than 2n products, so zeros are no matter and memory stays with the data.
    """
    one = ones_like(take(zeros_like(rows), np.zeros(1, int), 0)) if len(ids) else None
    while (ids[1:] == ids[:-1]).any():
        rank = np.arange(len(ids)) - np.searchsorted(ids, ids)
        left = np.flatnonzero(rank % 2 == 0)
        paired = np.append(ids, -1)[left + 1] == ids[left]
        right = np.where(paired, left + 1, len(ids))
        rows = take(rows, left, 0) * take(concat([rows, one], 0), right, 0)
        ids = ids[left]
    if one is None:
        return ones_like(segment_rows(rows, np.full(count, -1)))
    place = np.full(count, len(ids))
    place[ids] = np.arange(len(ids))
    return take(concat([rows, one], 0), place, 0)


def _sums_and_counts(name: str, data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """The sums of unsorted segments, and how many rows each has."""
    count = int(static(num_segments))
    if isinstance(segment_ids, Handle) and STATE.here.tracer is not None:
        # Who writes this down must not write these numbers down: they are counted by an op.
        sums = unsorted_segment_sum(data, segment_ids, count)
        rows = unsorted_segment_sum(ones_like(segment_ids, np.int64), segment_ids, count)
        rows = reshape(maximum(rows, 1), (count,) + (1,) * (len(sums.shape) - 1))
        kind = data.dtype
        return sums, cast(rows, kind) if kind.kind in "fc" else rows
    ids = plain(segment_ids)
    checked(name, data, ids, count)
    sums = unsorted_segment_sum(data, ids, count)
    return sums, _at_least_one(data, _counts(ids, count, sums))


@composite(inputs="data segment_ids", public="math.unsorted_segment_mean")
def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """The mean of the rows of each segment; 0 for a segment without rows.

    Args:
        data: shape `segment_ids.shape + (...)`.
        segment_ids: whole numbers below `num_segments`; rows with a negative one are dropped.
        num_segments: how many segments there are.

    >>> import thalweg as tw
    >>> tw.math.unsorted_segment_mean([1.0, 2.0, 4.0], [1, -1, 1], 2).numpy()
    array([0. , 2.5], dtype=float32)
    """
    sums, rows = _sums_and_counts("unsorted_segment_mean", data, segment_ids, num_segments)
    return sums / rows


def _root(rows: Any) -> Any:
    if not isinstance(rows, Handle):
        return np.sqrt(rows)
    return sqrt(rows if rows.array.dtype.kind in "fc" else cast(rows, np.float64))


@composite(inputs="data segment_ids", public="math.unsorted_segment_sqrt_n")
def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """The sum of the rows of each segment over the root of their number.

    Args:
        data: shape `segment_ids.shape + (...)`.
        segment_ids: whole numbers below `num_segments`; rows with a negative one are dropped.
        num_segments: how many segments there are.
    """
    sums, rows = _sums_and_counts("unsorted_segment_sqrt_n", data, segment_ids, num_segments)
    return sums / _root(rows)
