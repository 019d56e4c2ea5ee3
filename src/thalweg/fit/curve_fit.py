"""`curve_fit`: parameters of a formula or a callable from measurements, with their uncertainties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import refuse_traces
from thalweg.descent.may_compile import Search
from thalweg.descent.real_number import real_number
from thalweg.errors import DescentError
from thalweg.fit.bounds import read_bounds
from thalweg.fit.callable_model import callable_task
from thalweg.fit.formula_model import formula_task
from thalweg.fit.guess import guesses, landmarks
from thalweg.fit.least_squares import LeastSquares, Watcher
from thalweg.fit.measurements import column, deviations, in_range
from thalweg.fit.model import Array, FitTask
from thalweg.fit.polish import relative_offset
from thalweg.fit.result import FitResult, FitStep, by_name
from thalweg.fit.search import Found, search
from thalweg.fit.verdict import verdict
from thalweg.fit.wide import refine

__all__ = ["curve_fit"]

_LOOK = 400  # rows that a guess looks at


def curve_fit(
    model: str | Callable[..., Any],
    x: Any = None,
    y: Any = None,
    start: Any = None,
    *,
    sigma: Any = None,
    absolute_sigma: bool = False,
    bounds: Any = None,
    jac: Callable[..., Any] | None = None,
    max_steps: int | None = None,
    callback: Callable[[FitStep], Any] | None = None,
    jit_compile: bool | None = None,
    **others: Any,
) -> FitResult:
    """Fit a formula, or a callable, to measurements by least squares.

    Makes Σ((y − f(x, b))/σ)² smallest over the parameters b by Levenberg and Marquardt's descent on
    the exact Jacobian, to the last digits that rounding allows, and tells what the data say about b:
    covariance C = (JᵀJ)⁻¹·χ²/(n − p), standard errors √Cⱼⱼ, correlations, and which combinations
    of parameters they leave open.

    Args:
        model: an equation in text such as `"y = b1*(1 - exp(-b2*x))"`, whose left side may be an
            expression of columns (`"log(y) = b1 - b2*x"`); or a callable `f(x, b1, b2)` or
            `f(x, *params)` written with thalweg's or NumPy's functions.
        x: the predictors: an array; for a formula also a mapping of names to arrays `(n,)`, which
            may hold the left side's columns too (then leave `y` out); for a callable anything
            that it takes.
        y: the measurements, `(n,)`.
        start: where to begin: a mapping of parameter names to numbers, or a sequence in the order
            of the parameters (of their first appearance; b1, b2, … by number). Missing ones
            are guessed from the data, and the result tells which.
        sigma: the measurements' standard deviations, `(n,)` or one number; for a formula also the
            name of a column.
        absolute_sigma: whether `sigma` is known, in y's units; else it only weighs the rows, and
            the residuals' own scatter sets the scale, as in SciPy and lmfit.
        bounds: a mapping of parameter names to (low, high), None for no limit; or (lows, highs).
        jac: the Jacobian `(n, p)` of a callable by hand, called like it; rarely needed.
        max_steps: steps that a descent may try. Left out, it is 2000, and where those do not
            suffice other starts are tried; given, running out of them is the end.
        callback: called after each step down with a `FitStep` (`step`, `chisqr`, `params`); the fit
            ends where it stands, with status `stopped`, if it returns True or raises StopIteration.
        jit_compile: whether the model and its Jacobian are computed in machine code. Left out, where
            that pays and the model does the same each time, as far as its text shows: one that prints,
            counts its calls or draws numbers stays in Python. False: never. True: from the second call
            on, and that it does the same each time is taken on trust.
        others: refused; SciPy's names, such as p0, are told thalweg's.

    Returns:
        A `FitResult`; `success` is False, and `status` and `message` say why, where no minimum was
        reached.

    Raises:
        ExpressionError: the formula cannot be read.
        DescentError: data, names, start, sigma or bounds do not fit together; each says what came.
        TypeError: an argument of another name.

    >>> import numpy as np
    >>> import thalweg as tw
    >>> x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    >>> y = np.array([5.0, 3.1, 1.8, 1.1, 0.7])
    >>> fit = tw.curve_fit("y = a*exp(-b*x)", x, y, {"a": 1, "b": 1})
    >>> round(fit.params["b"], 3), round(fit.stderr["b"], 3), fit.success
    (0.5, 0.009, True)
    """
    refuse_traces("tw.curve_fit searches in Python")
    if others:
        raise TypeError(_unknown(next(iter(others))))
    max_steps = _settings(max_steps, absolute_sigma, jac, callback)
    calls = Search(jit_compile, model, callback is not None)
    task = _task(model, x, y, start, jac, calls)
    names = task.model.names
    if task.target.size < len(names):
        raise DescentError(
            f"{task.target.size} data cannot determine {len(names)} parameters "
            f"({', '.join(names)}); a fit needs at least as many rows as parameters"
        )
    if isinstance(sigma, str):
        sigma = _column_named(sigma, x)
    weights = deviations(sigma, task.target.size)
    _check_ranges(task, weights)
    lower, upper = read_bounds(bounds, names)
    problem = LeastSquares(task.model, task.target, weights, lower, upper)
    problem.watcher = _watcher(callback, names, calls)
    known = _start(start, names, task.defaults, lower, upper)

    def guess(given: Array) -> list[Array]:
        return guesses(_thinned(task, problem), given, landmarks(task.places))

    # What overflows on the way is a rejected step or a start not taken, never a warning.
    with np.errstate(all="ignore"):
        found, first = _find(problem, known, guess, max_steps)
        stopped = found.trouble == "stopped"
        refined = found.valley if stopped else refine(problem, found.valley, task.wide)
        if refined is not found.valley:
            found = replace(found, valley=refined, offset=relative_offset(problem, refined))
        guessed = tuple(name for name, v in zip(names, known, strict=True) if np.isnan(v))
        result = verdict(task, problem, found, first, guessed, absolute_sigma)
        return replace(result, why_not_compiled=calls.why_not_compiled)


_SCIPYS = {
    "p0": "write start=",
    "f": "write model=",
    "xdata": "write x=",
    "ydata": "write y=",
    "maxfev": "write max_steps=",
    "max_nfev": "write max_steps=",
    "method": "there is one method, with bounds and without",
    "check_finite": "numbers that are not finite are always refused",
    "nan_policy": "numbers that are not finite are always refused",
    "full_output": "the result holds everything",
}
"""What SciPy's curve_fit takes under another name, or not at all here."""


def _unknown(name: str) -> str:
    hint = _SCIPYS.get(name, "its arguments are in help(thalweg.curve_fit)")
    return f"curve_fit() got an unexpected keyword argument {name!r}; {hint}"


def _settings(max_steps: Any, absolute_sigma: Any, jac: Any, callback: Any) -> int | None:
    """The number of steps as a whole number, once every setting is of its kind."""
    if not isinstance(absolute_sigma, bool | np.bool):
        raise DescentError(f"absolute_sigma is {absolute_sigma!r}; True or False was wanted")
    for name, value in (("jac", jac), ("callback", callback)):
        if value is not None and not callable(value):
            raise DescentError(f"{name} is {value!r}; a function was wanted")
    if max_steps is None:
        return None
    steps = real_number("max_steps", max_steps)
    if not 1 <= steps < np.inf:
        raise DescentError(f"max_steps is {max_steps}; give at least 1, or leave it out")
    return int(steps)


def _check_ranges(task: FitTask, sigma: Array | None) -> None:
    """Refuse data whose squares leave float64 before they make any fit look perfect."""
    for name, values in task.predictors.items():
        in_range(name, values)
    in_range("y", task.target)
    if sigma is not None:
        in_range("sigma", sigma)
        in_range("y / sigma", task.target / sigma)


def _watcher(
    callback: Callable[[FitStep], Any] | None, names: tuple[str, ...], calls: Search
) -> Watcher | None:
    """The user's callback as the descent calls it, with the steps counted over all descents."""
    if callback is None:
        return None
    steps = count(1)

    def watch(params: Array, chisqr: float) -> bool:
        calls.interrupted()
        try:
            return callback(FitStep(next(steps), chisqr, by_name(names, params))) is True
        except StopIteration:
            return True

    return watch


def _thinned(task: FitTask, problem: LeastSquares) -> LeastSquares:
    """The problem on some hundred rows, which is enough to look for a start."""
    step = max(1, problem.size // _LOOK)
    model = task.every(step)
    if step == 1 or model is task.model:
        return problem
    sigma = None if problem.weight is None else 1.0 / problem.weight[::step]
    return LeastSquares(model, task.target[::step], sigma, problem.lower, problem.upper)


def _find(
    problem: LeastSquares,
    known: Array,
    guess: Callable[[Array], list[Array]],
    max_steps: int | None,
) -> tuple[Found, Array]:
    """Search from the start given, guessed where it has gaps; the valley and the start."""
    missing = np.isnan(known)
    anywhere = np.full(known.size, np.nan)
    if not np.any(missing):
        first = problem.inside(known)
        return search(problem, first, max_steps, lambda: guess(anywhere)), first
    starts = guess(known) or [problem.inside(np.where(missing, 1.0, known))]
    first = np.where(missing, starts[0], known)
    return search(problem, starts[0], max_steps, lambda: starts[1:] or guess(anywhere)), first


def _task(
    model: str | Callable[..., Any],
    x: Any,
    y: Any,
    start: Any,
    jac: Callable[..., Any] | None,
    calls: Search,
) -> FitTask:
    if isinstance(model, str):
        if jac is not None:
            raise DescentError("jac goes with a callable; a formula's Jacobian is exact already")
        return formula_task(model, x, y, start, calls)
    if callable(model):
        return callable_task(model, x, y, start, jac, calls)
    raise DescentError(
        f"a model is a formula in text or a callable; {type(model).__name__} came: write "
        "'y = a + b*x' or a function f(x, a, b)"
    )


def _column_named(name: str, x: Any) -> Any:
    if isinstance(x, Mapping) and name in x:
        return x[name]
    raise DescentError(f"sigma names the column {name!r}, which x does not have")


def _start(
    start: Any,
    names: tuple[str, ...],
    defaults: Mapping[str, float],
    lower: Array,
    upper: Array,
) -> Array:
    """Starts as a vector, NaN where nobody gave one; refused outside the bounds."""
    if start is None:
        given: dict[str, Any] = dict(defaults)
    elif isinstance(start, Mapping):
        given = {**defaults, **start}
    else:
        listed = column("start", start).reshape(-1)
        if listed.size != len(names):
            raise DescentError(
                f"start has {listed.size} numbers for {len(names)} parameters ({', '.join(names)})"
            )
        given = dict(zip(names, listed, strict=True))
    vector = np.full(len(names), np.nan)
    for j, name in enumerate(names):
        if given.get(name) is None:
            continue
        value = column(f"the start of {name}", given[name])
        if value.size != 1 or not np.isfinite(value).all():
            told = f"an array of shape {value.shape}" if value.size != 1 else given[name]
            raise DescentError(f"the start of {name} is {told}; give one finite number")
        vector[j] = value.reshape(-1)[0]
        if not lower[j] <= vector[j] <= upper[j]:
            raise DescentError(
                f"the start {name} = {vector[j]:g} lies outside its bounds "
                f"({lower[j]:g}, {upper[j]:g})"
            )
    return vector
