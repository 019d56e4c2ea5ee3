"""Contraction: products summed over shared axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import Op, row
from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.complex_numbers import conj
from thalweg.ops.movement import reshape

SOURCE = "Giles 2008, Collected matrix derivative results, 2.2.2"


@row(
    inputs="x", linear="x", bounded=True, vjp={"x": lambda g: swap_last(g)},
    samples=(sample((2, 3)), sample((2, 3, 4))),
    wrong=(wrong(np.ones(3), error=ShapeError, words="axis"),), formula="x with its last two axes exchanged",
)  # fmt: skip
def swap_last(x: Any) -> Any:
    """The array with its last two axes exchanged."""
    return x.swapaxes(-1, -2)


def _left(g: Any, a_shape: Any, b: Any) -> Any:
    """∂/∂A of A·B is G·Bᵀ; a vector counts as one row on the left and one column on the right."""
    if b.ndim == 2 and len(a_shape) == 2:
        return product(g, swap_last(b))
    if b.ndim == 1:
        return reshape(g, (*g.shape, 1)) * b
    if len(a_shape) == 1:
        g = reshape(g, (*g.shape[:-1], 1, g.shape[-1]))
        rows = g @ swap_last(b)
        return reshape(rows, (*rows.shape[:-2], rows.shape[-1]))
    return g @ swap_last(b)


def _right(g: Any, a: Any, b_shape: Any) -> Any:
    """∂/∂B of A·B is Aᵀ·G."""
    if len(a.shape) == 1:
        if len(b_shape) == 1:
            return g * a
        return reshape(a, (*a.shape, 1)) * reshape(g, (*g.shape[:-1], 1, g.shape[-1]))
    if len(b_shape) == 1:
        return swap_last(a) @ reshape(g, (*g.shape, 1)) if len(a.shape) > 2 else swap_last(a) @ g
    return swap_last(a) @ g


def _right_summed(g: Any, a: Any, b_shape: Any) -> Any:
    if a.ndim == 2 and len(b_shape) == 2:
        return swap_last(a) @ g
    columns = _right(g, a, b_shape)
    if len(b_shape) == 1 and len(a.shape) > 2:
        return reshape(columns, columns.shape[:-1])
    return columns


ARRAY = np.ndarray
NARROW = 32
"""Rows of at most this many numbers are too short for NumPy's inner loop to pay."""


def _matmul(a: Any, b: Any) -> Any:
    if type(a) is ARRAY and a.ndim == 2 and a.shape[1] == 1 and np.shape(b)[:-1] == (1,):
        # A column times a row is their product by elements, at half the time of NumPy's `@`. Many
        # short rows are laid in memory column after column: a quarter of the time again, here and
        # in whatever adds a row to them or sums over them.
        if b.shape[1] <= NARROW < len(a):
            return (b.T * a.T).T
        return a * b
    try:
        return a @ b
    except ValueError as error:
        misfit = _misfit(a, b)
        if misfit is None:
            raise
        raise misfit from error


def _misfit(a: Any, b: Any) -> ShapeError | None:
    """Which sizes of two factors do not meet; None where the fault is another."""
    rows, columns = np.shape(a), np.shape(b)
    came = f"matmul cannot take shapes {list(rows)} and {list(columns)}"
    if not rows or not columns:
        return ShapeError(f"{came}: a number is no matrix; write a * b")
    inner, outer = rows[-1], columns[-2 if len(columns) > 1 else 0]
    if inner != outer:
        return ShapeError(
            f"{came}: the last axis of the first has {inner} elements, the "
            f"{'one before the last' if len(columns) > 1 else 'only'} axis of the second {outer}"
        )
    if len(rows) > 2 and len(columns) > 2:
        return ShapeError(f"{came}: the axes before the last two do not broadcast")
    return None


product = Op(
    "matmul", "a b", _matmul, multilinear="a b",
    vjp={"a": _left, "b": _right_summed},
    samples=(
        sample((3, 4), (4, 2)), sample((4,), (4, 2)), sample((3, 4), (4,)), sample((4,), (4,)),
        sample((2, 3, 4), (4, 2)), sample((2, 1, 3, 4), (5, 4, 2)), sample((0, 4), (4, 2)),
        sample((3, 0), (0, 2)), sample((2, 3, 4), (4,)), sample((4,), (2, 4, 3)),
        sample((40, 1), (1, 3)), sample((3, 1), (1, 40)),
    ),
    wrong=(wrong(np.ones((2, 3)), np.ones((2, 3)), error=ShapeError, words="matmul"),),
    formula="Σₖ Aᵢₖ Bₖⱼ",
)  # fmt: skip


@composite(inputs="a b", public="matmul linalg.matmul", numpy=(np.matmul,), alone=product)
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
) -> Any:
    """The matrix product of the last two axes; leading axes broadcast.

    Args:
        a: shape `(..., rows, inner)`, or a vector.
        b: shape `(..., inner, columns)`, or a vector.
        transpose_a: whether the last two axes of `a` are exchanged first.
        transpose_b: likewise, those of `b`.
        adjoint_a: whether the last two axes of `a` are exchanged and its numbers conjugated first.
        adjoint_b: likewise, those of `b`.
        a_is_sparse: accepted for TensorFlow's sake, as are `b_is_sparse`, `grad_a` and `grad_b`.
        b_is_sparse: likewise.
        output_type: the answer's dtype, to which both are cast first; theirs by default.
        grad_a: likewise.
        grad_b: likewise.

    Raises:
        ShapeError: inner sizes that differ.
    """
    if output_type is not None:
        a, b = cast(a, output_type), cast(b, output_type)
    if transpose_a or adjoint_a:
        a = swap_last(conj(a) if adjoint_a else a)
    if transpose_b or adjoint_b:
        b = swap_last(conj(b) if adjoint_b else b)
    return product(a, b)
