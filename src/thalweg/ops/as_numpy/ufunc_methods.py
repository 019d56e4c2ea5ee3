"""What `np.add.reduce`, `.accumulate`, `.outer` and `.reduceat` mean, for any ufunc of two arguments."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis
from thalweg.ops.as_numpy import running_sums, sums, without_nan
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.shapes import expand_dims
from thalweg.ops.indexing import getitem, pick_along, stretch
from thalweg.ops.joining import concat, stack
from thalweg.ops.movement import moved_axis, reshape
from thalweg.ops.softmax import reduce_logsumexp

Call = Callable[..., Any]

REDUCED: dict[Any, Call] = {
    np.add: sums.sum_, np.multiply: sums.prod, np.maximum: sums.max_, np.minimum: sums.min_,
    np.fmax: without_nan.nanmax, np.fmin: without_nan.nanmin,
}  # fmt: skip
RUN: dict[Any, Call] = {np.add: running_sums.cumsum, np.multiply: running_sums.cumprod}


def reduce(
    ufunc: Any, call: Call, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None,
    keepdims: bool = False, initial: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """All along axes brought together, one after the other."""
    array = cast_to(value(array), dtype)
    if ufunc in REDUCED:
        return REDUCED[ufunc](array, axis, keepdims=keepdims, initial=initial, where=where)
    if where is not True:
        raise ValueError(f"np.{ufunc.__name__}.reduce of a Tensor takes no where")
    rank = len(shape_of(array))
    axes = axis_tuple(axis, rank)
    if ufunc is np.logaddexp and initial is None:
        return reduce_logsumexp(array, axes, keepdims)
    if len(axes) > 1 and ufunc.identity is None:
        raise ValueError(f"reduction operation {ufunc.__name__!r} is not reorderable")
    outside = tuple(place for place in range(rank) if place not in axes)
    left = tuple(shape_of(array)[place] for place in outside)
    row = reshape(moved_axis(array, axes, tuple(range(len(axes)))), (-1, *left))
    parts = [getitem(row, place) for place in range(shape_of(row)[0])]
    start = ufunc.identity if initial is None and not parts else initial
    if start is None and not parts:
        raise ValueError(
            f"zero-size array to reduction operation {ufunc.__name__} which has no identity"
        )
    answer = (
        functools.reduce(call, parts) if start is None else functools.reduce(call, parts, start)
    )
    kept = tuple(1 if place in axes else size for place, size in enumerate(shape_of(array)))
    return reshape(answer, kept) if keepdims else answer


def accumulate(
    ufunc: Any, call: Call, array: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    """What `reduce` gives at each place on its way."""
    array = cast_to(value(array), dtype)
    if ufunc in RUN:
        return RUN[ufunc](array, axis)
    axis = one_axis(axis, len(shape_of(array)))
    parts = [pick_along(array, place, axis) for place in range(shape_of(array)[axis])]
    return stack(list(itertools.accumulate(parts, call)), axis) if parts else array


def outer(ufunc: Any, call: Call, A: Any, B: Any, /, **named: Any) -> Any:
    """Every element of one with every element of the other."""
    A, B = value(A), value(B)
    return call(reshape(A, shape_of(A) + (1,) * len(shape_of(B))), B, **named)


def reduceat(
    ufunc: Any,
    call: Call,
    array: Any,
    indices: Any,
    axis: int = 0,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """`reduce` over stretches that begin at places; where the next place is no later, one element."""
    array = value(array)
    axis = one_axis(axis, len(shape_of(array)))
    places = plain(indices).tolist()
    parts = []
    for start, stop in zip(places, [*places[1:], shape_of(array)[axis]], strict=True):
        own = getitem(array, stretch(axis, start, max(stop, start + 1)))
        parts.append(expand_dims(reduce(ufunc, call, own, axis, dtype), axis))
    return concat(parts, axis)


METHODS: dict[str, Call] = {
    "reduce": reduce, "accumulate": accumulate, "outer": outer, "reduceat": reduceat,
}  # fmt: skip
