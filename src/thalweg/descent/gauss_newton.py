"""Newton's method for r(x) = 0: the shortest step that the Jacobian says leads to a root, damped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from thalweg.descent.problem import Residuals, Vector

__all__ = ["Landfall", "gauss_newton", "newton_length"]

_EPS = float(np.finfo(np.float64).eps)

_WINDOW = 11  # steps over which a step that leads to a root grows shorter
_LARGE = 8  # equations from which on elimination is quicker than the singular values
_REGULAR = 1e10  # a condition at which all singular values count
_POLISHES = 30  # steps beyond the tolerance; a simple root needs two

Seen = Callable[[Vector, Vector, Vector, int], bool]


@dataclass(slots=True)
class Landfall:
    """Where it ended.

    Attributes:
        x: the point, `(n,)`.
        residual: r there, `(m,)`.
        jacobian: ∂r/∂x there, `(m, n)`.
        nit: steps taken.
        reason: "root"; "lowest" (|r| has a minimum that is not zero, or is stuck); "fading" (|r|
            shrinks while x runs off, as e⁻ˣ does); "steps"; "not finite"; "callback".
        remaining: the step that the Jacobian still asks for, relative to the sizes.
    """

    x: Vector
    residual: Vector
    jacobian: Vector
    nit: int
    reason: str
    remaining: float


def gauss_newton(
    problem: Residuals,
    start: Vector,
    *,
    max_steps: int,
    tol: float = 1e-8,
    seen: Seen | None = None,
) -> Landfall:
    """Bring r(x) to zero by steps of least length that solve J·s = −r, as far as J can be trusted.

    Where the step is longer than the trusted radius, s = −Jᵀ(JJᵀ + μ)⁻¹r with the μ that makes it
    fit. A step counts when |r| falls by a share of what J foretold. Near the root full steps go on
    until rounding stops them, so that the last bit is right.

    Args:
        problem: r and its exact Jacobian; m and n may differ.
        start: first point, `(n,)`.
        max_steps: steps allowed.
        tol: remaining relative step at which a point is called a root.
        seen: told of each point as (x, r, J, step); True ends it.

    Returns:
        Where it ended.

    Source:
        Nocedal and Wright, "Numerical Optimization", chapters 10 and 11.
    """
    x = start
    residual, jacobian = problem.residual_and_jacobian(x)
    largest = float(np.max(np.abs(start), initial=0.0)) or 1.0
    sizes = np.where(start == 0.0, largest, np.abs(start))
    polishes = 0
    first, lengths = float(np.linalg.norm(residual)), list[float]()
    radius = max(1.0, float(np.sqrt(x.size))) * 10.0
    for step in range(max_steps + 1):
        if not (np.all(np.isfinite(residual)) and np.all(np.isfinite(jacobian))):
            return Landfall(x, residual, jacobian, step, "not finite", np.inf)
        if seen is not None and seen(x, residual, jacobian, step):
            return Landfall(x, residual, jacobian, step, "callback", np.inf)
        if not np.any(residual):
            return Landfall(x, residual, jacobian, step, "root", 0.0)
        model = _Model(jacobian, residual, sizes)
        full = model.step(np.inf)
        reach = np.maximum(np.abs(x), sizes)
        lengths.append(float(np.max(np.abs(full))))
        if (
            len(lengths) > _WINDOW
            and all(b >= 0.98 * a for a, b in pairwise(lengths[-_WINDOW:]))
            and float(np.linalg.norm(residual)) <= 1e-10 * first
        ):
            return Landfall(x, residual, jacobian, step, "fading", np.inf)
        remaining = float(np.max(np.abs(full) / reach))
        if step == max_steps:
            break
        near = remaining <= tol
        polishes += near
        if polishes > _POLISHES:
            root = _is_root(problem, x, residual, reach, tol, first)
            return Landfall(x, residual, jacobian, step, "root" if root else "lowest", remaining)
        landed, radius = _land(problem, x, model, radius, near=near)
        if landed is None:
            # The model leads to a root only where it can bring the whole residual to zero.
            left = float(np.linalg.norm(residual + jacobian @ full))
            now = float(np.linalg.norm(residual))
            solves = left <= 0.5 * now or now <= max(tol * tol, 32 * _EPS) * first
            root = solves and remaining <= max(tol, 1e-6)
            root = root and _is_root(problem, x, residual, reach, tol, first)
            return Landfall(x, residual, jacobian, step, "root" if root else "lowest", remaining)
        x, residual, jacobian = landed
    return Landfall(x, residual, jacobian, max_steps, "root" if near else "steps", remaining)


def _is_root(
    problem: Residuals, x: Vector, residual: Vector, reach: Vector, tol: float, first: float
) -> bool:
    """Tell whether |r| is small, or no larger than what moves of x that do not matter make of it.

    A short step alone proves nothing: where the slope grows without end, as that of √x + 1 does at
    0, every step is short, and there is no root.
    """
    left = float(np.linalg.norm(residual))
    if left <= tol * first:
        return True
    for far in (_EPS, -_EPS, 3.0 * _EPS, -3.0 * _EPS, 8.0 * _EPS, -8.0 * _EPS, tol, -tol):
        moved = problem.residual(x + far * reach) - residual
        share = 4.0 if abs(far) == tol else 16.0
        if left <= share * float(np.linalg.norm(moved)):
            return True
    return False


def newton_length(jacobian: Vector, residual: Vector) -> Vector:
    """Give the shortest s with J·s = −r in the sense of least squares, `(n,)`."""
    return _Model(jacobian, residual, np.ones(jacobian.shape[1])).step(np.inf)


class _Model:
    """r + J·s at one point, decomposed once, and only as far as it is needed.

    Args:
        jacobian: J, `(m, n)`.
        residual: r, `(m,)`.
        sizes: what steps are measured by, `(n,)`.
    """

    def __init__(self, jacobian: Vector, residual: Vector, sizes: Vector) -> None:
        self.jacobian, self.residual, self.sizes = jacobian, residual, sizes
        self._full = self._solved()
        self._parts: tuple[Vector, Vector, Vector] | None = None

    def step(self, radius: float) -> Vector:
        """Solve min |r + J·s| inside |s/sizes| ≤ radius."""
        if self._full is not None and float(np.linalg.norm(self._full)) <= radius:
            return self._full * self.sizes
        if self.jacobian.size == 1:
            return self._of_one(radius)
        s, c, vt = self._decomposed()
        z = c / s
        if float(np.linalg.norm(z)) > radius:
            z = s * c / (s * s + _damping(s, c, radius))
        step: Vector = (vt.T @ z) * self.sizes
        return step

    def _of_one(self, radius: float) -> Vector:
        slope = float(self.jacobian[0, 0])
        if slope == 0.0:
            return np.zeros(1)
        s = -float(self.residual[0]) / slope
        longest = radius * float(self.sizes[0])
        return np.array([min(max(s, -longest), longest)])

    def _solved(self) -> Vector | None:
        """The full step in sizes by elimination, a tenth of the work; None unless J is surely regular."""
        rows, count = self.jacobian.shape
        if rows != count or count < _LARGE:
            return None
        scaled = self.jacobian * self.sizes
        try:
            condition = np.linalg.cond(scaled, 1)
            found: Vector = -np.linalg.solve(scaled, self.residual).astype(np.float64, copy=False)
        except np.linalg.LinAlgError:
            return None
        return found if condition < _REGULAR else None

    def _decomposed(self) -> tuple[Vector, Vector, Vector]:
        """Singular values of J·sizes, −r in the left vectors, and the right ones: those that count."""
        if self._parts is None:
            u, singular, vt = np.linalg.svd(self.jacobian * self.sizes, full_matrices=False)
            keep = singular > singular[:1] * _EPS * max(self.jacobian.shape)
            self._parts = singular[keep], -(u.T @ self.residual)[keep], vt[keep]
        return self._parts


def _damping(singular: Vector, c: Vector, radius: float) -> float:
    """Find μ with |s·c/(s² + μ)| = radius, by Newton on 1/|z| (Hebden)."""
    low, high = 0.0, float(np.linalg.norm(singular * c)) / radius
    mu = 1e-3 * high
    for _ in range(60):
        z = singular * c / (singular * singular + mu)
        length = float(np.linalg.norm(z))
        if abs(length - radius) <= 0.1 * radius:
            break
        low, high = (max(low, mu), high) if length > radius else (low, min(high, mu))
        bend = float(np.sum(z * z / (singular * singular + mu)))
        mu += (length / radius - 1.0) * length * length / bend if bend > 0.0 else 0.0
        if not low < mu < high:
            mu = max(1e-3 * high, float(np.sqrt(low * high)))
    return mu


_Spot = tuple[Vector, Vector, Vector]


def _land(
    problem: Residuals, x: Vector, model: _Model, radius: float, *, near: bool
) -> tuple[_Spot | None, float]:
    """Try steps in ever smaller regions until |r| falls; None where none makes it fall."""
    before = float(np.linalg.norm(model.residual))
    for _ in range(60):
        s = model.step(radius)
        there = x + s
        if np.array_equal(there, x):
            return None, radius
        found, slope = problem.residual_and_jacobian(there)
        after = float(np.linalg.norm(found))
        foretold = before - float(np.linalg.norm(model.residual + model.jacobian @ s))
        length = float(np.linalg.norm(s / model.sizes))
        good = np.isfinite(after) and np.all(np.isfinite(slope))
        if near:
            # Beyond the tolerance only a residual that keeps falling is worth a step.
            return ((there, found, slope), radius) if good and after < before else (None, radius)
        if good and foretold > 0.0 and before - after >= 1e-4 * foretold:
            share = (before - after) / foretold
            if share > 0.75 and length > 0.8 * radius:
                radius *= 3.0
            elif share < 0.25:
                radius = 0.5 * length
            return (there, found, slope), radius
        if foretold <= 4 * _EPS * before:
            return None, radius
        radius = (0.25 if good else 0.1) * length
    return None, radius
