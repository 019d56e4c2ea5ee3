"""Losses of margins: nothing to pay once the right side is won by enough.

At the very margin, where the cost begins, the gradient is 0.
"""

from __future__ import annotations

from typing import Any

from thalweg.core.recording import STATE
from thalweg.core.spans import spanned
from thalweg.losses.pairing import in_one_dtype, paired
from thalweg.ops.activations import relu
from thalweg.ops.arithmetic import square
from thalweg.ops.comparison import equal, select
from thalweg.ops.extremes import reduce_max
from thalweg.ops.logic import logical_or
from thalweg.ops.reductions import reduce_all, reduce_mean, reduce_sum


def _plus_and_minus(y_true: Any) -> Any:
    """Labels 0 and 1 as -1 and 1; other labels as they are."""
    if STATE.here.tracer is not None:
        either = reduce_all(logical_or(equal(y_true, 0), equal(y_true, 1)))
        return select(either, 2.0 * y_true - 1.0, y_true)
    values = y_true.array
    return 2.0 * y_true - 1.0 if ((values == 0) | (values == 1)).all() else y_true


@spanned
def hinge(y_true: Any, y_pred: Any) -> Any:
    """The mean of max(1 - y_true·y_pred, 0) over the last axis.

    Args:
        y_true: labels -1 and 1, (…, n); if all of them are 0 or 1 they are read as -1 and 1.
        y_pred: any numbers, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.hinge([1.0, -1.0], [0.5, -3.0]).numpy()
    np.float32(0.25)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return reduce_mean(relu(1.0 - _plus_and_minus(y_true) * y_pred), -1)


@spanned
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """The mean of max(1 - y_true·y_pred, 0)² over the last axis.

    Args:
        y_true: labels -1 and 1, (…, n); if all of them are 0 or 1 they are read as -1 and 1.
        y_pred: any numbers, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.squared_hinge([1.0, -1.0], [0.5, -3.0]).numpy()
    np.float32(0.125)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return reduce_mean(square(relu(1.0 - _plus_and_minus(y_true) * y_pred)), -1)


@spanned
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(wrong - right + 1, 0): right is Σ y_true·y_pred, wrong is max((1 - y_true)·y_pred).

    Args:
        y_true: shares (…, classes), such as one_hot's; read in the dtype of y_pred.
        y_pred: any numbers, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.categorical_hinge([0.0, 1.0], [0.5, 0.75]).numpy()
    np.float32(0.75)
    """
    y_true, y_pred = in_one_dtype(y_true, y_pred)
    right = reduce_sum(y_true * y_pred, -1)
    wrong = reduce_max((1.0 - y_true) * y_pred, -1)
    return relu(wrong - right + 1.0)
