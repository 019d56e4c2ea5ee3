"""How did f and its slope fall, step by step?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.plot.ending import ending
from thalweg.plot.landscape import Array, Landscape
from thalweg.plot.sheet import BLUE, GREY, RED, Sheet, legend_above, plain, styled

__all__ = ["descent_history"]

_MOST = 400  # steps that are computed again; of more, so many evenly


def descent_history(scene: Landscape, points: Array, result: Any, target: float | None) -> Sheet:
    """Draw f above, and the length of its gradient below, against the step.

    Args:
        scene: f.
        points: the path, `(steps + 1, n)`.
        result: the descent's result, for its words.
        target: the value that was looked for.
    """
    sheet = Sheet(7.2, 6.0)
    top, bottom = sheet.subplots(2, 1, sharex=True)
    chosen = np.unique(np.linspace(0, len(points) - 1, _MOST).round().astype(int))
    values = scene.values(points[chosen])
    with np.errstate(all="ignore"):
        slope = np.linalg.norm(scene.slopes(points[chosen]), axis=1)
    dots = "o-" if len(chosen) <= 60 else "-"
    top.plot(chosen, values, dots, color=BLUE, markersize=3.5, linewidth=1.3, label="f")
    if target is not None:
        top.axhline(target, color=GREY, linewidth=1, linestyle="--", label=f"target {target:g}")
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() > 0 and finite.max() > 100 * finite.min():
        top.set_yscale("log")
    above = np.where(slope > 0, slope, np.nan)  # a slope of zero has no place on this scale
    bottom.plot(chosen, above, dots, color=RED, markersize=3.5, linewidth=1.3, label="|∇f|")
    if np.any(np.isfinite(above)):
        bottom.set_yscale("log")
    styled(top, "", "f")
    styled(bottom, "step", "|∇f|")
    top.set_title(f"{plain(scene.title)}\n{plain(ending(result))}", fontsize=10)
    if target is not None:
        legend_above(sheet, top)
    return sheet
