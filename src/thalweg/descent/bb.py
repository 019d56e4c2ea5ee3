"""Barzilai and Borwein's two rates, from the curvature of the last step, with a safeguard."""

from __future__ import annotations

from collections import deque

import numpy as np

from thalweg.descent.judge import Gate
from thalweg.descent.problem import Vector
from thalweg.descent.run import End, Run, StoppedByCallback, Why

__all__ = ["bb"]

_REMEMBER = 10  # values that a new one may be compared with
_SHORTEST, _LONGEST = 1e-300, 1e300


def bb(run: Run) -> End:
    """Go down the slope with a rate from the last step s and its change of slope y.

    The long rate sᵀs/sᵀy and the short one sᵀy/yᵀy take turns: on Rosenbrock's function in ten
    variables that needs a thirteenth of the steps which the long one alone does.

    A step counts when it lies below the highest of the last ten values by a share of the slope
    (Grippo, Lampariello and Lucidi), else it is shortened: the method may climb a little, as it
    must, and still cannot run away. Steps are projected into the box.

    Source:
        Barzilai and Borwein, IMA J. Numer. Anal. 8 (1988) 141-148; Birgin, Martínez and Raydan,
        SIAM J. Optim. 10 (2000) 1196-1211 (algorithm SPG2).
    """
    x = run.start
    value, gradient = run.begin()
    if not (np.isfinite(value) and np.all(np.isfinite(gradient))):
        return End(x, value, gradient, 0, Why.NOT_FINITE, where=x)
    gate = Gate(run.first_slope)
    rate = 0.1 / max(float(np.max(np.abs(gradient) / run.sizes(x), initial=0.0)), _SHORTEST)
    recent = deque([value], maxlen=_REMEMBER)
    best = (value, x, gradient)
    for step in range(run.max_steps + 1):
        slope = float(np.max(np.abs(run.slope(x, gradient)), initial=0.0))
        if slope <= gate.bar:
            finding = gate.judge(run, x, value, gradient, slope)
            if finding.settled:
                return End(x, value, gradient, step, Why.JUDGED, finding)
        if step == run.max_steps:
            break
        direction = run.project(x - rate * gradient) - x
        landed = _land(run, x, value, gradient, direction, max(recent))
        if landed is None:
            low = best[0] < value
            value, x, gradient = best if low else (value, x, gradient)
            return End(x, value, gradient, step, Why.STALLED)
        new_x, new_value, new_gradient = landed
        rate = _next_rate(new_x - x, new_gradient - gradient, rate, long=step % 2 == 1)
        x, value, gradient = new_x, new_value, new_gradient
        recent.append(value)
        if value < best[0]:
            best = (value, x, gradient)
        if run.fell(x, value):
            return End(x, value, gradient, step + 1, Why.FELL)
        if run.watched:
            try:
                run.see(x, value, gradient, step + 1)
            except StoppedByCallback:
                return End(x, value, gradient, step + 1, Why.CALLBACK)
    value, x, gradient = best
    return End(x, value, gradient, run.max_steps, Why.STEPS)


def _land(
    run: Run, x: Vector, value: float, gradient: Vector, direction: Vector, highest: float
) -> tuple[Vector, float, Vector] | None:
    """Shorten the step until it lies below the highest recent value by a share of the slope."""
    fall = float(gradient @ direction)
    if not fall < 0.0:
        return None
    rounding = 4 * float(np.finfo(np.float64).eps) * abs(highest)
    t = 1.0
    for _ in range(100):
        there = run.project(x + t * direction)  # the sum may round to just outside the box
        found, slope = run.problem.value_and_gradient(there)
        if found <= highest + 1e-4 * t * fall + rounding and np.all(np.isfinite(slope)):
            return None if np.array_equal(there, x) else (there, found, slope)
        if np.isfinite(found):
            bend = found - value - t * fall
            inner = -0.5 * t * t * fall / bend if bend > 0.0 else 0.5 * t
            t = min(max(inner, 0.1 * t), 0.9 * t)
        else:
            t *= 0.1
    return None


def _next_rate(s: Vector, y: Vector, rate: float, *, long: bool) -> float:
    bend = float(s @ y)
    square = float(s @ s)
    if not np.isfinite(bend) or not np.isfinite(square):
        return rate
    if bend <= 0.0:
        return min(4.0 * rate, _LONGEST)  # no curvature to learn from: farther
    change = float(y @ y)
    if not change > 0.0:
        return rate  # the square of a tiny change underflows
    new = square / bend if long else bend / change
    return min(max(new, _SHORTEST), _LONGEST) if np.isfinite(new) else rate
