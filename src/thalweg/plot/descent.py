"""Which way did a descent go?"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from thalweg.descent.layout import Layout
from thalweg.errors import DescentError
from thalweg.plot.descent_curve import descent_curve
from thalweg.plot.descent_history import descent_history
from thalweg.plot.descent_map import descent_map
from thalweg.plot.landscape import Function, Landscape, path_points

__all__ = ["descent"]


def descent(result: Any, fun: Function, *, target: float | None = None) -> Figure:
    """Draw the way of a descent: over the curve, over the contours, or step by step.

    With one number, f with the steps on it; with two, contours of f with the path and arrows
    downhill; with more, f and the length of its gradient against the step.

    Args:
        result: what `minimize` or `maximize` returned, with `record=True`.
        fun: the function that it went down, as it was given.
        target: where `minimize` had one, the same.

    Returns:
        A matplotlib `Figure`.

    Raises:
        DescentError: the result has no path.

    >>> import thalweg as tw
    >>> result = tw.minimize("x**2 + 3*x", {"x": 4}, method="gd", rate=0.1, record=True)
    >>> descent(result, "x**2 + 3*x").savefig("way.png")
    """
    if "path" not in result:
        raise DescentError("The result has no path to draw; descend with record=True.")
    scene = Landscape(fun, result.x)
    points = path_points(result.path, scene.names)
    last = Layout(result.x).flat
    if not np.any(np.all(points == last, axis=1)):
        # Where a descent ends in a leap, it ends at a point that it did not go on from.
        points = np.concatenate([points, last[None, :]])
    if scene.size == 1:
        return descent_curve(scene, points, result, target)
    if scene.size == 2:
        return descent_map(scene, points, result, target)
    return descent_history(scene, points, result, target)
