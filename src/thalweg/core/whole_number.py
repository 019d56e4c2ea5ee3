"""A whole number as a parameter: a count, a depth, a seed."""

from __future__ import annotations

from typing import Any

from thalweg.core.axes import static
from thalweg.errors import DTypeError

__all__ = ["whole_number"]


def whole_number(what: str, value: Any, least: int | None = None) -> int:
    """Read a whole number, which may have come as a Tensor or an array.

    Args:
        what: what an error calls it, such as "one_hot: depth".
        value: what came; 2.0, True and "2" are none.
        least: the smallest that is taken.

    Raises:
        DTypeError: no whole number.
        ValueError: one that is too small.

    >>> whole_number("depth", 3, least=0)
    3
    """
    number = static(value)
    if type(number) is not int:
        raise DTypeError(f"{what} is {value!r}; a whole number was wanted")
    if least is not None and number < least:
        raise ValueError(f"{what} is {number}; a whole number from {least} on was wanted")
    return number
