"""Pseudoinverses, ranks and least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.contraction import product
from thalweg.ops.joining import concat
from thalweg.ops.lapack import lapack_dtype, matrices, raw, where_finite
from thalweg.ops.linear_solve import SINGULAR, WELL, adjoint_of
from thalweg.ops.movement import broadcast_to, reshape
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.singular_values import singular_values

SOURCE = "definition"

TALL = np.array([[3.0, 0.2], [-0.5, 1.0], [0.7, 0.4]])
VECTOR = (wrong(np.ones(3), error=ShapeError, words="matrices"),)


def _pull(g: Any, ans: Any, a: Any) -> Any:
    back = adjoint_of(ans)
    turned = adjoint_of(g)
    found = -product(product(back, g), back)
    found = found + product(turned - product(a, product(ans, turned)), product(ans, back))
    return found + product(product(back, ans), turned - product(product(turned, ans), a))


def _push(g: Any, ans: Any, a: Any) -> Any:
    turned, back = adjoint_of(g), adjoint_of(ans)
    found = -product(product(ans, g), ans)
    found = found + product(product(ans, back), turned - product(product(turned, a), ans))
    return found + product(turned - product(ans, product(a, turned)), product(back, ans))


@row(
    inputs="a",
    native="it goes by singular values, LAPACK's iterations",
    holomorphic=False, vjp={"a": _pull}, jvp={"a": _push},
    prepare=lambda inputs, params: (_cut(inputs[0], static(params[0])),),
    samples=(
        sample(WELL), sample(TALL), sample(TALL.T.copy()), sample(np.stack([TALL, TALL[::-1]])),
        sample(np.array([[2.0]])), sample(np.zeros((0, 3))),
    ),
    special=(
        special([[2.0]], value=[[0.5]], grad=([[-0.25]],)),
        special([[0.0]], value=[[0.0]], grad=([[0.0]],), why="among matrices of the same rank"),
        special([[2.0, 0.0], [0.0, 0.0]], value=[[0.5, 0.0], [0.0, 0.0]],
                grad=([[-0.25, 0.25], [0.25, 0.0]],), why="among matrices of the same rank"),
        special([[np.nan, 0.0], [0.0, 1.0]], value=np.full((2, 2), np.nan)),
    ),
    wrong=VECTOR, formula="A⁺", source="Golub & Pereyra 1973, theorem 4.3",
    note="Where the rank is not full, the derivative is that along matrices of the same rank; along "
         "others A⁺ jumps.",
)  # fmt: skip
def pseudoinverse(a: Any, rcond: Any = None) -> Any:
    """The pseudoinverse; singular values up to rcond times the largest count as 0."""
    cut = np.asarray(rcond, lapack_dtype(a).real.dtype)
    return where_finite(lambda x: np.linalg.pinv(x, rcond=cut), a)


def _cut(a: Any, rcond: Any) -> Any:
    """TensorFlow's default: 10·max(m, n)·eps."""
    matrices("pinv", a)
    if rcond is not None:
        return rcond
    return 10 * max(np.shape(a)[-2:]) * float(np.finfo(lapack_dtype(a).dtype).eps)


def _numpy_pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = 1e-15) -> Any:
    """NumPy's pinv, whose default counts less as 0; `hermitian` asks for a quicker way to the same."""
    if rcond is None:
        rcond = rtol
    if rcond is None:
        rcond = max(a.shape[-2:]) * float(np.finfo(lapack_dtype(raw(a)).dtype).eps)
    return pseudoinverse.eager(a, rcond)


@composite(inputs="a", public="linalg.pinv", numpy={np.linalg.pinv: _numpy_pinv})
def pinv(a: Any, rcond: Any = None, validate_args: Any = False) -> Any:
    """The pseudoinverse of Moore and Penrose.

    Args:
        a: shape `(..., m, n)`, wide or tall.
        rcond: singular values up to this times the largest count as 0; 10·max(m, n)·eps by default.
        validate_args: accepted for TensorFlow's sake; arguments are always checked.

    >>> import thalweg as tw
    >>> tw.linalg.pinv([[2.0, 0.0], [0.0, 0.0]]).numpy()
    array([[0.5, 0. ],
           [0. , 0. ]], dtype=float32)
    """
    return pseudoinverse(a, rcond)


@row(
    inputs="a",
    native="it goes by singular values, LAPACK's iterations",
    public="linalg.matrix_rank", severs="a rank is a whole number",
    samples=(sample(WELL), sample(np.stack([SINGULAR, np.eye(2)])), sample(TALL), sample(SINGULAR, tol=10.0)),
    special=(special(SINGULAR, value=1), special(np.zeros((2, 3)), value=0)),
    wrong=VECTOR, formula="how many singular values are above the tolerance",
)  # fmt: skip
def matrix_rank(a: Any, tol: Any = None, validate_args: Any = False) -> Any:
    """The rank of matrices, int32.

    Args:
        a: shape `(..., m, n)`.
        tol: singular values up to this count as 0; max(m, n)·eps times the largest by default.
        validate_args: accepted for TensorFlow's sake; arguments are always checked.
    """
    values = singular_values(a)
    if tol is None:
        tol = (
            max(a.shape[-2:])
            * np.finfo(values.dtype).eps
            * values.max(-1, initial=0, keepdims=True)
        )
    else:
        tol = np.asarray(static(tol))
    return np.asarray(np.count_nonzero(values > tol, axis=-1)).astype(np.int32)


def _with_batch(x: Any, lead: tuple[int, ...]) -> Any:
    return broadcast_to(x, (*lead, *x.shape[-2:]))


def _numpy_lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """NumPy's: the solution, the sums of squares that are left, the rank, the singular values."""
    a, b = [one if hasattr(one, "shape") else np.asarray(one) for one in (a, b)]
    columns = reshape(b, (*b.shape, 1)) if len(b.shape) == 1 else b
    rows, count = raw(a).shape
    if rcond is None:
        rcond = float(np.finfo(lapack_dtype(raw(a)).dtype).eps) * max(rows, count)
    answer = product(pseudoinverse.eager(a, rcond), columns)
    values = singular_values.eager(a)
    rank = int(np.count_nonzero(raw(values) > rcond * raw(values).max(initial=0)))
    left = columns - product(a, answer)
    squares = reduce_sum(left * left, 0)
    if rank < count or rows <= count:
        squares = squares[:0]
    return (answer[:, 0] if len(b.shape) == 1 else answer), squares, rank, values


@composite(
    inputs="matrix rhs", public="linalg.lstsq", numpy={np.linalg.lstsq: _numpy_lstsq}
)  # fmt: skip
def lstsq(matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: Any = True) -> Any:
    """The X with the least ‖A·X - B‖² + λ·‖X‖²; of several the shortest.

    Args:
        matrix: A, shape `(..., m, n)`, wide or tall.
        rhs: B, shape `(..., m, k)`.
        l2_regularizer: λ, a number from 0 up; not looked at with `fast=False`, as in TensorFlow.
        fast: TensorFlow's choice of a method. Here one method serves, by singular values.

    Matrices of less than full rank have an answer too, the shortest.

    >>> import thalweg as tw
    >>> tw.linalg.lstsq([[1.0], [1.0]], [[1.0], [3.0]]).numpy().round(5)
    array([[2.]], dtype=float32)
    """
    matrices("lstsq", matrix)
    if len(rhs.shape) < 2 or rhs.shape[-2] != matrix.shape[-2]:
        raise ShapeError(
            f"lstsq wants right sides as columns, shape (..., {matrix.shape[-2]}, k); "
            f"{list(rhs.shape)} came"
        )
    strength = static(l2_regularizer) if static(fast) else 0.0
    if strength < 0:
        raise ValueError(f"lstsq: l2_regularizer is a number from 0 up, not {strength}")
    if strength:
        columns = matrix.shape[-1]
        lead = np.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(rhs.shape[:-2]))
        matrix, rhs = _with_batch(matrix, lead), _with_batch(rhs, lead)
        unit = np.sqrt(strength) * np.eye(columns)
        matrix = concat(
            [matrix, np.broadcast_to(unit, (*lead, columns, columns)).astype(matrix.dtype)], -2
        )
        rhs = concat([rhs, np.zeros((*lead, columns, rhs.shape[-1]), rhs.dtype)], -2)
    return product(pseudoinverse(matrix), rhs)
