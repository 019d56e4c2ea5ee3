"""The same numbers in other memory: strided, reversed, transposed, read-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def strided(array: Any) -> Any:
    """Every second element of a larger array, along every axis."""
    room = np.full([2 * size for size in array.shape], _filler(array), array.dtype)
    view = room[(slice(None, None, 2),) * array.ndim]
    view[...] = array
    return view


def reversed_strides(array: Any) -> Any:
    """Negative strides along every axis."""
    back = (slice(None, None, -1),) * array.ndim
    return np.ascontiguousarray(array[back])[back]


def column_order(array: Any) -> Any:
    """Fortran order."""
    return np.asfortranarray(array)


def read_only(array: Any) -> Any:
    """Memory that cannot be written to."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _filler(array: Any) -> Any:
    return array.dtype.type(0) if array.dtype.kind not in "fc" else array.dtype.type(np.nan)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "strided": strided,
    "negative strides": reversed_strides,
    "Fortran order": column_order,
    "read-only": read_only,
}
"""Each turns an array of at least one axis into one that is equal and lies otherwise."""
