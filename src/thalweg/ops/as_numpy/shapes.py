"""NumPy's ways to see the same elements in another shape or order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis, static
from thalweg.ops.arithmetic import identity
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.gathering import take
from thalweg.ops.movement import broadcast_to as spread
from thalweg.ops.movement import flipped, moved_axis, swapped_axes
from thalweg.ops.movement import ravel as in_one_row
from thalweg.ops.movement import reshape as reshaped
from thalweg.ops.movement import roll as rolled
from thalweg.ops.movement import squeeze as squeezed
from thalweg.ops.movement import transpose as transposed


def by_columns(a: Any, order: str, name: str) -> bool:
    """Whether NumPy's `order` means columns first."""
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"np.{name}: order is 'C', 'F', 'A' or 'K', not {order!r}")
    numbers = plain(a)
    fortran = isinstance(numbers, np.ndarray) and numbers.flags.fnc
    if order == "K" and isinstance(numbers, np.ndarray) and not numbers.flags.forc:
        raise ValueError(f"np.{name} of a Tensor takes order 'C' or 'F' here, not 'K'")
    return order == "F" or (order in "AK" and fortran)


@form()
def reshape(a: Any, /, shape: Any, order: str = "C", *, copy: Any = None) -> Any:
    """The same elements in another shape."""
    a = value(a)
    if not by_columns(a, order, "reshape"):
        return reshaped(a, shape)
    sizes = static(shape)
    sizes = sizes if isinstance(sizes, tuple) else (sizes,)
    return transposed(reshaped(transposed(a), sizes[::-1]))


@form()
def ravel(a: Any, order: str = "C") -> Any:
    """The elements in one row."""
    a = value(a)
    return in_one_row(transposed(a) if by_columns(a, order, "ravel") else a)


@form("transpose", "permute_dims")
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order."""
    return transposed(value(a), axes)


@form()
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged."""
    x = value(x)
    if len(shape_of(x)) < 2:
        raise ValueError(f"np.matrix_transpose takes 2 axes at least, not shape {shape_of(x)}")
    return swapped_axes(x, -1, -2)


@form()
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    return swapped_axes(value(a), axis1, axis2)


@form()
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes moved to other places."""
    return moved_axis(value(a), source, destination)


@form()
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """One axis moved back until it stands before `start`."""
    a = value(a)
    rank = len(shape_of(a))
    axis = one_axis(axis, rank)
    start = start + rank if start < 0 else start
    if not 0 <= start <= rank:
        raise np.exceptions.AxisError(f"'start' arg requires {-rank} <= start < {rank + 1}")
    return moved_axis(a, axis, start - (axis < start))


@form()
def expand_dims(a: Any, axis: Any) -> Any:
    """New axes of size 1."""
    a = value(a)
    axes = static(axis) if isinstance(axis, tuple | list) else (axis,)
    rank = len(shape_of(a)) + len(axes)
    new = axis_tuple(axes, rank)
    sizes = iter(shape_of(a))
    return reshaped(a, tuple(1 if place in new else next(sizes) for place in range(rank)))


@form()
def squeeze(a: Any, axis: Any = None) -> Any:
    """Without axes of size 1."""
    a = value(a)
    return a if axis is not None and static(axis) == () else squeezed(a, axis)


@form()
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """Repeated along new axes and axes of size 1."""
    return spread(value(array), shape)


@form()
def broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    """Each repeated to the shape of all."""
    ready = [value(one) for one in args]
    shape = np.broadcast_shapes(*[shape_of(one) for one in ready])
    return tuple(spread(one, shape) for one in ready)


def with_axes(a: Any, rank: int) -> Any:
    """An array of at least 1, 2 or 3 axes, as np.atleast_1d and its kin set them."""
    a = value(a)
    shape = shape_of(a)
    if len(shape) >= rank:
        return a
    if rank == 3 and shape:
        return reshaped(a, (1, *shape, 1) if len(shape) == 1 else (*shape, 1))
    return reshaped(a, (1,) * (rank - len(shape)) + shape)


def _each(arys: tuple[Any, ...], rank: int) -> Any:
    found = tuple(with_axes(one, rank) for one in arys)
    return found[0] if len(found) == 1 else found


@form()
def atleast_1d(*arys: Any) -> Any:
    """With at least one axis."""
    return _each(arys, 1)


@form()
def atleast_2d(*arys: Any) -> Any:
    """With at least two axes."""
    return _each(arys, 2)


@form()
def atleast_3d(*arys: Any) -> Any:
    """With at least three axes."""
    return _each(arys, 3)


@form()
def flip(m: Any, axis: Any = None) -> Any:
    """In reverse order along axes."""
    m = value(m)
    return flipped(m, axis_tuple(axis, len(shape_of(m))))


@form()
def flipud(m: Any) -> Any:
    """The rows in reverse order."""
    return flipped(value(m), 0)


@form()
def fliplr(m: Any) -> Any:
    """The columns in reverse order."""
    return flipped(value(m), 1)


@form()
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by quarters in the plane of two axes."""
    m = value(m)
    axes = tuple(axes)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    first, second = axis_tuple(axes, len(shape_of(m)))
    if k % 4 == 0:
        return identity(m)
    if k % 4 == 2:
        return flipped(m, (first, second))
    if k % 4 == 1:
        return swapped_axes(flipped(m, second), first, second)
    return flipped(swapped_axes(m, first, second), second)


@form()
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Moved along axes, round the end."""
    a = value(a)
    if axis is None:
        return reshaped(rolled(in_one_row(a), int(np.sum(static(shift))), 0), shape_of(a))
    shifts, axes = np.broadcast_arrays(static(shift), static(axis))
    return rolled(a, shifts.ravel().tolist(), axes.ravel().tolist()) if axes.size else a


@form()
def resize(a: Any, new_shape: Any) -> Any:
    """In a new shape, filled again and again from the start."""
    a = value(a)
    sizes = static(new_shape)
    sizes = sizes if isinstance(sizes, tuple) else (sizes,)
    flat = in_one_row(a)
    if not shape_of(flat)[0]:
        return np.zeros(sizes, a.dtype)
    return reshaped(take(flat, np.arange(math.prod(sizes)) % shape_of(flat)[0]), sizes)


@form()
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """The same; a Tensor never changes, and needs no copy."""
    return identity(value(a))


@form()
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """In another dtype."""
    return cast_to(value(x), dtype)
