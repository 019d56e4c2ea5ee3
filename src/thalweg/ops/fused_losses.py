"""Losses that are one op each, because their parts taken one by one overflow, cancel or cost more.

Labels may be integers: they are read in the dtype of the logits. The gradient of a softmax
cross-entropy is p·Σy - y, of a sigmoid cross-entropy (1 - y)·σ(x) - y·σ(-x): exact in the tails too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.handle import Handle
from thalweg.core.op import elementwise, row
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.dead_branch import finite, spared
from thalweg.ops.exponential import multiply_no_nan
from thalweg.ops.logistic import sigmoid, softplus
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.softmax import balanced, log_of_sum, log_softmax, peak, softmax, total

SOURCE = "Bishop 2006, Pattern Recognition and Machine Learning, 4.3"

ANY = (-3.0, 3.0)
LABELS = (0.05, 0.95)
LN2 = math.log(2.0)


def like(labels: Any, logits: Any) -> Any:
    """Labels that are integers or truth values, in the dtype of the logits."""
    return cast(labels, logits.dtype) if labels.dtype.kind in "iub" else labels


def _axis_from_behind(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    """The axis counted from the last, so that it means the same in labels and logits."""
    labels, logits = np.shape(inputs[0]), np.shape(inputs[1])
    if len(labels) != len(logits):
        raise ShapeError(
            f"softmax_cross_entropy_with_logits: labels {list(labels)} and logits {list(logits)} must "
            f"have the same number of axes; class numbers go to "
            f"sparse_softmax_cross_entropy_with_logits, or make them one_hot first"
        )
    rank = len(logits)
    return (one_axis(params[0], rank) - rank,)


def _spread(g: Any, axis: int) -> Any:
    """A cotangent with a new axis of size 1 where the classes were."""
    if axis == -1:
        return g[..., None]
    return g[(*(slice(None),) * (g.ndim + 1 + axis), None)]


def _slope(labels: Any, logits: Any, axis: int) -> Any:
    """p·Σy - y: where one share is nearly 1 its own is told by the others, and keeps its digits."""
    labels, shares = like(labels, logits), softmax(logits, axis)
    whole = reduce_sum(labels, axis, True) if isinstance(labels, Handle) else total(labels, (axis,))
    return balanced(shares * whole - labels, shares, (axis,))


def _pull_logits(g: Any, labels: Any, logits: Any, axis: int) -> Any:
    g = _spread(g, axis)
    return spared(g, g * _slope(labels, logits, axis))


def _push_logits(g: Any, labels: Any, logits: Any, axis: int) -> Any:
    return reduce_sum(spared(g, g * _slope(labels, logits, axis)), axis, False)


@row(
    inputs="labels logits", public="nn.softmax_cross_entropy_with_logits",
    prepare=_axis_from_behind, domain=(LABELS, ANY),
    vjp={
        "labels": lambda g, logits, axis: -multiply_no_nan(
            log_softmax(logits, axis), _spread(g, axis)),
        "logits": _pull_logits,
    },
    jvp={
        "labels": lambda g, logits, axis: -reduce_sum(
            multiply_no_nan(log_softmax(logits, axis), g), axis, False),
        "logits": _push_logits,
    },
    samples=(
        sample((2, 3), (2, 3)), sample((2, 3), (2, 3), axis=0), sample((4,), (4,)),
        sample((2, 1, 3), (1, 2, 3)), sample(np.array([[0, 1, 0], [1, 0, 0]]), (2, 3)),
        sample((2, 3, 4), (2, 3, 4), axis=1), sample((2, 3, 4), (2, 1, 4), axis=-3),
    ),
    wrong=(
        wrong(np.ones(2), np.ones((2, 3)), error=ShapeError, words="same number of axes"),
        wrong(np.ones((2, 2)), np.ones((2, 3)), error=ShapeError, words="softmax_cross_entropy"),
    ),
    formula="-Σ y·log softmax(x) along the axis",
    note="The gradient by the logits is p·Σy - y, which is p - y where the labels sum to 1.",
    special=(
        special(np.array([0.0, 1.0]), np.array([0.0, 0.0]), value=LN2, grad=(None, np.array([0.5, -0.5]))),
        special(np.array([1.0, 0.0]), np.array([60.0, 0.0]), value=math.exp(-60.0),
                grad=(None, np.array([-math.exp(-60.0), math.exp(-60.0)])), why="log(1 + the other), not log 1"),
        special(np.array([1.0, 0.0]), np.array([1e30, 0.0]), value=0.0, grad=(None, np.array([0.0, 0.0]))),
        special(np.array([0.0, 1.0]), np.array([1e30, 0.0]), value=1e30, grad=(None, np.array([1.0, -1.0]))),
        special(np.array([0.0, 1.0]), np.array([-np.inf, 0.0]), value=0.0, grad=(None, np.array([0.0, 0.0]))),
        special(np.array([0.0, 1.0]), np.array([-np.inf, 0.0]), value=0.0,
                grad=(np.array([0.0, 0.0]), np.array([0.0, 0.0])), cotangent=0.0),
    ),
)  # fmt: skip
def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: Any = -1) -> Any:
    """How surprising the labels are to softmax(logits): -Σ labels·log softmax(logits).

    Args:
        labels: shares (…, classes), each row summing to 1; integers are read as numbers.
        logits: (…, classes), any real numbers.
        axis: which axis holds the classes.
    """
    labels = labels.astype(logits.dtype) if labels.dtype.kind in "iub" else labels
    shifted = logits - peak(logits, (axis,))
    cost = log_of_sum(shifted, (axis,)) - shifted
    product = labels * cost
    if axis == -1 and type(product) is np.ndarray:
        answer = total(product, (-1,))[..., 0]
        if finite(answer):
            return answer
    else:
        answer = np.add.reduce(product, axis=axis)
    if not np.isfinite(answer).all():
        answer = np.add.reduce(np.where(labels == 0, 0, labels * cost), axis=axis)
    return answer


def _check_classes(labels: Any, logits: Any) -> None:
    if labels.dtype.kind not in "iu":
        raise TypeError(
            "class numbers are integers; for shares use softmax_cross_entropy_with_logits"
        )
    if labels.shape != logits.shape[:-1]:
        raise ShapeError(
            f"sparse_softmax_cross_entropy_with_logits: labels {list(labels.shape)} must have the shape "
            f"of logits {list(logits.shape)} without its last axis"
        )
    classes = logits.shape[-1]
    outside = (labels < 0) | (labels >= classes)
    if np.any(outside):
        raise ShapeError(
            f"Received a label value of {np.asarray(labels)[outside].ravel()[0]} which is outside the "
            f"valid range of [0, {classes})"
        )


@row(
    inputs="labels like", severs="it depends on whole numbers alone",
    samples=(sample(np.array([2, 0]), (2, 3)),), formula="1 at the class, 0 elsewhere",
    wrong=(wrong(None, np.ones((1, 3)), error=DTypeError, words="cannot take None"),),
)  # fmt: skip
def class_shares(labels: Any, like: Any) -> Any:
    """Class numbers as shares: 1 at the class along a new last axis, 0 elsewhere."""
    return (np.arange(like.shape[-1]) == labels[..., None]).astype(like.dtype)


def _sparse_symbols(labels: Any, logits: Any) -> Any:
    """The same in words of a graph: a negative class is one beyond the last, which is refused."""
    shifted = logits - peak(logits, (-1,))
    weight = log_of_sum(shifted, (-1,))[..., 0]
    there = np.where(labels < 0, logits.shape[-1], labels)
    return weight - np.take_along_axis(shifted, there[..., None], axis=-1)[..., 0]


def _sparse_slope(g: Any, labels: Any, logits: Any) -> Any:
    shares = softmax(logits, -1)
    return spared(g, g * balanced(shares - class_shares(labels, logits), shares, (-1,)))


@row(
    inputs="labels logits", public="nn.sparse_softmax_cross_entropy_with_logits", domain=(ANY, ANY),
    native=_sparse_symbols,
    vjp={
        "labels": None,
        "logits": lambda g, labels, logits: _sparse_slope(_spread(g, -1), labels, logits),
    },
    jvp={
        "logits": lambda g, labels, logits: reduce_sum(_sparse_slope(g, labels, logits), -1, False),
    },
    samples=(
        sample(np.array([2, 0]), (2, 3)), sample(np.int64(1), (4,)),
        sample(np.array([[0, 1], [2, 2]]), (2, 2, 3)),
    ),
    wrong=(
        wrong(np.array([3]), np.ones((1, 3)), error=ShapeError, words="outside the valid range"),
        wrong(np.array([-1]), np.ones((1, 3)), error=ShapeError, words="outside the valid range"),
        wrong(np.array([0, 1]), np.ones((1, 3)), error=ShapeError, words="without its last axis"),
        wrong(np.array([0.0]), np.ones((1, 3)), error=TypeError, words="integers"),
    ),
    formula="-log softmax(x) at the class",
    special=(
        special(np.int64(0), np.array([60.0, 0.0]), value=math.exp(-60.0),
                grad=(None, np.array([-math.exp(-60.0), math.exp(-60.0)]))),
        special(np.int64(1), np.array([0.0, 0.0]), value=LN2, grad=(None, np.array([0.5, -0.5]))),
        special(np.int64(1), np.array([1e30, 0.0]), value=1e30, grad=(None, np.array([1.0, -1.0]))),
    ),
)  # fmt: skip
def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    """How surprising the classes are to softmax(logits): -log softmax(logits)[label].

    Args:
        labels: integers (…), from 0 to classes - 1.
        logits: (…, classes), any real numbers.
    """
    _check_classes(labels, logits)
    shifted = logits - peak(logits, (-1,))
    weight = log_of_sum(shifted, (-1,))
    chosen = np.take_along_axis(shifted, np.asarray(labels)[..., None], axis=-1)
    return (weight - chosen)[..., 0]


def _sigmoid_cross_entropy(labels: Any, logits: Any) -> Any:
    """The distance |x| on the wrong side, weighed, and what is left: no term cancels another."""
    if type(labels) in (int, float) or labels.dtype.kind in "iub":
        labels = logits.dtype.type(labels) if np.ndim(labels) == 0 else labels.astype(logits.dtype)
    logits = labels.dtype.type(logits) if type(logits) in (int, float) else logits
    if labels.dtype.kind == "c" or logits.dtype.kind == "c":
        raise TypeError("labels and logits are real numbers")
    weight = np.where(logits > 0, 1 - labels, labels)
    size = np.abs(logits)
    return np.where(weight == 0, weight, weight * size)[()] + np.log1p(np.exp(-size))


def _sigmoid_slope(g: Any, labels: Any, logits: Any) -> Any:
    return g * ((1 - labels) * sigmoid(logits) - labels * sigmoid(-logits))


sigmoid_cross_entropy_with_logits = elementwise(
    "sigmoid_cross_entropy_with_logits", "labels logits", _sigmoid_cross_entropy,
    public="nn.sigmoid_cross_entropy_with_logits",
    vjp={"labels": lambda g, logits: -g * logits, "logits": _sigmoid_slope},
    domain=(LABELS, ANY), formula="-y·log σ(x) - (1 - y)·log σ(-x)",
    wrong=(wrong(np.ones(3), np.ones(2), error=ShapeError, words="broadcast"),),
    special=(
        special(1.0, 0.0, value=LN2, grad=(0.0, -0.5)),
        special(0.0, 0.0, value=LN2, grad=(0.0, 0.5)),
        special(1.0, 50.0, value=math.exp(-50.0), grad=(-50.0, -math.exp(-50.0))),
        special(0.0, -50.0, value=math.exp(-50.0), grad=(50.0, math.exp(-50.0))),
        special(1.0, -1e30, value=1e30, grad=(1e30, -1.0)),
        special(1.0, np.inf, value=0.0, grad=(None, 0.0)),
        special(1.0, np.nan, value=np.nan, grad=(np.nan, np.nan)),
    ),
)  # fmt: skip


@composite(inputs="labels logits pos_weight", public="nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels: Any, logits: Any, pos_weight: Any) -> Any:
    """A sigmoid cross-entropy whose positive labels weigh more (or less).

    -q·y·log σ(x) - (1 - y)·log σ(-x).

    Args:
        labels: y, any shape, usually 0 to 1.
        logits: x, of a shape that fits.
        pos_weight: q, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.nn.weighted_cross_entropy_with_logits([1.0], [0.0], 2.0).numpy()
    array([1.3862944], dtype=float32)
    """
    labels = like(labels, logits)
    positive = multiply_no_nan(softplus(-logits), pos_weight * labels)
    return positive + multiply_no_nan(softplus(logits), 1 - labels)


def _mean_slope(g: Any, y_true: Any, y_pred: Any) -> Any:
    difference = y_pred - y_true
    share = 2 / max(difference.shape[-1], 1)
    g = _spread(g, -1)
    return spared(g, (g * share) * difference)


def _mean_push(g: Any, y_true: Any, y_pred: Any) -> Any:
    difference = y_pred - y_true
    share = 2 / max(difference.shape[-1], 1)
    return reduce_sum(spared(g, g * difference), -1, False) * share


@row(
    inputs="y_true y_pred", domain=(ANY, ANY),
    vjp={"y_true": lambda g, y_true, y_pred: -_mean_slope(g, y_true, y_pred), "y_pred": _mean_slope},
    jvp={"y_true": lambda g, y_true, y_pred: -_mean_push(g, y_true, y_pred), "y_pred": _mean_push},
    samples=(sample((2, 3), (2, 3)), sample((3,), (3,)), sample((2, 1, 3), (2, 3)), sample((1,), (2, 3)),
             sample((2, 1), (2, 1)), sample((2, 0), (2, 0))),
    wrong=(wrong(np.ones(3), np.ones(2), error=ShapeError, words="broadcast"),),
    formula="Σ (y_true - y_pred)² / n along the last axis",
    special=(
        special(np.zeros(2), np.array([1e-150, 0.0]), value=5e-301, grad=(None, np.array([1e-150, 0.0])),
                dtypes=("float64",)),
    ),
)  # fmt: skip
def mean_squared_difference(y_true: Any, y_pred: Any) -> Any:
    """The mean of (y_true - y_pred)² along the last axis.

    Args:
        y_true: at least one axis.
        y_pred: a shape that fits.
    """
    difference = y_pred - y_true
    square = np.multiply(difference, difference, order="C")
    if square.dtype == np.float16:
        return (
            np.add.reduce(square, axis=-1, dtype=np.float32).astype(np.float16) / square.shape[-1]
        )
    return np.add.reduce(square, axis=-1) / square.shape[-1]
