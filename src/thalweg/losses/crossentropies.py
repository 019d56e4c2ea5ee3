"""Losses of probabilities: how surprising the truth is to the prediction.

From logits they are single ops, exact far out: the gradient is (p - y) a row. From probabilities
they follow Keras: probabilities are held within [1e-7, 1 - 1e-7], and outside the gradient is 0.
"""

from __future__ import annotations

import warnings
from typing import Any

from thalweg.core.spans import spanned
from thalweg.errors import ShapeError
from thalweg.losses.pairing import EPSILON, in_one_dtype, paired
from thalweg.ops.casting import cast
from thalweg.ops.clipping import clip_by_value
from thalweg.ops.comparison import not_equal, where
from thalweg.ops.creation import zeros_like
from thalweg.ops.exponential import log, log1p
from thalweg.ops.fused_losses import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from thalweg.ops.movement import reshape
from thalweg.ops.reductions import reduce_mean, reduce_sum
from thalweg.values.constant import lift


@spanned
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-Σ y·log p over the classes, one number a row.

    Args:
        y_true: shares (…, classes), each row summing to 1, such as one_hot's.
        y_pred: probabilities of the same shape, divided by their sum here; or logits.
        from_logits: whether y_pred is logits.
        label_smoothing: from 0 to 1, the part of each truth that is spread over all classes.
        axis: which axis holds the classes.

    Raises:
        ShapeError: the shapes differ.

    >>> import thalweg as tw
    >>> tw.losses.categorical_crossentropy([0.0, 1.0], [0.0, 0.0], from_logits=True).numpy()
    np.float32(0.6931472)
    """
    y_true, y_pred = in_one_dtype(y_true, y_pred)
    _check_categorical(y_true, y_pred, axis)
    if label_smoothing:
        spread = label_smoothing / y_pred.shape[axis]
        y_true = y_true * (1.0 - label_smoothing) + spread
    if from_logits:
        return softmax_cross_entropy_with_logits.eager(y_true, y_pred, axis)
    shares = y_pred / reduce_sum(y_pred, axis, True)
    surprise = log(clip_by_value(shares, EPSILON, 1 - EPSILON))
    return -reduce_sum(y_true * surprise, axis)


def _check_categorical(y_true: Any, y_pred: Any, axis: Any) -> None:
    if isinstance(axis, bool):
        raise TypeError(f"`axis` must be of type `int`. Received: axis={axis} of type bool")
    if y_true.shape != y_pred.shape or not y_pred.ndim:
        raise ShapeError(
            f"categorical_crossentropy: y_true {list(y_true.shape)} and y_pred {list(y_pred.shape)} "
            f"must have the same shape, with at least one axis; for class numbers use "
            f"sparse_categorical_crossentropy, or make them one_hot first"
        )
    if y_pred.shape[-1] == 1:
        warnings.warn(
            "In loss categorical_crossentropy, expected y_pred.shape to be (batch_size, num_classes) "
            f"with num_classes > 1. Received: y_pred.shape={y_pred.shape}. "
            "Consider using 'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=3,
        )


@spanned
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """-log p of the class that is true, one number a row.

    Args:
        y_true: class numbers (…) or (…, 1), from 0 up.
        y_pred: probabilities (…, classes), or logits.
        from_logits: whether y_pred is logits.
        ignore_class: rows of this class cost 0.
        axis: the last axis holds the classes; no other is taken.

    Raises:
        ShapeError: the shapes do not fit, or a class is out of range.

    >>> import thalweg as tw
    >>> tw.losses.sparse_categorical_crossentropy([1], [[0.0, 0.0]], from_logits=True).numpy()
    array([0.6931472], dtype=float32)
    """
    y_pred = lift(y_pred)
    y_true = lift(y_true)
    if axis not in (-1, y_pred.ndim - 1):
        raise ShapeError(f"sparse_categorical_crossentropy: only axis=-1 is supported, not {axis}")
    if y_true.ndim == y_pred.ndim and y_true.ndim and y_true.shape[-1] == 1:
        y_true = reshape.eager(y_true, tuple(y_true.shape)[:-1])
    if y_true.dtype.kind not in "iu":
        y_true = cast.eager(y_true, "int64")
    counted = None
    if ignore_class is not None:
        counted = not_equal(y_true, ignore_class)
        y_true = where(counted, y_true, zeros_like(y_true))
    if not from_logits:
        y_pred = log(clip_by_value(y_pred, EPSILON, 1 - EPSILON))
    costs = sparse_softmax_cross_entropy_with_logits.eager(y_true, y_pred)
    return costs if counted is None else where(counted, costs, zeros_like(costs))


@spanned
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """The mean of -y·log p - (1 - y)·log(1 - p) along an axis.

    Args:
        y_true: the truth, 0 to 1, (…, n); read in the dtype of y_pred.
        y_pred: probabilities of a shape that fits, or logits.
        from_logits: whether y_pred is logits.
        label_smoothing: from 0 to 1, how far each truth is drawn towards ½.
        axis: along which the mean is taken.

    >>> import thalweg as tw
    >>> tw.losses.binary_crossentropy([1.0], [0.0], from_logits=True).numpy()
    np.float32(0.6931472)
    """
    y_true, y_pred = paired(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        return reduce_mean(sigmoid_cross_entropy_with_logits(y_true, y_pred), axis)
    p = clip_by_value(y_pred, EPSILON, 1 - EPSILON)
    return -reduce_mean(y_true * log(p) + (1 - y_true) * log1p(-p), axis)


@spanned
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """Σ y·log(y/p) over the last axis, both held within [1e-7, 1]; also `KLD` and `kld`.

    Args:
        y_true: shares (…, n); read in the dtype of y_pred.
        y_pred: probabilities of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.KLD([0.5, 0.5], [0.5, 0.5]).numpy()
    np.float32(0.0)
    """
    y_true, y_pred = in_one_dtype(y_true, y_pred)
    y_true = clip_by_value(y_true, EPSILON, 1.0)
    return reduce_sum(y_true * log(y_true / clip_by_value(y_pred, EPSILON, 1.0)), -1)
