"""NumPy's running sums and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.ops.as_numpy.arguments import shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.sums import widened
from thalweg.ops.comparison import select
from thalweg.ops.creation import ones_like, zeros_like
from thalweg.ops.cumulative import cumprod as running_product
from thalweg.ops.cumulative import cumsum as running_sum
from thalweg.ops.finiteness import is_nan
from thalweg.ops.indexing import getitem, stretch
from thalweg.ops.joining import concat
from thalweg.ops.movement import ravel


def _run(running: Any, a: Any, axis: Any, dtype: Any) -> Any:
    a = widened(value(a), dtype)
    return running(ravel(a), 0) if axis is None else running(a, axis)


@form()
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sum up to each place; without an axis, of the flattened array."""
    return _run(running_sum, a, axis, dtype)


@form()
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The product up to each place; without an axis, of the flattened array."""
    return _run(running_product, a, axis, dtype)


def _standard(
    running: Any, x: Any, axis: Any, dtype: Any, include_initial: bool, initial: Any
) -> Any:
    x = value(x)
    rank = len(shape_of(x))
    if axis is None and rank != 1:
        raise ValueError(f"an array of {rank} axes needs `axis`, the one to run along")
    answer = _run(running, x, 0 if axis is None else axis, dtype)
    if not include_initial:
        return answer
    place = one_axis(0 if axis is None else axis, rank)
    return concat([_first(answer, place, initial), answer], place)


def _first(x: Any, axis: int, filled: Any) -> Any:
    """One more place at the start of an axis, without its gradient."""
    if shape_of(x)[axis]:
        return filled(getitem(x, stretch(axis, 0, 1)))
    sizes = [1 if place == axis else size for place, size in enumerate(shape_of(x))]
    return filled(np.zeros(sizes, x.dtype))


@form()
def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
) -> Any:
    """The sum up to each place, from 0 if that is wanted."""
    return _standard(running_sum, x, axis, dtype, include_initial, zeros_like)


@form()
def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
) -> Any:
    """The product up to each place, from 1 if that is wanted."""
    return _standard(running_product, x, axis, dtype, include_initial, ones_like)


@form()
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sum up to each place, NaN counting as 0."""
    a = value(a)
    return cumsum(select(is_nan(a), zeros_like(a), a), axis, dtype)


@form()
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The product up to each place, NaN counting as 1."""
    a = value(a)
    return cumprod(select(is_nan(a), ones_like(a), a), axis, dtype)
