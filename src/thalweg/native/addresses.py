"""Where in memory does a C function begin?"""

from __future__ import annotations

import ctypes
from typing import Any

__all__ = ["address_of"]


def address_of(function: Any) -> int:
    """The address of a function of C's.

    Args:
        function: as `ctypes` has it, of a library or made of Python's.

    >>> address_of(ctypes.pythonapi.Py_IncRef) != 0
    True
    """
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)
