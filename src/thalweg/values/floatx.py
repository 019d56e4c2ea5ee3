"""Which float a Python float becomes: float32 as in TensorFlow, or what the user set."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.errors import DTypeError

_floatx = np.dtype(np.float32)


def floatx() -> np.dtype[Any]:
    """The dtype that Python floats become; float32 unless `set_floatx` changed it."""
    return _floatx


def set_floatx(dtype: Any) -> None:
    """Set the dtype that Python floats become: `"float16"`, `"float32"` or `"float64"`.

    Raises:
        DTypeError: another dtype.

    >>> import thalweg as tw
    >>> tw.set_floatx("float64"); tw.constant(1.0).dtype.name
    'float64'
    >>> tw.set_floatx("float32")
    """
    global _floatx
    try:
        chosen = np.dtype("V" if dtype is None else dtype)
    except TypeError:
        raise DTypeError(f"set_floatx takes float16, float32 or float64, not {dtype!r}") from None
    if chosen.kind != "f" or chosen.itemsize > 8:
        raise DTypeError(f"set_floatx takes float16, float32 or float64, not {chosen.name}")
    _floatx = chosen
