"""Levenberg and Marquardt's descent into a sum of squares, by an exact Jacobian.

A step is the least-squares step inside an ellipsoid ‖Dδ‖ ≤ Δ, D Moré's scaling (the largest norm that
each column of J has had), Δ his radius. A trial point where the model is NaN or infinite is a
rejected step. Bounds hold by projection: parameters at a bound that the gradient pushes out of are
left out of the step, and a trial point is moved into the box.

Source: J. J. Moré, "The Levenberg-Marquardt algorithm: implementation and theory", in Numerical
Analysis, Lecture Notes in Mathematics 630 (1978) 105-116.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.fit.least_squares import LeastSquares, sum_of_squares
from thalweg.fit.model import Array
from thalweg.fit.trust_step import TrustStep

__all__ = ["Strategy", "Valley", "levenberg_marquardt"]

_FLAT = 1e-15  # a predicted relative reduction below this is rounding, not descent
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Strategy:
    """How one descent is damped.

    Attributes:
        radius: the first radius, in units of ‖D·start‖.
        bend: whether steps are bent along the valley (geodesic acceleration), at one more residual
            each: far quicker along a curved, flat floor, more easily drawn to infinity elsewhere.
        max_steps: accepted and rejected steps together.
        watched: whether the problem's watcher is told; not where a start is only looked for.
    """

    radius: float = 1.0
    bend: bool = False
    max_steps: int = 1000
    watched: bool = True


@dataclass(frozen=True)
class Valley:
    """Where a descent stopped.

    Attributes:
        params: the parameters there, `(p,)`.
        residual: (y − f)/σ there, `(n,)`.
        jacobian: ∂f/∂b/σ there, `(n, p)`.
        chisqr: the sum of squared residuals, infinite where one is not finite.
        reason: "flat" (no descent left), "steps" (out of steps), "start" (the model is not finite
            at the start), "slope" (its derivative is not finite there), "stuck" (no step, however
            short, goes down), "stopped" (the watcher asked for the end).
        steps: steps tried.
    """

    params: Array
    residual: Array
    jacobian: Array
    chisqr: float
    reason: str
    steps: int


def _next_radius(
    radius: float, length: float, mu: float, ratio: float, rise: float, gain: float
) -> float:
    """Moré's rule: shrink where the linear model told too much, grow where it told the truth."""
    if ratio <= 0.25:
        # The minimum of the parabola through both values with the slope at the start, −2·gain.
        finite = bool(np.isfinite(rise)) and gain > 0
        bottom = gain / (rise + 2.0 * gain) if finite and rise > 0 else (0.5 if finite else 0.1)
        return min(max(bottom, 0.1), 0.5) * min(radius, 10.0 * length)
    if mu == 0.0 or ratio >= 0.75:
        return 2.0 * length
    return radius


class _Walk:
    """A descent on its way: where it is, what its radius is, how many steps it took."""

    def __init__(self, problem: LeastSquares, start: Array, strategy: Strategy) -> None:
        self.problem, self.strategy = problem, strategy
        self.params = problem.inside(np.asarray(start, dtype=np.float64))
        self.residual = problem.residual(self.params)
        self.chisqr = sum_of_squares(self.residual)
        self.jacobian: Array = np.zeros((problem.size, self.params.size))
        self.scale = np.zeros_like(self.params)
        self.radius = -1.0
        self.steps = 0

    def look(self, params: Array) -> bool:
        """Take the Jacobian and the scaling at a point; False where it is not finite there."""
        jacobian = self.problem.jacobian(params)
        with np.errstate(all="ignore"):
            norms = np.linalg.norm(jacobian, axis=0)
        finite = bool(np.all(np.isfinite(norms)))
        if finite:
            self.scale = np.maximum(self.scale, norms)
        if finite or self.radius < 0:
            self.jacobian = jacobian
        if self.radius < 0:
            size = float(np.linalg.norm(self.scale * params))
            self.radius = self.strategy.radius * (size or 1.0)
        return finite

    def step(self) -> str:
        """Go one accepted step down; a reason to stop, or nothing."""
        free = self.problem.free(self.params, self.jacobian.T @ self.residual)
        if not np.any(free):
            return "flat"
        scale = np.where(self.scale > 0, self.scale, 1.0)
        inside = TrustStep(self.problem, self.params, self.residual, self.jacobian, scale, free)
        while self.steps < self.strategy.max_steps:
            self.steps += 1
            step, mu, gain, square = inside.take(self.radius, self.strategy.bend)
            wanted = self.params + step
            trial = self.problem.inside(wanted)
            moved = trial - self.params
            length = float(np.linalg.norm(scale * moved))
            predicted = gain + mu * square
            if np.any(trial != wanted):  # the box cut the step: the linear model says another fall
                along = self.jacobian @ moved
                gain = float(self.residual @ along)
                predicted = 2.0 * gain - float(along @ along)
            if length == 0 or abs(predicted) <= _FLAT * self.chisqr or self.chisqr == 0:
                return "flat"
            residual = self.problem.residual(trial)
            chisqr = sum_of_squares(residual)
            rise = chisqr - self.chisqr
            ratio = -rise / predicted if predicted > 0 else -1.0
            self.radius = _next_radius(self.radius, length, mu, ratio, rise, gain)
            if ratio > 1e-4:
                if self.look(trial):
                    self.params, self.residual, self.chisqr = trial, residual, chisqr
                    return "stopped" if self.told() else ""
                self.radius = 0.1 * length  # a point without a slope is no place to go on from
            if self.radius <= _EPS * float(np.linalg.norm(scale * self.params)):
                return "stuck"
        return "steps"

    def told(self) -> bool:
        """Tell the watcher of the present point; True where it asks for the end."""
        watcher = self.problem.watcher if self.strategy.watched else None
        return watcher is not None and watcher(self.params, self.chisqr)

    def stop(self, reason: str) -> Valley:
        """The valley at the present point."""
        return Valley(self.params, self.residual, self.jacobian, self.chisqr, reason, self.steps)


def levenberg_marquardt(
    problem: LeastSquares, start: Array, strategy: Strategy | None = None
) -> Valley:
    """Descend from `start` until nothing that rounding lets one see goes down any more.

    Args:
        problem: the sum of squares and its box.
        start: float64 `(p,)`; moved into the box first.
        strategy: the damping; `Strategy()` where None.

    Returns:
        The valley reached, whose `reason` says why the descent stopped there.
    """
    walk = _Walk(problem, start, strategy or Strategy())
    if not np.isfinite(walk.chisqr):
        return walk.stop("start")
    reason = "" if walk.look(walk.params) else "slope"
    while not reason:
        reason = walk.step()
    return walk.stop(reason)
