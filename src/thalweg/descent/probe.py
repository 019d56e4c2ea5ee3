"""Does f fall anywhere along a line? Walks out both ways until f has risen or fallen."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np

from thalweg.descent.noise import measured_noise
from thalweg.descent.problem import Vector
from thalweg.descent.run import Run

__all__ = ["Walk", "walk_out"]

_ROUNDING = 8 * float(np.finfo(np.float64).eps)


@dataclass(slots=True)
class Walk:
    """What was met on a line through a point.

    Attributes:
        lower: a point where f is lower and that is reached without climbing, or None.
        level: on how many of the two sides f did not change at all.
    """

    lower: Vector | None
    level: int


def walk_out(
    run: Run, x: Vector, value: float, direction: Vector, nearest: float, slack: float = 0.0
) -> Walk:
    """Walk from x along ±direction in steps that grow, comparing f beyond its rounding.

    Args:
        run: the descent, for its function, its box and the sizes of its numbers.
        x: the point, `(n,)`.
        value: f there.
        direction: `(n,)`, of any length.
        nearest: first distance, relative to the sizes of the numbers; x is only known so well.
        slack: how much lower f may be just because x is not the very bottom; no more than that
            counts as level.

    Returns:
        The first lower point met, if any, and how many sides were level.
    """
    unit = 1.0 / max(float(np.max(np.abs(direction) / run.reach(x))), 1e-300)
    level = 0
    for sign in (1.0, -1.0):
        distance = min(max(nearest, 1e-6), 1e-2)
        while distance < 0.2:
            there = x + (sign * distance * unit) * direction
            if run.lower is not None and not np.array_equal(run.project(there), there):
                break
            found = run.problem.value(there)
            if isnan(found):
                break
            rounding = max(_ROUNDING * max(abs(value), min(abs(found), 1e300)), slack)
            if found < value - rounding:
                # f may be far noisier than its own size shows, where large terms cancel in it.
                if found < value - 20.0 * measured_noise(run, x, direction):
                    return Walk(there, level)
                rounding = abs(found - value)
            if found > value + rounding:
                break
            distance *= 4.0
        else:
            level += 1
    return Walk(None, level)
