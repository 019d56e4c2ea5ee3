"""How does a fit look beside its data?"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from thalweg.errors import DescentError, ExpressionError
from thalweg.expressions import parse_equation
from thalweg.fit.result import FitResult
from thalweg.plot.fit_curve import fit_curve
from thalweg.plot.fit_rows import fit_rows

__all__ = ["fit"]


def fit(
    result: FitResult,
    *,
    level: float = 0.95,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Draw data, curve, confidence band and residuals of a fit.

    With one predictor, the curve over it; with several, what the fit predicts against what was
    measured. The residuals stand below, in units of sigma where the fit had one.

    Args:
        result: what `curve_fit` returned; it keeps the predictors and sigma.
        level: confidence of the band, between 0 and 1.
        labels: for names in the formula, what is written on the axes.

    Returns:
        A matplotlib `Figure`.

    Raises:
        DescentError: `level` is no confidence.

    >>> import thalweg as tw
    >>> x, y = [0.0, 1.0, 2.0, 3.0], [1.1, 2.9, 5.1, 6.9]
    >>> fit(tw.curve_fit("y = a + b*x", x, y)).savefig("line.png")
    """
    if not 0.0 < level < 1.0:
        raise DescentError(f"level is {level}; a confidence lies between 0 and 1, such as 0.95")
    labels = labels or {}
    spread = result.sigma
    measured = result.best_fit + result.residual * (1.0 if spread is None else spread)
    left = _measured_name(result)
    up = labels.get(left, left)
    if len(result.predictors) == 1:
        name, values = next(iter(result.predictors.items()))
        if values.shape == measured.shape:
            across = labels.get(name, name)
            return fit_curve(result, values, measured, spread, level, (across, up))
    return fit_rows(result, measured, spread, up)


def _measured_name(result: FitResult) -> str:
    """What the left side is called, as far as the model is a formula."""
    try:
        return str(parse_equation(result.formula).left)
    except ExpressionError:  # it is a callable's signature
        return "y"
