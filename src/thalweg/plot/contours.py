"""How high does f stand over a part of the plane, and which way is down?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from thalweg.plot.landscape import Array, Landscape
from thalweg.plot.sheet import ORANGE
from thalweg.plot.window import levels

__all__ = ["draw_arrows", "draw_contours"]

_FINE, _COARSE = 181, 61  # points a side: where all are computed at once, and one by one
_ARROWS = 13


def draw_contours(
    figure: Figure, axes: Axes, scene: Landscape, box: Array, target: float | None = None
) -> None:
    """Draw filled contours of f with a scale beside them; white where f is not a number.

    Args:
        figure: the picture.
        axes: where it is drawn.
        scene: f, of two numbers.
        box: low and high end of both, `(2, 2)`.
        target: a height whose own contour is drawn.
    """
    count = _FINE if scene.quick else _COARSE
    across, up = (np.linspace(low, high, count) for low, high in box)
    x, y = np.meshgrid(across, up)
    heights = scene.values(np.column_stack([x.ravel(), y.ravel()])).reshape(count, count)
    steps = levels(heights)
    if np.all(np.isnan(heights)):
        told = "f is not a finite number anywhere in this picture"
        axes.annotate(told, (0.5, 0.5), xycoords="axes fraction", ha="center")
        return
    # Each step of the scale gets the same share of the colours, however wide its range is.
    norm = BoundaryNorm(steps, 256)
    shown = np.ma.masked_invalid(heights)
    filled = axes.contourf(x, y, shown, steps, cmap="cividis", norm=norm, alpha=0.9)
    axes.contour(x, y, shown, steps, colors="black", linewidths=0.35, alpha=0.45)
    low, high = np.nanmin(heights), np.nanmax(heights)
    if target is not None and low < target < high:
        axes.contour(x, y, shown, [target], colors=ORANGE, linewidths=2)
        axes.plot([], [], color=ORANGE, linewidth=2, label=f"f = {target:g}")
    bar = figure.colorbar(filled, ax=axes, label="f", spacing="uniform", pad=0.02)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))


def draw_arrows(axes: Axes, scene: Landscape, box: Array, target: float | None = None) -> None:
    """Draw arrows downhill, −∇f; the longer the steeper (by the fourth root, so that all show).

    Args:
        axes: where they are drawn.
        scene: f, of two numbers.
        box: low and high end of both, `(2, 2)`.
        target: a height; then the arrows lead towards it, uphill where f is below.
    """
    margin = 0.04 * (box[:, 1] - box[:, 0])
    across = np.linspace(box[0, 0] + margin[0], box[0, 1] - margin[0], _ARROWS)
    up = np.linspace(box[1, 0] + margin[1], box[1, 1] - margin[1], _ARROWS)
    x, y = np.meshgrid(across, up)
    points = np.column_stack([x.ravel(), y.ravel()])
    down = -scene.slopes(points)
    if target is not None:
        down *= np.sign(scene.values(points) - target)[:, None]
    # One unit is a window's width: an arrow shows the direction that the eye sees in the picture.
    spans = box[:, 1] - box[:, 0]
    seen = down / spans
    size = np.hypot(seen[:, 0], seen[:, 1])
    largest = float(np.nanmax(size, initial=0.0))
    if not largest > 0:
        return
    with np.errstate(all="ignore"):
        length = 0.9 / _ARROWS * (size / largest) ** 0.25
        unit = np.where(size[:, None] > 0, seen / size[:, None], 0.0)
    drawn = unit * length[:, None] * spans
    axes.quiver(
        x.ravel(), y.ravel(), drawn[:, 0], drawn[:, 1], angles="xy", scale_units="xy", scale=1,
        color="white", alpha=0.8, width=0.0025, pivot="mid",
    )  # fmt: skip
