"""Losses of numbers: how far predictions lie from the truth, one number a row.

Every loss here averages over the last axis: of shapes (…, n) it answers with shape (…). Names,
arguments and formulas are Keras'.
"""

from __future__ import annotations

from typing import Any

from thalweg.core.spans import spanned
from thalweg.losses.pairing import EPSILON, in_one_dtype, paired
from thalweg.ops.arithmetic import abs, maximum
from thalweg.ops.exponential import log, log1p
from thalweg.ops.fused_losses import mean_squared_difference
from thalweg.ops.norms import euclidean
from thalweg.ops.reductions import reduce_mean, reduce_sum
from thalweg.ops.robust import huber_cost, log_cosh_cost


@spanned
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of (y_true - y_pred)² over the last axis; also `MSE` and `mse`.

    The gradient by y_pred is 2·(y_pred - y_true)/n.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.MSE([0.0, 1.0], [0.5, 0.5]).numpy()
    np.float32(0.25)
    """
    return mean_squared_difference.eager(*paired(y_true, y_pred))


@spanned
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of |y_true - y_pred| over the last axis; also `MAE` and `mae`.

    The gradient by y_pred is sign(y_pred - y_true)/n, and 0 where they are equal.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.MAE([0.0, 1.0], [0.5, 0.5]).numpy()
    np.float32(0.5)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return reduce_mean(abs(y_true - y_pred), -1)


@spanned
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of 100·|y_true - y_pred| / max(|y_true|, 1e-7); also `MAPE` and `mape`.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.MAPE([2.0, 4.0], [1.0, 4.0]).numpy()
    np.float32(25.0)
    """
    y_true, y_pred = paired(y_true, y_pred)
    share = (y_true - y_pred) / maximum(abs(y_true), EPSILON)
    return 100.0 * reduce_mean(abs(share), -1)


@spanned
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of (log(1 + y_true) - log(1 + y_pred))²; also `MSLE` and `msle`.

    Both are held at 1e-7 from below first; a prediction below that has gradient 0.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.MSLE([1.0], [1.0]).numpy()
    np.float32(0.0)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return mean_squared_difference(log1p(maximum(y_true, EPSILON)), log1p(maximum(y_pred, EPSILON)))


@spanned
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """The mean of Huber's cost: e²/2 where |e| ≤ δ, else δ·(|e| - δ/2), with e = y_pred - y_true.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.
        delta: from which error on the cost grows along a line.

    >>> import thalweg as tw
    >>> tw.losses.huber([0.0, 0.0], [1.0, 3.0]).numpy()
    np.float32(1.5)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return reduce_mean(huber_cost(y_pred - y_true, delta), -1)


@spanned
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """The mean of log cosh(y_pred - y_true), exact for errors of any size.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.log_cosh([0.0], [1000.0]).numpy()
    np.float32(999.3068)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return reduce_mean(log_cosh_cost(y_pred - y_true), -1)


@spanned
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Minus the cosine of the angle between truth and prediction: -1 where they point the same way.

    Each is divided by its length, or by 1e-7 where it is shorter.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.
        axis: the axis along which the vectors lie.

    >>> import thalweg as tw
    >>> tw.losses.cosine_similarity([0.0, 4.0], [0.0, 3.0]).numpy()
    np.float32(-1.0)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return -reduce_sum(_unit(y_true, axis) * _unit(y_pred, axis), axis)


def _unit(x: Any, axis: int) -> Any:
    return x / maximum(euclidean(x, axis, True), EPSILON)


@spanned
def poisson(y_true: Any, y_pred: Any) -> Any:
    """The mean of y_pred - y_true·log(y_pred + 1e-7): counts y_true, expected to be y_pred.

    Args:
        y_true: the truth, (…, n); read in the dtype of y_pred.
        y_pred: the prediction, of a shape that fits.

    >>> import thalweg as tw
    >>> tw.losses.poisson([0.0, 0.0], [1.0, 3.0]).numpy()
    np.float32(2.0)
    """
    y_true, y_pred = in_one_dtype(y_true, y_pred)
    return reduce_mean(y_pred - y_true * log(y_pred + EPSILON), -1)
