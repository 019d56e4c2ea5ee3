"""Softmax, its logarithm, and the logarithm of a sum of exponentials.

The largest input is subtracted before anything is exponentiated, so that huge inputs do not overflow
and an input of -inf takes a share of exactly 0. Where every input is -inf there is no share to give:
softmax and all gradients are NaN there, and reduce_logsumexp is -inf.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.dead_branch import spared
from thalweg.ops.exponential import exp
from thalweg.ops.reductions import reduce_sum, reduction_params, with_axes
from thalweg.ops.summation import accumulate, narrowed

SOURCE = "Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038"

LOGITS = ((-3.0, 3.0),)
ALONG = (
    sample((3, 4)), sample((3, 4), axis=0), sample((2, 3, 4), axis=-2), sample((1,)), sample((0, 3)),
)  # fmt: skip
NO_SUCH_AXIS = (wrong(np.ones(3), error=ShapeError, words="axis", axis=1),)
EMPTY_SHARES = "Where all inputs are -inf, value and gradient are NaN."


def last_axis(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    """Axis as a tuple, the last one where none is named."""
    (axis,) = params
    rank = inputs[0].ndim
    if type(axis) is int and -rank <= axis < rank:
        return ((axis % rank,),)
    return (axis_tuple(-1 if axis is None else axis, rank),)


def peak(x: Any, axis: tuple[int, ...]) -> Any:
    """The largest elements along the axes, which stay with size 1; 0 where there are none."""
    if not np.size(x):
        return np.add.reduce(x, axis=axis, keepdims=True)
    return np.maximum.reduce(x, axis=axis, keepdims=True)


def total(x: Any, axis: tuple[int, ...]) -> Any:
    """The sum along the axes, which stay with size 1."""
    return narrowed(accumulate(x, axis, True), x.dtype)


@row(
    inputs="logits", public="nn.softmax math.softmax", prepare=last_axis,
    vjp={"logits": lambda g, ans, axis: _pull(g, ans, axis)},
    jvp={"logits": lambda g, ans, axis: _pull(g, ans, axis)},
    domain=LOGITS, samples=ALONG, wrong=NO_SUCH_AXIS, formula="eˣ / Σ eˣ along the axis",
    note=EMPTY_SHARES,
    special=(
        special(np.array([1000.0, 1000.0]), value=np.array([0.5, 0.5]), grad=(np.zeros(2),)),
        special(np.array([-np.inf, 0.0]), value=np.array([0.0, 1.0]), grad=(np.zeros(2),)),
        special(np.array([-np.inf, -np.inf]), value=np.full(2, np.nan), grad=(np.full(2, np.nan),)),
        special(np.array([1e30, -1e30]), value=np.array([1.0, 0.0]), grad=(np.zeros(2),)),
    ),
)  # fmt: skip
def softmax(logits: Any, axis: Any = None) -> Any:
    """Shares that sum to 1: exp(x) / Σ exp(x).

    Args:
        logits: at least one axis.
        axis: along which the shares sum to 1; the last one where it is None.
    """
    shares = np.exp(logits - peak(logits, axis))
    shares /= total(shares, axis)
    return shares


def _pull(g: Any, shares: Any, axis: Any) -> Any:
    return spared(g, pull_softmax(g, shares, axis), axis)


def _push_shares(g: Any, weights: Any, shares: Any, axis: Any) -> Any:
    mean = reduce_sum(weights * shares, axis, True)
    pushed = g * (weights - mean) - shares * reduce_sum(weights * g, axis, True)
    return spared(g, pushed, axis)


def _pull_shares(g: Any, weights: Any, shares: Any, axis: Any) -> Any:
    mean = reduce_sum(weights * shares, axis, True)
    pulled = g * (weights - mean) - weights * reduce_sum(g * shares, axis, True)
    return spared(g, pulled, axis)


@row(
    inputs="weights shares", multilinear="weights", domain=(*LOGITS, (0.1, 0.9)),
    vjp={
        "weights": lambda g, shares, axis: _pull(g, shares, axis),
        "shares": _pull_shares,
    },
    jvp={
        "weights": lambda g, shares, axis: _pull(g, shares, axis),
        "shares": _push_shares,
    },
    samples=(sample((2, 3), (2, 3), axis=(1,)), sample((2, 3), (2, 3), axis=(0,))),
    formula="p·(w - Σ w·p) along the axis",
    special=(
        special([2.0, 5.0], [1.0, 0.0], value=[0.0, 0.0], grad=([0.0, 0.0], [-2.0, -2.0]),
                params={"axis": (0,)}, why="a share of 1 moves nothing"),
    ),
    wrong=(wrong(np.ones((2, 3)), np.ones((2, 2)), error=ShapeError, words="broadcast", axis=(1,)),),
)  # fmt: skip
def pull_softmax(weights: Any, shares: Any, axis: Any) -> Any:
    """What softmax's derivative, a symmetric matrix, makes of a cotangent or a tangent.

    Args:
        weights: the cotangent or tangent.
        shares: softmax's answer, of the same shape.
        axis: a tuple of axes counted from 0.
    """
    mean = total(weights * shares, axis)
    return shares * (weights - mean)


@row(
    inputs="logits", public="nn.log_softmax math.log_softmax", prepare=last_axis,
    vjp={"logits": lambda g, ans, axis: spared(g, g - exp(ans) * reduce_sum(g, axis, True), axis)},
    jvp={"logits": lambda g, ans, axis: spared(g, g - reduce_sum(g * exp(ans), axis, True), axis)},
    domain=LOGITS, samples=ALONG, wrong=NO_SUCH_AXIS, formula="x - log Σ eˣ along the axis",
    note=EMPTY_SHARES,
    special=(
        special(np.array([1000.0, 1000.0]), value=np.full(2, -math.log(2.0)), grad=(np.zeros(2),)),
        special(np.array([1e30, 0.0]), value=np.array([0.0, -1e30]), grad=(np.array([-1.0, 1.0]),)),
        special(np.array([-np.inf, 0.0]), value=np.array([-np.inf, 0.0]), grad=(np.array([1.0, -1.0]),)),
    ),
)  # fmt: skip
def log_softmax(logits: Any, axis: Any = None) -> Any:
    """The logarithm of softmax, x - log Σ exp(x), without computing softmax first.

    Args:
        logits: at least one axis.
        axis: along which the shares sum to 1; the last one where it is None.
    """
    shifted = logits - peak(logits, axis)
    return shifted - np.log(total(np.exp(shifted), axis))


def _shares(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    g = with_axes(g, x.shape, axis, keepdims)
    return spared(g, g * softmax(x, axis))


@row(
    inputs="input_tensor", public="reduce_logsumexp math.reduce_logsumexp",
    prepare=reduction_params,
    vjp={"input_tensor": lambda g, input_tensor, axis, keepdims: _shares(
        g, input_tensor, axis, keepdims)},
    jvp={"input_tensor": lambda g, input_tensor, axis, keepdims: reduce_sum(
        spared(g, g * softmax(input_tensor, axis)), axis, keepdims)},
    domain=LOGITS, formula="log Σ eˣ along the axes",
    samples=(
        sample((3, 4)), sample((3, 4), axis=0), sample((3, 4), axis=-1, keepdims=True),
        sample((2, 3, 4), axis=(0, -1)), sample(()), sample((0, 3), axis=1),
    ),
    wrong=NO_SUCH_AXIS,
    note="Of nothing, or of -inf alone, the value is -inf; the gradient by -inf alone is NaN.",
    special=(
        special(np.array([1000.0, 1000.0]), value=1000.0 + math.log(2.0), grad=(np.array([0.5, 0.5]),),
                why="the shifted softmax; exp(x - ans) is off by 5e-14"),
        special(np.array([-np.inf, -np.inf]), value=-np.inf, grad=(np.full(2, np.nan),)),
        special(np.array([-np.inf, 2.0]), value=2.0, grad=(np.array([0.0, 1.0]),)),
        special(np.array([np.inf, 2.0]), value=np.inf),
        special(np.array([np.nan, 2.0]), value=np.nan, grad=(np.full(2, np.nan),)),
    ),
)  # fmt: skip
def reduce_logsumexp(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The logarithm of the sum of exponentials, log Σ exp(x), along axes.

    Args:
        input_tensor: any shape.
        axis: a number, several, or None for all.
        keepdims: whether the summed axes stay, with size 1.
    """
    top = peak(input_tensor, axis)
    top = np.where(np.isfinite(top), top, 0)
    answer = np.log(total(np.exp(input_tensor - top), axis)) + top
    if keepdims:
        return answer
    shape = [size for place, size in enumerate(np.shape(answer)) if place not in axis]
    return np.reshape(answer, shape)[()]
