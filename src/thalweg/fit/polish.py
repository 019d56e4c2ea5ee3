"""The last digits of a fit: Gauss-Newton steps, and Newton's where those do not contract.

Near a minimum the sum of squares is flat to rounding while the parameters still move in their
eighth digit, so comparing sums of squares cannot finish a fit. The step itself can: it is polished
until it no longer shrinks. Gauss-Newton contracts by a factor that grows with the residuals'
curvature; where that is above one half, the missing part of the Hessian, −Σ rᵢ∇²fᵢ, is added from
central differences of the exact Jacobian, which makes the contraction small again.
"""

from __future__ import annotations

import numpy as np

from thalweg.fit.least_squares import RANK_TOLERANCE, LeastSquares, sum_of_squares
from thalweg.fit.levenberg_marquardt import Valley
from thalweg.fit.model import Array

__all__ = ["gauss_newton", "polish", "relative_offset"]

_MOST = 50


def _column_norms(jacobian: Array) -> Array:
    norms = np.linalg.norm(jacobian, axis=0)
    return np.where(norms > 0, norms, 1.0)


def gauss_newton(jacobian: Array, residual: Array) -> Array:
    """min ‖r − Jδ‖ with J's columns scaled to length one; the shortest such step."""
    norms = _column_norms(jacobian)
    step = np.linalg.lstsq(jacobian / norms, residual, rcond=RANK_TOLERANCE)[0]
    return step / norms


def _curvature(problem: LeastSquares, params: Array, residual: Array, norms: Array) -> Array:
    """Σ rᵢ∇²fᵢ in scaled parameters, `(p, p)`, by central differences of the exact Jacobian."""
    p = params.size
    columns = np.empty((p, p))
    for j in range(p):
        # A cube root of ε balances the differences' truncation against their rounding.
        length = 6e-6 * max(abs(params[j]), 1e-3 * float(np.linalg.norm(residual)) / norms[j])
        ahead, behind = params.copy(), params.copy()
        ahead[j] += length
        behind[j] -= length
        slope = problem.jacobian(ahead) - problem.jacobian(behind)
        columns[:, j] = (slope.T @ residual) / ((ahead[j] - behind[j]) * norms * norms[j])
    return 0.5 * (columns + columns.T)


def _newton(problem: LeastSquares, params: Array, jacobian: Array, residual: Array) -> Array:
    """The step of the full Hessian JᵀJ − Σ rᵢ∇²fᵢ, or NaN where it is not positive definite."""
    norms = _column_norms(jacobian)
    scaled = jacobian / norms
    hessian = scaled.T @ scaled - _curvature(problem, params, residual, norms)
    if not np.all(np.isfinite(hessian)):
        return np.full_like(params, np.nan)
    values, vectors = np.linalg.eigh(hessian)
    if values[0] <= 1e-14 * values[-1]:
        return np.full_like(params, np.nan)
    step: Array = (vectors @ ((vectors.T @ (scaled.T @ residual)) / values)) / norms
    return step


def relative_offset(problem: LeastSquares, valley: Valley) -> float:
    """Bates and Watts' criterion: how far r is from orthogonal to J's columns, in standard errors.

    √(‖Qᵀr‖²/p) / √(‖r‖²/(n − p)), over the parameters that are not held at a bound; 0.001 means
    that the parameters are within a thousandth of their standard errors from the minimum.
    """
    free = problem.free(valley.params, valley.jacobian.T @ valley.residual)
    p = int(np.count_nonzero(free))
    if p == 0 or valley.chisqr == 0:
        return 0.0
    jacobian = valley.jacobian[:, free]
    left, singular, _ = np.linalg.svd(jacobian / _column_norms(jacobian), full_matrices=False)
    along = (left.T @ valley.residual)[singular > RANK_TOLERANCE * singular[0]]
    beyond = max(valley.chisqr - float(along @ along), problem.rounding() ** 2)
    degrees = max(problem.size - p, 1)
    return float(np.sqrt(float(along @ along) / p / (beyond / degrees)))


def polish(problem: LeastSquares, valley: Valley) -> Valley:
    """Take `valley` to the last digit that its rounding errors allow.

    Args:
        problem: the sum of squares and its box.
        valley: where a descent stopped, near a minimum.

    Returns:
        The valley with the shortest step left, never one whose sum of squares is visibly higher.
    """
    free = problem.free(valley.params, valley.jacobian.T @ valley.residual)
    sound = np.isfinite(valley.chisqr) and np.all(np.isfinite(valley.jacobian))
    if not np.any(free) or not sound:
        return valley
    best, shortest = valley, float("inf")
    here, newton, worse = valley, False, 0
    # What S may rise by and still be called equal: its own rounding error.
    slack = 4.0 * problem.rounding() * (2.0 * float(np.sqrt(valley.chisqr)) + problem.rounding())
    slack += 1e-13 * valley.chisqr
    scale = _column_norms(valley.jacobian)
    for _ in range(_MOST):
        step = np.zeros_like(here.params)
        step[free] = gauss_newton(here.jacobian[:, free], here.residual)
        if newton and bool(np.all(free)):
            full = _newton(problem, here.params, here.jacobian, here.residual)
            step = full if np.all(np.isfinite(full)) else step
        length = float(np.linalg.norm(scale * step))
        if not length < 0.5 * shortest:
            worse += 1
            if worse > 1 and newton:
                break
            newton = True
        if length < shortest:
            best, shortest = here, length
        trial = problem.inside(here.params + step)
        if length == 0 or np.all(trial == here.params):
            break
        residual = problem.residual(trial)
        chisqr = sum_of_squares(residual)
        if chisqr > valley.chisqr + slack:
            if newton:
                break
            newton = True
            here = best
            continue
        jacobian = problem.jacobian(trial)
        if not np.all(np.isfinite(jacobian)):
            break
        here = Valley(trial, residual, jacobian, chisqr, valley.reason, valley.steps)
    return best
