"""NumPy's ways to put arrays together: one after the other, side by side, in blocks, with padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value, values
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.shapes import with_axes
from thalweg.ops.gathering import take
from thalweg.ops.joining import concat
from thalweg.ops.joining import stack as stacked
from thalweg.ops.movement import broadcast_to, moved_axis, ravel, reshape
from thalweg.ops.splitting import unstack as apart
from thalweg.ops.tiling import repeat as repeated
from thalweg.ops.tiling import tile as tiled


def _cast_all(arrays: list[Any], dtype: Any, casting: Any) -> list[Any]:
    for one in arrays:
        if dtype is not None and not np.can_cast(one.dtype, dtype, casting):
            raise TypeError(f"cannot cast {one.dtype} to {np.dtype(dtype)} by the rule {casting!r}")
    return [cast_to(one, dtype) for one in arrays]


@form("concatenate", "concat")
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """One after the other along an axis; without an axis, of the flattened arrays."""
    ready = _cast_all(values(arrays), dtype, casting)
    if axis is None:
        return concat([ravel(one) for one in ready], 0)
    return concat(ready, axis)


@form()
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Along a new axis."""
    ready = _cast_all(values(arrays), dtype, casting)
    if len({shape_of(one) for one in ready}) != 1:
        raise ValueError("all input arrays must have the same shape")
    return stacked(ready, axis)


@form("vstack", "row_stack")
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Row under row."""
    return concatenate([with_axes(one, 2) for one in values(tup)], dtype=dtype, casting=casting)


@form()
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Side by side."""
    ready = [with_axes(one, 1) for one in values(tup)]
    axis = 0 if len(shape_of(ready[0])) == 1 else 1
    return concatenate(ready, axis, dtype=dtype, casting=casting)


@form()
def dstack(tup: Any) -> Any:
    """Behind one another, along the third axis."""
    return concatenate([with_axes(one, 3) for one in values(tup)], 2)


@form()
def column_stack(tup: Any) -> Any:
    """Vectors as the columns of a matrix."""
    ready = [one if len(shape_of(one)) > 1 else reshape(one, (-1, 1)) for one in values(tup)]
    return concatenate(ready, 1)


def _depth(nested: Any) -> int:
    return 1 + _depth(nested[0]) if isinstance(nested, list) and nested else 0


@form()
def block(arrays: Any) -> Any:
    """Blocks put together as their nested lists lie: innermost side by side, outer ones below."""
    deep = _depth(arrays)

    def rank_of(nested: Any) -> int:
        if isinstance(nested, list):
            return max(rank_of(one) for one in nested)
        return len(shape_of(value(nested)))

    rank = max(rank_of(arrays), deep)

    def joined(nested: Any, level: int) -> Any:
        if not isinstance(nested, list):
            if level != deep:
                raise ValueError("np.block: lists are nested to different depths")
            one = value(nested)
            return reshape(one, (1,) * (rank - len(shape_of(one))) + shape_of(one))
        return concatenate([joined(one, level + 1) for one in nested], rank - deep + level)

    return joined(arrays, 0)


@form()
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """With more at the end; without an axis, of the flattened arrays."""
    return concatenate([arr, values], axis)


@form()
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """With more before given places."""
    arr, more = value(arr), value(values)
    if axis is None:
        arr, axis = ravel(arr), 0
    axis = one_axis(axis, len(shape_of(arr)))
    n, rank = shape_of(arr)[axis], len(shape_of(arr))
    where = obj if isinstance(obj, slice) else plain(obj)
    several = isinstance(where, slice) or where.ndim > 0
    number: Any = where
    if len(shape_of(more)) < rank:
        more = reshape(more, (1,) * (rank - len(shape_of(more))) + shape_of(more))
    if not several:
        more = moved_axis(more, 0, axis)
    found = np.arange(n)[where] if isinstance(where, slice) else where
    count = found.size if several and found.size != 1 else shape_of(more)[axis]
    sizes = [count if place == axis else size for place, size in enumerate(shape_of(arr))]
    more = broadcast_to(cast_to(more, arr.dtype), tuple(sizes))
    order = np.insert(np.arange(n), number if several else int(number), n + np.arange(count))
    return take(concat([arr, more], axis), order, axis)


@form()
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """Without the elements at given places."""
    arr = value(arr)
    if axis is None:
        arr, axis = ravel(arr), 0
    where = obj if isinstance(obj, slice) else plain(obj)
    return take(arr, np.delete(np.arange(shape_of(arr)[axis]), where), axis)


@form()
def tile(A: Any, reps: Any) -> Any:
    """Laid several times along each axis."""
    A = value(A)
    times = static(reps)
    times = times if isinstance(times, tuple) else (times,)
    rank = max(len(times), len(shape_of(A)))
    wide = reshape(A, (1,) * (rank - len(shape_of(A))) + shape_of(A))
    return tiled(wide, (1,) * (rank - len(times)) + times)


@form()
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element several times."""
    return repeated(value(a), plain(repeats), axis)


@form()
def unstack(x: Any, /, *, axis: int = 0) -> Any:
    """The parts along an axis, each without it."""
    return tuple(apart(value(x), axis=axis))


@form()
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Grids of coordinates, one for each vector."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    rows = [ravel(value(one)) for one in xi]
    order = list(range(len(rows)))
    if indexing == "xy" and len(rows) > 1:
        order[:2] = [1, 0]
    whole = tuple(shape_of(rows[place])[0] for place in order)
    lying = [
        reshape(one, tuple(-1 if here == place else 1 for here in order))
        for place, one in enumerate(rows)
    ]
    return tuple(lying if sparse else [broadcast_to(one, whole) for one in lying])


@form("ix_")
def ix_(*args: Any) -> Any:
    """Vectors lying along one axis each; a mask as the places where it holds."""
    rows = [value(one) for one in args]
    rows = [np.flatnonzero(plain(one)) if one.dtype.kind == "b" else one for one in rows]
    return tuple(
        reshape(one, tuple(-1 if here == place else 1 for here in range(len(rows))))
        for place, one in enumerate(rows)
    )
