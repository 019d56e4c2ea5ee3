"""Axes as the user writes them, and as rules want them: a tuple of numbers from 0 up."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import leaves


def static(value: Any) -> Any:
    """A parameter that must be a plain number or tuple, also when it came as a Tensor or an array."""
    if type(value) is int or value is None:
        return value
    if type(value) is tuple:
        for part in value:
            if type(part) is not int:
                break
        else:
            return value
    if isinstance(value, Handle):
        leaves(value, "a parameter", depth=2)
        value = value.array
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(static(part) for part in value)
    return value


def axis_tuple(axis: Any, rank: int) -> tuple[int, ...]:
    """The axes meant by `axis` in an array of some rank; None means all.

    Raises:
        numpy.exceptions.AxisError: an axis is out of range or named twice.
        TypeError: an axis that is no whole number.
    """
    if axis is None or type(axis) is int:
        return _axes(axis, rank)
    axis = static(axis)
    # Looked up only once they are whole numbers: 1.0 and True are 1 to a dictionary.
    if type(axis) is tuple:
        return _axes(tuple([_whole(one) for one in axis]), rank)
    return _axes(None, rank) if axis is None else (one_axis(axis, rank),)


@functools.lru_cache(maxsize=4096)
def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    axes = axis if isinstance(axis, tuple) else (axis,)
    found = tuple(one_axis(one, rank) for one in axes)
    if len(set(found)) != len(found):
        raise np.exceptions.AxisError(f"axis {axis} names an axis twice")
    return found


def one_axis(axis: Any, rank: int) -> int:
    """One axis, counted from 0.

    Raises:
        numpy.exceptions.AxisError: it is out of range.
        TypeError: it is no whole number.
    """
    number = _whole(static(axis))
    if not -rank <= number < rank:
        raise np.exceptions.AxisError(number, rank)
    return number % rank


def keeps_axes(keepdims: Any) -> bool:
    """Whether reduced axes stay: True or False, or 1 or 0, also as a Tensor; None means False.

    Raises:
        TypeError: anything else.
    """
    if keepdims is None or keepdims is False:
        return False
    value = static(keepdims)
    if type(value) not in (bool, int) or value not in (0, 1):
        raise TypeError(f"keepdims is {keepdims!r}; True or False was wanted")
    return bool(value)


def _whole(axis: Any) -> int:
    if type(axis) is not int:
        raise TypeError(f"an axis is a whole number, not {axis!r}")
    return axis
