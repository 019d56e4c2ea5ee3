"""How is a descent's start and end shown, and which of its steps get a mark?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from thalweg.plot.landscape import Array
from thalweg.plot.sheet import GREEN, RED

__all__ = ["ending", "mark_ends", "thinned"]

_MARKS = 60


def ending(result: Any) -> str:
    """Returns how a descent ended, in a few words.

    >>> from thalweg.descent.result import OptimizeResult
    >>> ending(OptimizeResult(status="out_of_steps", method="gd", rate=0.1, nit=7))
    'gd, rate 0.1: out of steps after 7 steps'
    """
    rate = f", rate {result['rate']:.4g}" if "rate" in result else ""
    status = str(result["status"]).replace("_", " ")
    steps = f"{result['nit']} step{'s' * (result['nit'] != 1)}"
    limit = (
        f"; a rate below {result['rate_limit']:.4g} would have held"
        if "rate_limit" in result
        else ""
    )
    return f"{result['method']}{rate}: {status} after {steps}{limit}"


def mark_ends(axes: Axes, first: Array, last: Array | None, success: bool) -> None:
    """Draw the marks of start and end, each with its coordinates in the legend.

    Args:
        axes: where.
        first: across and up.
        last: the same of the end; None where it is out of the picture.
        success: whether it is a good end; a bad one gets a cross.
    """
    axes.plot(
        first[0], first[1], "s", color="white", markeredgecolor=RED, markeredgewidth=2,
        markersize=9, linestyle="none", label=f"start ({_shown(first)})", zorder=5,
    )  # fmt: skip
    if last is None:
        return
    sign, inside, edge = ("D", GREEN, "white") if success else ("X", "black", "white")
    axes.plot(
        last[0], last[1], sign, color=inside, markeredgecolor=edge, markeredgewidth=1.3,
        markersize=10, linestyle="none", label=f"end ({_shown(last)})", zorder=6,
    )  # fmt: skip


def thinned(count: int, most: int = _MARKS) -> npt.NDArray[np.int64]:
    """Returns which of `count` steps are marked: all, or the first ones and ever fewer later on.

    >>> thinned(3).tolist(), len(thinned(10_000)) <= 60
    ([0, 1, 2], True)
    """
    if count <= most:
        return np.arange(count)
    return np.unique(np.round(np.geomspace(1, count, most)).astype(np.int64)) - 1


def _shown(point: Array) -> str:
    return ", ".join(f"{value:.5g}" for value in point + 0.0)
