"""How far to go along a line: a step that satisfies the strong Wolfe conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, isnan, sqrt

import numpy as np

from thalweg.descent.problem import Problem, Vector

__all__ = ["Landing", "wolfe_step"]

_DECREASE = 1e-4
_CURVATURE = 0.9
_LONGEST = 1e300


@dataclass(slots=True)
class Landing:
    """A point on the line: how far, where, f, ∇f, and the slope along the line."""

    distance: float
    x: Vector
    fun: float
    jac: Vector
    slope: float


def wolfe_step(
    problem: Problem,
    here: Landing,
    direction: Vector,
    first: float,
    noise: float = 0.0,
    turns: int = 60,
) -> Landing | None:
    """Find a step t with f(t) ≤ f(0) + 10⁻⁴·t·f′(0) and |f′(t)| ≤ 0.9·|f′(0)|.

    A bracket is widened until it holds such a step, then narrowed by cubic interpolation kept away
    from the ends. Points where f is NaN or +∞ count as too far. Where f changes by less than its
    rounding, the slope alone decides (Hager and Zhang's approximate conditions), so that the last
    digits are still reached.

    Args:
        problem: f with its gradient.
        here: the point of departure; its `distance` is 0, its `slope` negative.
        direction: `(n,)`.
        first: first distance tried.
        noise: f's rounding noise, where it is known to be more than its size shows.
        turns: evaluations allowed.

    Returns:
        Where to land, or None where nothing lower was met.

    Source:
        Nocedal and Wright, "Numerical Optimization", algorithms 3.5 and 3.6; Hager and Zhang,
        SIAM J. Optim. 16 (2005) 170-192.
    """
    try_at = _evaluator(problem, here, direction)
    rounding = max(4 * float(np.finfo(np.float64).eps) * abs(here.fun), noise)
    low, high, wall = here, None, inf
    t = first
    for _ in range(turns):
        spot = try_at(t)
        if spot.fun == -inf:
            return spot
        if isnan(spot.fun) or spot.fun == inf or not isfinite(spot.slope):
            wall = t
            t = low.distance + 0.25 * (t - low.distance)
        else:
            steep = here.fun + _DECREASE * t * here.slope
            level = abs(spot.fun - here.fun) <= rounding
            if not (spot.fun <= steep or level) or (spot.fun > low.fun and not level):
                high = spot
            elif abs(spot.slope) <= -_CURVATURE * here.slope:
                return spot
            elif spot.slope >= 0:
                high = spot
            else:
                low = spot
            t = _next(low, high, wall)
        if not isfinite(t) or t > _LONGEST:
            break
        if abs(t - low.distance) <= 1e-16 * max(t, first * 1e-30):
            break
    return low if low.fun < here.fun and not np.array_equal(low.x, here.x) else None


def _evaluator(problem: Problem, here: Landing, direction: Vector) -> Callable[[float], Landing]:
    def try_at(t: float) -> Landing:
        x = here.x + t * direction
        value, gradient = problem.value_and_gradient(x)
        return Landing(t, x, value, gradient, float(gradient @ direction))

    return try_at


def _next(low: Landing, high: Landing | None, wall: float) -> float:
    if high is None:
        if wall < inf:
            return 0.5 * (low.distance + wall)
        return 4.0 * low.distance
    width = high.distance - low.distance
    inner = _cubic(low, high)
    near, far = low.distance + 0.1 * width, low.distance + 0.9 * width
    return min(max(inner, near), far) if isfinite(inner) else 0.5 * (near + far)


def _cubic(a: Landing, b: Landing) -> float:
    """Give the minimum of the cubic through two values and two slopes."""
    width = b.distance - a.distance
    d = a.slope + b.slope - 3.0 * (b.fun - a.fun) / width
    square = d * d - a.slope * b.slope
    if not (square >= 0.0 and isfinite(square)):
        return 0.5 * (a.distance + b.distance)
    root = sqrt(square)
    below = b.slope - a.slope + 2.0 * root
    if below == 0.0:
        return 0.5 * (a.distance + b.distance)
    return b.distance - width * (b.slope + root - d) / below
