"""A model and its data as one weighted sum of squares: residual, Jacobian, and what they cost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from thalweg.fit.model import Array, Model

__all__ = ["RANK_TOLERANCE", "LeastSquares", "Watcher", "sum_of_squares"]

Watcher = Callable[[Array, float], bool]

# Singular values below this part of the largest, of a Jacobian with columns of length one, are
# rounding: a thousand times the rounding of a Jacobian of some thousand rows.
RANK_TOLERANCE = 1e-12

_LONG = 8192


class LeastSquares:
    """The sum of squares S(b) = Σ ((y − f(b)) / σ)², to be made small inside a box.

    Args:
        model: the curve, with its exact Jacobian.
        target: y, float64 `(n,)`.
        sigma: σ, float64 `(n,)` or None for 1.
        lower: smallest allowed parameters, float64 `(p,)`, −inf where free.
        upper: largest allowed parameters, likewise.

    Attributes:
        watcher: told the parameters and S after each step down; its True ends the descent.
    """

    def __init__(
        self, model: Model, target: Array, sigma: Array | None, lower: Array, upper: Array
    ) -> None:
        self.model = model
        self.target = target
        self.sigma = sigma
        self.weight = None if sigma is None else 1.0 / sigma
        self.lower = lower
        self.upper = upper
        self.watcher: Watcher | None = None
        self.nfev = 0
        self.njev = 0
        weighted = target if self.weight is None else target * self.weight
        self.target_norm = float(np.linalg.norm(weighted))

    @property
    def size(self) -> int:
        """Number of data, n."""
        return int(self.target.size)

    def residual(self, params: Array) -> Array:
        """(y − f) / σ at `params`, `(n,)`; may hold NaN or infinity outside the model's domain."""
        self.nfev += 1
        with np.errstate(all="ignore"):
            gap = self.target - self.model.predict(params)
            return gap if self.weight is None else gap * self.weight

    def jacobian(self, params: Array) -> Array:
        """∂f/∂b / σ at `params`, `(n, p)`: minus the derivative of `residual`."""
        self.njev += 1
        with np.errstate(all="ignore"):
            slope = self.model.jacobian(params)
            return slope if self.weight is None else slope * self.weight[:, None]

    def inside(self, params: Array) -> Array:
        """`params` moved to the nearest point of the box."""
        return np.clip(params, self.lower, self.upper)

    def free(self, params: Array, downhill: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which parameters may still move: not those at a bound that `downhill` pushes out of."""
        held_low = (params <= self.lower) & (downhill <= 0)
        held_high = (params >= self.upper) & (downhill >= 0)
        free: np.ndarray[tuple[int], np.dtype[np.bool_]] = ~(held_low | held_high)
        return free

    def rounding(self) -> float:
        """Size of `residual`'s own rounding error as a norm, ε·‖y/σ‖: what no fit gets below."""
        return float(np.finfo(np.float64).eps) * self.target_norm


def sum_of_squares(residual: Array) -> float:
    """Σ r², or infinity where any r is not a number, so that such a point is never preferred."""
    with np.errstate(all="ignore"):
        # BLAS takes a second thread for long ones, and waits for it longer than it saves.
        long = residual.size > _LONG
        total = float(np.add.reduce(np.square(residual)) if long else residual @ residual)
    return total if np.isfinite(total) else float("inf")
