"""Several starts: drawn around the first one, the best end kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isnan

import numpy as np

from thalweg.descent.problem import Vector
from thalweg.descent.real_number import real_number
from thalweg.descent.run import Run
from thalweg.descent.solve import Outcome
from thalweg.errors import DescentError

__all__ = ["Attempt", "best_of", "draw_starts"]

_REACH = 3.0  # drawn starts lie about so many sizes of the start around it


@dataclass(slots=True)
class Attempt:
    """One start's descent."""

    outcome: Outcome
    run: Run


def draw_starts(
    start: Vector, box: tuple[Vector, Vector] | None, count: int, seed: int | None
) -> list[Vector]:
    """Draw further starts: evenly inside finite bounds, else normally around the start.

    Args:
        start: the first one, `(n,)`.
        box: lower and upper, or None.
        count: how many.
        seed: for NumPy's default generator.

    Returns:
        The starts, `(n,)` each.
    """
    generator = np.random.default_rng(seed)
    size = np.maximum(np.abs(start), float(np.mean(np.abs(start))) or 1.0)
    starts = []
    for _ in range(count):
        drawn = start + _REACH * size * generator.standard_normal(start.size)
        if box is not None:
            lower, upper = box
            even = generator.random(start.size)
            closed = np.isfinite(lower) & np.isfinite(upper)
            inside = np.where(closed, lower, 0.0) + even * np.where(closed, upper - lower, 0.0)
            drawn = np.where(closed, inside, np.clip(drawn, lower, upper))
        starts.append(drawn)
    return starts


def best_of(
    attempt: Callable[[Vector], Attempt],
    start: Vector,
    box: tuple[Vector, Vector] | None,
    restarts: int,
    seed: int | None,
) -> list[Attempt]:
    """Descend from every start; the best end comes first.

    A fall without end counts as lower than anything, then converged ends by their value, then the
    others by theirs.
    """
    for name, value in (("restarts", restarts), ("seed", 0 if seed is None else seed)):
        number = real_number(name, value)
        if not (number >= 0 and number.is_integer()):
            raise DescentError(f"{name} is {value!r}; a whole number from 0 was wanted.")
    attempts = [attempt(flat) for flat in [start, *draw_starts(start, box, int(restarts), seed)]]
    return sorted(attempts, key=_rank)


def _rank(one: Attempt) -> tuple[int, float]:
    status, value = one.outcome.verdict.status, one.outcome.end.fun
    order = {"unbounded": 0, "converged": 1}.get(str(status), 2)
    return order, inf if isnan(value) else value
