"""Which functions of one input does a graph have that are read only when they are wanted?"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.op import TABLE

__all__ = ["FromSciPy", "FromTable"]


class FromSciPy:
    """A function of `scipy.special`, which is read when the function is first wanted.

    Reading it takes longer than making the machine code of a small function.
    """

    nin = 1

    def __init__(self, name: str) -> None:
        self.__name__ = name

    @functools.cached_property
    def ufunc(self) -> Any:
        """SciPy's function itself."""
        from scipy import special

        return getattr(special, self.__name__)

    def __call__(self, x: Any) -> Any:
        """Its answer."""
        return self.ufunc(x)

    def resolve_dtypes(self, dtypes: Any) -> Any:
        """The dtypes in which it works, as a ufunc tells them."""
        return self.ufunc.resolve_dtypes(dtypes)


class FromTable:
    """The kernel of a row of the op table, which is filled after this file is read."""

    nin = 1

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, x: Any) -> Any:
        """Its answer."""
        return TABLE[self.__name__].kernel(x)

    def resolve_dtypes(self, dtypes: Any) -> Any:
        """The dtypes in which it works, as a ufunc tells them."""
        kind = np.dtype(dtypes[0])
        found = kind if kind.kind == "f" and kind.itemsize >= 4 else np.dtype(np.float64)
        return found, found
