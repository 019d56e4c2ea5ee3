"""On level ground: did the slope end in a valley floor, or die out with no minimum near?"""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import Vector
from thalweg.descent.run import Run
from thalweg.descent.spectrum import Spectrum

__all__ = ["died_out"]

_SMALLEST = 1e-290  # below it numbers have lost digits, and so has the quotient of two of them
_NEGLIGIBLE = 1e-10  # of the first slope


def died_out(run: Run, x: Vector) -> bool:
    """Tell whether the way from the start to level ground fades, as exp(−x) does, and never turns.

    Where slope and curvature are both exactly zero, nothing can be read off the point itself. So
    the last point on the line back to the start that still has a slope is looked for by halving.
    If the slope there is negligible and yet the Newton step that remains is no short one, both have
    underflowed together: f has no minimum here, it only cannot be told from its limit. Where f
    rises again further on, as exp(−1/x²) does, the level ground is a floor all the same.

    Args:
        run: the descent.
        x: a point with zero slope and zero curvature, `(n,)`.

    Returns:
        True where the slope died out; False for a floor, and where the start is level too.
    """
    floor = run.problem.value(x)
    onward = x - run.start
    for far in (0.1, 0.3, 1.0, 3.0, 10.0, 100.0):
        if run.problem.value(run.project(x + far * onward)) > floor:
            return False  # it rises again beyond: a floor, however smoothly it is reached
    level, sloped = x, run.start
    gradient = run.problem.value_and_gradient(sloped)[1]
    if not np.any(gradient) or not np.all(np.isfinite(gradient)):
        return False
    for _ in range(80):
        middle = 0.5 * (level + sloped)
        if np.array_equal(middle, level) or np.array_equal(middle, sloped):
            break
        slope = run.problem.value_and_gradient(middle)[1]
        if np.max(np.abs(slope)) > _SMALLEST and np.all(np.isfinite(slope)):
            sloped, gradient = middle, slope
        else:
            level = middle
    steepness = float(np.max(np.abs(gradient)))
    if steepness > _NEGLIGIBLE * run.first_slope:
        return False  # the slope ends at an edge: a floor
    edge = Spectrum(run, sloped, gradient, run.problem.hessian(sloped))
    return not edge.remaining <= 1e3 * run.tol
