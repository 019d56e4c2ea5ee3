"""Linear systems: solving them, and the inverse."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.contraction import product, swap_last
from thalweg.ops.lapack import SingularMatrixError, for_graphs, lapack_dtype, square
from thalweg.ops.movement import matrix_transpose, reshape

WELL = np.array([[4.0, 1.0, 0.5], [0.3, 3.0, -1.0], [0.2, 0.7, 5.0]])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


def _columns(x: Any, rank: int) -> Any:
    """A vector as one column."""
    return reshape(x, (*x.shape, 1)) if rank == 1 else x


def _matrix_rule(g: Any, ans: Any, matrix: Any, rhs_shape: Any, adjoint: Any) -> Any:
    back = _columns(solve(matrix, g, not adjoint), len(rhs_shape))
    answer = _columns(ans, len(rhs_shape))
    pair = (answer, back) if adjoint else (back, answer)
    return -product(pair[0], adjoint_of(pair[1]))


def _matrix_tangent(g: Any, ans: Any, matrix: Any, rhs_shape: Any, adjoint: Any) -> Any:
    moved = adjoint_of(g) if adjoint else g
    change = product(moved, _columns(ans, len(rhs_shape)))
    answer = solve(matrix, -change, adjoint)
    return reshape(answer, answer.shape[:-1]) if len(rhs_shape) == 1 else answer


def adjoint_of(x: Any) -> Any:
    """The conjugate transpose of the last two axes."""
    return matrix_transpose(x, conjugate=True)


def _solve_symbols(matrix: Any, rhs: Any, adjoint: Any) -> Any:
    square("solve", matrix)
    vector = rhs.ndim == 1
    left, right = for_graphs(matrix, rhs.reshape((-1, 1)) if vector else rhs)
    left = np.swapaxes(left, -1, -2) if adjoint else left
    if not left.size or not right.size:
        raise ValueError("nothing to solve")
    found = left.matrices("solve", right)
    return found.reshape(found.shape[:-1]) if vector else found


def _inverse_symbols(input: Any, adjoint: Any) -> Any:
    square("inv", input)
    (left,) = for_graphs(input)
    left = np.swapaxes(left, -1, -2) if adjoint else left
    if not left.size:
        return left
    unit = left.like(np.eye(left.shape[-1], dtype=left.dtype))
    return left.matrices("solve", np.broadcast_to(unit, left.shape))


@row(
    inputs="matrix rhs", native=_solve_symbols, public="linalg.solve", numpy={np.linalg.solve: None}, holomorphic=False,
    prepare=lambda inputs, params: (bool(static(params[0])),),
    vjp={
        "matrix": _matrix_rule,
        "rhs": lambda g, matrix, adjoint: solve(matrix, g, not adjoint),
    },
    jvp={
        "matrix": _matrix_tangent,
        "rhs": lambda g, matrix, adjoint: solve(matrix, g, adjoint),
    },
    samples=(
        sample(WELL, (3, 2)), sample(WELL, (3,)), sample(WELL, (3, 1), adjoint=True),
        sample(np.stack([WELL, WELL.T]), (2, 3, 1)),
    ),
    special=(special([[2.0]], [[6.0]], value=[[3.0]], grad=([[-1.5]], [[0.5]])),),
    wrong=(
        wrong(SINGULAR, np.ones((2, 1)), error=SingularMatrixError, words="singular"),
        wrong(np.ones((2, 3)), np.ones((2, 1)), error=ShapeError, words="square"),
    ),
    note="A singular matrix is refused, value and gradient. Near one the solution grows without end, and the "
         "gradient by the matrix as its square.",
    formula="A⁻¹·B", source="Giles 2008, Collected matrix derivative results, 2.3.1",
)  # fmt: skip
def solve(matrix: Any, rhs: Any, adjoint: Any = False) -> Any:
    """The solution X of A·X = B.

    Args:
        matrix: A, shape `(..., n, n)`.
        rhs: B, shape `(..., n, k)`, or one vector of shape `(n,)`.
        adjoint: whether A is transposed (and conjugated) first.

    Raises:
        SingularMatrixError: A has no inverse.
    """
    square("solve", matrix)
    sizes = np.shape(rhs)
    vector = len(sizes) == 1 and matrix.ndim == 2
    if not (vector or len(sizes) > 1) or sizes[-1 if vector else -2] != matrix.shape[-1]:
        raise ShapeError(f"solve: A has shape {list(matrix.shape)}, B {list(sizes)}")
    left = np.conjugate(np.swapaxes(matrix, -1, -2)) if adjoint else matrix
    try:
        answer = np.linalg.solve(lapack_dtype(left), lapack_dtype(rhs))
    except np.linalg.LinAlgError as error:
        raise SingularMatrixError(_singular("solve", matrix)) from error
    return (
        answer.astype(np.result_type(matrix, rhs), copy=False)
        if matrix.dtype.kind in "fc"
        else answer
    )


def _singular(name: str, matrix: Any) -> str:
    return (
        f"{name}: the matrix of shape {list(np.shape(matrix))} is singular; its rows depend on each "
        f"other. A small multiple of tw.eye added to it makes it regular, if that is what is wanted"
    )


@row(
    inputs="input", native=_inverse_symbols, public="linalg.inv", numpy={np.linalg.inv: None}, name="inv", holomorphic=False,
    prepare=lambda inputs, params: (bool(static(params[0])),),
    vjp={"input": lambda g, ans, adjoint: _inverse_rule(g, ans, adjoint)},
    jvp={"input": lambda g, ans, adjoint: -product(
        product(ans, adjoint_of(g) if adjoint else g), ans)},
    samples=(sample(WELL), sample(np.stack([WELL, WELL.T])), sample(WELL, adjoint=True)),
    special=(special([[2.0]], value=[[0.5]], grad=([[-0.25]],)),),
    wrong=(
        wrong(SINGULAR, error=SingularMatrixError, words="singular"),
        wrong(np.ones((2, 3)), error=ShapeError, words="square"),
    ),
    note="A singular matrix is refused, value and gradient; det has both there.",
    formula="A⁻¹", source="Giles 2008, 2.2.3",
)  # fmt: skip
def inverse(input: Any, adjoint: Any = False) -> Any:
    """The inverse of square matrices.

    Args:
        input: shape `(..., n, n)`.
        adjoint: whether it is transposed (and conjugated) first.

    Raises:
        SingularMatrixError: there is no inverse.
    """
    square("inv", input)
    left = np.conjugate(np.swapaxes(input, -1, -2)) if adjoint else input
    try:
        answer = np.linalg.inv(lapack_dtype(left))
    except np.linalg.LinAlgError as error:
        raise SingularMatrixError(_singular("inv", input)) from error
    return answer.astype(input.dtype, copy=False) if input.dtype.kind in "fc" else answer


def _inverse_rule(g: Any, ans: Any, adjoint: Any) -> Any:
    back = -product(product(adjoint_of(ans), g), adjoint_of(ans))
    return adjoint_of(back) if adjoint else back


@composite(inputs="a b", public="linalg.matvec")
def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
) -> Any:
    """Matrices times vectors.

    Args:
        a: shape `(..., rows, columns)`.
        b: shape `(..., columns)`.
        transpose_a: whether the matrices are transposed (and conjugated) first.
        adjoint_a: likewise.
        a_is_sparse: accepted for TensorFlow's sake.
        b_is_sparse: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy()
    array([3., 7.], dtype=float32)
    """
    if adjoint_a:
        a = adjoint_of(a)
    elif transpose_a:
        a = swap_last(a)
    answer = product(a, reshape(b, (*b.shape, 1)))
    return reshape(answer, tuple(answer.shape[:-1]))
