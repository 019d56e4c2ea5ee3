"""What do the primitives that factor and solve matrices make and compute? Stacks of matrices of floats.

What has no answer, a matrix that is singular or not positive definite or holds no numbers, is IndexError:
whoever runs the graph leaves the call to Python, which says what is wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["cholesky", "cholesky_spec", "solve", "solve_spec", "triangular", "triangular_spec"]

Spec = tuple[tuple[int, ...], np.dtype[Any]]


def cholesky_spec(x: Any) -> Spec:
    """The factor of the lower triangles of `(matrices, n, n)`."""
    if x.dtype.kind != "f" or len(x.shape) != 3 or x.shape[1] != x.shape[2]:
        raise ValueError("a stack of square matrices of floats is wanted")
    return x.shape, x.dtype


def cholesky(x: Any) -> Any:
    """L with L·Lᵀ = A."""
    low = np.tril(x)
    return _told(lambda: np.linalg.cholesky(low), low)


def solve_spec(a: Any, b: Any) -> Spec:
    """X with A·X = B, of `(matrices, n, n)` and `(matrices, n, columns)`."""
    cholesky_spec(a)
    if a.dtype != b.dtype or len(b.shape) != 3 or b.shape[:2] != a.shape[:2]:
        raise ValueError("the right sides do not fit the matrices")
    return b.shape, b.dtype


def solve(a: Any, b: Any) -> Any:
    """By elimination, the rows in the order that rounding wants."""
    return _told(lambda: np.linalg.solve(a, b), a)


def triangular_spec(a: Any, b: Any, lower: bool, turned: bool) -> Spec:
    """The same with one triangle of each matrix, which is `turned` over its diagonal first."""
    return solve_spec(a, b)


def triangular(a: Any, b: Any, lower: bool, turned: bool) -> Any:
    """By substitution; the other triangle is not read."""
    if (np.diagonal(a, 0, 1, 2) == 0).any():
        raise IndexError("a zero stands on the diagonal")
    from scipy.linalg import solve_triangular

    solved = [
        solve_triangular(one, right, trans=int(turned), lower=lower, check_finite=False)
        for one, right in zip(a, b, strict=True)
    ]
    return np.stack(solved).astype(b.dtype, copy=False) if solved else b


def _told(compute: Any, given: Any) -> Any:
    if not np.isfinite(given).all():
        raise IndexError("a matrix that holds no numbers")
    try:
        return compute()
    except np.linalg.LinAlgError as error:
        raise IndexError(str(error)) from None
