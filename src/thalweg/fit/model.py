"""What a fit needs of a model: its parameters' names, its prediction, its exact Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "FitTask", "Model"]

Array = npt.NDArray[np.float64]


class Model(Protocol):
    """A curve with parameters, over data that it already holds.

    `names` are the parameters in order; `predict` maps float64 `(p,)` to float64 `(n,)`; `jacobian`
    maps the same to the exact derivatives, float64 `(n, p)`.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Parameter names, in the order of the vectors."""

    def predict(self, params: Array) -> Array:
        """Predicted left side, one number a row of data."""

    def jacobian(self, params: Array) -> Array:
        """Derivatives of `predict`, one column a parameter."""


@dataclass(frozen=True)
class FitTask:
    """A model laid over measurements, whatever it was written as.

    Attributes:
        formula: the model as text, for people.
        model: the curve over the predictors.
        target: what it should come to, `(n,)`.
        predictors: what the curve goes over, by name.
        places: the columns whose scales suggest starts.
        defaults: starts that the model itself brings, by name.
        every: the same model over every k-th row, for cheap looks at long data.
        at: the same model over new points, and the shape of the answer there.
        wide: makes y − f in more digits than float64 has, where that can be had.
    """

    formula: str
    model: Model
    target: Array
    predictors: Mapping[str, Array]
    places: list[Array]
    defaults: Mapping[str, float]
    every: Callable[[int], Model]
    at: Callable[[Any], tuple[Model, tuple[int, ...]]]
    wide: Callable[[], Callable[[npt.NDArray[np.longdouble]], Array] | None]
