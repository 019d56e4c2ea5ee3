"""Cumulative sums and products: each answer takes in what came before it."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.creation import ones_like, zeros_like
from thalweg.ops.dead_branch import spared
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.movement import flipped

SOURCE = "definition"

NO_SUCH_AXIS = (wrong(np.ones(3), error=ShapeError, words="axis", axis=1),)


def _params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    axis, *flags = params
    return (one_axis(axis, inputs[0].ndim), *[bool(static(flag)) for flag in flags])


def _part(axis: int, *edges: int | None) -> tuple[Any, ...]:
    """The index of a stretch of one axis: `x[..., start:stop, ...]`."""
    return (*(slice(None),) * axis, slice(*edges))


@row(
    inputs="x", public="cumsum math.cumsum",
    linear="x", bounded=True, prepare=_params,
    vjp={"x": lambda g, axis, exclusive, reverse: cumsum(g, axis, exclusive, not reverse)},
    samples=(
        sample((4,)), sample((3, 4), axis=-1, exclusive=True), sample((3, 4), reverse=True),
        sample((2, 3), axis=1, exclusive=True, reverse=True), sample((0, 2)), sample((1,)),
    ),
    special=(
        special([1.0, 2.0, 3.0], value=[1.0, 3.0, 6.0], grad=([3.0, 2.0, 1.0],)),
        special([1.0, 2.0, 3.0], value=[5.0, 3.0, 0.0], grad=([0.0, 1.0, 2.0],),
                params={"exclusive": True, "reverse": True}),
    ),
    wrong=NO_SUCH_AXIS, formula="Σ x up to each place",
    note="float32 and float16 are added in float64 and rounded once: the error is half a unit.",
)  # fmt: skip
def cumsum(x: Any, axis: Any = 0, exclusive: Any = False, reverse: Any = False) -> Any:
    """The sum of all elements up to each place.

    Args:
        x: any shape with at least one axis.
        axis: along which.
        exclusive: whether the element at the place itself is left out.
        reverse: whether to go from the end.
    """
    whole = np.flip(x, axis) if reverse else x
    wide = np.float64 if x.dtype.kind == "f" else x.dtype
    sums = np.add.accumulate(whole, axis=axis, dtype=wide).astype(x.dtype, copy=False)
    if exclusive:
        first = np.zeros_like(sums[_part(axis, None, 1)])
        sums = np.concatenate([first, sums[_part(axis, None, -1)]], axis)
    return np.flip(sums, axis) if reverse else sums


def _later(x: Any, axis: int, by: int, fill: Any) -> Any:
    """Elements moved towards the end of an axis, with `fill` before them."""
    return concat([getitem(fill, _part(axis, 0, by)), getitem(x, _part(axis, 0, -by))], axis)


def recurrence(a: Any, b: Any, axis: int) -> Any:
    """t with t₀ = b₀ and tᵢ = bᵢ + aᵢ·tᵢ₋₁, in log₂ n steps over whole arrays.

    The maps t -> b + a·t are joined in stretches of 1, 2, 4, …: no division, so zeros are no matter.
    """
    size = b.shape[axis]
    zeros = zeros_like(b)
    by = 1
    while by < size:
        b = b + a * _later(b, axis, by, zeros)
        a = a * _later(a, axis, by, zeros)
        by *= 2
    return b


def _before(x: Any, axis: int) -> Any:
    """The elements one place later, with 1 in front."""
    return _later(x, axis, 1, ones_like(x))


def _product_rule(g: Any, ans: Any, x: Any, axis: int) -> Any:
    """∂/∂xⱼ is Pⱼ₋₁·sⱼ, where sⱼ = gⱼ + xⱼ₊₁·sⱼ₊₁ and P are the products."""
    factors = _later(flipped(x, axis), axis, 1, ones_like(x))
    sums = flipped(recurrence(factors, flipped(g, axis), axis), axis)
    return spared(g, _before(ans, axis) * sums, (axis,))


def _product_tangent(g: Any, ans: Any, x: Any, axis: int) -> Any:
    return spared(g, recurrence(x, _before(ans, axis) * g, axis), (axis,))


@row(
    inputs="x", prepare=_params, vjp={"x": _product_rule},
    jvp={"x": _product_tangent},
    domain=((0.4, 2.0),),
    samples=(sample((4,), axis=0), sample((3, 5), axis=-1), sample((0, 2), axis=0), sample((1, 3), axis=0),
             sample((3, 4), axis=0), sample((2, 0), axis=1)),
    special=(
        special([0.0, 2.0, 0.0], value=[0.0, 0.0, 0.0], grad=([3.0, 0.0, 0.0],), params={"axis": 0},
                why="1 + 2 + 0; TensorFlow answers 0, 0, 0"),
        special([2.0, 0.0, 3.0], value=[2.0, 0.0, 0.0], grad=([1.0, 8.0, 0.0],), params={"axis": 0}),
        special([2.0, np.inf], value=[2.0, np.inf], grad=([np.inf, 2.0],), params={"axis": 0},
                cotangent=1.0),
    ),
    wrong=NO_SUCH_AXIS, formula="Π x up to each place", note="No division: right where elements are 0.",
)  # fmt: skip
def running_product(x: Any, axis: Any) -> Any:
    """The product of all elements up to each place."""
    return np.multiply.accumulate(x, axis=axis, dtype=x.dtype)


@composite(inputs="x", public="math.cumprod")
def cumprod(x: Any, axis: Any = 0, exclusive: Any = False, reverse: Any = False) -> Any:
    """The product of all elements up to each place; the gradient is right where elements are 0.

    Args:
        x: any shape with at least one axis.
        axis: along which.
        exclusive: whether the element at the place itself is left out.
        reverse: whether to go from the end.

    >>> import thalweg as tw
    >>> tw.math.cumprod([2.0, 3.0, 4.0], exclusive=True).numpy()
    array([1., 2., 6.], dtype=float32)
    """
    axis = one_axis(axis, len(x.shape))
    turned = flipped(x, axis) if reverse else x
    products = running_product(turned, axis)
    if exclusive:
        products = _before(products, axis)
    return flipped(products, axis) if reverse else products
