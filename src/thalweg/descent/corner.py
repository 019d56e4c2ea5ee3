"""A descent that crept toward 0 or toward a bound: is f lower at that very point?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thalweg.descent.run import End, Run, Why

__all__ = ["into_corner"]

_NEAR = 1e-8  # of the size of a number, how near 0 or a bound it has come


def into_corner(run: Run, end: End) -> End:
    """Move numbers that nearly are 0, or at a bound, there, where f is lower for it.

    Where the slope has no end, as that of √x at 0, steps go on for ever and never arrive.

    Args:
        run: the descent.
        end: what its solver brought back.

    Returns:
        The end there; the same one where it did not stall, or f is not lower there.
    """
    if end.why is not Why.STALLED:
        return end
    near = _NEAR * run.reach(end.x)
    there = np.where(np.abs(end.x) <= near, 0.0, end.x)
    for bound in (run.lower, run.upper):
        if bound is not None:
            there = np.where(np.abs(end.x - bound) <= near, bound, there)
    there = run.project(there)
    if np.array_equal(there, end.x):
        return end
    value, gradient = run.problem.value_and_gradient(there)
    if not -np.inf < value < end.fun:
        return end
    slope = run.slope(there, gradient)
    if not np.all(np.isfinite(slope)):
        gradient = end.jac  # of the side from which it came
    return replace(end, x=there, fun=value, jac=gradient, finding=None)
