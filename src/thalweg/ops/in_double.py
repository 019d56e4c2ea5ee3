"""How is a kernel computed in float64 and rounded once, and what do several of them share?"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "FAR",
    "ROOT_HALF",
    "ROOT_TWO_PI",
    "SPLIT",
    "exp_minus_square",
    "in_double",
    "in_double_both",
    "scipy_function",
]

ROOT_HALF = math.sqrt(0.5)
ROOT_TWO_PI = math.sqrt(2 * math.pi)
SPLIT = 2.0**27 + 1
FAR = 40.0  # exp(-40²/2) is 0 in every dtype


@functools.cache
def scipy_function(name: str) -> Callable[..., Any]:
    """One of `scipy.special`; SciPy is read at the first call, not with the package."""
    from scipy import special as functions

    return getattr(functions, name)  # type: ignore[no-any-return]  # a ufunc by its name


def in_double(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A kernel computed in float64 and rounded once to the dtype of its input."""

    def kernel(x: Any) -> Any:
        if x.dtype.kind == "f" and x.dtype.itemsize < 8:
            return function(x.astype(np.float64)).astype(x.dtype)[()]
        return function(x if x.dtype.kind in "fc" else x.astype(np.float64))[()]

    return kernel


def in_double_both(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The same for two inputs."""

    def kernel(a: Any, b: Any) -> Any:
        kind = np.result_type(a, b)
        if kind.kind == "f" and kind.itemsize < 8:
            return function(_as(a, np.float64), _as(b, np.float64)).astype(kind)[()]
        wide = kind if kind.kind in "fc" else np.float64
        return function(_as(a, wide), _as(b, wide))[()]

    return kernel


def _as(x: Any, dtype: Any) -> Any:
    return x.astype(dtype, copy=False) if hasattr(x, "astype") else np.asarray(x, dtype)


def exp_minus_square(x: Any, share: float) -> Any:
    """exp(-share·x²), with x² split in two (Dekker) so that its rounding is not exponentiated."""
    x = np.clip(x, -FAR, FAR)
    carried = SPLIT * x
    head = carried - (carried - x)
    return np.exp(-share * head * head) * np.exp(-share * (x - head) * (x + head))
