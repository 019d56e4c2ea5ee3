"""Determinants and their gradients, the cofactors: exact for singular matrices too, to every order.

The adjugate of A = U·S·Vᴴ is det(U)·det(Vᴴ)·V·diag(Πⱼ≠ᵢ sⱼ)·Uᴴ, which no division spoils. Its own
derivative is taken on a bordered matrix M = [[A, U₂], [V₂ᴴ, 0]], where U₂ and V₂ are constants that
span what A nearly sends to zero: M is regular, and by Jacobi's complementary minors
det A = det M · det C, where M⁻¹ = [[X, Y], [Z, C]] and C is small.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.contraction import product, swap_last
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.lapack import lapack_dtype, like_input, raw, square
from thalweg.ops.linear_solve import SINGULAR, WELL, inverse
from thalweg.ops.movement import reshape
from thalweg.ops.reductions import reduce_sum

LINE = np.outer([1.0, -2.0, 0.5], [2.0, 1.0, 3.0])
PLANE = np.array([[1.0 + 2.0j, 0.5j], [-0.3, 1.0], [2.0j, 1.0 - 1.0j]]) @ np.array(
    [[1.0, 2.0j, 0.4], [0.7j, 1.0, -1.0]]
)
COMPLEXES = (
    sample(PLANE),
    sample(np.stack([WELL + 1j * WELL.T, PLANE])),
    sample(LINE * (0.6 + 0.8j)),
)
NOT_SQUARE = (wrong(np.ones((2, 3)), error=ShapeError, words="square"),)
EVERY_SHAPE = (
    sample(WELL), sample(np.stack([WELL, WELL.T])), sample(np.array([[3.0]])), sample((2, 2)),
    sample(np.zeros((0, 0))),
)  # fmt: skip


def spread(g: Any) -> Any:
    """A number for each matrix, as a 1×1 matrix."""
    return reshape(g, (*g.shape, 1, 1))


def _det_rule(g: Any, input: Any) -> Any:
    return spread(g) * cofactors(input)


def _det_tangent(g: Any, input: Any) -> Any:
    return reduce_sum(cofactors(input) * g, (-2, -1))


def _change_of_cofactors(g: Any, input: Any) -> Any:
    return change(input, g)


@row(
    inputs="input",
    native="LAPACK's factors, and a derivative that depends on how singular the matrix is",
    public="linalg.det", numpy={np.linalg.det: lambda a: det.eager(a)}, bounded=True,
    vjp={"input": _det_rule}, jvp={"input": _det_tangent},
    samples=(*EVERY_SHAPE, sample(SINGULAR), sample(LINE), sample(np.zeros((2, 2))), *COMPLEXES),
    special=(
        special([[3.0]], value=3.0, grad=([[1.0]],)),
        special([[0.0]], value=0.0, grad=([[1.0]],), why="the cofactor of one element is 1"),
        special([[1.0, 2.0], [2.0, 4.0]], value=0.0, grad=([[4.0, -2.0], [-2.0, 1.0]],),
                why="det·A⁻ᵀ does not exist, the matrix of cofactors does"),
        special(np.diag([2.0, 3.0, 0.0]), value=0.0, grad=(np.diag([0.0, 0.0, 6.0]),)),
        special(np.diag([2.0, 0.0, 0.0]), value=0.0, grad=(np.zeros((3, 3)),), why="rank n - 2"),
        special(np.diag([1e-200, 1e-150]), value=0.0, grad=(np.diag([1e-150, 1e-200]),),
                dtypes=("float64",)),
        special(np.zeros((0, 0)), value=1.0, why="the empty product"),
        special([[np.nan, 0.0], [0.0, 1.0]], value=np.nan, grad=(np.full((2, 2), np.nan),)),
    ),
    wrong=NOT_SQUARE, formula="det A",
    source="Jacobi's formula; cofactors by Magnus & Neudecker 2019, Matrix Differential Calculus, 8.3",
    note="For singular matrices the gradient is the matrix of cofactors too, by singular values.",
)  # fmt: skip
def det(input: Any) -> Any:
    """The determinant of square matrices; 1 for the empty matrix.

    Args:
        input: shape `(..., n, n)`.

    The gradient is exact for singular matrices, also of higher order.
    """
    square("det", input)
    return like_input(np.linalg.det(lapack_dtype(input)) + 0, input)  # + 0 makes 0 of -0


MILD = 1e3
"""Below this condition number det(A)·A⁻ᵀ is as exact as the singular values, and quicker."""


def _others(values: Any) -> Any:
    """For each place, the product of the values at all others, without a division."""
    ones = np.ones((*values.shape[:-1], 1), values.dtype)
    before = np.cumprod(np.concatenate([ones, values[..., :-1]], -1), -1)
    after = np.cumprod(np.concatenate([ones, values[..., :0:-1]], -1), -1)[..., ::-1]
    return before * after


def _by_inverse(matrix: Any) -> Any:
    """det(A)·A⁻ᵀ, or None where that is not exact."""
    try:
        found = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return None
    size = np.abs(matrix).sum(-1).max(-1) * np.abs(found).sum(-1).max(-1)
    scale = np.linalg.det(matrix)
    usable = (size < MILD) & np.isfinite(scale) & (np.abs(scale) > np.finfo(size.dtype).tiny)
    return np.swapaxes(found, -1, -2) * scale[..., None, None] if np.all(usable) else None


@row(
    inputs="input",
    native="it goes by singular values, LAPACK's iterations",
    bounded=True,
    vjp={"input": _change_of_cofactors}, jvp={"input": _change_of_cofactors},
    samples=(
        sample(WELL), sample(np.stack([WELL, WELL.T])), sample(SINGULAR), sample(np.array([[3.0]])),
        sample(np.outer([1.0, -2.0, 0.5], [2.0, 1.0, 3.0])), sample(np.zeros((3, 3))),
        sample(np.stack([WELL, np.diag([2.0, 3.0, 0.0])])), *COMPLEXES,
    ),
    special=(special([[0.0, 0.0], [0.0, 0.0]], value=[[0.0, 0.0], [0.0, 0.0]], grad=(np.array([[1.0, -1.0], [-1.0, 1.0]]),)),),
    formula="∂ det A / ∂A", source="Magnus & Neudecker 2019, 8.3",
    wrong=(wrong(np.ones((2, 3)), error=ShapeError, words="cofactors"),),
)  # fmt: skip
def cofactors(input: Any) -> Any:
    """The matrix of cofactors: the transpose of the adjugate."""
    matrix = lapack_dtype(input)
    if not matrix.size:
        return matrix
    finite = np.isfinite(matrix).all()
    quick = _by_inverse(matrix) if finite else None
    if quick is not None:
        return like_input(quick, input)
    bad = ~np.isfinite(matrix).all(axis=(-2, -1), keepdims=True)
    left, values, right = np.linalg.svd(np.where(bad, matrix.dtype.type(0), matrix))
    turn = np.linalg.det(left) * np.linalg.det(right)
    turn = np.sign(turn) if turn.dtype.kind == "f" else turn / np.abs(turn)
    weights = turn[..., None] * _others(values)
    found = np.conjugate(left) * weights[..., None, :] @ np.conjugate(right)
    return like_input(np.where(bad, matrix.dtype.type(np.nan), found), input)


def _trace(x: Any) -> Any:
    """The trace of each matrix, as a 1×1 matrix."""
    unit = np.eye(x.shape[-1], dtype=x.dtype)
    return reduce_sum(x * unit, (-2, -1), True)


def _border(numbers: Any) -> tuple[int, Any, Any]:
    """How many singular values are nearly 0 in some matrix, and the vectors that belong to them."""
    if not numbers.size or not np.isfinite(numbers).all():
        return 0, None, None
    left, values, right = np.linalg.svd(numbers)
    largest = values[..., :1]
    small = values <= np.cbrt(np.finfo(values.dtype).eps) * largest
    count = int(np.count_nonzero(small, axis=-1).max(initial=0))
    size = np.where(largest == 0, 1, largest)[..., None]
    return count, left[..., -count:] * size, right[..., -count:, :] * size


def change(matrix: Any, way: Any) -> Any:
    """How the cofactors change along a direction; a symmetric map, so its own transpose.

    Written in ops, and so are all of its derivatives.
    """
    numbers = lapack_dtype(raw(matrix))
    size = numbers.shape[-1]
    count, columns, rows = _border(numbers)
    if not count:
        inner = inverse(matrix)
        turned = product(product(inner, way), inner)
        return spread(det(matrix)) * swap_last(_trace(product(inner, way)) * inner - turned)
    corner = np.zeros((*numbers.shape[:-2], count, count), numbers.dtype)
    upper = concat([matrix, columns], -1)
    whole = concat([upper, np.concatenate([rows, corner], -1)], -2)
    found = inverse(whole)
    x, y, z, c = (
        getitem(found, (..., one, two))
        for one in (slice(size), slice(size, None))
        for two in (slice(size), slice(size, None))
    )
    inside = product(z, product(way, y))
    (scale, less), (scale_moved, less_moved) = _small(c, -inside)
    moved = product(product(x, way), x)
    crossed = product(product(y, less), z)
    adjugate = scale * x - crossed
    passed = product(x, way)
    part = scale_moved * x - scale * moved + product(passed, crossed)
    part = part - product(product(y, less_moved), z) + product(crossed, product(way, x))
    return spread(det(whole)) * swap_last(_trace(passed) * adjugate + part)


def _small(c: Any, moved: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Determinant and adjugate of a small matrix, and how both change: Faddeev and LeVerrier.

    Polynomials of the elements, without a division by any of them, so that a zero is as good as
    another number. Source: Gantmacher 1959, The Theory of Matrices, IV.5.
    """
    size = c.shape[-1]
    unit = np.eye(size, dtype=c.dtype)
    power: Any = unit
    power_moved: Any = np.zeros_like(unit)
    for step in range(1, size + 1):
        full = product(c, power)
        full_moved = product(moved, power) + product(c, power_moved)
        weight, weight_moved = -_trace(full) / step, -_trace(full_moved) / step
        if step < size:
            power, power_moved = full + weight * unit, full_moved + weight_moved * unit
    sign = (-1) ** size
    return (sign * weight, -sign * power), (sign * weight_moved, -sign * power_moved)
