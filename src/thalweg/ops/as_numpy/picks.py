"""NumPy's ways to pick elements: by places, by conditions, in order of size, on diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.sums import widened
from thalweg.ops.comparison import select as choice
from thalweg.ops.diagonals import band, diagonal
from thalweg.ops.gathering import take as taken
from thalweg.ops.gathering import take_along
from thalweg.ops.matrix_diagonals import diag
from thalweg.ops.movement import broadcast_to, moved_axis, ravel
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.selection import weak
from thalweg.ops.sorting import sort as sorted_along


def _in_bounds(places: Any, size: int, mode: str) -> Any:
    if mode == "raise":
        return places
    if mode not in ("wrap", "clip"):
        raise ValueError(f"mode is 'raise', 'wrap' or 'clip', not {mode!r}")
    return places % size if mode == "wrap" else np.clip(places, 0, size - 1)


@form()
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """Picked by places; without an axis, from the flattened array."""
    a = value(a)
    if axis is None:
        a, axis = ravel(a), 0
    return taken(a, _in_bounds(plain(indices), shape_of(a)[axis], mode), axis)


@form("take_along_axis")
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """Along one axis, the elements at places."""
    arr = value(arr)
    if axis is None:
        return take_along(ravel(arr), plain(indices), 0)
    axis = one_axis(axis, len(shape_of(arr)))
    places = plain(indices)
    outer = np.broadcast_shapes(*[
        tuple(1 if at == axis else n for at, n in enumerate(shape)) for shape in (shape_of(arr), places.shape)
    ])  # fmt: skip
    wide = tuple(shape_of(arr)[axis] if at == axis else n for at, n in enumerate(outer))
    long = tuple(places.shape[axis] if at == axis else n for at, n in enumerate(outer))
    return take_along(broadcast_to(arr, wide), np.broadcast_to(places, long), axis)


@form()
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """At each place the element of the array whose number stands there."""
    ready = [one if np.isscalar(one) else value(one) for one in choices]
    dtype = np.result_type(*[getattr(one, "dtype", one) for one in ready])
    ready = [np.asarray(one, dtype) if np.isscalar(one) else cast_to(one, dtype) for one in ready]
    which = _in_bounds(plain(a), len(ready), mode)
    if which.size and (which.min() < 0 or which.max() >= len(ready)):
        raise ValueError("invalid entry in choice array")
    answer = ready[0]
    for number, one in enumerate(ready[1:], 1):
        answer = choice(which == number, one, answer)
    shape = np.broadcast_shapes(which.shape, *[shape_of(one) for one in ready])
    return broadcast_to(answer, shape)


@form()
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """Where a condition holds along an axis."""
    return take(a, np.flatnonzero(plain(condition)), axis)


@form()
def extract(condition: Any, arr: Any) -> Any:
    """Where a condition holds, in one row."""
    return taken(ravel(value(arr)), np.flatnonzero(plain(condition)), 0)


@form()
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The first choice whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    conditions = [plain(one) for one in condlist]
    ready = [one if np.isscalar(one) else value(one) for one in (*choicelist, default)]
    dtype = np.result_type(*[getattr(one, "dtype", one) for one in ready])
    *ready, answer = [
        np.asarray(one, dtype) if np.isscalar(one) else cast_to(one, dtype) for one in ready
    ]
    shapes = [shape_of(one) for one in ready]
    shape = np.broadcast_shapes(*[one.shape for one in conditions], *shapes, shape_of(answer))
    for condition, one in zip(conditions[::-1], ready[::-1], strict=True):
        if condition.dtype.kind != "b":
            raise TypeError("np.select: conditions are truth values")
        answer = choice(condition, one, answer)
    return broadcast_to(answer, shape)


@form()
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """x where the condition holds, else y; the condition alone gives its places."""
    if x is None and y is None:
        return np.nonzero(value(condition))  # of a Tensor it comes back here, declared
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    x, y = [one if np.isscalar(one) else value(one) for one in (x, y)]
    return choice(value(condition), weak(x, y), weak(y, x))


@form()
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """In order of size along an axis."""
    a = value(a)
    return sorted_along(ravel(a), 0) if axis is None else sorted_along(a, axis)


@form()
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    """With the smaller elements before the kth and the larger ones behind it."""
    a = value(a)
    if axis is None:
        a, axis = ravel(a), 0
    axis = one_axis(axis, len(shape_of(a)))
    return take_along(
        a, np.argpartition(plain(a), plain(kth), axis, kind), axis
    )  # NumPy checks the kind


@form()
def sort_complex(a: Any) -> Any:
    """In order of size along the last axis, as complex numbers."""
    a = sort(value(a))
    kind = a.dtype
    if kind.kind != "c":
        kind = np.dtype(np.complex64 if kind.char in "bhBH" else np.complex128)
    return cast_to(a, kind)


def _matrices(a: Any, axis1: int, axis2: int) -> Any:
    return moved_axis(a, axis_tuple((axis1, axis2), len(shape_of(a))), (-2, -1))


@form("diagonal")
def diagonal_(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """A diagonal of the plane of two axes."""
    return diagonal(_matrices(value(a), axis1, axis2), offset)


@form("diag")
def diag_(v: Any, k: int = 0) -> Any:
    """A matrix of a vector, the diagonal of a matrix."""
    v = value(v)
    if len(shape_of(v)) not in (1, 2):
        raise ValueError("Input must be 1- or 2-d.")
    return diag(v, k=k) if len(shape_of(v)) == 1 else diagonal(v, k)


@form()
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with the flattened array on a diagonal."""
    return diag(ravel(value(v)), k=k)


@form()
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """The sum of a diagonal."""
    return reduce_sum(widened(diagonal_(a, offset, axis1, axis2), dtype), -1)


def _band(m: Any, first: Any, last: Any) -> Any:
    m = value(m)
    if len(shape_of(m)) == 1:
        m = broadcast_to(m, shape_of(m) * 2)
    return band(m, first, last)


@form()
def tril(m: Any, k: int = 0) -> Any:
    """The elements on and below a diagonal."""
    return _band(m, None, k)


@form()
def triu(m: Any, k: int = 0) -> Any:
    """The elements on and above a diagonal."""
    return _band(m, k, None)


@form()
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True,
    shape: Any = None, *, device: Any = None,
) -> Any:  # fmt: skip
    """One number in the shape of an array; the gradient goes to the number."""
    a = value(a)
    sizes = shape_of(a) if shape is None else shape
    return broadcast_to(cast_to(value(fill_value), a.dtype if dtype is None else dtype), sizes)
