"""`minimize` and `maximize`: from a function and a start to a minimum, and a plain word on how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import refuse_traces
from thalweg.descent.box import read_box
from thalweg.descent.layout import Layout
from thalweg.descent.may_compile import Search
from thalweg.descent.objective import Objective, objective_of, read_formula
from thalweg.descent.problem import Negated, Problem, SquaredMiss, Vector
from thalweg.descent.real_number import real_number
from thalweg.descent.restarts import Attempt, best_of
from thalweg.descent.result import OptimizeResult
from thalweg.descent.run import Run, Watcher
from thalweg.descent.solve import Outcome, solve, steps_allowed
from thalweg.descent.target import reach
from thalweg.descent.verdict import DOWN, MISS, UP, Words
from thalweg.errors import DescentError
from thalweg.expressions import Expression

__all__ = ["maximize", "minimize"]

Function = Callable[..., Any] | str | Expression


def minimize(
    fun: Function,
    start: Any,
    *,
    method: str = "auto",
    rate: float | None = None,
    target: float | None = None,
    max_steps: int | None = None,
    tol: float = 1e-8,
    bounds: Any = None,
    callback: Callable[[OptimizeResult], Any] | None = None,
    record: bool = False,
    restarts: int = 0,
    seed: int | None = None,
    jit_compile: bool | None = None,
) -> OptimizeResult:
    """Find a minimum of a function, with exact derivatives, and say how it ended.

    Args:
        fun: a function of one array, of as many numbers as `start` has, or of a nesting like
            `start`'s, written with thalweg's or NumPy's functions and returning one number; or a
            formula in text.
        start: where to begin: a number, an array, or a nesting (a mapping, a tuple …) of them; for
            a formula a mapping of its names to numbers. Everything is computed in float64.
        method: "auto", or one of gd, momentum, nesterov, adagrad, rmsprop, adam (fixed rules,
            nothing is corrected on the way), bb (Barzilai and Borwein), lbfgs, newton.
        rate: for the fixed rules, the learning rate. Left out, gd, momentum and nesterov take
            1/curvature at the start and a smaller one where the way proves steeper; adam and
            rmsprop take 0.01, adagrad 0.1, of the start's size.
        target: where given, (f(x) − target)² is made smallest: `auto` finds where f takes that
            value to the last bit; `fun` in the result is that square, `value` is f itself. It has
            converged only where f takes the value.
        max_steps: steps allowed; by default 500 for newton, 10 000 for the others.
        tol: the relative error in x, as the curvature foretells it, at which it may rest. newton
            goes on to the last bits all the same.
        bounds: (low, high) for every number, a sequence of such pairs (a row for each number), a
            mapping of names to pairs, or an object with `lb` and `ub`; None, in place of a number
            too, for no bound. Two arrays, lows and highs, are refused.
        callback: called after each step with a result so far (`x`, `fun`, `jac`, `nit`); the
            descent ends, with status `stopped`, if it returns True or raises StopIteration. An
            interrupt (Ctrl-C) is passed on.
        record: whether the result has `path`, the points visited from the start on.
        restarts: so many more starts, drawn around the first one (inside the bounds where both are
            finite); the best end is returned.
        seed: for those starts.
        jit_compile: left out, a long search goes on in machine code from where that pays, provided that
            `fun` does the same each time, as far as its text shows: one that prints, counts its calls or
            draws numbers stays in Python. False: never. True: from the second call on, and that `fun` does
            the same each time is taken on trust; its Python effects happen once, as in `tw.function`.

    Returns:
        The result: `x` in the start's form, `fun`, `jac`, `nit`, `nfev`, `njev`, `nhev`,
        `success`, `status`, `message`, `method`; `rate` where the method has one, `rate_limit` where
        it was too large; `path`, `value`, `starts` where asked for. `status` is one of
        "converged" (the only success), "stationary", "diverged", "unbounded", "left_domain",
        "out_of_steps", "stopped"; `message` tells what that means here. `why_not_compiled` is empty
        where the search went on in machine code, and else says why it did not.

    Raises:
        DescentError: what was asked for cannot be done; the message says what to write instead.
        ExpressionError: the formula cannot be read.

    >>> import thalweg as tw
    >>> result = tw.minimize(lambda x, y: (x - 1) ** 2 + 10 * (y - 2) ** 2, [0.0, 0.0])
    >>> result.x, str(result.status)
    (array([1., 2.]), 'converged')
    >>> tw.minimize("x**3 + 2*x - 3", {"x": 5}, target=0).x
    {'x': 1.0}
    """
    refuse_traces("tw.minimize searches in Python")
    settings = _Settings(
        method, rate, target, max_steps, tol, bounds, callback, record, jit_compile
    )
    return _descend(fun, start, settings, restarts, seed, DOWN)


def maximize(
    fun: Function,
    start: Any,
    *,
    method: str = "auto",
    rate: float | None = None,
    max_steps: int | None = None,
    tol: float = 1e-8,
    bounds: Any = None,
    callback: Callable[[OptimizeResult], Any] | None = None,
    record: bool = False,
    restarts: int = 0,
    seed: int | None = None,
    jit_compile: bool | None = None,
) -> OptimizeResult:
    """Find a maximum of a function; as `minimize`, going up.

    Args, results and errors are those of `minimize`; `fun` and `jac` in the result are the
    function's own, not turned round.

    >>> import thalweg as tw
    >>> result = tw.maximize("x*exp(-x)", {"x": 0.5})
    >>> round(result.x["x"], 12), round(result.fun, 12)
    (1.0, 0.367879441171)
    """
    refuse_traces("tw.maximize searches in Python")
    settings = _Settings(method, rate, None, max_steps, tol, bounds, callback, record, jit_compile)
    return _descend(fun, start, settings, restarts, seed, UP)


class _Settings:
    """What the user asked for, apart from the function and the start."""

    def __init__(
        self,
        method: str,
        rate: float | None,
        target: float | None,
        max_steps: int | None,
        tol: float,
        bounds: Any,
        callback: Callable[[OptimizeResult], Any] | None,
        record: bool,
        jit_compile: bool | None,
    ) -> None:
        allowed = None if max_steps is None else real_number("max_steps", max_steps)
        if allowed is not None and not (allowed >= 0 and allowed.is_integer()):
            raise DescentError(f"max_steps is {max_steps!r}; a whole number from 0 was wanted.")
        if not 0.0 <= real_number("tol", tol) < 1.0:
            raise DescentError(f"tol is {tol!r}; a number from 0 up to 1 was wanted, as 1e-8.")
        if target is not None and not np.isfinite(real_number("The target", target)):
            raise DescentError(f"The target is {target!r}; a finite number was wanted.")
        if rate is not None:
            rate = real_number("The rate", rate)
        if callback is not None and not callable(callback):
            raise DescentError(f"callback is {callback!r}; a function was wanted.")
        self.method, self.rate, self.target = method, rate, target
        self.max_steps, self.tol = max_steps, tol
        self.bounds, self.callback, self.record = bounds, callback, record
        self.jit_compile = jit_compile


def _descend(
    fun: Function, start: Any, settings: _Settings, restarts: int, seed: int | None, words: Words
) -> OptimizeResult:
    text = str(fun) if isinstance(fun, str | Expression) else fun
    search = Search(settings.jit_compile, text, settings.callback is not None)
    if isinstance(fun, str | Expression):
        objective, layout = read_formula(fun, start, search)
    elif callable(fun):
        objective, layout = objective_of(fun, start, search)
    else:
        raise DescentError(
            f"fun is a {type(fun).__name__}; a function or a formula in text was wanted."
        )
    box = read_box(settings.bounds, layout)

    def attempt(flat: Vector) -> Attempt:
        outcome, run = _one(objective, layout, flat, box, settings, words, search)
        return Attempt(outcome, run)

    with np.errstate(all="ignore"):
        attempts = best_of(attempt, layout.flat, box, restarts, seed)
        chosen = attempts[0]
        result = _result(objective, layout, chosen.outcome, chosen.run, settings, words)
    if restarts:
        result["starts"] = len(attempts)
        reached = sum(one.outcome.verdict.status.success for one in attempts)
        result["message"] += f" The best of {len(attempts)} starts; {reached} converged."
    return result.told(search.why_not_compiled)


Box = tuple[Vector, Vector] | None


def _one(
    objective: Objective,
    layout: Layout,
    flat: Vector,
    box: Box,
    settings: _Settings,
    words: Words,
    search: Search,
) -> tuple[Outcome, Run]:
    problem: Problem = objective
    if settings.target is not None:
        problem, words = SquaredMiss(objective, settings.target), MISS
    elif words is UP:
        problem = Negated(objective)
    lower, upper = box if box is not None else (None, None)
    run = Run(
        problem,
        flat if box is None else np.clip(flat, box[0], box[1]),
        steps_allowed(settings.method, layout.size, settings.max_steps),
        settings.tol,
        lower,
        upper,
        _watcher(layout, settings, words, search),
        [] if settings.record else None,
        layout.names,
    )
    if isinstance(problem, SquaredMiss) and settings.method == "auto" and settings.rate is None:
        found = reach(run, problem)
        if found is not None:
            return found, run
        outcome = solve(run, settings.method, settings.rate, words)
        # The minimum of the square is known to half the digits that a root of f − target has.
        last = replace(run, start=outcome.end.x, path=None, watcher=None)
        polished = reach(last, problem) if outcome.verdict.status.success else None
        if polished is not None:
            polished.end.nit += outcome.end.nit
        return polished or outcome, run
    return solve(run, settings.method, settings.rate, words), run


def _watcher(layout: Layout, settings: _Settings, words: Words, search: Search) -> Watcher | None:
    callback = settings.callback
    if callback is None:
        return None

    def watch(x: Vector, value: float, gradient: Vector, step: int) -> bool:
        if step == 0:
            return False
        state = OptimizeResult(
            x=layout.shaped(x),
            fun=words.sign * value,
            jac=layout.shaped(words.sign * gradient),
            nit=step,
        )
        search.interrupted()
        try:
            return callback(state) is True
        except StopIteration:
            return True

    return watch


def _result(
    objective: Objective,
    layout: Layout,
    outcome: Outcome,
    run: Run,
    settings: _Settings,
    words: Words,
) -> OptimizeResult:
    end, verdict = outcome.end, outcome.verdict
    result = OptimizeResult(
        message=verdict.message,
        success=verdict.status.success,
        status=verdict.status,
        x=layout.shaped(end.x),
        fun=words.sign * end.fun,
        jac=layout.shaped(words.sign * end.jac),
        nit=end.nit,
    )
    if settings.target is not None:
        result["value"] = objective.value(end.x)
    result.update(nfev=objective.nfev, njev=objective.njev, nhev=objective.nhev)
    result["method"] = outcome.method
    if outcome.rate is not None:
        result["rate"] = outcome.rate
    if outcome.limit is not None:
        result["rate_limit"] = outcome.limit.rate
    if run.path is not None:
        result["path"] = _path(layout, run.path)
    return result


def _path(layout: Layout, points: list[Vector]) -> Any:
    """Stack the points: for a mapping of numbers one array a name, else `(steps + 1, …)`."""
    flat = np.array(points).reshape(len(points), layout.size)
    if layout.tree is None:
        return flat.reshape(len(points), *layout.shapes[0])
    if isinstance(layout.tree, Mapping) and layout.names is not None:
        columns = dict(zip(layout.names, flat.T.copy(), strict=True))
        return {key: columns[str(key)] for key in layout.tree}
    return flat
