"""Softmax, its logarithm, and the logarithm of a sum of exponentials.

The largest input is subtracted before anything is exponentiated, so that huge inputs do not overflow
and an input of -inf takes a share of exactly 0. Where every input is -inf there is no share to give:
softmax and all gradients are NaN there, and reduce_logsumexp is -inf.

Where one share is nearly 1, what is left of it, 1 - p, keeps no digits, and derivatives and logarithms
are made of what is left. So the others are added up instead: in the values by log(1 + Σ of the others),
in the rules by differences from the weight at the large share. There is one such share at most.
"""

from __future__ import annotations

import functools
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
SHARED = (sample((2, 3), (2, 3), axis=(1,)), sample((2, 3), (2, 3), axis=(0,)))
GIVEN = np.array([[0.7, 0.1, 0.2], [0.2, 0.3, 0.5]])
ONE_LARGE = (sample((2, 3), GIVEN, axis=(1,)), sample((3, 2), GIVEN.T.copy(), axis=(0,)))
DO_NOT_MEET = (
    wrong(np.ones((2, 3)), np.ones((2, 2)), error=ShapeError, words="broadcast", axis=(1,)),
)
LARGE = 0.6
"""The share that is told from the others: above a half by what rounding does."""
SHORT_ROW = 128
"""Rows of at most this many are added by a product with ones, which takes them one by one."""
SOME_SHARES = (*LOGITS, (0.05, 0.5))
"""Where none is large the rules hold for all numbers, and differences can be asked; else for shares."""
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
    """The sum along the axes, which stay with size 1; of short rows in half of NumPy's time."""
    if (
        type(x) is np.ndarray
        and axis in ((-1,), (x.ndim - 1,))
        and x.dtype.char in "fd"
        and 0 < x.shape[-1] <= SHORT_ROW
    ):
        return np.vecdot(x, _ones(x.shape[-1], x.dtype))[..., None]
    return narrowed(accumulate(x, axis, True), x.dtype)


@functools.cache
def _ones(count: int, dtype: np.dtype[Any]) -> np.ndarray:
    return np.ones(count, dtype)


def log_of_sum(shifted: Any, axis: tuple[int, ...]) -> Any:
    """log Σ exp along the axes of what is 0 at its largest; the axes stay with size 1.

    How often 0 is there, less one, and the exponentials of the rest: log1p keeps all digits of those.
    """
    largest = shifted == 0
    parts = np.exp(shifted)
    if type(parts) is np.ndarray:
        np.putmask(parts, largest, 0)
        others = total(parts, axis)
        # As many zeros as sums and none NaN: once in each, the common case, and nothing to count.
        if np.count_nonzero(largest) == others.size and math.isfinite(np.vdot(others, others)):
            return np.log1p(others)
    else:
        others = total(np.where(largest, 0, parts), axis)
    return np.log1p(others + (total(largest.astype(shifted.dtype), axis) - 1))


def _from_the_large(weights: Any, shares: Any, axis: Any) -> Any:
    large = shares > LARGE
    if type(weights) is not np.ndarray or weights.shape != large.shape:
        return weights - total(np.where(large, weights, 0), axis)
    if not np.count_nonzero(large):
        return weights.copy()
    chosen = np.zeros_like(weights)
    np.copyto(chosen, weights, where=large)
    return weights - total(chosen, axis)


@row(
    inputs="weights shares", linear="weights", domain=(*LOGITS, *LOGITS),
    vjp={"weights": lambda g, shares, axis: balanced(g, shares, axis), "shares": None},
    jvp={"weights": lambda g, shares, axis: from_the_large(g, shares, axis)},
    samples=ONE_LARGE, formula="w less the w of the share above 0.6, where there is one",
    special=(special([3.0, 5.0], [0.9, 0.1], value=[0.0, 2.0], grad=([-1.0, 1.0], None), params={"axis": (0,)}),),
    wrong=DO_NOT_MEET,
)  # fmt: skip
def from_the_large(weights: Any, shares: Any, axis: Any) -> Any:
    """Differences from the weight at the large share, where there is one.

    Sums weighed by the shares then keep the digits of the small ones.

    Args:
        weights: a tangent, or a cotangent to which a constant may be added.
        shares: softmax's answer, of the same shape.
        axis: a tuple of axes counted from 0, or from behind.
    """
    return _from_the_large(weights, shares, axis)


@row(
    inputs="weights shares", linear="weights", domain=(*LOGITS, *LOGITS),
    vjp={"weights": lambda g, shares, axis: from_the_large(g, shares, axis), "shares": None},
    jvp={"weights": lambda g, shares, axis: balanced(g, shares, axis)},
    samples=ONE_LARGE, formula="w, and -Σ of the other w at the share above 0.6, where there is one",
    special=(special([3.0, 5.0], [0.9, 0.1], value=[-5.0, 5.0], grad=([0.0, 0.0], None), params={"axis": (0,)}),),
    wrong=DO_NOT_MEET,
)  # fmt: skip
def balanced(weights: Any, shares: Any, axis: Any) -> Any:
    """What sums to 0 but for rounding, with the weight at the large share told by the others.

    Args:
        weights: what sums to 0 along the axes.
        shares: softmax's answer, of the same shape.
        axis: a tuple of axes counted from 0, or from behind.
    """
    large = shares > LARGE
    if type(weights) is not np.ndarray or weights.shape != large.shape:
        return np.where(large, -total(np.where(large, 0, weights), axis), weights)
    answer = weights.copy()
    if np.count_nonzero(large):
        np.putmask(answer, large, 0)
        np.copyto(answer, -total(answer, axis), where=large)
    return answer


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
        special(np.array([60.0, 0.0]), value=np.array([1.0, math.exp(-60.0)]), cotangent=np.array([1.0, 0.0]),
                grad=(np.array([math.exp(-60.0), -math.exp(-60.0)]),), why="1 - p from the other share"),
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
    v = from_the_large(weights, shares, axis)
    pushed = g * (v - reduce_sum(v * shares, axis, True)) - shares * reduce_sum(v * g, axis, True)
    return spared(g, pushed, axis)


def _pull_shares(g: Any, weights: Any, shares: Any, axis: Any) -> Any:
    v, h = (from_the_large(one, shares, axis) for one in (weights, g))
    pulled = h * (v - reduce_sum(v * shares, axis, True)) - v * reduce_sum(h * shares, axis, True)
    return spared(g, pulled, axis)


@row(
    inputs="weights shares", multilinear="weights", domain=SOME_SHARES,
    vjp={
        "weights": lambda g, shares, axis: _pull(g, shares, axis),
        "shares": _pull_shares,
    },
    jvp={
        "weights": lambda g, shares, axis: _pull(g, shares, axis),
        "shares": _push_shares,
    },
    samples=SHARED, formula="p·(w - Σ w·p) along the axis",
    special=(
        special([2.0, 5.0], [1.0, 0.0], value=[0.0, 0.0], grad=([0.0, 0.0], [0.0, 0.0]),
                params={"axis": (0,)}, why="a share of 1 moves nothing"),
        special([1.0, 0.0], [1.0, 1e-30], value=[1e-30, -1e-30], grad=None,
                params={"axis": (0,)}, why="1 - p would be 0"),
    ),
    wrong=DO_NOT_MEET,
)  # fmt: skip
def pull_softmax(weights: Any, shares: Any, axis: Any) -> Any:
    """What softmax's derivative, a symmetric matrix, makes of a cotangent or a tangent.

    Args:
        weights: the cotangent or tangent.
        shares: softmax's answer, of the same shape.
        axis: a tuple of axes counted from 0.
    """
    weights = _from_the_large(weights, shares, axis)
    return shares * (weights - total(weights * shares, axis))


def _pull_logarithm(g: Any, ans: Any, axis: Any) -> Any:
    shares = exp(ans)
    return spared(g, balanced(g - shares * reduce_sum(g, axis, True), shares, axis), axis)


def _push_logarithm(g: Any, ans: Any, axis: Any) -> Any:
    shares = exp(ans)
    v = from_the_large(g, shares, axis)
    return spared(g, v - reduce_sum(v * shares, axis, True), axis)


@row(
    inputs="logits", public="nn.log_softmax math.log_softmax", prepare=last_axis,
    vjp={"logits": _pull_logarithm}, jvp={"logits": _push_logarithm},
    domain=LOGITS, samples=ALONG, wrong=NO_SUCH_AXIS, formula="x - log Σ eˣ along the axis",
    note=EMPTY_SHARES,
    special=(
        special(np.array([1000.0, 1000.0]), value=np.full(2, -math.log(2.0)), grad=(np.zeros(2),)),
        special(np.array([1e30, 0.0]), value=np.array([0.0, -1e30]), grad=(np.array([-1.0, 1.0]),)),
        special(np.array([-np.inf, 0.0]), value=np.array([-np.inf, 0.0]), grad=(np.array([1.0, -1.0]),)),
        special(np.array([0.0, -60.0]), value=np.array([-math.exp(-60.0), -60.0]), grad=(np.array([-1.0, 1.0]),),
                why="log(1 - p) of the other share, not log 1"),
    ),
)  # fmt: skip
def log_softmax(logits: Any, axis: Any = None) -> Any:
    """The logarithm of softmax, x - log Σ exp(x), without computing softmax first.

    Args:
        logits: at least one axis.
        axis: along which the shares sum to 1; the last one where it is None.
    """
    shifted = logits - peak(logits, axis)
    return shifted - log_of_sum(shifted, axis)


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
        special(np.array([0.0, -60.0]), value=math.exp(-60.0), grad=(np.array([1.0, math.exp(-60.0)]),)),
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
    answer = log_of_sum(input_tensor - top, axis) + top
    if keepdims:
        return answer
    shape = [size for place, size in enumerate(np.shape(answer)) if place not in axis]
    return np.reshape(answer, shape)[()]
