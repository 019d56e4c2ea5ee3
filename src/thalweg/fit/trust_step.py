"""The step of least squares inside a trust region: one decomposition, any radius.

min ‖r − Jδ‖ over ‖Dδ‖ ≤ Δ. With [J D⁻¹, r] = Q[R, c] and R = U S Vᵀ the step is
Dδ = V z, zᵢ = sᵢ(Uᵀc)ᵢ / (sᵢ² + μ), and μ ≥ 0 is found so that ‖z‖ = Δ. The normal equations JᵀJ are
never formed: they would square the condition number.

Sources: J. J. Moré, "The Levenberg-Marquardt algorithm: implementation and theory" (1978);
the bend of a step, M. K. Transtrum and J. P. Sethna, "Geodesic acceleration and the small-curvature
approximation for nonlinear least squares", arXiv:1207.4999.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from thalweg.fit.least_squares import LeastSquares
from thalweg.fit.model import Array

__all__ = ["TrustStep", "damp"]

_EPS = float(np.finfo(np.float64).eps)


def damp(singular: Array, coefficients: Array, radius: float) -> tuple[Array, float]:
    """Solve min ‖c − S z‖ with ‖z‖ ≤ radius (within a tenth), S diagonal.

    Args:
        singular: S's diagonal, largest first, `(p,)`.
        coefficients: c, `(p,)`.
        radius: Δ > 0.

    Returns:
        z and the damping μ, which is 0 where the undamped step fits. Newton runs on 1/‖z‖ − 1/Δ,
        which is nearly linear in μ (Hebden), kept between bounds.

    >>> import numpy as np
    >>> z, mu = damp(np.array([2.0, 1.0]), np.array([2.0, 1.0]), 10.0)
    >>> z.tolist(), mu
    ([1.0, 1.0], 0.0)
    """
    kept = singular > singular[0] * _EPS * singular.size
    s, c = np.where(kept, singular, 1.0), np.where(kept, coefficients, 0.0)
    z = c / s
    if float(np.linalg.norm(z)) <= 1.1 * radius:
        return z, 0.0
    low, high, mu = 0.0, float(np.linalg.norm(s * c)) / radius, 0.0
    for _ in range(60):
        z = s * c / (s * s + mu)
        length = float(np.linalg.norm(z))
        if abs(length - radius) <= 0.1 * radius:
            break
        if length > radius:
            low = max(low, mu)
        else:
            high = min(high, mu)
        slope = float(np.sum(z * z / (s * s + mu)))
        mu += (length / radius - 1.0) * length * length / slope if slope > 0 else 0.0
        if not low < mu < high:
            mu = max(0.001 * high, float(np.sqrt(low * high)))
    return z, mu


def _triangle(table: Array) -> Array:
    """R of a matrix's decomposition QR, `(p, p)`, with rows of zeros where there are fewer."""
    size = table.shape[1]
    packed = np.linalg.qr(table, mode="raw")[0].T[:size]
    found = np.zeros((size, size))
    found[: len(packed)] = np.where(_upper(size)[: len(packed)], packed, 0.0)
    return found


@cache
def _upper(size: int) -> npt.NDArray[np.bool_]:
    """Which places of a square matrix lie on its diagonal or above it."""
    return np.triu(np.ones((size, size), dtype=np.bool_))


class TrustStep:
    """J and r at one point, decomposed once; `take` gives the step for any radius.

    Args:
        problem: the sum of squares, asked for one more residual where a step is bent.
        params: the point, `(p,)`.
        residual: r there, `(n,)`.
        jacobian: J there, `(n, p)`.
        scale: D's diagonal, `(p,)`, all positive.
        free: which parameters may move, at least one.
    """

    def __init__(
        self,
        problem: LeastSquares,
        params: Array,
        residual: Array,
        jacobian: Array,
        scale: Array,
        free: npt.NDArray[np.bool_],
    ) -> None:
        self._problem, self._params, self._residual = problem, params, residual
        self._jacobian, self._scale, self._free = jacobian, scale, free
        p = int(np.count_nonzero(free))
        whole = p == free.size
        table = np.empty((residual.size, p + 1), order="F")  # as LAPACK reads it
        self._scaled = table[:, :p]
        np.divide(jacobian if whole else jacobian[:, free], scale[free], out=self._scaled)
        table[:, p] = residual
        both = _triangle(table)
        left, self._singular, self._right = np.linalg.svd(both[:p, :p])
        self._coefficients = left.T @ both[:p, p]

    def take(self, radius: float, bend: bool) -> tuple[Array, float, float, float]:
        """The step for this radius: δ `(p,)`, μ, and of the unbent step rᵀJδ and ‖Dδ‖²."""
        z, mu = damp(self._singular, self._coefficients, radius)
        square = float(z @ z)
        gain = float(np.sum((self._singular * z) ** 2)) + mu * square
        if bend:
            z = z + self._bend(z, mu)
        return self._unscaled(z), mu, gain, square

    def _unscaled(self, z: Array) -> Array:
        step = np.zeros_like(self._params)
        step[self._free] = (self._right.T @ z) / self._scale[self._free]
        return step

    def _bend(self, z: Array, mu: float) -> Array:
        """Half the acceleration that follows a curved valley floor; 0 where it is not small."""
        along, ahead = self._unscaled(z), 0.1
        residual = self._problem.residual(self._problem.inside(self._params + ahead * along))
        none = np.zeros_like(z)
        with np.errstate(all="ignore"):
            change = (self._residual - residual) / ahead - self._jacobian @ along
            second = 2.0 / ahead * change
            if not np.all(np.isfinite(second)):
                return none
            floor = max(mu, (self._singular[0] * _EPS) ** 2)
            toward = self._right @ (self._scaled.T @ second)
            bend: Array = -0.5 * toward / (self._singular**2 + floor)
        small = 2.0 * float(np.linalg.norm(bend)) <= 0.75 * float(np.linalg.norm(z))
        return bend if np.all(np.isfinite(bend)) and small else none
