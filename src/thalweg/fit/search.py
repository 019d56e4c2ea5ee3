"""Which starts and dampings a fit tries, in which order, and when it is content.

The first descent is the one that was asked for: from the start, plainly damped; where it runs out of
steps in a long curved valley it goes on with bent steps. Only where that ends in trouble (outside
the model's domain, still descending, at infinity, no better than a constant) are others tried, and
the lowest sum of squares is kept. Whatever was tried is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from thalweg.fit.least_squares import LeastSquares
from thalweg.fit.levenberg_marquardt import Strategy, Valley, levenberg_marquardt
from thalweg.fit.linear_parameters import linear_parameters, solve_linear
from thalweg.fit.model import Array
from thalweg.fit.polish import polish, relative_offset
from thalweg.fit.statistics import spread

__all__ = ["Found", "descend", "idle", "search"]

_SETTLED = 1e-4  # relative offset: a ten-thousandth of the standard errors from the minimum
_STEPS = 2000
_AWAY = 1e4  # a standard error this many times its parameter: it has gone where nothing holds it


@dataclass(frozen=True)
class Found:
    """The valley kept, what is wrong with it ("" where nothing is), and how it was reached.

    Attributes:
        valley: the lowest minimum found.
        trouble: "", "start" or "slope" (outside the domain), "steps" (still going down), "constant"
            (no better than a constant), "infinity" (a parameter has gone where it no longer acts),
            "degenerate" (parameters merge that are apart elsewhere), "loose" (a standard error ten
            thousand times its parameter), "stopped" (by the callback).
        offset: Bates and Watts' relative offset there.
        route: "" for the start as given, else what was done instead, in words.
    """

    valley: Valley
    trouble: str
    offset: float
    route: str


def descend(problem: LeastSquares, start: Array, strategy: Strategy) -> Valley:
    """One whole descent: damped steps, bent steps where those run out, then the last digits."""
    half = Strategy(strategy.radius, strategy.bend, (strategy.max_steps + 1) // 2)
    valley = levenberg_marquardt(problem, start, half)
    if valley.reason == "steps" and valley.steps < strategy.max_steps:
        rest = Strategy(1.0, not strategy.bend, strategy.max_steps - valley.steps)
        further = levenberg_marquardt(problem, valley.params, rest)
        best = further if further.chisqr <= valley.chisqr else valley
        valley = replace(best, steps=valley.steps + further.steps)
    return valley if valley.reason == "stopped" else polish(problem, valley)


@dataclass(frozen=True)
class _Nature:
    """What a model is like where it begins: which parameters do nothing, how many are loose."""

    idle: npt.NDArray[np.bool_]
    reach: Array
    loose: int


def _nature(problem: LeastSquares, start: Array) -> _Nature:
    """The model's nature, looked at beside the start, so that equal starts do not count."""
    aside = problem.inside(start * (1.0 + 0.1 * np.sqrt(2.0 + np.arange(start.size))) + 1e-3)
    jacobian = problem.jacobian(aside)
    reach = np.abs(start)
    nothing = idle(problem, problem.jacobian(start), reach)
    if not np.all(np.isfinite(jacobian)):
        return _Nature(nothing, reach, start.size)
    residual = np.zeros(problem.size)
    valley = Valley(aside, residual, jacobian, 0.0, "flat", 0)
    return _Nature(nothing, reach, spread(problem, valley).loose.shape[1])


def _judge(problem: LeastSquares, valley: Valley, route: str, nature: _Nature) -> Found:
    """What is wrong with a valley, if anything."""
    if valley.reason in ("start", "slope") or not np.isfinite(valley.chisqr):
        return Found(valley, valley.reason, float("inf"), route)
    offset = relative_offset(problem, valley)
    if valley.reason == "stopped":
        return Found(valley, "stopped", offset, route)
    # Rounding alone leaves this much, where the residuals are hardly larger than it.
    size = max(float(np.sqrt(valley.chisqr)), problem.rounding())
    noise = 100.0 * problem.rounding() / size if size > 0 else 1.0
    if offset > max(_SETTLED, min(noise, 1.0)) and valley.chisqr > problem.rounding() ** 2:
        return Found(valley, "steps", offset, route)
    reach = np.maximum(np.abs(valley.params), nature.reach)
    if np.any(idle(problem, valley.jacobian, reach) & ~nature.idle):
        return Found(valley, "infinity", offset, route)
    if valley.params.size > 1 and valley.chisqr >= 0.999 * _constant(problem):
        return Found(valley, "constant", offset, route)
    held = spread(problem, valley)
    if held.loose.shape[1] > nature.loose:
        return Found(valley, "degenerate", offset, route)
    variance = valley.chisqr / max(problem.size - valley.params.size, 1)
    errors = np.sqrt(variance * np.diagonal(held.inverse))
    if np.any(errors > _AWAY * np.abs(valley.params)) and held.condition > 1e3:
        return Found(valley, "loose", offset, route)
    return Found(valley, "", offset, route)


def idle(problem: LeastSquares, jacobian: Array, reach: Array) -> npt.NDArray[np.bool_]:
    """Parameters that the prediction shows nothing of when they change by their own size."""
    shown = np.abs(jacobian).max(axis=0) * reach
    nothing: npt.NDArray[np.bool_] = shown <= 1e-3 * problem.rounding()
    return nothing


def _constant(problem: LeastSquares) -> float:
    """The sum of squares that the best constant leaves, infinite where the data are constant."""
    weight = np.ones(problem.size) if problem.weight is None else problem.weight**2
    mean = float(np.sum(weight * problem.target) / np.sum(weight))
    left = float(np.sum(weight * (problem.target - mean) ** 2))
    return left if left > problem.rounding() ** 2 else float("inf")


def _better(new: Found, old: Found) -> bool:
    """Whether a valley is worth leaving the first for: visibly lower, or as low and sound."""
    if not np.isfinite(new.valley.chisqr):
        return False
    if new.valley.chisqr < old.valley.chisqr * (1.0 - 1e-6):
        return True
    as_low = new.valley.chisqr <= old.valley.chisqr * (1.0 + 1e-9)
    return as_low and bool(old.trouble) and not new.trouble


def _others(
    problem: LeastSquares, start: Array, max_steps: int, guess: Callable[[], list[Array]]
) -> Iterator[tuple[Array, Strategy, str]]:
    """Further dampings and starts, those nearest to what was asked for first."""
    members = linear_parameters(problem, start)
    if members:
        solved = solve_linear(problem, start, members)
        words = "from the start with its linear parameters solved for"
        yield solved, Strategy(max_steps=max_steps), words
    yield start, Strategy(1.0, True, max_steps), "from the start with bent steps"
    yield start, Strategy(0.1, False, max_steps), "from the start with shorter steps"
    yield start, Strategy(100.0, False, max_steps), "from the start with longer steps"
    for other in guess():
        yield other, Strategy(max_steps=max_steps), "from a start guessed from the data"


def search(
    problem: LeastSquares,
    start: Array,
    max_steps: int | None,
    guess: Callable[[], list[Array]],
) -> Found:
    """The lowest valley that the start, and where that fails others, lead to.

    Args:
        problem: the sum of squares and its box.
        start: where to begin, `(p,)`.
        max_steps: steps for the descent, which then is the only one to run out of them; None for
            as many as are sensible, and other starts where those do not suffice.
        guess: further starts, made only when they are needed.

    Returns:
        The valley, its trouble and its route.
    """
    nature, most = _nature(problem, start), max_steps or _STEPS
    best = _judge(problem, descend(problem, start, Strategy(max_steps=most)), "", nature)
    if best.trouble == "stopped" or (best.trouble == "steps" and max_steps is not None):
        return best
    if not best.trouble or len(linear_parameters(problem, start)) == start.size:
        return best  # a linear model has one minimum, and it is reached
    for other, strategy, route in _others(problem, start, most, guess):
        new = _judge(problem, descend(problem, other, strategy), route, nature)
        if _better(new, best):
            best = new
        if new.trouble == "stopped":
            return replace(best, trouble="stopped")
        if not best.trouble:
            break
    return best
