"""One descent from beginning to end on flat numbers: choose a method, run it, say how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite

from thalweg.descent.bb import bb
from thalweg.descent.corner import into_corner
from thalweg.descent.gd import RULES, Rule, first_rate, gd
from thalweg.descent.lbfgs import lbfgs
from thalweg.descent.newton import newton
from thalweg.descent.rate_limit import Limit, largest_rate
from thalweg.descent.run import End, Run, Why
from thalweg.descent.status import Status
from thalweg.descent.verdict import DOWN, Verdict, Words, settle
from thalweg.errors import DescentError

__all__ = ["METHODS", "Outcome", "choose", "solve", "steps_allowed"]

_SOLVERS: dict[str, Callable[[Run], End]] = {"bb": bb, "lbfgs": lbfgs, "newton": newton}

METHODS: tuple[str, ...] = ("auto", *RULES, "bb", "lbfgs", "newton")
"""Every method `minimize` knows."""

_SMALL = 60  # up to here the exact Hessian is cheap beside the steps it saves
_RETRIES = 8
_DOUBTS = 3  # smaller rates tried where the first one left the domain or fell without end
_OPEN = (Status.STATIONARY, Status.OUT_OF_STEPS)


@dataclass(slots=True)
class Outcome:
    """A descent that has ended.

    Attributes:
        end: where and why the solver stopped.
        verdict: what that means.
        method: the method that ran.
        rate: its rate, where it has one.
        limit: the largest rate that would have held, where it was too large.
    """

    end: End
    verdict: Verdict
    method: str
    rate: float | None = None
    limit: Limit | None = None


def steps_allowed(method: str, size: int, wanted: int | None) -> int:
    """Give the number of steps: what was asked for, or 500 with a Hessian and 10 000 without.

    >>> steps_allowed("auto", 2, None), steps_allowed("gd", 2, None), steps_allowed("gd", 2, 7)
    (500, 10000, 7)
    """
    if wanted is not None:
        return int(wanted)
    return 500 if (choose(size) if method == "auto" else method) == "newton" else 10_000


def choose(size: int) -> str:
    """Pick the method for `auto`: the Hessian where there are few numbers, else L-BFGS.

    >>> choose(2), choose(1000)
    ('newton', 'lbfgs')
    """
    return "newton" if size <= _SMALL else "lbfgs"


def solve(run: Run, method: str, rate: float | None, words: Words = DOWN) -> Outcome:
    """Run one method and judge where it ended.

    Args:
        run: the descent to make.
        method: one of `METHODS`.
        rate: for the methods that have one; None for the method's own choice.
        words: how to speak of it.

    Returns:
        The outcome.

    Raises:
        DescentError: for a method that is not known, or a rate that the method cannot use.
    """
    if method not in METHODS:
        raise DescentError(f"There is no method {method!r}. Write one of: {', '.join(METHODS)}.")
    if rate is not None and not (isfinite(rate) and rate > 0.0):
        raise DescentError(f"The rate is {rate!r}; it must be a positive number.")
    if method in RULES:
        return _with_rate(run, method, rate, words)
    if rate is not None:
        taking = ", ".join(RULES)
        raise DescentError(
            f"Method {method!r} finds its own step lengths and takes no rate. "
            f"Leave the rate out, or write one of: {taking}."
        )
    if method != "auto":
        end = into_corner(run, _SOLVERS[method](run))
        return Outcome(end, settle(run, end, words), method)
    picked = choose(run.size)
    try:
        end = _SOLVERS[picked](run)
    except (LookupError, NotImplementedError):
        # An op on the way has no second derivative; L-BFGS needs none.
        picked = "lbfgs"
        end = lbfgs(run)
    end = into_corner(run, end)
    verdict = settle(run, end, words)
    if picked == "newton" and end.why in (Why.STALLED, Why.STEPS) and verdict.status in _OPEN:
        # A model by curvature is at a loss at kinks and under noise; a line search often is not.
        again = replace(run, start=end.x, max_steps=10 * run.max_steps)
        second = into_corner(again, lbfgs(again))
        better = settle(again, second, words)
        if better.status is Status.CONVERGED:
            second.nit += end.nit
            end, verdict, picked = second, better, "newton, then lbfgs"
    verdict.message += f" (auto picked {picked})"
    return Outcome(end, verdict, picked)


def _with_rate(run: Run, method: str, rate: float | None, words: Words) -> Outcome:
    rule = RULES[method]
    if rate is not None:
        return _at_rate(run, rule, rate, words)
    # The rate is ours to choose: a way that proves steeper than its beginning is gone again.
    first = outcome = _at_rate(run, rule, first_rate(run, rule), words)
    for turn in range(_RETRIES):
        diverged = outcome.verdict.status is Status.DIVERGED
        end = outcome.end
        thrown_out = end.why in (Why.NOT_FINITE, Why.FELL) and end.where is not run.start
        if not diverged and not (thrown_out and turn < _DOUBTS):
            break
        if run.path is not None:
            run.path.clear()
        smaller = 0.5 * outcome.limit.rate if outcome.limit else 0.1 * (outcome.rate or 0.0)
        outcome = _at_rate(run, rule, smaller, words)
    if first.verdict.status is not Status.DIVERGED and not outcome.verdict.status.success:
        outcome = first  # it was not the rate
    outcome.verdict.message += f" (rate {outcome.rate:.4g} was chosen by {method})"
    return outcome


def _at_rate(run: Run, rule: Rule, rate: float, words: Words) -> Outcome:
    end = gd(run, rule, rate)
    verdict = settle(run, end, words)
    limit = None
    rising = end.why is Why.STEPS and not end.fun <= run.first_value and rule.factor is not None
    if verdict.status is Status.DIVERGED or (rising and verdict.status is Status.OUT_OF_STEPS):
        if rule.factor is not None:
            limit = _limit(run, rule, rate, rule.factor)
        message = _too_large(run, end, rate, rule.factor, limit, words)
        verdict = Verdict(Status.DIVERGED, message, verdict.finding)
    elif (
        verdict.status is Status.OUT_OF_STEPS and rule.name == "gd" and _to_and_fro(run, end, rate)
    ):
        verdict.message = (
            f"{verdict.message.split(' Allow more')[0]} Each step of this rate crosses to where the "
            "slope points back: f has a kink there, or the rate is too large to settle. Take a "
            "smaller rate or another method."
        )
    return Outcome(end, verdict, rule.name, rate, limit)


def _to_and_fro(run: Run, end: End, rate: float) -> bool:
    """Tell whether the next step would turn the slope round without making it much shorter."""
    back = run.problem.value_and_gradient(run.project(end.x - rate * end.jac))[1]
    return float(back @ end.jac) < -0.25 * float(end.jac @ end.jac)


def _limit(run: Run, rule: Rule, rate: float, factor: float) -> Limit | None:
    try:
        return largest_rate(run, rate, factor, lambda trial: rule.at(trial, run.start))
    except (LookupError, NotImplementedError):
        return None  # an op without a second derivative has no curvature to tell of


def _too_large(
    run: Run, end: End, rate: float, factor: float | None, limit: Limit | None, words: Words
) -> str:
    f = f"{words.f} went from {words.sign * run.first_value:.4g} to {words.sign * end.fun:.4g}"
    so = f"The rate {rate:.6g} is too large: {f} in {end.nit} step{'s' * (end.nit != 1)}."
    if factor is None:
        return so + " Take a smaller one."
    if limit is None:
        return so + " No curvature was met on the way that would bound it; take a smaller one."
    return (
        so + f" At {run.point(limit.where)} the curvature is {limit.curvature:.6g}, which holds "
        f"rates below {factor:.4g}/curvature; a rate below {limit.rate:.4g} would have held."
    )
