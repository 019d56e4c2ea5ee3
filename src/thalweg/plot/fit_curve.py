"""How does a fitted curve run through its data?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from thalweg.fit.result import FitResult
from thalweg.plot.landscape import Array
from thalweg.plot.residuals import draw_points, draw_residuals, told
from thalweg.plot.sheet import RED, Sheet, legend_above, plain, styled

__all__ = ["fit_curve"]

_POINTS = 501
_DECADES = 1e3  # positive predictors that span more stand on a logarithmic axis


def fit_curve(
    result: FitResult,
    values: Array,
    measured: Array,
    sigma: Array | None,
    level: float,
    labels: tuple[str, str],
) -> Sheet:
    """Draw data, curve and band over one predictor, and the residuals below.

    Args:
        result: the fit.
        values: the predictor, `(n,)`.
        measured: the left side, `(n,)`.
        sigma: its standard deviations, `(n,)`, or None.
        level: confidence of the band.
        labels: of the predictor's axis and of the left side's.
    """
    sheet = Sheet(7.2, 6.4)
    top, bottom = sheet.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    logarithmic = values.min() > 0 and values.max() > _DECADES * values.min()
    grid = _grid(values, logarithmic)
    curve = np.asarray(result.predict(grid), dtype=np.float64)
    half = np.asarray(result.band(grid, level), dtype=np.float64)
    _draw_band(top, grid, curve, half, f"{100 * level:.4g} % band of the curve")
    top.plot(grid, curve, color=RED, linewidth=1.8, label="fit", zorder=3)
    draw_points(top, values, measured, sigma, "data")
    _limits(top, curve, measured, sigma)
    draw_residuals(bottom, values, result.residual, sigma is not None)
    if sigma is None:
        _draw_band(bottom, grid, 0.0 * curve, half, "")
    if logarithmic:
        top.set_xscale("log")
    styled(top, "", labels[1])
    styled(bottom, labels[0], "residual / σ" if sigma is not None else "residual")
    top.set_title(f"{plain(result.formula)}\n{told(result)}", fontsize=10)
    legend_above(sheet, top)
    sheet.align_ylabels([top, bottom])
    return sheet


def _grid(values: Array, logarithmic: bool) -> Array:
    low, high = float(values.min()), float(values.max())
    if logarithmic:
        return np.geomspace(low, high, _POINTS)
    room = 0.03 * (high - low) or 0.5 * max(abs(low), 1.0)
    # Formulas with log(x) or x**b end at zero: data above it are not continued below it.
    return np.linspace(max(low - room, 0.0) if low >= 0 else low - room, high + room, _POINTS)


def _draw_band(axes: Axes, grid: Array, curve: Array, half: Array, label: str) -> None:
    sound = np.isfinite(half) & np.isfinite(curve)
    if not np.any(sound):
        axes.plot([], [], " ", label=label and "no band: the data leave it open")
        return
    axes.fill_between(
        grid, curve - half, curve + half, where=sound.tolist(), color=RED, alpha=0.2, linewidth=0,
        label=label, zorder=2,
    )  # fmt: skip


def _limits(axes: Axes, curve: Array, measured: Array, sigma: Array | None) -> None:
    """Fits the view to data and curve; a band that is wide beyond them runs out of it."""
    spread = np.zeros_like(measured) if sigma is None else sigma
    seen = np.concatenate([curve, measured - spread, measured + spread])
    seen = seen[np.isfinite(seen)]
    if seen.size and np.ptp(seen) > 0:
        room = 0.06 * float(np.ptp(seen))
        axes.set_ylim(float(seen.min()) - room, float(seen.max()) + room)
