"""Derivatives by central differences, extrapolated to step zero: the oracle that knows no rule.

Source: C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering
Software 4 (1982) 75-76. Each element of the answer takes the entry of the Neville table whose
estimated error is least, so that a kink near one element spoils only the steps that reach it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

LEVELS = 7
WIDEST = 2.0**-4


def derivative(function: Callable[[float], Any], widest: float = WIDEST) -> tuple[Any, Any]:
    """The derivative at 0 of a function of one number that answers with an array.

    Args:
        function: called with steps on either side of 0.
        widest: the largest step; each of the next is half as wide.

    Returns:
        The derivative and its estimated error, element by element.

    >>> slope, error = derivative(lambda t: np.array([np.exp(t), np.sin(2 * t)]))
    >>> np.allclose(slope, [1.0, 2.0], rtol=0, atol=1e-12)
    True
    """
    before: list[Any] = []
    best: Any = None
    least: Any = None
    for level in range(LEVELS):
        step = widest / 2**level
        row = [(np.asarray(function(step)) - np.asarray(function(-step))) / (2 * step)]
        if best is None:
            best = np.full(row[0].shape, np.nan, row[0].dtype)
            least = np.full(row[0].shape, np.inf)
        for order, older in enumerate(before, start=1):
            finer = row[-1]
            value = finer + (finer - older) / (4.0**order - 1)
            error = np.maximum(np.abs(value - finer), np.abs(value - older)).astype(float)
            better = error < least
            best = np.where(better, value, best)
            least = np.where(better, error, least)
            row.append(value)
        before = row
    return best, least


def widest_step(domains: Any) -> float:
    """The largest step that suits some intervals: a sixteenth of the narrowest, a power of two."""
    narrowest = min([high - low for low, high in domains], default=1.0)
    return float(2.0 ** np.floor(np.log2(min(narrowest, 1.0) / 16)))
