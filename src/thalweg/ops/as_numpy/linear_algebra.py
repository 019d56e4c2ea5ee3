"""NumPy's norms, traces and diagonals of `np.linalg`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis
from thalweg.ops.arithmetic import abs as magnitude
from thalweg.ops.as_numpy.arguments import floating, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.picks import diagonal_
from thalweg.ops.as_numpy.picks import trace as trace_of_axes
from thalweg.ops.extremes import reduce_max, reduce_min
from thalweg.ops.linear_solve import inverse, solve
from thalweg.ops.movement import moved_axis, ravel, reshape, transpose
from thalweg.ops.norms import norm as length
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.singular_values import singular_values


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
        found = singular_values(moved_axis(x, axes, (-2, -1)))
        reduce = {2: reduce_max, -2: reduce_min, "nuc": reduce_sum}[ord]
        found = reduce(found, -1)
        kept = tuple(1 if place in axes else size for place, size in enumerate(shape_of(x)))
        return reshape(found, kept) if keepdims else found
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


@form("linalg.cond")
def cond(x: Any, p: Any = None) -> Any:
    """The condition number: the largest over the smallest singular value, or |x|·|x⁻¹| in a norm."""
    x = floating(value(x))
    if p in (None, 2, -2):
        found = singular_values(x)
        largest, smallest = reduce_max(found, -1), reduce_min(found, -1)
        return smallest / largest if p == -2 else largest / smallest
    rank = len(shape_of(x))
    axes = (rank - 2, rank - 1)
    return _of_matrices(x, p, axes, False) * _of_matrices(inverse(x), p, axes, False)


@form("linalg.tensorinv")
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse in the sense of tensordot over `ind` axes."""
    a = value(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    shape = shape_of(a)
    rows = math.prod(shape[ind:])
    return reshape(inverse(reshape(a, (rows, -1))), shape[ind:] + shape[:ind])


@form("linalg.tensorsolve")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """x with tensordot(a, x, x.ndim) = b."""
    a, b = value(a), value(b)
    rank = len(shape_of(a))
    if axes is not None:
        last = axis_tuple(tuple(axes), rank)
        a = moved_axis(a, last, tuple(range(rank - len(last), rank)))
    left = shape_of(a)[len(shape_of(b)) :]
    size = math.prod(left)
    if size != math.prod(shape_of(b)):
        raise np.linalg.LinAlgError(
            f"np.linalg.tensorsolve: {math.prod(shape_of(b))} equations for {size} unknowns"
        )
    answer = solve(reshape(a, (size, size)), reshape(b, (size, 1)))
    return reshape(answer, left)
