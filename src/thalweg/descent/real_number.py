"""One real number as a user gives it: read, or refused in words that name it."""

from __future__ import annotations

import reprlib
from typing import Any

import numpy as np

from thalweg.errors import DescentError

__all__ = ["real_number"]


def real_number(what: str, value: Any) -> float:
    """Read one real number; NaN and infinities are numbers here.

    Args:
        what: what an error calls it, such as "The rate".
        value: a number, or an array or Tensor that holds one.

    Raises:
        DescentError: it is a text, complex, none at all, several, or too large for a float64.

    >>> real_number("The rate", 1)
    1.0
    """
    array = np.asarray(value)
    if isinstance(value, int) and array.dtype == object:  # more digits than NumPy's integers hold
        try:
            array = np.asarray(float(value))
        except OverflowError:
            raise DescentError(
                f"{what} is too large for a float64, which ends at 1.8e308."
            ) from None
    if array.size != 1 or array.dtype.kind not in "fiub":
        raise DescentError(f"{what} is {reprlib.repr(value)}; a number was wanted.")
    return float(array.reshape(()))
