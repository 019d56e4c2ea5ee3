"""The ends of a Hessian's spectrum from products with it, by Lanczos' method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from thalweg.descent.problem import Vector

__all__ = ["Ends", "extreme_curvatures"]

Ends = tuple[float, Vector, float, Vector]


def extreme_curvatures(product: Callable[[Vector], Vector], size: int, turns: int = 40) -> Ends:
    """Estimate the smallest and the largest eigenvalue of a symmetric matrix, with vectors.

    The Krylov basis is orthogonalised in full, twice, so that no ghost eigenvalues appear. Ritz
    values lie inside the spectrum: the smallest is never too small, the largest never too large.
    With `turns >= size` both are exact to rounding.

    Args:
        product: v ↦ A·v for v of shape `(size,)`.
        size: the matrix' order.
        turns: products allowed.

    Returns:
        Smallest value, its vector, largest value, its vector.

    Source:
        Golub and Van Loan, "Matrix Computations", chapter 10.

    >>> low, _, high, _ = extreme_curvatures(lambda v: np.array([1.0, 5.0]) * v, 2)
    >>> round(low, 12), round(high, 12)
    (1.0, 5.0)
    """
    turns = min(turns, size)
    basis = np.zeros((turns, size))
    diagonal, beside = np.zeros(turns), np.zeros(turns)
    # A fixed seed: the same descent says the same words every time.
    v = np.random.default_rng(20240229).standard_normal(size)
    v /= np.linalg.norm(v)
    used = 0
    for k in range(turns):
        basis[k] = v
        w = product(v)
        diagonal[k] = float(v @ w)
        used = k + 1
        for _ in range(2):
            w = w - basis[:used].T @ (basis[:used] @ w)
        length = float(np.linalg.norm(w))
        if not np.isfinite(length) or length <= 1e-13 * float(np.max(np.abs(diagonal[:used]))):
            break
        beside[k] = length
        v = w / length
    small = np.diag(diagonal[:used])
    off = beside[: used - 1]
    small += np.diag(off, 1) + np.diag(off, -1)
    values, vectors = np.linalg.eigh(small)
    low, high = basis[:used].T @ vectors[:, 0], basis[:used].T @ vectors[:, -1]
    return float(values[0]), low, float(values[-1]), high
