"""NumPy's norms, traces and diagonals of `np.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis
from thalweg.ops.arithmetic import abs as magnitude
from thalweg.ops.as_numpy.arguments import floating, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.picks import diagonal_
from thalweg.ops.as_numpy.picks import trace as trace_of_axes
from thalweg.ops.extremes import reduce_min
from thalweg.ops.movement import ravel, reshape, transpose
from thalweg.ops.norms import norm as length
from thalweg.ops.reductions import reduce_sum


@form("linalg.trace")
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum of a diagonal of the last two axes."""
    return trace_of_axes(x, offset, -2, -1, dtype)


@form("linalg.diagonal")
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """A diagonal of the last two axes."""
    return diagonal_(x, offset, -2, -1)


def _of_vectors(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    if ord == 0:
        return np.linalg.norm(plain(x), 0, axis, keepdims)
    if isinstance(ord, int | float) and ord < 0 and not np.isinf(ord):
        return reduce_sum(magnitude(x) ** ord, axis, keepdims) ** (1 / ord)
    return length(x, "euclidean" if ord is None else ord, axis, keepdims)


def _of_matrices(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if ord in (-1, -np.inf):
        summed, taken = axes if ord == -1 else axes[::-1]
        found = reduce_min(reduce_sum(magnitude(x), summed, True), taken, True)
    elif ord in (2, -2, "nuc"):
        raise ValueError(
            f"np.linalg.norm of a Tensor has no ord={ord!r} of matrices here; take it of "
            f"tw.linalg.svd(x, compute_uv=False)"
        )
    else:
        found = length(x, "euclidean" if ord is None else ord, axes, True)
    left = tuple(size for place, size in enumerate(shape_of(x)) if place not in axes)
    return found if keepdims else reshape(found, left)


@form("linalg.norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors, or of matrices where two axes or two are named."""
    x = floating(value(x))
    rank = len(shape_of(x))
    if axis is None and ord is None:
        answer = length(ravel(x), "euclidean", 0)
        return reshape(answer, (1,) * rank) if keepdims else answer
    axes = axis_tuple(axis, rank)
    if len(axes) == 1:
        return _of_vectors(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _of_matrices(x, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


@form("linalg.vector_norm")
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of vectors; without an axis, of the flattened array."""
    x = floating(value(x))
    rank = len(shape_of(x))
    axes = axis_tuple(axis, rank)
    if len(axes) == 1:
        return _of_vectors(x, ord, one_axis(axes[0], rank), keepdims)
    outside = tuple(place for place in range(rank) if place not in axes)
    left = tuple(shape_of(x)[place] for place in outside)
    answer = _of_vectors(
        reshape(transpose(x, (*outside, *axes)), (*left, -1)), ord, len(left), False
    )
    kept = tuple(1 if place in axes else size for place, size in enumerate(shape_of(x)))
    return reshape(answer, kept) if keepdims else answer


@form("linalg.matrix_norm")
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of the matrices of the last two axes."""
    x = floating(value(x))
    rank = len(shape_of(x))
    return _of_matrices(x, ord, (rank - 2, rank - 1), keepdims)
