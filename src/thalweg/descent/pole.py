"""Does f fall without end toward a point that is near, as 1/x does from the left of 0?"""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import Vector
from thalweg.descent.run import Run

__all__ = ["at_pole"]

_STEEPER = 1e3  # than at the start, or it is not looked at
_FAR, _NEAR = 1e-7, 1e-9  # from the point, relative to the sizes of the numbers
_GROWTH = 87.0  # a slope like d^-0.97 or steeper: the fall is endless from the power 1 on


def at_pole(run: Run, x: Vector, value: float, gradient: Vector) -> bool:
    """Tell a pole from a kink, a cusp or a minimum by how slopes grow toward it.

    Where slopes grow as d⁻ᵖ with the distance d, f falls by a finite amount for p < 1 (a kink has
    p = 0, √|x| ½) and without end for p ≥ 1 (log|x| has 1, 1/x 2).

    Args:
        run: the descent.
        x: where it stopped, `(n,)`.
        value: f there.
        gradient: ∇f there, `(n,)`.
    """
    sizes = run.sizes(x)
    steepness = float(np.max(np.abs(gradient) * sizes, initial=0.0))
    home = float(np.max(run.sizes(run.start), initial=0.0))
    if not (value < run.first_value and steepness > _STEEPER * run.first_slope * home):
        return False
    far, near = (_steepest(run, x, value, gap * sizes) for gap in (_FAR, _NEAR))
    return far > 0.0 and near >= _GROWTH * far


def _steepest(run: Run, x: Vector, value: float, gaps: Vector) -> float:
    """The steepest slope at points so far away, one number moved at a time; where f is higher."""
    slopes = [0.0]
    for j, gap in enumerate(gaps[:30]):  # of many numbers, a few tell as much
        for sign in (1.0, -1.0):
            there = x.copy()
            there[j] += sign * gap
            found, slope = run.problem.value_and_gradient(run.project(there))
            if found > value and np.all(np.isfinite(slope)):
                slopes.append(float(np.max(np.abs(slope))))
    return max(slopes)
