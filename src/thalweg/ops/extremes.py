"""Extremes: the largest and the smallest along axes, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, row
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import ShapeError
from thalweg.ops.reductions import (
    AXES,
    NO_SUCH_AXIS,
    reduce_sum,
    reduction_params,
    with_axes,
)

SOURCE = "definition"

TIES = (
    "Ties share the gradient equally. NaN in gives NaN out, and NaN to the elements that are NaN."
)


@row(
    inputs="cotangent x extreme", linear="cotangent", bounded=True,
    vjp={
        "cotangent": lambda g, x, extreme, axis: share_out(g, x, extreme, axis),
        "x": None, "extreme": None,
    },
    samples=(
        sample((3, 1), np.array([[1.0, 2.0], [3.0, 3.0], [0.0, 1.0]]), np.array([[2.0], [3.0], [1.0]]), axis=(1,)),
        sample((1, 2), np.array([[1.0, 2.0], [3.0, 2.0], [3.0, 1.0]]), np.array([[3.0, 2.0]]), axis=(0,)),
    ),
    special=(
        special([[3.0]], [[2.0, 2.0, 1.0]], [[2.0]], value=[[1.5, 1.5, 0.0]], params={"axis": (1,)}),
        special([[np.inf]], [[2.0, 1.0]], [[2.0]], value=[[np.inf, 0.0]], params={"axis": (1,)}),
    ),
    formula="a cotangent shared out among the elements that attain an extreme",
    wrong=(
        wrong(np.ones((1, 1)), np.ones((2, 3)), np.ones((2, 2)), error=ShapeError, words="broadcast", axis=(1,)),
    ),
)  # fmt: skip
def share_out(cotangent: Any, x: Any, extreme: Any, axis: tuple[int, ...]) -> Any:
    """A cotangent shared out among the elements that attain an extreme; NaN to those that are NaN.

    Args:
        cotangent: with the reduced axes in place, of size 1 (a cotangent of x's own shape
            is shared place by place).
        extreme: likewise.
        x: any shape.
        axis: the reduced axes.
    """
    hit = np.equal(x, extreme)
    count = np.add.reduce(hit, axis=axis, keepdims=True)
    each = np.divide(cotangent, np.maximum(count, 1), dtype=cotangent.dtype)
    shared = np.where(hit, each, cotangent.dtype.type(0))
    if x.dtype.kind == "f" and np.isnan(extreme).any():
        shared = np.where(np.isnan(x) & (cotangent != 0), cotangent.dtype.type(np.nan), shared)
    return shared


def _rule(g: Any, ans: Any, input_tensor: Any, axis: Any, keepdims: Any) -> Any:
    shape = input_tensor.shape
    return share_out(
        with_axes(g, shape, axis, keepdims),
        input_tensor,
        with_axes(ans, shape, axis, keepdims),
        axis,
    )


def _tangent(g: Any, ans: Any, input_tensor: Any, axis: Any, keepdims: Any) -> Any:
    extreme = with_axes(ans, input_tensor.shape, axis, keepdims)
    return reduce_sum(share_out(g, input_tensor, extreme, axis), axis, keepdims)


def _extreme(name: str, ufunc: Any, lowest: bool, words: str) -> Op:
    def kernel(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
        if not input_tensor.size and input_tensor.dtype.kind in "fiu":
            worst: Any = np.inf if lowest else -np.inf
            if input_tensor.dtype.kind != "f":
                ends = np.iinfo(input_tensor.dtype)
                worst = ends.max if lowest else ends.min
            return ufunc.reduce(input_tensor, axis=axis, keepdims=keepdims, initial=worst)
        return ufunc.reduce(input_tensor, axis=axis, keepdims=keepdims)

    op = Op(
        name, "input_tensor", kernel, public=f"{name} math.{name}", prepare=reduction_params,
        vjp={"input_tensor": _rule}, jvp={"input_tensor": _tangent}, bounded=True, real_values=True,
        samples=AXES, wrong=NO_SUCH_AXIS,
        special=(
            special([2.0, 2.0, 2.0], value=2.0, grad=([1 / 3] * 3,)),
            special([1.0, np.nan], value=np.nan, grad=([0.0, np.nan],)),
            special([[2.0, 2.0, 1.0], [3.0, 3.0, 4.0]],
                    value=[1.0, 3.0] if lowest else [2.0, 4.0], params={"axis": 1},
                    grad=([[0.0, 0.0, 1.0], [0.5, 0.5, 0.0]] if lowest
                          else [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]],)),
        ),
        formula=f"{words} x along the axes", note=f"{TIES} Of nothing it is {'∞' if lowest else '-∞'}.",
        parameters={"axis": None, "keepdims": False},
    )  # fmt: skip
    op.__doc__ = (
        f"The {'smallest' if lowest else 'largest'} element along axes. {TIES}\n\n"
        "Args:\n    input_tensor: any shape.\n    axis: a number, several, or None for all.\n"
        "    keepdims: whether the reduced axes stay, with size 1."
    )
    return op


reduce_max = _extreme("reduce_max", np.maximum, False, "max")
reduce_min = _extreme("reduce_min", np.minimum, True, "min")


def _place(name: str, function: Callable[..., Any], words: str) -> Op:
    def place_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
        axis, output_type = params
        kind = wanted_dtype(f"{name}: output_type", output_type)
        return one_axis(0 if axis is None else axis, np.ndim(inputs[0])), kind

    def kernel(input: Any, axis: Any = None, output_type: Any = np.int64) -> Any:
        return function(input, axis=axis).astype(output_type)

    op = Op(
        name, "input", kernel, public=f"{name} math.{name}", prepare=place_params,
        severs="a place is a whole number", real_values=True,
        samples=(sample((4,)), sample((3, 4), axis=-1), sample((3, 4), axis=0, output_type="int32")),
        special=(special([1.0, 2.0, 2.0] if name == "argmax" else [2.0, 1.0, 1.0], value=1, why="the first"),),
        wrong=(wrong(np.ones(3), error=ShapeError, words="axis", axis=1),),
        formula=words, parameters={"axis": None, "output_type": np.int64},
    )  # fmt: skip
    op.__doc__ = (
        f"{words[0].upper()}{words[1:]}, the first of several.\n\n"
        "Args:\n    input: at least one axis.\n    axis: along which; 0 by default.\n"
        "    output_type: dtype of the places."
    )
    return op


argmax = _place("argmax", np.argmax, "the place of the largest along an axis")
argmin = _place("argmin", np.argmin, "the place of the smallest along an axis")
