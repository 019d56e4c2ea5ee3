"""From where a fit stopped to what it says: status, message, uncertainties."""

from __future__ import annotations

import numpy as np

from thalweg.descent.status import Status
from thalweg.fit.least_squares import LeastSquares
from thalweg.fit.model import Array, FitTask
from thalweg.fit.result import FitResult, by_name
from thalweg.fit.search import Found, idle
from thalweg.fit.statistics import Spread, goodness, spread
from thalweg.fit.undetermined import undetermined

__all__ = ["verdict"]


def verdict(
    task: FitTask,
    problem: LeastSquares,
    found: Found,
    start: Array,
    guessed: tuple[str, ...],
    absolute_sigma: bool,
) -> FitResult:
    """Everything a fit reports.

    Args:
        task: the model over its data.
        problem: the sum of squares, with its counts.
        found: where the search stopped.
        start: where it began, `(p,)`.
        guessed: parameters whose start was guessed.
        absolute_sigma: whether sigma is known.
    """
    names, valley = task.model.names, found.valley
    finite = bool(np.isfinite(valley.chisqr) and np.all(np.isfinite(valley.jacobian)))
    held = spread(problem, valley) if finite else _unknown(len(names))
    nvarys = len(names) - held.loose.shape[1]
    numbers = goodness(problem, valley.chisqr, nvarys)
    covariance = _covariance(held, 1.0 if absolute_sigma else numbers.redchi, finite)
    errors = np.sqrt(np.diagonal(covariance))
    told = undetermined(names, valley.params, held.loose, task.model.predict) if finite else ()
    at_bound = tuple(n for n, one in zip(names, held.held, strict=True) if one and finite)
    status = _status(found)
    weight = 1.0 if problem.weight is None else problem.weight
    return FitResult(
        formula=task.formula,
        names=names,
        params=by_name(names, valley.params),
        stderr=by_name(names, errors),
        start=by_name(names, start),
        guessed=guessed,
        covariance=covariance,
        correlation=_correlation(covariance),
        chisqr=numbers.chisqr,
        redchi=numbers.redchi,
        rsquared=numbers.rsquared,
        aic=numbers.aic,
        bic=numbers.bic,
        ndata=numbers.ndata,
        nvarys=numbers.nvarys,
        nfree=numbers.nfree,
        residual=valley.residual,
        best_fit=task.target - valley.residual / weight,
        predictors=dict(task.predictors),
        sigma=problem.sigma,
        success=status is Status.CONVERGED,
        status=status,
        message=_message(
            task, problem, found, guessed, at_bound, told, absolute_sigma, numbers.nfree
        ),
        undetermined=told,
        at_bound=at_bound,
        offset=found.offset,
        condition=held.condition,
        nfev=problem.nfev,
        njev=problem.njev,
        nit=valley.steps,
        _at=task.at,
        _spread=(held.inverse, held.loose),
        _absolute_sigma=absolute_sigma,
    )


def _unknown(p: int) -> Spread:
    return Spread(np.zeros((p, p)), np.zeros((p, 0)), np.zeros(p, dtype=np.bool_), float("inf"))


def _covariance(held: Spread, variance: float, finite: bool) -> Array:
    """C with inf for what the data leave open, NaN for what a bound holds."""
    p = held.held.size
    if not finite or not np.isfinite(variance):
        covariance = np.full((p, p), np.nan)
        covariance[np.diag_indices(p)] = np.inf
    else:
        covariance = held.inverse * variance
        open_ = held.open
        covariance[open_, :] = np.nan
        covariance[:, open_] = np.nan
        covariance[open_, open_] = np.inf
    covariance[held.held, :] = np.nan
    covariance[:, held.held] = np.nan
    return covariance


def _correlation(covariance: Array) -> Array:
    errors = np.sqrt(np.diagonal(covariance))
    with np.errstate(all="ignore"):
        correlation: Array = covariance / np.outer(errors, errors)
    sound = np.isfinite(errors) & (errors > 0)
    correlation[~sound, :] = np.nan
    correlation[:, ~sound] = np.nan
    correlation[sound, sound] = 1.0
    return np.clip(correlation, -1.0, 1.0)


def _status(found: Found) -> Status:
    return {
        "": Status.CONVERGED,
        "loose": Status.CONVERGED,
        "degenerate": Status.CONVERGED,
        "start": Status.LEFT_DOMAIN,
        "slope": Status.LEFT_DOMAIN,
        "steps": Status.OUT_OF_STEPS,
        "constant": Status.CONVERGED,
        "infinity": Status.UNBOUNDED,
        "stopped": Status.STOPPED,
    }[found.trouble]


def _first(task: FitTask, problem: LeastSquares, found: Found) -> str:
    """The sentence that the status stands for."""
    names, valley = task.model.names, found.valley
    values = ", ".join(f"{n} = {v:.6g}" for n, v in zip(names, valley.params, strict=True))
    if found.trouble == "start":
        rows = np.flatnonzero(~np.isfinite(valley.residual))
        if not rows.size:
            return (
                f"The sum of squares at the start ({values}) is beyond what a float64 holds; give a "
                "start nearer to the data."
            )
        row = int(rows[0])
        return (
            f"The model is not a finite number at the start ({values}), first in row {row + 1}; "
            "give a start inside its domain."
        )
    if found.trouble == "slope":
        wild = np.flatnonzero(~np.all(np.isfinite(valley.jacobian), axis=0))
        if not wild.size:
            return (
                f"The squares of the derivatives at {values} are beyond what a float64 holds; give "
                "the parameters in other units."
            )
        bad = names[int(wild[0])]
        return f"The derivative by {bad} is not a finite number at {values}; it cannot go on there."
    if found.trouble == "steps":
        return (
            f"Still going down after {valley.steps} steps, {found.offset:.2g} standard errors from "
            "a minimum; allow more by max_steps, or start elsewhere."
        )
    steps = "1 step" if valley.steps == 1 else f"{valley.steps} steps"
    if found.trouble == "stopped":
        return f"The callback stopped it after {steps}, {found.offset:.2g} standard errors from a minimum."
    if found.trouble == "infinity":
        still = idle(problem, valley.jacobian, np.abs(valley.params))
        dead = [name for name, one in zip(names, still, strict=True) if one]
        run = " and ".join(dead)
        return (
            f"{run} ran off to where the curve no longer depends on it ({values}); start elsewhere, "
            "or give bounds."
        )
    return f"Converged in {steps}: {found.offset:.1g} standard errors from the minimum."


def _message(
    task: FitTask,
    problem: LeastSquares,
    found: Found,
    guessed: tuple[str, ...],
    at_bound: tuple[str, ...],
    told: tuple[str, ...],
    absolute_sigma: bool,
    nfree: int,
) -> str:
    parts = [_first(task, problem, found)]
    if found.route:
        parts.append(f"The start as given led to nothing as good; this was reached {found.route}.")
    if guessed:
        parts.append(f"Starts guessed: {', '.join(guessed)}.")
    if found.trouble == "constant":
        parts.append("The curve is no better than a constant.")
    if found.trouble == "loose":
        parts.append("A standard error is ten thousand times its parameter.")
    if at_bound:
        verb = "rest at their bounds" if len(at_bound) > 1 else "rests at its bound"
        parts.append(f"{', '.join(at_bound)} {verb}: no standard error there.")
    parts += [f"{one}." for one in told]
    if nfree <= 0 and not absolute_sigma and np.isfinite(found.valley.chisqr):
        parts.append(
            f"{problem.size} data leave no scatter beside {len(task.model.names)} parameters: "
            "standard errors are unknown."
        )
    if np.isfinite(found.valley.chisqr) and np.ptp(task.target) == 0:
        parts.append("The data are constant, so R-squared is undefined.")
    return " ".join(parts)
