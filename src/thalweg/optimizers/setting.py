"""One setting of an optimizer: a real number in its interval, or refused in words that name it."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

__all__ = ["above_zero", "setting", "weak"]


def setting(name: str, value: Any, least: float = 0.0, below: float = inf) -> float:
    """Read a number of [least, below).

    Args:
        name: what an error calls it.
        value: a number, or an array, Tensor or Variable that holds one.
        least: the smallest that is taken.
        below: what it stays below.

    Raises:
        ValueError: another number, NaN, an infinity.
        TypeError: no real number.

    >>> setting("rho", 0.9, below=1.0)
    0.9
    """
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        raise TypeError(f"{name} is {value!r}; a number was wanted")
    number = float(array.reshape(()))
    if not least <= number < below:
        wanted = f"from {least:g} on" if below == inf else f"from {least:g} to below {below:g}"
        raise ValueError(f"{name} is {value!r}; a finite number {wanted} was wanted")
    return number


def above_zero(name: str, value: Any) -> float | None:
    """Read a number above zero, or None.

    Raises:
        ValueError: zero, a negative number, NaN, an infinity.
        TypeError: no real number.
    """
    if value is None:
        return None
    number = setting(name, value)
    if number == 0.0:
        raise ValueError(f"{name} is {value!r}; a number above 0 was wanted, or None")
    return number


def weak(number: Any, beside: Any) -> Any:
    """A number that takes the dtype of the array beside it, as Python's own do.

    Args:
        number: one of Python's, or one that is computed as the steps go on.
        beside: an array.

    >>> weak(np.array(0.5), np.ones(2, "float32")).dtype
    dtype('float32')
    """
    return number if isinstance(number, float | int) else number.astype(beside.dtype)
