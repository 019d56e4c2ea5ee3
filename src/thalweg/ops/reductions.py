"""Reductions: sums, means and products along axes, and what holds of all or any."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, keeps_axes
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, row
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.cumulative import cumprod
from thalweg.ops.dead_branch import spared
from thalweg.ops.movement import reshape, transpose
from thalweg.ops.summation import accumulate, narrowed

SOURCE = "definition"

ACCURACY = (
    "Long sums are folded, along every axis: the error is at most 64·⌈log₆₄ n⌉·ε·Σ|x|. "
    "float16 is added in float32."
)
EVERY_AXIS = tuple(tuple(range(rank)) for rank in range(65))

AXES = (
    sample((3, 4)), sample((3, 4), axis=0), sample((3, 4), axis=-1, keepdims=True),
    sample((2, 3, 4), axis=(0, -1)), sample((2, 3), axis=[1]), sample((1,), axis=0), sample(()),
)  # fmt: skip
NO_SUCH_AXIS = (
    wrong(np.ones(3), error=ShapeError, words="axis", axis=1),
    wrong(np.ones((3, 2)), error=ShapeError, words="twice", axis=(0, -2)),
)


def kept(shape: tuple[int, ...], axis: tuple[int, ...]) -> tuple[int, ...]:
    """A shape whose reduced axes have size 1."""
    return tuple([1 if place in axis else size for place, size in enumerate(shape)])


def reduction_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    """Axis as a tuple of numbers from 0 up, keepdims as a truth value."""
    axis, keepdims = params
    rank = inputs[0].ndim
    axes = EVERY_AXIS[rank] if axis is None else axis_tuple(axis, rank)
    if keepdims is False or keepdims is True:
        return axes, keepdims
    return axes, keeps_axes(keepdims)


def with_axes(g: Any, shape: tuple[int, ...], axis: tuple[int, ...], keepdims: bool) -> Any:
    """A reduced array with its reduced axes back, of size 1, so that it broadcasts to `shape`."""
    if keepdims or not g.ndim:
        return g
    if type(g) is np.ndarray:
        return g.reshape(kept(shape, axis))
    return reshape(g, kept(shape, axis))


def count_along(shape: tuple[int, ...], axis: tuple[int, ...]) -> int:
    """How many elements go into each answer."""
    return shape[axis[0]] if len(axis) == 1 else math.prod([shape[one] for one in axis])


@row(
    inputs="input_tensor", public="reduce_sum math.reduce_sum",
    linear="input_tensor", bounded=True, prepare=reduction_params,
    vjp={"input_tensor": lambda g, input_tensor_shape, axis, keepdims: with_axes(
        g, input_tensor_shape, axis, keepdims)},
    samples=(*AXES, sample((0, 3), axis=0), sample((0,))), wrong=NO_SUCH_AXIS,
    special=(special(np.full(2000, 60.0), value=np.inf, dtypes=("float16",), why="120000 > 65504"),),
    formula="Σ x along the axes", note=ACCURACY,
)  # fmt: skip
def reduce_sum(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The sum along axes.

    Args:
        input_tensor: any shape; integers keep their dtype.
        axis: a number, several, or None for all.
        keepdims: whether the summed axes stay, with size 1.
    """
    total = accumulate(input_tensor, axis, keepdims)
    return total if total.dtype is input_tensor.dtype else narrowed(total, input_tensor.dtype)


def _mean_rule(g: Any, input_tensor_shape: Any, axis: Any, keepdims: Any) -> Any:
    count = count_along(input_tensor_shape, axis)
    return with_axes(g / max(count, 1), input_tensor_shape, axis, keepdims)


@row(
    inputs="input_tensor", public="reduce_mean math.reduce_mean",
    linear="input_tensor", bounded=True, prepare=reduction_params,
    vjp={"input_tensor": _mean_rule}, samples=AXES, wrong=NO_SUCH_AXIS,
    special=(
        special(np.zeros((0, 3)), value=np.full(3, np.nan), grad=(np.zeros((0, 3)),), cotangent=1.0,
                params={"axis": 0}, why="the mean of nothing; nothing has a gradient"),
        special(np.broadcast_to(np.float32(1), (2**24 + 2**22, 2)), value=np.ones(2, np.float32),
                params={"axis": 0}, dtypes=("float32",), why="added row after row it is 0.8"),
        special(np.full((3000, 2), 60.0), value=np.full(2, 60.0), params={"axis": 0},
                dtypes=("float16", "float32", "float64"), why="the sum is beyond float16"),
    ),
    formula="Σ x / n along the axes",
    note=f"The mean of nothing is NaN. Integers give an integer, as in TensorFlow. {ACCURACY}",
)  # fmt: skip
def reduce_mean(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The mean along axes.

    Args:
        input_tensor: any shape; the mean of integers is an integer, as in TensorFlow.
        axis: a number, several, or None for all.
        keepdims: whether the reduced axes stay, with size 1.
    """
    count = count_along(input_tensor.shape, axis)
    total = accumulate(input_tensor, axis, keepdims)
    if count and total.dtype is input_tensor.dtype and total.dtype.char in "fd":
        return total / count
    if total.dtype.kind in "iu":
        quotient = np.trunc(total / max(count, 1))
        return quotient.astype(
            input_tensor.dtype if input_tensor.dtype.kind in "iu" else np.float64
        )
    return narrowed(np.true_divide(total, count, dtype=total.dtype), input_tensor.dtype)


def others(x: Any, axis: tuple[int, ...]) -> Any:
    """At each place the product of all the other elements along the axes: right where one is 0."""
    rank = len(x.shape)
    outside = tuple([place for place in range(rank) if place not in axis])
    order = (*outside, *axis)
    turned = transpose(x, order)
    shape = tuple(turned.shape)
    flat = reshape(turned, (*shape[: len(outside)], math.prod(shape[len(outside) :])))
    product = cumprod(flat, -1, True) * cumprod(flat, -1, True, True)
    return transpose(reshape(product, shape), tuple(np.argsort(order).tolist()))


def _prod_rule(g: Any, input_tensor: Any, axis: Any, keepdims: Any) -> Any:
    if not axis:
        return g
    g = with_axes(g, input_tensor.shape, axis, keepdims)
    return spared(g, g * others(input_tensor, axis))


@row(
    inputs="input_tensor", public="reduce_prod math.reduce_prod",
    prepare=reduction_params, vjp={"input_tensor": _prod_rule},
    jvp={"input_tensor": lambda g, input_tensor, axis, keepdims: reduce_sum(
        spared(g, g * others(input_tensor, axis)), axis, keepdims) if axis else g},
    domain=((0.4, 2.0),), samples=(*AXES, sample((0, 3), axis=0)), wrong=NO_SUCH_AXIS,
    special=(
        special([0.0, 2.0, 3.0], value=0.0, grad=([6.0, 0.0, 0.0],)),
        special([0.0, 2.0, 0.0], value=0.0, grad=([0.0, 0.0, 0.0],)),
        special([[2.0, 0.0], [3.0, 4.0]], value=[6.0, 0.0], grad=([[3.0, 4.0], [2.0, 0.0]],),
                params={"axis": 0}),
    ),
    formula="Π x along the axes", note="The gradient is made of products of the others, so zeros are no matter.",
)  # fmt: skip
def reduce_prod(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The product along axes.

    Args:
        input_tensor: any shape; integers keep their dtype.
        axis: a number, several, or None for all.
        keepdims: whether the reduced axes stay, with size 1.
    """
    wide = np.float32 if input_tensor.dtype == np.float16 else None
    total = np.multiply.reduce(input_tensor, axis=axis, keepdims=keepdims, dtype=wide)
    return narrowed(total, input_tensor.dtype)


def _truth(name: str, ufunc: Any, words: str) -> Op:
    def kernel(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
        return ufunc.reduce(input_tensor, axis=axis, keepdims=keepdims)

    op = Op(
        name, "input_tensor", kernel, public=f"{name} math.{name}", prepare=reduction_params,
        severs="truth values carry no gradient",
        samples=(
            sample(np.array([[True, False], [True, True]])),
            sample(np.array([[True, False], [True, True]]), axis=0),
            sample(np.zeros((0, 2), bool), axis=0, keepdims=True),
        ),
        wrong=(wrong(np.ones(2), error=ShapeError, words="axis", axis=1),),
        formula=words, parameters={"axis": None, "keepdims": False},
    )  # fmt: skip
    op.__doc__ = f"{words[0].upper()}{words[1:]} along axes, `(input_tensor, axis, keepdims)`."
    return op


reduce_all = _truth("reduce_all", np.logical_and, "whether all are true")
reduce_any = _truth("reduce_any", np.logical_or, "whether any is true")


def _count_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    axis, keepdims, dtype = params
    return (
        *reduction_params(inputs, (axis, keepdims)),
        wanted_dtype("count_nonzero: dtype", dtype),
    )


@row(
    inputs="input", public="math.count_nonzero", prepare=_count_params,
    severs="a count is a whole number",
    samples=(sample(np.array([[0.0, 1.0], [2.0, 3.0]])), sample(np.array([[0, 1], [0, 3]]), axis=0)),
    wrong=(wrong(np.ones(2), error=ShapeError, words="axis", axis=1),),
    formula="how many elements are not 0",
)  # fmt: skip
def count_nonzero(input: Any, axis: Any = None, keepdims: Any = None, dtype: Any = np.int64) -> Any:
    """How many elements are not 0, along axes.

    Args:
        input: any shape.
        axis: a number, several, or None for all.
        keepdims: whether the reduced axes stay, with size 1.
        dtype: of the answer.
    """
    return np.add.reduce(np.not_equal(input, 0), axis=axis, keepdims=keepdims).astype(dtype)


@composite(inputs="value", public="math.zero_fraction nn.zero_fraction")
def zero_fraction(value: Any) -> Any:
    """The fraction of elements that are 0, a float32.

    Args:
        value: any shape.
    """
    share = 1.0 - cast(count_nonzero(value), "float64") / math.prod(value.shape)
    return cast(share, "float32")
