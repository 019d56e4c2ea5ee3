"""A dtype as a parameter: which one did the user mean, and are there numbers of it?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.errors import DTypeError

__all__ = ["wanted_dtype"]

KINDS = frozenset("biufcSU")


def wanted_dtype(what: str, dtype: Any) -> np.dtype[Any]:
    """Read a dtype of numbers, truth values or texts.

    NumPy makes a dtype of nearly anything: structures without fields of `{}` and `[]`, that of its
    numbers of an array, float64 of None.

    Args:
        what: what an error calls it, such as "cast: dtype".
        dtype: what came.

    Raises:
        DTypeError: no dtype, or one of objects, dates or structures.

    >>> wanted_dtype("cast: dtype", "float32")
    dtype('float32')
    """
    found = None
    if isinstance(dtype, np.dtype):
        found = dtype
    elif dtype is not None and not isinstance(dtype, NO_NAMES):
        try:
            found = np.dtype(dtype)
        except (TypeError, ValueError):
            found = None
    if found is None or found.kind not in KINDS:
        came = f"a {type(dtype).__name__}" if isinstance(dtype, Handle) else f"{dtype!r:.60}"
        raise DTypeError(
            f"{what} is {came}; a dtype of numbers was wanted, such as tw.float32 or 'float32'"
        )
    return found


NO_NAMES = (Handle, np.ndarray, np.generic, dict, list, tuple)
"""What has a dtype, or reads as one with fields, and is meant as none."""
