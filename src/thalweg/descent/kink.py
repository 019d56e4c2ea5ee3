"""At a point that cannot be improved though its slope is not zero: is it the bottom of a kink?"""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import Vector
from thalweg.descent.run import Run

__all__ = ["is_bottom_of_kink"]

_NEAR = 1e-7  # how far around the point slopes are gathered, relative to the sizes
_MANY = 30  # numbers beyond which so few slopes prove nothing


def is_bottom_of_kink(run: Run, x: Vector, value: float, gradient_here: Vector) -> bool:
    """Tell whether the slopes around x balance: zero lies in their convex hull.

    That is Clarke's condition for a point of rest of a function with kinks, such as |x| at 0, seen
    through slopes at points close by (Burke, Lewis and Overton, SIAM J. Optim. 15 (2005) 751-779).
    In addition f must not be lower at any of those points than its rounding allows, and must not
    fall steadily along any axis.

    Args:
        run: the descent.
        x: the point, `(n,)`.
        value: f there.
        gradient_here: the slope there, `(n,)`.

    Returns:
        True where the condition is met; always False for more than 30 numbers. For one number f
        being higher on both sides is enough, whatever the slopes: the lower end of a jump.
    """
    n = x.size
    if n > _MANY:
        return False
    if n == 1 and _all_higher(run, x, value):
        return True
    wide = _slopes_around(run, x, value, gradient_here, _NEAR)
    close = _slopes_around(run, x, value, gradient_here, 0.01 * _NEAR)
    if wide is None or close is None:
        return False
    # Around a smooth minimum slopes balance too, but they shrink with the distance; at a kink
    # they stay apart however near one looks.
    apart = [float(np.max(np.linalg.norm(m - m[:, :1], axis=0))) for m in (wide, close)]
    if not apart[1] >= 0.5 * apart[0] > 0.0:
        return False
    if not _shortest_in_hull(close) <= 1e-6 * apart[1]:
        return False
    return not _way_down(run, x, value)


def _slopes_around(
    run: Run, x: Vector, value: float, gradient: Vector, near: float
) -> Vector | None:
    """Gather slopes as columns, the point's own first; None where f is lower close by.

    Each is multiplied by the sizes: f's change over a comparable way in every number.
    """
    n = x.size
    sizes = run.sizes(x)
    ceiling = max(abs(value), run.first_slope * float(np.max(sizes)) * near)
    slopes = [gradient]
    for offset in np.vstack([np.eye(n), -np.eye(n), _spread(n)]):
        found, slope = run.problem.value_and_gradient(run.project(x + near * offset * sizes))
        if not np.isfinite(found) or not np.all(np.isfinite(slope)):
            continue
        if found < value - 1e-6 * ceiling:
            return None
        slopes.append(slope)
    return np.array(slopes).T * sizes[:, np.newaxis]


def _way_down(run: Run, x: Vector, value: float) -> bool:
    """Tell whether f falls steadily along some axis.

    Beside a slope without end, as √|x| has at 0, any other slope is nothing in the hull; yet f
    falls that way.
    """
    rounding = 64.0 * float(np.finfo(np.float64).eps) * abs(value)
    sizes = run.sizes(x)
    for axis in np.vstack([np.eye(x.size), -np.eye(x.size)]):
        last = value - rounding
        for far in (1e-6, 1e-5, 1e-4):
            found = run.problem.value(run.project(x + far * axis * sizes))
            if not found < last:
                break
            last = found
        else:
            return True
    return False


def _all_higher(run: Run, x: Vector, value: float) -> bool:
    """Tell, for one number, whether f is higher at every distance on both sides (a jump too)."""
    distances = run.sizes(x) * np.geomspace(1e-12, 1e-6, 7)[:, np.newaxis]
    sides = [run.problem.value(x + sign * d) for d in distances for sign in (1.0, -1.0)]
    return all(side > value for side in sides)


def _spread(n: int) -> Vector:
    """Directions in between the axes, the same each time."""
    corners = np.random.default_rng(20050301).standard_normal((2 * n + 2, n))
    directions: Vector = corners / np.max(np.abs(corners), axis=1, keepdims=True)
    return directions


def _shortest_in_hull(columns: Vector) -> float:
    """Give the length of the shortest vector in the convex hull of a matrix' columns."""
    from scipy.optimize import nnls

    heavy = 1e3 * float(np.max(np.abs(columns)))
    stacked = np.vstack([columns, np.full(columns.shape[1], heavy)])
    goal = np.zeros(stacked.shape[0])
    goal[-1] = heavy
    weights = nnls(stacked, goal)[0]
    total = float(np.sum(weights))
    return float(np.linalg.norm(columns @ weights)) / total if total > 0.0 else float("inf")
