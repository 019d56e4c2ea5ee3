"""How large the rounding noise of f is at a point, measured."""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import Vector
from thalweg.descent.run import Run

__all__ = ["measured_noise"]


def measured_noise(run: Run, x: Vector, direction: Vector) -> float:
    """Measure f's rounding noise from third differences over a few units in the last place.

    Over such a short way every smooth function is a straight line, so that whatever its third
    differences show is rounding. For independent errors of size σ they have size √20·σ.

    Source:
        Moré and Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33 (2011) 1292-1314.
    """
    longest = float(np.max(np.abs(direction) / run.sizes(x), initial=0.0))
    if not 0.0 < longest < np.inf:
        return 0.0
    unit = 1e-13 / longest * direction
    values = np.array([run.problem.value(run.project(x + k * unit)) for k in range(-8, 9)])
    if not np.all(np.isfinite(values)):
        return 0.0
    # A jump of f close by lies on one side alone; rounding is on both.
    return min(_spread(values[:9]), _spread(values[8:]))


def _spread(values: Vector) -> float:
    """Give σ from the third differences of values a few units in the last place apart."""
    third = np.diff(values, 3)
    largest = float(np.max(np.abs(third)))
    if not 0.0 < largest < np.inf:
        return 0.0
    # Squares of numbers as large as f may be would overflow, and noise without end excuses anything.
    return largest * float(np.sqrt(np.mean((third / largest) ** 2) / 20.0))
