"""On level ground: did the slope end in a valley floor, or die out with no minimum near?"""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import Vector
from thalweg.descent.run import Run
from thalweg.descent.spectrum import Spectrum

__all__ = ["died_out", "rises_ahead"]

_SMALLEST = 1e-290  # below it numbers have lost digits, and so has the quotient of two of them
_NEGLIGIBLE = 1e-10  # of the first slope


def rises_ahead(run: Run, x: Vector, value: float, step: Vector) -> bool:
    """Tell whether f rises again on the way ahead, however far.

    Args:
        run: the descent.
        x: a point from which f falls along `step`, `(n,)`.
        value: f there.
        step: a way down, `(n,)`.

    Returns:
        True where some doubling of the step ends higher than the one before: there is a bottom in
        between. False where f falls or stays level all the way, or stops being a number.
    """
    last = value
    for k in range(64):
        found = run.problem.value(run.project(x + 2.0**k * step))
        if found > last + 1e-12 * abs(last):
            return True
        if not np.isfinite(found):
            return False
        last = found
    return False


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
    if not np.any(onward):
        return False  # level where it began
    for far in (0.1, 0.3, 1.0, 3.0, 10.0, 100.0):
        if run.problem.value(run.project(x + far * onward)) > floor:
            return False  # it rises again beyond: a floor, however smoothly it is reached
    level, sloped = x, run.start
    gradient = run.problem.value_and_gradient(sloped)[1]
    if not np.any(gradient) or not np.all(np.isfinite(gradient)):
        return False
    low, high = 0.0, 1.0  # shares of the way from the start on: still sloped, and level
    nearest = 1e-6 * float(np.min(run.sizes(run.start)) / np.max(np.abs(onward)))
    for _ in range(120):
        # Where the way was very long, halving it would never come back to where f is not level.
        least = max(low, nearest)
        share = high**0.5 * least**0.5 if high > 4.0 * least else 0.5 * (low + high)
        middle = run.start + share * onward
        if np.array_equal(middle, level) or np.array_equal(middle, sloped):
            break
        slope = run.problem.value_and_gradient(middle)[1]
        if np.max(np.abs(slope)) > _SMALLEST and np.all(np.isfinite(slope)):
            low, sloped, gradient = share, middle, slope
        else:
            high, level = share, middle
    steepness = float(np.max(np.abs(gradient)))
    if steepness > _NEGLIGIBLE * run.first_slope:
        return False  # the slope ends at an edge: a floor
    edge = Spectrum(run, sloped, gradient, run.problem.hessian(sloped))
    return not edge.remaining <= 1e3 * run.tol
