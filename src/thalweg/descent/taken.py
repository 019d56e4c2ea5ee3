"""Does f take the target where the square of its miss came to rest?"""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import SquaredMiss, Vector
from thalweg.descent.run import Run
from thalweg.descent.status import Status

__all__ = ["fading", "taken"]

_NEAR = 1e-6  # a Newton step on f − target so short, against x's size, and the target is reached
_ROUNDING = 64 * float(np.finfo(np.float64).eps)


def taken(run: Run, problem: SquaredMiss, x: Vector) -> tuple[Status, str]:
    """Tell a point where f takes the target from one where f only comes no nearer to it.

    The square has a minimum at both. At the first the Newton step on f − target itself is short; at
    the second it is not, because there the slope of f is zero and the miss is none.

    Args:
        run: the descent.
        problem: its square.
        x: a minimum of the square, `(n,)`.

    Returns:
        The status, "converged" or "stationary", and the sentence.
    """
    value, gradient = problem.inner.value_and_gradient(x)
    miss, target = abs(value - problem.target), problem.target
    rounding = _ROUNDING * max(abs(value), abs(target), np.sqrt(abs(run.first_value)))
    if miss <= max(rounding, _NEAR * float(np.abs(gradient) @ run.sizes(x))):
        exact = "exactly" if miss == 0.0 else f"to within {miss:.2g}"
        return Status.CONVERGED, f"f takes the value {target:g} {exact} at {run.point(x)}."
    return (
        Status.STATIONARY,
        f"f does not take the value {target:g} here: the nearest that it comes is {value:.6g}, at "
        f"{run.point(x)}. Another start may lead to it, if f takes it at all.",
    )


def fading(run: Run, problem: SquaredMiss, x: Vector) -> str:
    """The sentence for a way on which f comes toward the target ever more slowly, without end."""
    return (
        f"f does not take the value {problem.target:g} on this way: it comes toward it ever more "
        f"slowly as its slope dies out (f = {problem.inner.value(x):.6g} at {run.point(x)}). There "
        "may be no finite point where it does."
    )
