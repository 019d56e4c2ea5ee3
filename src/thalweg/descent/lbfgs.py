"""L-BFGS: the curvature learnt from the last steps, no Hessian; bounds by projection."""

from __future__ import annotations

from collections import deque

import numpy as np

from thalweg.descent.judge import Gate
from thalweg.descent.line_search import Landing, wolfe_step
from thalweg.descent.noise import measured_noise
from thalweg.descent.pole import at_pole
from thalweg.descent.problem import Vector
from thalweg.descent.run import End, Run, StoppedByCallback, Why

__all__ = ["lbfgs"]

_MEMORY = 10
_IDLE = 40  # so many steps in a row that bring no new low are rounding, not descent
_ESCAPES = 20  # so many times a saddle is left along its downward curvature

Pairs = deque[tuple[Vector, Vector, float]]


def lbfgs(run: Run) -> End:
    """Go down by the two-loop recursion and a strong-Wolfe line search.

    With bounds, numbers that a bound holds are left out of the direction, the steps bend along the
    box, and a sufficient decrease alone decides how far (Bertsekas).

    Source:
        Liu and Nocedal, Math. Programming 45 (1989) 503-528; Nocedal and Wright, algorithm 7.4;
        Bertsekas, SIAM J. Control Optim. 20 (1982) 221-246.
    """
    value, gradient = run.begin()
    here = Landing(0.0, run.start, value, gradient, 0.0)
    if not _finite(here):
        return End(here.x, value, gradient, 0, Why.NOT_FINITE, where=here.x)
    gate = Gate(run.first_slope)
    pairs: Pairs = deque(maxlen=_MEMORY)
    escapes = idle = 0
    lowest = value
    for step in range(run.max_steps + 1):
        slope = run.slope(here.x, here.jac)
        steepness = float(np.max(np.abs(slope), initial=0.0))
        if steepness <= gate.bar:
            finding = gate.judge(run, here.x, here.fun, here.jac, steepness)
            if finding.settled:
                if finding.lower is None or escapes >= _ESCAPES or step == run.max_steps:
                    return End(here.x, here.fun, here.jac, step, Why.JUDGED, finding)
                escapes += 1
                pairs.clear()
                here = _at(run, finding.lower)
                lowest, idle = here.fun, 0
                gate = Gate(run.first_slope)
                continue
        if step == run.max_steps:
            break
        new = _step(run, here, slope, pairs)
        if new is None:
            return End(here.x, here.fun, here.jac, step, Why.STALLED)
        _learn(pairs, new.x - here.x, new.jac - here.jac)
        here = new
        idle = 0 if here.fun < lowest else idle + 1
        lowest = min(lowest, here.fun)
        if idle > _IDLE:
            return End(here.x, here.fun, here.jac, step + 1, Why.STALLED)
        if run.fell(here.x, here.fun):
            return End(here.x, here.fun, here.jac, step + 1, Why.FELL)
        if run.watched:
            try:
                run.see(here.x, here.fun, here.jac, step + 1)
            except StoppedByCallback:
                return End(here.x, here.fun, here.jac, step + 1, Why.CALLBACK)
    return End(here.x, here.fun, here.jac, run.max_steps, Why.STEPS)


def _at(run: Run, x: Vector) -> Landing:
    value, gradient = run.problem.value_and_gradient(x)
    return Landing(0.0, x, value, gradient, 0.0)


def _finite(spot: Landing) -> bool:
    return bool(np.isfinite(spot.fun) and np.all(np.isfinite(spot.jac)))


def _step(run: Run, here: Landing, slope: Vector, pairs: Pairs) -> Landing | None:
    """Take one step; where the learnt curvature leads nowhere, forget it and try the slope."""
    while True:
        direction = -_two_loops(slope, pairs)
        if run.lower is not None:
            direction = np.where(slope != 0.0, direction, 0.0)
        fall = float(here.jac @ direction)
        if fall < 0.0 and np.isfinite(fall):
            first = 1.0 if pairs else _modest(run, here.x, direction)
            if run.lower is None:
                departure = Landing(0.0, here.x, here.fun, here.jac, fall)
                new = wolfe_step(run.problem, departure, direction, first)
                if new is None and not at_pole(run, here.x, here.fun, here.jac):
                    # Perhaps f is noisier than it looks; then let the slope decide.
                    noise = 10.0 * measured_noise(run, here.x, direction)
                    if noise > 0.0:
                        new = wolfe_step(run.problem, departure, direction, first, noise, turns=20)
            else:
                new = _bent_step(run, here, direction, first)
            if new is not None and not np.array_equal(new.x, here.x):
                return new
        if not pairs:
            return None
        pairs.clear()


def _modest(run: Run, x: Vector, direction: Vector) -> float:
    """Give a first distance that moves no number by more than a tenth of its size."""
    return 0.1 / max(float(np.max(np.abs(direction) / run.sizes(x))), 1e-300)


def _bent_step(run: Run, here: Landing, direction: Vector, t: float) -> Landing | None:
    """Go along the projection of the line onto the box, halving until f falls enough."""
    rounding = 4 * float(np.finfo(np.float64).eps) * abs(here.fun)
    best: Landing | None = None
    for turn in range(80):
        x = run.project(here.x + t * direction)
        value, gradient = run.problem.value_and_gradient(x)
        fall = float(here.jac @ (x - here.x))
        good = value <= here.fun + 1e-4 * fall and fall < 0.0
        good = good and bool(np.all(np.isfinite(gradient)))
        if not good and best is None and abs(value - here.fun) <= rounding:
            smaller = np.max(np.abs(run.slope(x, gradient))) < np.max(
                np.abs(run.slope(here.x, here.jac))
            )
            good = bool(smaller)
        if good and (best is None or value < best.fun):
            best = Landing(t, x, value, gradient, 0.0)
            still = float(gradient @ direction) < 0.9 * float(here.jac @ direction)
            if (
                turn < 40
                and still
                and not np.array_equal(run.project(here.x + 4.0 * t * direction), x)
            ):
                t *= 4.0
                continue
            return best
        if best is not None:
            return best
        t *= 0.25
    return None


def _two_loops(slope: Vector, pairs: Pairs) -> Vector:
    """Multiply the slope by the inverse Hessian that the pairs stand for."""
    q = slope.copy()
    kept = []
    for s, y, rho in reversed(pairs):
        a = rho * float(s @ q)
        q -= a * y
        kept.append(a)
    if pairs:
        s, y, rho = pairs[-1]
        square = rho * float(y @ y)
        q *= 1.0 / square if square > 0.0 else 1.0
    for (s, y, rho), a in zip(pairs, reversed(kept), strict=True):
        q += (a - rho * float(y @ q)) * s
    return q


def _learn(pairs: Pairs, s: Vector, y: Vector) -> None:
    """Keep a step and the change of slope over it, where they show positive curvature."""
    bend = float(s @ y)
    if bend > 1e-14 * float(np.linalg.norm(s)) * float(np.linalg.norm(y)) and np.isfinite(bend):
        pairs.append((s, y, 1.0 / bend))
