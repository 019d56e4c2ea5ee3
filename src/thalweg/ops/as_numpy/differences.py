"""NumPy's differences, slopes, areas and interpolation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis
from thalweg.ops.as_numpy.arguments import cast_to, floating, number_like, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.comparison import not_equal, select
from thalweg.ops.gathering import take
from thalweg.ops.indexing import getitem, stretch
from thalweg.ops.joining import concat
from thalweg.ops.movement import broadcast_to, ravel, reshape
from thalweg.ops.reductions import reduce_sum


def part(x: Any, axis: int, *edges: int | None) -> Any:
    """A stretch of one axis."""
    return getitem(x, stretch(axis, *edges))


def along(x: Any, axis: int, rank: int) -> Any:
    """A vector lying along one of several axes."""
    return reshape(x, tuple(-1 if place == axis else 1 for place in range(rank)))


def _beside(x: Any, a: Any, axis: int) -> Any:
    """What is put before or behind along an axis: an array, or one number for all."""
    x = value(x)
    if shape_of(x):
        return x
    return broadcast_to(x, tuple(1 if at == axis else n for at, n in enumerate(shape_of(a))))


@form()
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours, `n` times over."""
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    a = value(a)
    if not shape_of(a):
        raise ValueError("diff requires input that is at least one dimensional")
    if not n:
        return a
    axis = one_axis(axis, len(shape_of(a)))
    parts = [_beside(one, a, axis) for one in (prepend,) if one is not None]
    parts += [a, *[_beside(one, a, axis) for one in (append,) if one is not None]]
    a = concat(parts, axis) if len(parts) > 1 else a
    for _ in range(n):
        later, earlier = part(a, axis, 1, None), part(a, axis, None, -1)
        a = not_equal(later, earlier) if a.dtype.kind == "b" else later - earlier
    return a


@form()
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours of the flattened array, with more at either end."""
    flat = ravel(value(ary))
    parts = [getitem(flat, slice(1, None)) - getitem(flat, slice(None, -1))]
    if to_begin is not None:
        parts.insert(0, cast_to(ravel(value(to_begin)), flat.dtype))
    if to_end is not None:
        parts.append(cast_to(ravel(value(to_end)), flat.dtype))
    return concat(parts, 0) if len(parts) > 1 else parts[0]


def _slope(f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """Second-order slopes inside, first- or second-order ones at the edges (Fornberg 1988)."""
    rank, n = len(shape_of(f)), shape_of(f)[axis]
    if n < edge_order + 1:
        raise ValueError(f"np.gradient needs {edge_order + 1} elements along axis {axis}, not {n}")
    even = not shape_of(spacing)
    first = spacing if even else along(getitem(spacing, slice(None, -1)), axis, rank)
    second = spacing if even else along(getitem(spacing, slice(1, None)), axis, rank)
    before, here, behind = part(f, axis, None, -2), part(f, axis, 1, -1), part(f, axis, 2, None)
    if even:
        inside = (behind - before) / (2.0 * spacing)
    else:
        inside = (
            -second / (first * (first + second)) * before
            + (second - first) / (first * second) * here
            + first / (second * (first + second)) * behind
        )
    ends = []
    for outer, inner, third, sign in ((0, 1, 2, 1.0), (-1, -2, -3, -1.0)):
        near = spacing if even else getitem(spacing, 0 if outer == 0 else -1)
        if edge_order == 1:
            slope = sign * (_at(f, axis, inner) - _at(f, axis, outer)) / near
        else:
            far = spacing if even else getitem(spacing, 1 if outer == 0 else -2)
            slope = sign * (
                -(2.0 * near + far) / (near * (near + far)) * _at(f, axis, outer)
                + (near + far) / (near * far) * _at(f, axis, inner)
                - near / (far * (near + far)) * _at(f, axis, third)
            )
        ends.append(slope)
    return concat([ends[0], inside, ends[1]], axis)


def _at(f: Any, axis: int, place: int) -> Any:
    return part(f, axis, place, place + 1 or None)


@form()
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes of samples along axes; spacings or coordinates may be Tensors too."""
    f = floating(value(f))
    axes = axis_tuple(axis, len(shape_of(f)))
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError("invalid number of arguments")
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    given = [number_like(f, 1)] * len(axes) if not varargs else [value(one) for one in varargs]
    if len(given) == 1:
        given = given * len(axes)
    slopes = []
    for place, spacing in zip(axes, given, strict=True):
        if shape_of(spacing):
            if shape_of(spacing) != (shape_of(f)[place],):
                raise ValueError(
                    "when 1d, distances must match the length of the corresponding dimension"
                )
            spacing = cast_to(diff(spacing), f.dtype)
        slopes.append(_slope(f, cast_to(spacing, f.dtype), place, edge_order))
    return slopes[0] if len(axes) == 1 else tuple(slopes)


@form("trapezoid", "trapz")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under samples, by trapezia."""
    y = value(y)
    rank = len(shape_of(y))
    axis = one_axis(axis, rank)
    if x is None:
        width = dx if np.isscalar(dx) else value(dx)
    else:
        x = value(x)
        width = along(diff(x), axis, rank) if len(shape_of(x)) == 1 else diff(x, axis=axis)
    return reduce_sum(width * (part(y, axis, 1, None) + part(y, axis, None, -1)) / 2.0, axis)


@form()
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Straight lines between points; gradients go to x, to the points and to their values."""
    fp = floating(value(fp))
    x, xp = cast_to(value(x), np.float64), cast_to(value(xp), np.float64)
    fp = cast_to(fp, np.complex128 if fp.dtype.kind == "c" else np.float64)
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period = abs(period)
        x, xp = x % period, xp % period
        order = np.argsort(plain(xp), kind="stable")
        xp, fp = take(xp, order), take(fp, order)
        xp = concat(
            [getitem(xp, slice(-1, None)) - period, xp, getitem(xp, slice(0, 1)) + period], 0
        )
        fp = concat([getitem(fp, slice(-1, None)), fp, getitem(fp, slice(0, 1))], 0)
        left = right = None
    n = shape_of(xp)[0]
    low, high = (
        getitem(fp, 0) if left is None else left,
        getitem(fp, -1) if right is None else right,
    )
    if n == 1:
        middle = getitem(fp, 0)
    else:
        place = np.clip(np.searchsorted(plain(xp), plain(x), "right") - 1, 0, n - 2)
        slopes = diff(fp) / diff(xp)
        middle = take(fp, place) + (x - take(xp, place)) * take(slopes, place)
        # At a point its own value is met, also where the slope behind it is not finite.
        middle = select(plain(x) == plain(xp)[-1], getitem(fp, -1) + 0 * (x - plain(x)), middle)
    numbers = plain(x)
    answer = select(numbers < plain(xp)[0], low, select(numbers > plain(xp)[-1], high, middle))
    return select(np.isnan(numbers), x, answer) if np.isnan(numbers).any() else answer


@form()
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Any:
    """Jumps of more than half a period taken out; the gradient is that of p."""
    p = value(p)
    flat = np.unwrap(plain(p), discont, axis, period=period)
    p = cast_to(p, flat.dtype)
    return p + (flat - plain(p))
