"""Axes as the user writes them, and as rules want them: a tuple of numbers from 0 up."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from thalweg.core.handle import Handle


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
    """
    try:
        return _axes(axis, rank)
    except TypeError:  # a list or a Tensor, which cannot be looked up
        return _axes(static(axis), rank)


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
    """One axis, counted from 0."""
    number = operator.index(static(axis))
    if not -rank <= number < rank:
        raise np.exceptions.AxisError(number, rank)
    return number % rank
