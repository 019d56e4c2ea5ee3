"""How does a fit look beside its data?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from thalweg.errors import DescentError, ExpressionError
from thalweg.expressions import parse_equation
from thalweg.fit.result import FitResult
from thalweg.plot.fit_curve import fit_curve
from thalweg.plot.fit_rows import fit_rows
from thalweg.plot.landscape import Array

__all__ = ["fit"]


def fit(
    result: FitResult,
    x: Any = None,
    *,
    sigma: Any = None,
    level: float = 0.95,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Draw data, curve, confidence band and residuals of a fit.

    With one predictor, the curve over it. With several, or without `x`, what the fit predicts
    against what was measured. The residuals stand below.

    Args:
        result: what `curve_fit` returned.
        x: the predictors, as `curve_fit` took them.
        sigma: the measurements' deviations, where `curve_fit` had them: an array or a number.
        level: confidence of the band, between 0 and 1.
        labels: for names in the formula, what is written on the axes.

    Returns:
        A matplotlib `Figure`.

    Raises:
        DescentError: the rows of `x` or `sigma` are not those of the fit, or `level` is no
            confidence.

    >>> import thalweg as tw
    >>> x, y = [0.0, 1.0, 2.0, 3.0], [1.1, 2.9, 5.1, 6.9]
    >>> fit(tw.curve_fit("y = a + b*x", x, y), x).savefig("line.png")
    """
    if not 0.0 < level < 1.0:
        raise DescentError(f"level is {level}; a confidence lies between 0 and 1, such as 0.95")
    labels = labels or {}
    spread = _rows(result, "sigma", sigma) if sigma is not None else None
    measured = result.best_fit + result.residual * (1.0 if spread is None else spread)
    left, predictors = _names(result)
    up = labels.get(left, left)
    columns = _predictors(result, x, predictors)
    if len(columns) == 1:
        name, values = next(iter(columns.items()))
        across = labels.get(name, name)
        return fit_curve(result, values, measured, spread, level, (across, up))
    return fit_rows(result, measured, spread, up)


def _names(result: FitResult) -> tuple[str, list[str]]:
    """What was measured, and the predictors' names, as far as the model is a formula."""
    try:
        equation = parse_equation(result.formula)
    except ExpressionError:  # it is a callable's signature
        return "y", ["x"]
    predictors = [name for name in equation.right.names if name not in result.names]
    return str(equation.left), predictors


def _predictors(result: FitResult, x: Any, names: list[str]) -> dict[str, Array]:
    """The columns that the curve goes over, by name; none where no curve can be drawn."""
    if x is None:
        return {}
    if isinstance(x, Mapping):
        return {name: _rows(result, name, x[name]) for name in names if name in x}
    if np.ndim(x) != 1 or len(names) != 1:
        return {}
    return {names[0]: _rows(result, names[0], x)}


def _rows(result: FitResult, name: str, values: Any) -> Array:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim > 1 or found.size not in (1, result.ndata):
        raise DescentError(
            f"{name} has shape {found.shape}, but the fit has {result.ndata} rows; give what "
            "curve_fit was given"
        )
    return np.array(np.broadcast_to(found, (result.ndata,)))
