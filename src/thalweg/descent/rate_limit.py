"""The largest rate that would have held: two over the curvature along the way it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np

from thalweg.descent.judge import DENSE
from thalweg.descent.lanczos import extreme_curvatures
from thalweg.descent.problem import Problem, Vector
from thalweg.descent.run import Run

__all__ = ["Limit", "Stepper", "largest_curvature", "largest_rate"]

Stepper = Callable[[Vector, Any, Vector], tuple[Vector, Any]]

_REPLAY = 200  # steps replayed at each rate
_LOOKS = 12  # points of a replay at which the curvature is taken
_ROUNDS = 12
_SWING = 1e4


@dataclass(slots=True)
class Limit:
    """A rate that holds, and why.

    Attributes:
        rate: factor/curvature.
        curvature: the largest met.
        where: the point where it was met, `(n,)`.
    """

    rate: float
    curvature: float
    where: Vector


def largest_curvature(problem: Problem, x: Vector) -> float:
    """Give the largest eigenvalue of the Hessian at x; by products with it where x is long."""
    if x.size <= DENSE:
        hessian = problem.hessian(x)
        if not np.all(np.isfinite(hessian)):
            return inf
        return float(np.linalg.eigvalsh(0.5 * (hessian + hessian.T))[-1])
    return extreme_curvatures(lambda v: problem.hvp(x, v), x.size)[2]


def largest_rate(
    run: Run, rate: float, factor: float, rule_at: Callable[[float], tuple[Any, Stepper]]
) -> Limit | None:
    """Find the largest rate at which the descent holds along its own way.

    On a quadratic, gradient descent holds exactly where rate < 2/λ, λ the largest eigenvalue of the
    Hessian; momentum μ moves the bound to 2(1 + μ)/λ, Nesterov's to 2(1 + μ)/((1 + 2μ)·λ). On
    anything else λ changes along the way, and a descent that goes wrong goes where nobody wanted to
    be. So the curvature is taken at the start and at the points that are no higher than the start;
    then the descent is replayed a little below the bound found, and the curvature met on that way
    counts too, until a replay stays down.

    Args:
        run: the descent that failed.
        rate: the rate it had.
        factor: 2, or what momentum makes of it.
        rule_at: rate ↦ (first state, step), the method at another rate.

    Returns:
        The limit, or None where no curvature was met (a straight slope holds at no rate or at any).

    Source:
        Polyak, "Introduction to Optimization" (1987), sections 1.4 and 3.2.
    """
    top = largest_curvature(run.problem, run.start)
    where = run.start
    trial = rate
    for _ in range(_ROUNDS):
        points, held = _replay(run, *rule_at(trial), swing=0.0 if factor == 2.0 else _SWING)
        for point in points[1 :: max(1, len(points) // _LOOKS)]:
            bend = largest_curvature(run.problem, point)
            if bend > top and isfinite(bend):
                top, where = bend, point
        bound = factor / top if 0.0 < top < inf else trial
        if held and trial <= bound:
            break
        trial = 0.99 * bound if bound < trial else 0.5 * trial
        if held and not 0.0 < top < inf:
            break
    if not 0.0 < top < inf:
        return None
    # Where the bound by curvature alone did not hold, the rate that did is the one to give.
    bound = factor / top
    return Limit(bound if trial >= 0.9 * bound else trial, top, where)


def _replay(run: Run, state: Any, step: Stepper, swing: float) -> tuple[list[Vector], bool]:
    """Go again from the start; give the points no higher than it, and whether it stayed down."""
    x = run.start
    points: list[Vector] = []
    home = float(np.max(np.abs(x), initial=0.0)) or 1.0
    ceiling = run.first_value + 1e-9 * abs(run.first_value)
    # With momentum a descent that holds may still swing above its start for a while.
    roof = ceiling + swing * (abs(run.first_value) + run.first_slope * home)
    value = run.first_value
    for _ in range(_REPLAY):
        value, gradient = run.problem.value_and_gradient(x)
        if not value <= roof or not np.all(np.isfinite(gradient)):
            return points, False
        if value <= ceiling:
            points.append(x)
        x, state = step(gradient, state, x)
        x = run.project(x)
    return points, value <= ceiling
