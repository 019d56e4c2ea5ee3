"""Arrays as vectors of real numbers and back: a complex number counts as its two parts.

With ∂/∂a + i·∂/∂b as the gradient by a + ib, products of cotangents and tangents are then plain inner
products of real vectors, for complex values too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def differentiable(value: Any) -> bool:
    """Whether a value is an array (or NumPy scalar) of floats or complex numbers."""
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc"


def reals(arrays: Iterable[Any]) -> Any:
    """The elements of arrays, one after the other, in one real vector."""
    parts = [_parts(np.asarray(array)) for array in arrays]
    return np.concatenate(parts) if parts else np.zeros(0)


def _parts(array: Any) -> Any:
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat


def arrays_of(vector: Any, like: Iterable[Any]) -> list[Any]:
    """A real vector cut into arrays of the shapes and kinds of some others."""
    found = []
    start = 0
    for model in like:
        array = np.asarray(model)
        doubled = array.dtype.kind == "c"
        count = array.size * (2 if doubled else 1)
        part = np.ascontiguousarray(vector[start : start + count])
        if doubled:
            part = part.view(np.result_type(part.dtype, np.complex64))
        found.append(part.reshape(array.shape))
        start += count
    return found


def widened(array: Any, dtype: Any) -> Any:
    """An array of floats in another float dtype (complex: the complex one of that width)."""
    if not differentiable(array):
        return array
    kind = array.dtype.kind
    wide = np.dtype(dtype)
    return np.asarray(array).astype(np.result_type(wide, np.complex64) if kind == "c" else wide)[()]
