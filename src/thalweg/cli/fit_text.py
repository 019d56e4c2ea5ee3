"""How is a fit printed: a table of parameters, how good it is, what hangs together."""

from __future__ import annotations

import math

import numpy as np

from thalweg.cli.fit_columns import Columns
from thalweg.cli.print_number import exact
from thalweg.cli.say import aligned, ending
from thalweg.fit.result import FitResult
from thalweg.fit.statistics import quantile

__all__ = ["fit_text"]

_LEAST = 0.1  # correlations nearer to zero are left out, as lmfit does
_MOST = 10  # and of many the strongest are shown


def fit_text(
    result: FitResult, columns: Columns, file: str, level: float | None, absolute_sigma: bool
) -> str:
    """Returns the lines.

    Args:
        result: the fit.
        columns: what the formula used of the file.
        file: the file's name.
        level: confidence of the intervals beside the parameters; None for none.
        absolute_sigma: whether the measurements' deviations are known, as it was fitted.
    """
    renamed = [f"{name} is {own!r}" for name, own in columns.renamed.items()]
    rows = f"{result.ndata} row{'s' * (result.ndata != 1)} of {file}"
    head = [result.formula, ", ".join([rows, *renamed])]
    parts = ["\n".join(head), _parameters(result, level, absolute_sigma), _goodness(result)]
    if result.undetermined:
        told = [f"  {one}" for one in result.undetermined]
        parts.append("\n".join(["not determined by the data", *told]))
    correlations = _correlations(result)
    if correlations:
        parts.append(correlations)
    parts.append(ending(result.success, str(result.status), result.message))
    return "\n\n".join(parts)


def _parameters(result: FitResult, level: float | None, known: bool) -> str:
    heads = ["parameter", "value", "standard error", "relative", "start"]
    reach = math.nan
    if level is not None:
        heads[4:4] = [f"{100 * level:.6g} % from", "to"]
        if known or result.nfree > 0:
            reach = quantile(level, result.nfree, known)
    table = [heads]
    for name in result.names:
        value, error = result.params[name], result.stderr[name]
        row = [name, f"{value:.11g}", _error(result, name), _relative(value, error)]
        if level is not None:
            ends = (value - reach * error, value + reach * error)
            row += [f"{end:.6g}" if math.isfinite(end) else "-" for end in ends]
        start = f"{exact(float(f'{result.start[name]:.6g}'))}"
        table.append([*row, f"{start} (guessed)" if name in result.guessed else start])
    return aligned(table)


def _error(result: FitResult, name: str) -> str:
    if name in result.at_bound:
        return "at its bound"
    error = result.stderr[name]
    return f"{error:.8g}" if math.isfinite(error) else "unknown"


def _relative(value: float, error: float) -> str:
    if value == 0 or not math.isfinite(error):
        return "-"
    return f"{abs(error / value) * 100:.3g} %"


def _goodness(result: FitResult) -> str:
    rows = [
        ["chi-square", f"{result.chisqr:.8g}"],
        ["reduced chi-square", f"{result.redchi:.8g}" if result.nfree > 0 else "-"],
        ["R-squared", f"{result.rsquared:.10g}" if math.isfinite(result.rsquared) else "-"],
        ["AIC", f"{result.aic:.8g}"],
        ["BIC", f"{result.bic:.8g}"],
        ["n", f"{result.ndata} rows - {result.nvarys} parameters = {result.nfree} degrees of freedom"],
    ]  # fmt: skip
    return aligned(rows, left=2)


def _correlations(result: FitResult) -> str:
    above = np.triu_indices(len(result.names), 1)
    values = result.correlation[above]
    order = np.argsort(-np.abs(values), kind="stable")
    rows = [
        [f"  C({result.names[above[0][k]]}, {result.names[above[1][k]]})", f"{values[k]:+.4f}"]
        for k in order
        if abs(values[k]) >= _LEAST  # NaN, where one of the two is open, is not
    ]
    if not rows:
        return ""
    left_out = f" ({len(rows) - _MOST} weaker ones left out)" if len(rows) > _MOST else ""
    return f"correlations{left_out}\n{aligned(rows[:_MOST])}"
