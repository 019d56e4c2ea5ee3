"""The functions of the language that NumPy does not have, in forms that hold at every float64.

Each takes and returns float64, elementwise; NaN stays NaN.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["erf", "relu", "sigmoid", "softplus"]


def sigmoid(x: Any) -> Any:
    """Returns 1 / (1 + exp(-x)), to full relative precision in both tails.

    Only exp of a number at most 0 is taken, so nothing overflows and the left tail, where the
    answer is exp(x), keeps its digits.
    """
    small = np.exp(-np.abs(x))
    return np.where(np.signbit(x), small, 1.0) / (1.0 + small)


def softplus(x: Any) -> Any:
    """Returns log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|)), which neither overflows nor cancels."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def relu(x: Any) -> Any:
    """Returns max(x, 0)."""
    return np.maximum(x, 0.0)


def erf(x: Any) -> Any:
    """Returns the error function, 2/sqrt(pi) times the integral of exp(-t*t) from 0 to x.

    One number goes to the C library, which spares a formula like erf(1)*x the import of SciPy.
    """
    if np.ndim(x) == 0:
        return np.float64(math.erf(x))
    from scipy.special import erf as scipy_erf

    return scipy_erf(x)
