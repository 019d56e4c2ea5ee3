"""How are measurements and what a fit leaves of them drawn?"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from thalweg.fit.result import FitResult
from thalweg.plot.landscape import Array
from thalweg.plot.sheet import BLUE, GREY, plain

__all__ = ["draw_points", "draw_residuals", "told"]

NO_BREAK = "\u00a0"
_FEW = 60  # points up to which they stand before the curve
_CROWD = 300  # points from which on they are drawn small and lightly


def draw_points(axes: Axes, across: Array, up: Array, sigma: Array | None, label: str) -> None:
    """Draw measurements as dots, with error bars of one standard deviation where it is known."""
    # A few dots stand before the curve, a cloud of them behind it.
    size, alpha = (4.5, 1.0) if across.size <= _FEW else (3.5, 0.7)
    if across.size > _CROWD:
        size, alpha = 2.5, 0.5
    order = 4 if across.size <= _FEW else 1
    if sigma is None:
        axes.plot(
            across, up, "o", color=BLUE, markersize=size, alpha=alpha, label=label, zorder=order
        )
        return
    axes.errorbar(
        across, up, yerr=sigma, fmt="o", color=BLUE, markersize=size, alpha=alpha, capsize=2,
        elinewidth=1, label=f"{label} ± σ", zorder=order,
    )  # fmt: skip


def draw_residuals(axes: Axes, across: Array, residual: Array, standardised: bool) -> None:
    """Draw what is left, from the zero line; with the band of one σ where it is in such units."""
    if standardised:
        axes.axhspan(-1, 1, color=GREY, alpha=0.15, linewidth=0)
    axes.axhline(0, color=GREY, linewidth=1)
    if across.size <= _CROWD:
        axes.vlines(across, 0, residual, color=BLUE, linewidth=0.8, alpha=0.6)
    size, alpha = (3.5, 1.0) if across.size <= _CROWD else (2, 0.5)
    axes.plot(across, residual, "o", color=BLUE, markersize=size, alpha=alpha)
    largest = float(np.max(np.abs(residual), initial=0.0))
    if math.isfinite(largest) and largest > 0:
        axes.set_ylim(-1.15 * largest, 1.15 * largest)


def told(result: FitResult) -> str:
    """Returns parameters with their errors for a title; how it ended, where it failed."""
    if not result.success:
        return plain(f"{str(result.status).replace('_', ' ')}: no minimum was reached")
    shown = []
    for name in result.names[:6]:
        value, error = result.params[name], result.stderr[name]
        digits = f" ± {error:.2g}" if math.isfinite(error) else " ± unknown"
        # A line breaks between parameters, not between a name and its value.
        shown.append(f"{name} = {value:.5g}{digits}".replace(" ", NO_BREAK))
    more = ", ..." if len(result.names) > 6 else ""
    return plain(", ".join(shown) + more, 90)
