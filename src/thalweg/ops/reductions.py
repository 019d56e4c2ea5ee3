"""Reductions: sums, means, extremes and norms along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, static
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.movement import reshape


def kept(shape: tuple[int, ...], axis: tuple[int, ...]) -> tuple[int, ...]:
    """A shape whose reduced axes have size 1."""
    return tuple(1 if place in axis else size for place, size in enumerate(shape))


def reduction_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    """Axis as a tuple of numbers from 0 up, keepdims as a truth value."""
    return (axis_tuple(params[0], np.ndim(inputs[0])), bool(static(params[1])), *params[2:])


def with_axes(g: Any, shape: tuple[int, ...], axis: tuple[int, ...], keepdims: bool) -> Any:
    """A reduced array with its reduced axes back, of size 1, so that it broadcasts to `shape`."""
    return g if keepdims else reshape(g, kept(shape, axis))


@row(
    inputs="input_tensor", public="reduce_sum math.reduce_sum", numpy=(np.sum,),
    linear="input_tensor", bounded=True, prepare=reduction_params,
    vjp={"input_tensor": lambda g, input_tensor_shape, axis, keepdims: with_axes(
        g, input_tensor_shape, axis, keepdims)},
    samples=(
        sample((3, 4)), sample((3, 4), axis=0), sample((3, 4), axis=-1, keepdims=True),
        sample((2, 3, 4), axis=(0, -1)), sample((0, 3), axis=0), sample(()),
    ),
    wrong=(wrong(np.ones(3), error=ShapeError, words="axis", axis=1),),
    formula="Σ x along the axes",
)  # fmt: skip
def reduce_sum(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The sum along axes.

    Args:
        input_tensor: any shape.
        axis: a number, several, or None for all.
        keepdims: whether the summed axes stay, with size 1.
    """
    return np.add.reduce(input_tensor, axis=axis, keepdims=keepdims)
