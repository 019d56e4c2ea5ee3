"""What is f, and its slope, at these points? Text or a callable, over flat numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.descent.layout import Layout
from thalweg.descent.objective import Objective, objective_of, read_formula
from thalweg.expressions import Expression, as_function, parse

__all__ = ["Array", "Function", "Landscape", "path_points"]

Array = npt.NDArray[np.float64]

Function = str | Expression | Callable[..., Any]


class Landscape:
    """A function to look at.

    Args:
        fun: a formula, or a callable as `minimize` takes it.
        point: a point in the form of a start, which says how `fun` is called.

    Attributes:
        size: how many numbers f depends on, n.
        names: what they are called, n texts.
        title: what f is called.
        quick: whether many points are cheap (a formula is computed for all of them at once).
    """

    def __init__(self, fun: Function, point: Any) -> None:
        self._objective: Objective
        layout: Layout
        if isinstance(fun, str | Expression):
            formula = parse(fun) if isinstance(fun, str) else fun
            self._objective, layout = read_formula(formula, point)
            order = layout.names or list(formula.names)
            self._columns: Callable[..., Any] | None = as_function(formula, order)
            self.title = str(formula)
            self.names = order
        else:
            self._objective, layout = objective_of(fun, point)
            self._columns = None
            self.title = "f"
            alone = layout.size == 1
            self.names = layout.names or (
                ["x"] if alone else [f"x[{k}]" for k in range(layout.size)]
            )
        self.size = layout.size
        self.quick = self._columns is not None

    def values(self, points: Array) -> Array:
        """Gives f at `points (m, n)`, as `(m,)`; what is not finite is NaN."""
        with np.errstate(all="ignore"):
            if self._columns is not None:
                found = np.asarray(self._columns(*points.T), dtype=np.float64)
                values = np.array(np.broadcast_to(found, points.shape[:1]))
            else:
                values = np.array([self._objective.value(point) for point in points])
        return np.where(np.isfinite(values), values, np.nan)

    def slopes(self, points: Array) -> Array:
        """Gives the gradient at `points (m, n)`, as `(m, n)`; what is not finite is NaN."""
        with np.errstate(all="ignore"):
            found = [self._objective.value_and_gradient(point)[1] for point in points]
        slopes = np.array(found).reshape(points.shape)
        return np.where(np.isfinite(slopes), slopes, np.nan)


def path_points(path: Any, names: list[str]) -> Array:
    """Gives a result's `path` as points `(steps + 1, n)`.

    >>> path_points({"x": np.array([5.0, 1.0])}, ["x"]).shape
    (2, 1)
    """
    if isinstance(path, Mapping):
        return np.column_stack([np.asarray(path[name], dtype=np.float64) for name in names])
    points = np.asarray(path, dtype=np.float64)
    return points.reshape(points.shape[0], -1)
