"""Gradient descent and its kin: one loop over the pure update rules of `optimizers`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

from thalweg.descent.judge import Gate
from thalweg.descent.native_steps import NativeSteps
from thalweg.descent.problem import Vector
from thalweg.descent.rate_limit import Stepper, largest_curvature
from thalweg.descent.run import End, Run, StoppedByCallback, Why
from thalweg.optimizers import adagrad, adam, rmsprop, sgd

__all__ = ["RULES", "Rule", "first_rate", "gd"]

_GROWN = 1e10  # f this many times beyond what the start promised: thrown out, not on its way
_MOMENTUM = 0.9


@dataclass(frozen=True, slots=True)
class Rule:
    """One member of the family.

    Attributes:
        name: the method's name.
        init: x ↦ first state.
        update: the pure update; takes `learning_rate`.
        factor: on a quadratic the method holds for rates below factor/λ; None where its steps are
            scaled by the slopes themselves and no such bound exists.
        rate: the rate where none is given, as a share of the start's size; None for one from the
            curvature at the start.
    """

    name: str
    init: Callable[[Vector], Any]
    update: Callable[..., tuple[Vector, Any]]
    factor: float | None
    rate: float | None

    def at(self, rate: float, x: Vector) -> tuple[Any, Stepper]:
        """Give the first state and the step at one rate."""
        return self.init(x), partial(self.update, learning_rate=rate)


def _rules() -> dict[str, Rule]:
    mu = _MOMENTUM
    with_momentum = partial(sgd.init, momentum=mu)
    rules = [
        Rule("gd", sgd.init, sgd.update, 2.0, None),
        Rule("momentum", with_momentum, partial(sgd.update, momentum=mu), 2.0 * (1.0 + mu), None),
        Rule(
            "nesterov",
            with_momentum,
            partial(sgd.update, momentum=mu, nesterov=True),
            2.0 * (1.0 + mu) / (1.0 + 2.0 * mu),
            None,
        ),
        Rule("adagrad", adagrad.init, adagrad.update, None, 0.1),
        Rule("rmsprop", rmsprop.init, rmsprop.update, None, 0.01),
        Rule("adam", adam.init, adam.update, None, 0.01),
    ]
    return {rule.name: rule for rule in rules}


RULES = _rules()
"""The family by name."""


def first_rate(run: Run, rule: Rule) -> float:
    """Give the rate where the user gave none: 1/λ at the start, or the rule's own."""
    if rule.rate is not None:
        return rule.rate * (float(np.max(np.abs(run.start), initial=0.0)) or 1.0)
    try:
        curvature = largest_curvature(run.problem, run.start)
    except (LookupError, NotImplementedError):
        curvature = 0.0  # an op without a second derivative; the slope alone has to do
    if curvature > 0.0 and isfinite(curvature):
        return 1.0 / curvature
    gradient = run.problem.value_and_gradient(run.start)[1]
    steepest = float(np.max(np.abs(gradient) / run.sizes(run.start), initial=0.0))
    return 0.01 / steepest if 0.0 < steepest < np.inf else 0.01


def gd(run: Run, rule: Rule, rate: float) -> End:
    """Go down with a fixed rule and rate, as the textbooks do; nothing is corrected on the way.

    A step costs one gradient, one dot product and the rule: the honest test for a minimum is made
    only when the slope has become small (see `Gate`). Bounds hold by projection after each step.
    """
    problem, bounded, watched = run.problem, run.lower is not None, run.watched
    evaluate = problem.value_and_gradient
    x = run.start
    value, gradient = run.begin()
    if not (isfinite(value) and np.all(np.isfinite(gradient))):
        return End(x, value, gradient, 0, Why.NOT_FINITE, where=x)
    state, update = rule.at(rate, x)
    home = float(np.max(np.abs(x), initial=0.0)) or 1.0
    promise = _GROWN * (abs(value) + run.first_slope * home)
    ceiling, floor = value + promise, value - promise
    gate = Gate(run.first_slope)
    bar = gate.bar * gate.bar
    native = NativeSteps(run, rule.update, rate)
    step = 0
    while True:
        slope = run.slope(x, gradient) if bounded else gradient
        square = float(slope.dot(slope))
        if square <= bar:
            finding = gate.judge(run, x, value, gradient, square**0.5)
            if finding.settled:
                return End(x, value, gradient, step, Why.JUDGED, finding)
            bar = gate.bar * gate.bar
        if step == run.max_steps:
            return End(x, value, gradient, step, Why.STEPS)
        if step == native.due:
            leap = native.leap(step, x, gradient, state, (floor, ceiling, bar))
            if leap is not None:
                x, value, gradient, state = leap.x, leap.fun, leap.jac, leap.state
                step += leap.steps
                continue
        before = x
        x, state = update(gradient, state, x)
        if bounded:
            x = run.project(x)
        new_value, new_gradient = evaluate(x)
        # A NaN fails both comparisons.
        if not floor <= new_value <= ceiling or not isfinite(float(new_gradient.dot(new_gradient))):
            at_fault = (before, value, gradient), (x, new_value, new_gradient)
            ended = _out_of_range(run, step, *at_fault, ceiling)
            if ended is not None:
                return ended
        value, gradient = new_value, new_gradient
        step += 1
        if watched:
            try:
                run.see(x, value, gradient, step)
            except StoppedByCallback:
                return End(x, value, gradient, step, Why.CALLBACK)


_Spot = tuple[Vector, float, Vector]


def _out_of_range(run: Run, step: int, last: _Spot, new: _Spot, ceiling: float) -> End | None:
    """Tell apart: f fell without end, f grew without end, f is no number there."""
    x, value, gradient = new
    if value == -np.inf or (run.fell(x, value) and np.all(np.isfinite(gradient))):
        return End(x, value, gradient, step + 1, Why.FELL)
    if isfinite(value) and value > ceiling:
        return End(x, value, gradient, step + 1, Why.GREW)
    if isfinite(value) and np.all(np.isfinite(gradient)):
        return None  # far below the start, or a slope whose square overflows: go on
    grown = last[1] > run.first_value or value == np.inf
    why = Why.GREW if grown else Why.NOT_FINITE
    return End(*last, step, why, where=x)
