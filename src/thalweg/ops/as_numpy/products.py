"""NumPy's products of vectors and matrices."""

from __future__ import annotations

import functools
import string
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle
from thalweg.ops.as_numpy.arguments import shape_of, value, values
from thalweg.ops.as_numpy.form import form
from thalweg.ops.complex_numbers import conj
from thalweg.ops.contraction import product
from thalweg.ops.einsum import einsum as summed
from thalweg.ops.einsum import tensordot as contracted
from thalweg.ops.linear_solve import inverse
from thalweg.ops.movement import moved_axis, ravel, reshape


@form()
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Over a's last axis and b's last but one; with a number, the product."""
    a, b = value(a), value(b)
    ranks = len(shape_of(a)), len(shape_of(b))
    return contracted(a, b, ([-1], [max(ranks[1] - 2, 0)])) if all(ranks) else a * b


@form()
def inner(a: Any, b: Any, /) -> Any:
    """Over the last axis of both."""
    a, b = value(a), value(b)
    return contracted(a, b, ([-1], [-1])) if shape_of(a) and shape_of(b) else a * b


@form()
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Each element of one times each of the other."""
    return reshape(ravel(value(a)), (-1, 1)) * reshape(ravel(value(b)), (1, -1))


@form()
def vdot(a: Any, b: Any, /) -> Any:
    """The inner product of the flattened arrays, the first conjugated."""
    return product(conj(ravel(value(a))), ravel(value(b)))


@form()
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Over pairs of axes."""
    return contracted(value(a), value(b), axes)


def _no_axes(name: str, axes: Any) -> None:
    if axes is not None:
        raise ValueError(f"np.{name} of a Tensor takes no axes; move them with np.moveaxis first")


@form()
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1, axes: Any = None, keepdims: bool = False) -> Any:
    """The inner product along one axis, the first conjugated."""
    _no_axes("vecdot", axes)
    x1, x2 = value(x1), value(x2)
    if axis != -1:
        x1, x2 = moved_axis(x1, axis, -1), moved_axis(x2, axis, -1)
    if shape_of(x1)[-1] != shape_of(x2)[-1]:
        raise ValueError(f"np.vecdot: {shape_of(x1)[-1]} and {shape_of(x2)[-1]} elements")
    answer = (conj(x1) * x2).sum(-1) if _raw(x1, x2) else summed("...i,...i->...", conj(x1), x2)
    return reshape(answer, (*shape_of(answer), 1)) if keepdims else answer


def _raw(*many: Any) -> bool:
    return not any(isinstance(one, Handle) for one in many)


@form()
def matvec(x1: Any, x2: Any, /, *, axes: Any = None, axis: Any = None) -> Any:
    """Matrices times vectors."""
    _no_axes("matvec", axes)
    return summed("...ij,...j->...i", value(x1), value(x2))


@form()
def vecmat(x1: Any, x2: Any, /, *, axes: Any = None, axis: Any = None) -> Any:
    """Vectors, conjugated, times matrices."""
    _no_axes("vecmat", axes)
    return summed("...i,...ij->...j", conj(value(x1)), value(x2))


@form()
def kron(a: Any, b: Any) -> Any:
    """Each element of one times the whole other."""
    a, b = value(a), value(b)
    rank = max(len(shape_of(a)), len(shape_of(b)))
    sizes = [(1,) * (rank - len(shape_of(one))) + shape_of(one) for one in (a, b)]
    wide = reshape(a, tuple(n for size in sizes[0] for n in (size, 1)))
    narrow = reshape(b, tuple(n for size in sizes[1] for n in (1, size)))
    return reshape(wide * narrow, tuple(p * q for p, q in zip(*sizes, strict=True)))


@form()
def einsum(*operands: Any, out: Any = None, optimize: Any = False, **kwargs: Any) -> Any:
    """The sum of products over labelled axes, labels as letters or as lists of numbers."""
    for name in kwargs:
        raise TypeError(f"np.einsum of a Tensor takes no {name}")
    first, *rest = operands
    if isinstance(first, str):
        return summed(first, *values(rest))
    terms, labels = list(operands[::2]), [static(one) for one in operands[1::2]]
    result = static(terms.pop()) if len(operands) % 2 else None
    names = string.ascii_letters
    texts = ["".join("..." if one is Ellipsis else names[one] for one in own) for own in labels]
    end = (
        ""
        if result is None
        else "->" + "".join("..." if one is Ellipsis else names[one] for one in result)
    )
    return summed(",".join(texts) + end, *values(terms))


@form("linalg.multi_dot")
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of several matrices."""
    ready = values(arrays)
    if len(ready) < 2:
        raise ValueError("Expecting at least two arrays.")
    order = "left" if len(shape_of(ready[0])) == 1 or len(shape_of(ready[-1])) == 2 else "right"
    if order == "left":
        return functools.reduce(product, ready)
    return functools.reduce(lambda right, left: product(left, right), ready[::-1])


@form("linalg.outer")
def outer_of_vectors(x1: Any, x2: Any, /) -> Any:
    """Each element of one vector times each of the other."""
    x1, x2 = value(x1), value(x2)
    if len(shape_of(x1)) != 1 or len(shape_of(x2)) != 1:
        raise ValueError("np.linalg.outer takes two vectors")
    return outer(x1, x2)


@form("linalg.tensordot")
def tensordot_of(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """Over pairs of axes."""
    return tensordot(x1, x2, axes)


@form("linalg.matmul")
def matmul_of(x1: Any, x2: Any, /) -> Any:
    """The matrix product of the last two axes."""
    return product(value(x1), value(x2))


@form("linalg.vecdot")
def vecdot_of(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The inner product along one axis, the first conjugated."""
    return vecdot(x1, x2, axis=axis)


def _power(a: Any, n: int) -> Any:
    answer = None
    while n:
        if n & 1:
            answer = a if answer is None else product(answer, a)
        n >>= 1
        a = product(a, a) if n else a
    return answer


@form("linalg.matrix_power")
def matrix_power(a: Any, n: Any) -> Any:
    """Square matrices to a whole power, by squaring; a negative one is the inverse's."""
    a, n = value(a), int(static(n))
    if len(shape_of(a)) < 2 or shape_of(a)[-1] != shape_of(a)[-2]:
        raise np.linalg.LinAlgError(
            f"np.linalg.matrix_power takes square matrices, not {shape_of(a)}"
        )
    if n == 0:
        return np.broadcast_to(np.eye(shape_of(a)[-1], dtype=a.dtype), shape_of(a)).copy()
    return _power(a, n) if n > 0 else _power(inverse(a), -n)


@form("linalg.matrix_transpose")
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged."""
    x = value(x)
    return moved_axis(x, -1, -2)
