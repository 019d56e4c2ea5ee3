"""How did a descent in two numbers go over its contours?"""

from __future__ import annotations

from typing import Any

import matplotlib.patheffects as effects
import numpy as np

from thalweg.plot.contours import draw_arrows, draw_contours
from thalweg.plot.ending import ending, mark_ends, thinned
from thalweg.plot.landscape import Array, Landscape
from thalweg.plot.sheet import Sheet, legend_above, plain, styled
from thalweg.plot.window import window, worth_seeing

__all__ = ["descent_map"]

_SHAPE = 1.2  # width to height of the map
_ALIKE = 8.0  # up to this ratio of their ranges both numbers get one scale


def descent_map(scene: Landscape, points: Array, result: Any, target: float | None) -> Sheet:
    """Draw contours of f, arrows downhill, and the path from start to end.

    Args:
        scene: f, of two numbers.
        points: the path, `(steps + 1, 2)`.
        result: the descent's result, for its words.
        target: the value that was looked for; its contour is drawn.
    """
    sheet = Sheet(7.6, 6.4)
    axes = sheet.add_subplot()
    seen = points[worth_seeing(points, bool(result.success))]
    box = _even(window(seen, pad=0.3))
    draw_contours(sheet, axes, scene, box, target)
    draw_arrows(axes, scene, box, target)
    halo = [effects.Stroke(linewidth=3.2, foreground="black", alpha=0.6), effects.Normal()]
    axes.plot(seen[:, 0], seen[:, 1], color="white", linewidth=1.6, path_effects=halo)
    marks = thinned(len(seen))
    axes.plot(
        seen[marks, 0], seen[marks, 1], "o", color="white", markeredgecolor="black",
        markersize=4, label=f"{result.nit} steps",
    )  # fmt: skip
    whole = len(seen) == len(points)
    mark_ends(axes, seen[0], seen[-1] if whole else None, bool(result.success))
    styled(axes, *scene.names)
    axes.grid(False)
    axes.set_xlim(*box[0])
    axes.set_ylim(*box[1])
    told = ending(result)
    if not whole:
        told += f"; step {len(seen)} leaves the picture"
    axes.set_title(f"{plain(scene.title)}\n{plain(told)}", fontsize=10)
    legend_above(sheet, axes)
    return sheet


def _even(box: Array) -> Array:
    """Widens the shorter side, so that both numbers get one scale where their ranges are alike."""
    spans = box[:, 1] - box[:, 0]
    if not 1 / _ALIKE < spans[0] / spans[1] < _ALIKE:
        return box
    unit = max(spans[0] / _SHAPE, spans[1])
    wanted = np.array([unit * _SHAPE, unit])
    middle = box.mean(axis=1)
    return np.stack([middle - wanted / 2, middle + wanted / 2], axis=1)
