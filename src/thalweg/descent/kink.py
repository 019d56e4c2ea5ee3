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
    In addition f must not be lower at any of those points than its rounding allows.

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
    sizes = _NEAR * run.sizes(x)
    offsets = np.vstack([np.eye(n), -np.eye(n), _spread(n)])
    slopes = []
    ceiling = max(abs(value), float(run.first_slope * np.max(sizes)))
    for offset in offsets:
        found, gradient = run.problem.value_and_gradient(run.project(x + offset * sizes))
        if not np.isfinite(found) or not np.all(np.isfinite(gradient)):
            continue
        if found < value - 1e-6 * ceiling:
            return False
        slopes.append(gradient)
    if not slopes:
        return False
    # Each slope is multiplied by the sizes: f's change over a comparable way in every number.
    matrix = np.array(slopes).T * sizes[:, np.newaxis]
    largest = float(np.max(np.linalg.norm(matrix, axis=0)))
    own = float(np.linalg.norm(gradient_here * sizes))
    # Around a smooth minimum the slopes balance too, but the slope of the point itself is small.
    return own >= 1e-2 * largest > 0.0 and _shortest_in_hull(matrix) <= 1e-6 * own


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
