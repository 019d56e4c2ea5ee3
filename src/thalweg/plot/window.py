"""Which part of the plane is worth seeing, and at which heights do its contours run?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thalweg.plot.landscape import Array

__all__ = ["is_wide", "levels", "window", "worth_seeing"]

_RUNAWAY = 50.0  # a point so many times further off than the start's own size is out of the picture
_WIDE = 50.0  # a range so many times that of its lowest tenth asks for a logarithmic scale


def worth_seeing(points: Array, arrived: bool) -> npt.NDArray[np.bool_]:
    """Tells which points of a path belong into the picture: all, up to a runaway's leap.

    Args:
        points: the path, `(steps + 1, n)`.
        arrived: whether its end is a good one, and so belongs into the picture, however far off.

    Returns:
        bool, `(steps + 1,)`; True from the start on, until the first that is far out.
    """
    finite = np.all(np.isfinite(points), axis=1)
    size = max(1.0, float(np.max(np.abs(points[0]))))
    if arrived and finite[-1]:
        size = max(size, float(np.max(np.abs(points[-1] - points[0]))))
    with np.errstate(all="ignore"):
        near = finite & (np.max(np.abs(points - points[0]), axis=1) <= _RUNAWAY * size)
    first_gone = int(np.argmin(near)) if not near.all() else len(points)
    return np.arange(len(points)) < first_gone


def window(points: Array, pad: float = 0.2) -> Array:
    """Gives the low and high end of each number, `(n, 2)`, with some room around the points."""
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    span, middle = high - low, 0.5 * low + 0.5 * high
    if not np.any(span > 0):
        span = 2.0 * np.maximum(np.abs(middle), 1.0)  # a path that never left its start
    span = np.maximum(span, 0.05 * float(np.max(span)))
    return np.stack([middle - (0.5 + pad) * span, middle + (0.5 + pad) * span], axis=1)


def is_wide(values: Array, times: float = _WIDE) -> bool:
    """Tells whether heights above their lowest are better seen on a logarithmic scale."""
    above = values[np.isfinite(values)]
    if above.size == 0:
        return False
    above = above - above.min()
    return bool(above.max() > times * np.percentile(above, 10) > 0)


def levels(values: Array, count: int = 14) -> Array:
    """Gives the heights of the contours, rising; evenly, or in a wide range by equal factors.

    Args:
        values: f over the window; NaN where it is not a number.
        count: about how many.
    """
    seen = values[np.isfinite(values)]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    if not high > low:
        return np.array([low - 1.0, low + 1.0])
    if is_wide(seen):
        above = seen - low
        least = max(float(np.percentile(above[above > 0], 2)), 1e-9 * (high - low))
        return np.concatenate([[low], low + np.geomspace(least, high - low, count)])
    from matplotlib.ticker import MaxNLocator

    return np.asarray(MaxNLocator(count).tick_values(low, high), dtype=np.float64)
