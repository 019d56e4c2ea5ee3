"""How did a descent in one number go along its curve?"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from thalweg.plot.ending import ending, mark_ends, thinned
from thalweg.plot.landscape import Array, Landscape
from thalweg.plot.sheet import BLUE, GREY, RED, Sheet, legend_above, plain, styled
from thalweg.plot.window import is_wide, window, worth_seeing

__all__ = ["descent_curve"]

_BENT = (
    1e6  # a scale that is linear about zero and logarithmic beyond bends a curve: only if it must
)


def descent_curve(scene: Landscape, points: Array, result: Any, target: float | None) -> Sheet:
    """Draw f over its number, and the steps on it.

    Args:
        scene: f, of one number.
        points: the path, `(steps + 1, 1)`.
        result: the descent's result, for its words.
        target: the value that was looked for.
    """
    sheet = Sheet()
    axes = sheet.add_subplot()
    seen = points[worth_seeing(points, bool(result.success))]
    low, high = window(seen)[0]
    grid = np.linspace(low, high, 601)
    curve = scene.values(grid[:, None])
    axes.plot(grid, curve, color=BLUE, linewidth=1.8, label="f")
    if target is not None:
        axes.axhline(target, color=GREY, linewidth=1, linestyle="--", label=f"target {target:g}")
    heights = scene.values(seen)
    marks = thinned(len(seen))
    axes.plot(seen[:, 0], heights, color=RED, linewidth=0.8, alpha=0.6)
    axes.plot(
        seen[marks, 0], heights[marks], "o", color=RED, markersize=4, label=f"{result.nit} steps"
    )
    ways = np.column_stack([seen[:, 0], heights])
    whole = len(seen) == len(points)
    mark_ends(axes, ways[0], ways[-1] if whole else None, bool(result.success))
    if not whole:
        gone = points[len(seen), 0]
        told = f"step {len(seen)} leaves the picture: {scene.names[0]} = {gone:.3g}"
        axes.annotate(plain(told), (0.02, 0.02), xycoords="axes fraction", color=RED, fontsize=9)
    axes.set_xlim(low, high)
    if np.all(np.isnan(curve)):
        told = "f is not a finite number anywhere in this picture"
        axes.annotate(told, (0.5, 0.5), xycoords="axes fraction", ha="center")
    else:
        _scale(axes, curve)
    styled(axes, scene.names[0], "f")
    axes.set_title(f"{plain(scene.title)}\n{plain(ending(result))}", fontsize=10)
    legend_above(sheet, axes)
    return sheet


def _scale(axes: Axes, curve: Array) -> None:
    """Spreads a wide range of heights out, on both sides of zero where f has both signs."""
    if np.nanmin(curve) > 0 and is_wide(curve):
        axes.set_yscale("log")
    elif is_wide(curve, _BENT):
        size = np.abs(curve[np.isfinite(curve)])
        axes.set_yscale("symlog", linthresh=max(float(np.percentile(size, 20)), 1e-9 * size.max()))
