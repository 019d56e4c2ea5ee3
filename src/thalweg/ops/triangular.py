"""Triangular systems."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.contraction import product
from thalweg.ops.diagonals import band
from thalweg.ops.lapack import (
    SingularMatrixError,
    for_graphs,
    lapack_dtype,
    like_input,
    square,
)
from thalweg.ops.linear_solve import adjoint_of

LOW = np.array([[2.0, 7.0, 7.0], [0.5, 3.0, 7.0], [-1.0, 0.4, 1.5]])


@functools.cache
def _solver() -> Any:
    """SciPy's, read when the first triangular system comes."""
    from scipy.linalg import solve_triangular

    return solve_triangular


def _kept(x: Any, lower: bool) -> Any:
    return band(x, None, 0) if lower else band(x, 0, None)


def _matrix_rule(g: Any, ans: Any, matrix: Any, lower: bool, adjoint: bool) -> Any:
    back = triangular_solve(matrix, g, lower, not adjoint)
    pair = (ans, back) if adjoint else (back, ans)
    return -_kept(product(pair[0], adjoint_of(pair[1])), lower)


def _matrix_tangent(g: Any, ans: Any, matrix: Any, lower: bool, adjoint: bool) -> Any:
    moved = _kept(g, lower)
    change = product(adjoint_of(moved) if adjoint else moved, ans)
    return triangular_solve(matrix, -change, lower, adjoint)


def _symbols(matrix: Any, rhs: Any, lower: bool, adjoint: bool) -> Any:
    square("triangular_solve", matrix)
    left, right = for_graphs(matrix, rhs)
    if not left.size or not right.size:
        return right
    return left.matrices("triangular", right, lower=bool(lower), turned=bool(adjoint))


@row(
    inputs="matrix rhs", native=_symbols, public="linalg.triangular_solve", holomorphic=False,
    prepare=lambda inputs, params: (bool(static(params[0])), bool(static(params[1]))),
    vjp={
        "matrix": _matrix_rule,
        "rhs": lambda g, matrix, lower, adjoint: triangular_solve(matrix, g, lower, not adjoint),
    },
    jvp={
        "matrix": _matrix_tangent,
        "rhs": lambda g, matrix, lower, adjoint: triangular_solve(matrix, g, lower, adjoint),
    },
    samples=(
        sample(LOW, (3, 2)), sample(LOW.T, (3, 1), lower=False),
        sample(LOW, (3, 2), adjoint=True), sample(LOW.T, (3, 2), lower=False, adjoint=True),
        sample(np.stack([LOW, 2 * LOW]), (3, 2)), sample(LOW, (2, 3, 1)),
        sample(np.zeros((0, 0)), np.zeros((0, 2))), sample(np.array([[2.0]]), (1, 3)),
    ),
    special=(
        special([[2.0]], [[6.0]], value=[[3.0]], grad=([[-1.5]], [[0.5]])),
        special([[2.0, np.nan], [1.0, 1.0]], [[2.0], [3.0]], value=[[1.0], [2.0]],
                grad=([[0.0, 0.0], [-1.0, -2.0]], [[0.0], [1.0]]), why="the other triangle is not read"),
    ),
    wrong=(
        wrong(np.array([[0.0, 0.0], [1.0, 1.0]]), np.ones((2, 1)), error=SingularMatrixError, words="diagonal"),
        wrong(np.ones((2, 3)), np.ones((2, 1)), error=ShapeError, words="square"),
        wrong(np.eye(2), np.ones(2), error=ShapeError, words="columns"),
        wrong(np.eye(2), np.ones((3, 1)), error=ShapeError, words="columns"),
    ),
    formula="L⁻¹·B", source="Giles 2008, 2.3.1, with the triangle taken",
    note="Only the named triangle is read, and only it receives a gradient. A zero on the diagonal is refused, "
         "value and gradient.",
)  # fmt: skip
def triangular_solve(matrix: Any, rhs: Any, lower: Any = True, adjoint: Any = False) -> Any:
    """The solution X of L·X = B, where L is a triangle of the matrix.

    Args:
        matrix: shape `(..., n, n)`; what stands in the other triangle is not read.
        rhs: B, shape `(..., n, k)`; leading axes broadcast.
        lower: whether the lower triangle is meant; else the upper.
        adjoint: whether it is transposed (and conjugated) first.

    Raises:
        SingularMatrixError: a zero on the diagonal.
    """
    square("triangular_solve", matrix)
    if np.ndim(rhs) < 2 or rhs.shape[-2] != matrix.shape[-1]:
        raise ShapeError(
            f"triangular_solve wants right sides as columns, shape (..., {matrix.shape[-1]}, k); "
            f"{list(np.shape(rhs))} came"
        )
    dtype = np.result_type(lapack_dtype(matrix), lapack_dtype(rhs))
    lead = np.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
    left = np.broadcast_to(matrix.astype(dtype, copy=False), lead + matrix.shape[-2:])
    right = np.broadcast_to(rhs.astype(dtype, copy=False), lead + rhs.shape[-2:])
    answer = np.zeros(right.shape, dtype)
    turned = "C" if adjoint else "N"
    if answer.size:
        for place in np.ndindex(lead):
            try:
                answer[place] = _solver()(
                    left[place], right[place], trans=turned, lower=lower, check_finite=False
                )
            except np.linalg.LinAlgError as error:
                raise SingularMatrixError(
                    "triangular_solve: a zero stands on the diagonal; the matrix has no inverse"
                ) from error
    return like_input(answer, matrix, rhs)


@composite(inputs="chol rhs", public="linalg.cholesky_solve")
def cholesky_solve(chol: Any, rhs: Any) -> Any:
    """The solution X of A·X = B, where A = L·Lᴴ and L is known.

    Args:
        chol: L as `linalg.cholesky` gives it, shape `(..., n, n)`.
        rhs: B, shape `(..., n, k)`.

    Raises:
        SingularMatrixError: a zero on the diagonal of L.

    >>> import thalweg as tw
    >>> tw.linalg.cholesky_solve([[2.0, 0.0], [0.0, 4.0]], [[4.0], [4.0]]).numpy()
    array([[1.  ],
           [0.25]], dtype=float32)
    """
    return triangular_solve(chol, triangular_solve(chol, rhs, True, False), True, True)
