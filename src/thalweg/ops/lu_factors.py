"""LU factors."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.contraction import product
from thalweg.ops.diagonals import band
from thalweg.ops.gathering import take_along
from thalweg.ops.lapack import SingularMatrixError, lapack_dtype, like_input, raw, square
from thalweg.ops.linear_solve import WELL, adjoint_of
from thalweg.ops.triangular import triangular_solve


class Lu(NamedTuple):
    """TensorFlow's answer: both factors in one matrix, and the order of the rows."""

    lu: Any
    p: Any


@functools.cache
def _factorization(letter: str) -> Any:
    """LAPACK's getrf for a dtype; SciPy is read when the first matrix comes."""
    from scipy.linalg import get_lapack_funcs

    return get_lapack_funcs(("getrf",), dtype=np.dtype(letter))[0]


def _factors(packed: Any) -> tuple[Any, Any]:
    """L with its diagonal of ones, and U."""
    if np.any(np.diagonal(raw(packed), 0, -2, -1) == 0):
        raise SingularMatrixError(
            f"lu: the matrix of shape {list(packed.shape)} is singular; its factors have no gradient"
        )
    unit = np.eye(packed.shape[-1], dtype=packed.dtype)
    return band(packed, None, -1) + unit, band(packed, 0, None)


def _packed_rule(g: Any, ans: Any) -> Any:
    (packed, order), (cotangent, _) = ans, g
    low, up = _factors(packed)
    inner = band(product(adjoint_of(low), cotangent), None, -1)
    inner = inner + band(product(band(cotangent, 0, None), adjoint_of(up)), 0, None)
    left = triangular_solve(low, inner, True, True)
    both = adjoint_of(triangular_solve(up, adjoint_of(left), False, False))
    return take_along(both, np.argsort(raw(order), axis=-1)[..., None], -2)


def _packed_tangent(g: Any, ans: Any) -> Any:
    packed, order = ans
    low, up = _factors(packed)
    left = triangular_solve(low, take_along(g, raw(order)[..., None], -2), True, False)
    both = adjoint_of(triangular_solve(up, adjoint_of(left), False, True))
    return product(low, band(both, None, -1)) + product(band(both, 0, None), up), order


@row(
    inputs="input",
    native="LAPACK's factors, and a derivative that depends on which rows change places",
    several=True, holomorphic=False, vjp={"input": _packed_rule}, jvp={"input": _packed_tangent},
    samples=(
        sample(WELL), sample(WELL[::-1].copy()), sample(np.stack([WELL, WELL[[1, 2, 0]]])),
        sample(np.array([[3.0]])), sample(np.zeros((0, 0))), sample(np.diag([3.0, 2.0, 5.0])),
    ),
    special=(
        special([[1.0, 2.0], [4.0, 1.0]], value=([[4.0, 1.0], [0.25, 1.75]], [1, 0]),
                grad=([[0.0, 1.0], [1.0, 0.75]],)),
        special([[1.0, 2.0], [2.0, 4.0]], value=([[2.0, 4.0], [0.5, 0.0]], [1, 0])),
    ),
    wrong=(wrong(np.ones((2, 3)), error=ShapeError, words="square"),),
    formula="L·U = A[p], L below the diagonal and U on and above it",
    source="de Hoog, Anderssen & Lukas 2011, Differentiation of matrix functionals using triangular "
           "factorization",
    note="A singular matrix has the factors, and no gradient.",
)  # fmt: skip
def packed_lu(input: Any) -> Any:
    """Both factors in one matrix, and the order of the rows."""
    square("lu", input)
    matrix = lapack_dtype(input)
    packed = np.empty_like(matrix, order="C")
    order = np.empty(matrix.shape[:-1], np.int32)
    size = matrix.shape[-1]
    for place in np.ndindex(matrix.shape[:-2] if size else (0,)):
        packed[place], swaps, _ = _factorization(matrix.dtype.char)(matrix[place])
        rows = np.arange(size)
        for here, there in enumerate(swaps):
            rows[[here, there]] = rows[[there, here]]
        order[place] = rows
    return like_input(packed, input), order


@composite(inputs="input", public="linalg.lu")
def lu(input: Any, output_idx_type: Any = np.int32) -> Any:
    """LU factors with the rows in the order that rounding wants.

    Args:
        input: A, shape `(..., n, n)`.
        output_idx_type: dtype of the order, int32 or int64.

    Returns:
        A named tuple `(lu, p)`: U on and above the diagonal of `lu`, L below it, its diagonal of
        ones not shown, and `L @ U` is `A[p]`.

    Raises:
        SingularMatrixError: a gradient through the factors of a singular matrix is asked for.

    >>> import thalweg as tw
    >>> packed, order = tw.linalg.lu([[0.0, 2.0], [4.0, 1.0]])
    >>> packed.numpy(), order.numpy()
    (array([[4., 1.],
           [0., 2.]], dtype=float32), array([1, 0], dtype=int32))
    """
    packed, order = packed_lu(input)
    return Lu(
        packed,
        order
        if wanted_dtype("lu: output_idx_type", output_idx_type) == np.int32
        else cast(order, np.int64),
    )
