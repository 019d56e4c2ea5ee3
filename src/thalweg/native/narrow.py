"""How are whole numbers of 8 and 16 bits computed with? In lanes of 32, brought back after each step.

So a sum of two of them wraps where NumPy's does, and nothing else need know of them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from thalweg.native.lanes import Wholes

__all__ = ["NARROW", "Narrow", "kept", "plain"]


class Narrow(Wholes):
    """A vector of such numbers."""

    __slots__ = ()
    dtype: ClassVar[np.dtype[Any]]


def _of(name: str) -> type[Narrow]:
    return type(f"Narrow_{name}", (Narrow,), {"dtype": np.dtype(name), "__slots__": ()})


NARROW: dict[np.dtype[Any], type[Narrow]] = {
    np.dtype(name): _of(name) for name in ("int8", "uint8", "int16", "uint16")
}
"""By the dtype."""


def kept(x: Wholes, kind: type[Narrow]) -> Narrow:
    """What of a number of 32 bits a narrower one keeps."""
    bits = 8 * kind.dtype.itemsize
    low = (x << 32 - bits) >> 32 - bits if kind.dtype.kind == "i" else x & ((1 << bits) - 1)
    return kind(x.lanes, low.name)


def plain(x: Any) -> Any:
    """A narrow number as one of 32 bits; anything else as it is."""
    return Wholes(x.lanes, x.name) if isinstance(x, Narrow) else x
