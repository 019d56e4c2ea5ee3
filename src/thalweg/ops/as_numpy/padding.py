"""NumPy's pad, in all its modes."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.differences import part
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.quantiles import median
from thalweg.ops.as_numpy.sums import max_, mean, min_
from thalweg.ops.gathering import take
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.movement import broadcast_to, reshape

OWN = ("edge", "reflect", "symmetric", "wrap")
OF_A_STRETCH: dict[str, Any] = {"maximum": max_, "minimum": min_, "mean": mean, "median": median}


def _widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, dict):
        given = {axis % rank: width for axis, width in pad_width.items()}
        pairs = [np.broadcast_to(given.get(axis, 0), 2) for axis in range(rank)]
    else:
        pairs = list(np.broadcast_to(static(pad_width), (rank, 2)))
    if any(int(n) != n or n < 0 for pair in pairs for n in pair):
        raise ValueError("np.pad: widths are whole numbers from 0 up")
    return [(int(before), int(after)) for before, after in pairs]


def _edge(x: Any, axis: int, width: int, number: Any) -> Any:
    """A stretch of one number for each row."""
    sizes = [width if place == axis else size for place, size in enumerate(shape_of(x))]
    return broadcast_to(cast_to(number, x.dtype), tuple(sizes))


def _ramp(x: Any, axis: int, width: int, end: Any, at_end: bool) -> Any:
    """From the edge to an end value, in even steps."""
    near = part(x, axis, -1, None) if at_end else part(x, axis, 0, 1)
    shares = np.arange(width, 0, -1) / width if not at_end else np.arange(1, width + 1) / width
    lying = shares.reshape([-1 if place == axis else 1 for place in range(len(shape_of(x)))])
    ramp = near + (end - near) * lying
    return cast_to(ramp, x.dtype)


def _stretch(x: Any, axis: int, mode: str, length: Any, at_end: bool) -> Any:
    size = shape_of(x)[axis]
    length = size if length is None else min(int(length), size)
    own = part(x, axis, size - length, None) if at_end else part(x, axis, 0, length)
    middle = OF_A_STRETCH[mode](own, axis, keepdims=True)
    if x.dtype.kind in "iu":
        return np.rint(plain(middle))
    return middle


def _odd(x: Any, axis: int, pair: tuple[int, int], mode: str) -> Any:
    """Reflected through the edges' own values."""
    size = shape_of(x)[axis]
    if max(pair) > size - (mode == "reflect"):
        raise ValueError(
            "np.pad of a Tensor with reflect_type='odd' goes at most one length beyond"
        )
    order = np.pad(np.arange(size), pair, mode=mode)  # type: ignore[call-overload]  # the mode is checked
    before, after = part(x, axis, 0, 1), part(x, axis, -1, None)
    turned = take(x, order, axis)
    return concat([
        2 * before - part(turned, axis, 0, pair[0]), x,
        2 * after - part(turned, axis, pair[0] + size, None),
    ], axis)  # fmt: skip


@form()
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """More elements around an array; gradients go to what they are made of."""
    x = value(array)
    rank = len(shape_of(x))
    widths = _widths(pad_width, rank)
    option = {"constant": "constant_values", "linear_ramp": "end_values",
              "reflect": "reflect_type", "symmetric": "reflect_type"}.get(mode, "stat_length")  # fmt: skip
    known = mode in OWN or mode in OF_A_STRETCH or mode in ("constant", "linear_ramp", "empty")
    if not known or set(kwargs) - {option} or (mode in ("edge", "wrap", "empty") and kwargs):
        raise ValueError(f"np.pad of a Tensor has no mode {mode!r} with {sorted(kwargs)}")
    given = kwargs.get(option)
    if mode in OWN:
        return _with_its_own(x, widths, mode, given)
    ends = None if given is None else value(given)
    for axis, pair in enumerate(widths):
        if not any(pair):
            continue
        parts = [x]
        for side, width in enumerate(pair):
            own = None if ends is None else _of_axis(ends, axis, side, rank)
            if mode in OF_A_STRETCH:
                new = _edge(
                    x,
                    axis,
                    width,
                    _stretch(x, axis, mode, None if own is None else plain(own), bool(side)),
                )
            elif mode == "linear_ramp" and width:
                new = _ramp(x, axis, width, 0 if own is None else own, bool(side))
            else:
                new = _edge(x, axis, width, value(0) if own is None else own)
            parts.insert(0 if side == 0 else len(parts), new)
        x = concat(parts, axis)
    return x


def _of_axis(ends: Any, axis: int, side: int, rank: int) -> Any:
    """The option's number for one side of one axis."""
    shape = shape_of(ends)
    if not shape:
        return ends
    wide = broadcast_to(reshape(ends, (1,) * (2 - len(shape)) + shape), (rank, 2))
    return getitem(wide, (axis, side))


def _with_its_own(x: Any, widths: list[tuple[int, int]], mode: str, reflect_type: Any) -> Any:
    for axis, pair in enumerate(widths):
        if any(pair) and reflect_type == "odd":
            x = _odd(x, axis, pair, mode)
        elif any(pair):
            x = take(x, np.pad(np.arange(shape_of(x)[axis]), pair, mode=mode), axis)  # type: ignore[call-overload]  # the mode is checked
    return x
