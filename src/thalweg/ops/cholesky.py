"""Cholesky factors, and the determinants that they give."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.core.recording import STATE
from thalweg.errors import ShapeError
from thalweg.ops.complex_numbers import real
from thalweg.ops.contraction import product
from thalweg.ops.diagonals import band, diagonal
from thalweg.ops.exponential import log
from thalweg.ops.hermitian import from_lower, read_lower, to_lower
from thalweg.ops.lapack import NotPositiveDefiniteError, for_graphs, square, where_finite
from thalweg.ops.linear_solve import adjoint_of
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.severing import stop_gradient
from thalweg.ops.triangular import triangular_solve

POSITIVE = np.array([[4.0, 9.0, 9.0], [1.0, 3.0, 9.0], [0.5, -1.0, 5.0]])


def _phi(x: Any) -> Any:
    """The lower triangle, with half of the diagonal."""
    return band(x, None, -1) + band(x, 0, 0) / 2


def _factor_rule(g: Any, ans: Any) -> Any:
    inner = _phi(product(adjoint_of(ans), g))
    left = triangular_solve(ans, inner, True, True)
    both = adjoint_of(triangular_solve(ans, adjoint_of(left), True, True))
    return to_lower(both)


def _factor_tangent(g: Any, ans: Any) -> Any:
    left = triangular_solve(ans, from_lower(g), True, False)
    both = triangular_solve(ans, adjoint_of(left), True, False)
    return product(ans, _phi(adjoint_of(both)))


def _factor_symbols(input: Any) -> Any:
    square("cholesky", input)
    (matrix,) = for_graphs(input)
    return matrix.matrices("cholesky") if matrix.size else matrix


@row(
    inputs="input", native=_factor_symbols, vjp={"input": _factor_rule}, jvp={"input": _factor_tangent}, holomorphic=False,
    samples=(
        sample(POSITIVE), sample(np.stack([POSITIVE, 2 * POSITIVE])), sample(np.array([[4.0]])),
        sample(np.zeros((0, 0))),
    ),
    special=(
        special([[4.0]], value=[[2.0]], grad=([[0.25]],)),
        special([[1.0, 9.0], [0.0, 4.0]], value=[[1.0, 0.0], [0.0, 2.0]],
                grad=([[0.5, 0.0], [1.0, 0.25]],), why="the upper triangle is not read"),
        special([[np.nan, 0.0], [0.0, 1.0]], value=[[np.nan, 0.0], [np.nan, np.nan]]),
    ),
    wrong=(
        wrong(np.diag([1.0, -1.0]), error=NotPositiveDefiniteError, words="positive definite"),
        wrong(np.zeros((2, 2)), error=NotPositiveDefiniteError, words="positive definite"),
        wrong(np.ones((2, 3)), error=ShapeError, words="square"),
    ),
    formula="L with L·Lᴴ = A, from the lower triangle of A",
    note="A matrix that is singular, or not positive definite, is refused, value and gradient: at the edge of those "
         "that are, L has a slope without end. A matrix with a NaN has a factor of NaN, and its gradient is NaN.",
    source="Murray 2016, Differentiation of the Cholesky decomposition, section 3",
)  # fmt: skip
def cholesky_of_lower(input: Any) -> Any:
    """The factor L, by the lower triangle alone."""
    square("cholesky", input)
    try:
        factor = where_finite(np.linalg.cholesky, input, lower=True)
    except np.linalg.LinAlgError as error:
        raise NotPositiveDefiniteError(
            f"cholesky: the matrix of shape {list(np.shape(input))} is not positive definite; one "
            f"of its eigenvalues is 0 or less. A small multiple of tw.eye added to it makes one that "
            f"is nearly so positive definite"
        ) from error
    lost = factor.size and np.isnan(factor[..., -1, 0]).any()
    return np.tril(factor) if lost else factor


def _numpy_cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """NumPy's, which can read the upper triangle and answer with U, A = Uᴴ·U."""
    return adjoint_of(cholesky.eager(adjoint_of(a))) if upper else cholesky.eager(a)


@composite(inputs="input", public="linalg.cholesky", numpy={np.linalg.cholesky: _numpy_cholesky})
def cholesky(input: Any) -> Any:
    """The lower triangular L with a positive diagonal for which L·Lᴴ = A.

    Args:
        input: A, shape `(..., n, n)`, symmetric (Hermitian) and positive definite. The upper
            triangle is not read; the gradient is shared between the triangles, as TensorFlow's is.

    Raises:
        NotPositiveDefiniteError: there is no such L, the matrix being singular or curving down; nor
            is there a gradient then.

    >>> import thalweg as tw
    >>> tw.linalg.cholesky([[4.0, 2.0], [2.0, 2.0]]).numpy()
    array([[2., 0.],
           [1., 1.]], dtype=float32)
    """
    square("cholesky", input)
    if not STATE.recorders:  # nobody asks how the gradient is shared
        return cholesky_of_lower(input)
    return cholesky_of_lower(read_lower(input, stop_gradient(input)))


@composite(inputs="matrix", public="linalg.logdet")
def logdet(matrix: Any) -> Any:
    """The logarithm of the determinant of positive definite matrices, by their Cholesky factors.

    Args:
        matrix: shape `(..., n, n)`, symmetric (Hermitian) and positive definite; for others take
            `linalg.slogdet`.

    Raises:
        NotPositiveDefiniteError: it is not; TensorFlow answers with NaN.

    >>> import thalweg as tw
    >>> round(float(tw.linalg.logdet([[4.0, 2.0], [2.0, 2.0]])), 6)
    1.386294
    """
    return 2 * reduce_sum(log(real(diagonal(cholesky(matrix), 0))), -1)
