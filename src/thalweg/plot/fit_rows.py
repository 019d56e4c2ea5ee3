"""How near is what a fit predicts to what was measured, row by row?"""

from __future__ import annotations

import numpy as np

from thalweg.fit.result import FitResult
from thalweg.plot.landscape import Array
from thalweg.plot.residuals import draw_points, draw_residuals, told
from thalweg.plot.sheet import RED, Sheet, legend_above, plain, styled

__all__ = ["fit_rows"]


def fit_rows(result: FitResult, measured: Array, sigma: Array | None, label: str) -> Sheet:
    """Draw measured against predicted, with the line where they are equal, and the residuals.

    Args:
        result: the fit.
        measured: the left side, `(n,)`.
        sigma: its standard deviations, `(n,)`, or None.
        label: what was measured.
    """
    sheet = Sheet(7.2, 6.4)
    top, bottom = sheet.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    predicted = result.best_fit
    both = np.concatenate([predicted, measured])
    ends = np.array([np.nanmin(both), np.nanmax(both)])
    top.plot(ends, ends, color=RED, linewidth=1.5, label="measured = predicted", zorder=3)
    draw_points(top, predicted, measured, sigma, "rows")
    draw_residuals(bottom, predicted, result.residual, sigma is not None)
    styled(top, "", f"{label}, measured")
    styled(bottom, f"{label}, predicted", "residual / σ" if sigma is not None else "residual")
    top.set_title(f"{plain(result.formula)}\n{told(result)}", fontsize=10)
    legend_above(sheet, top)
    sheet.align_ylabels([top, bottom])
    return sheet
