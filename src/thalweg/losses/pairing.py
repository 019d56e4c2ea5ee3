"""Bringing truth and prediction together: Tensors of one dtype whose axes correspond."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.movement import reshape
from thalweg.values.constant import lift
from thalweg.values.conversion import as_array, holds_handles
from thalweg.values.floatx import floatx
from thalweg.values.tensor import Tensor

EPSILON = 1e-7
"""Keras' epsilon: probabilities are held within [1e-7, 1 - 1e-7], divisors above 1e-7."""


def in_one_dtype(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as Tensors; y_true in the dtype of y_pred, whole numbers as floats."""
    y_pred = _beside(y_pred, y_true)
    y_true = _beside(y_true, y_pred)
    dtype = y_pred.array.dtype
    if dtype.kind in "iub":
        dtype = floatx()
        y_pred = cast.eager(y_pred, dtype)
    if y_true.array.dtype != dtype:
        y_true = cast.eager(y_true, dtype)
    return y_true, y_pred


def _beside(value: Any, other: Any) -> Any:
    """A Tensor of a value; numbers of Python's in float64 beside a float64 array, not rounded."""
    dtype = getattr(other, "dtype", None)
    plain = isinstance(value, float | int | list | tuple)
    if plain and dtype == np.float64 and not holds_handles(value):
        return Tensor(as_array(value, np.dtype(np.float64)))
    return lift(value)


def paired(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as Tensors of one dtype; where one has a last axis of size 1 more, the other follows.

    Without that a truth of shape (n,) and a prediction of shape (n, 1) would spread to (n, n). As in
    Keras a vector gets the axis, and of anything larger the single axis is dropped.

    Raises:
        ShapeError: neither has an axis to average over.
    """
    y_true, y_pred = in_one_dtype(y_true, y_pred)
    true_rank, pred_rank = y_true.array.ndim, y_pred.array.ndim
    if true_rank == pred_rank:
        if not true_rank:
            raise ShapeError(
                "a loss averages over the last axis, but y_true and y_pred have no axes; "
                "give them at least one, such as [x] for x"
            )
    elif pred_rank == true_rank + 1 and y_pred.shape[-1] == 1:
        y_true, y_pred = _along(y_true, y_pred)
    elif true_rank == pred_rank + 1 and y_true.shape[-1] == 1:
        y_pred, y_true = _along(y_pred, y_true)
    return y_true, y_pred


def _along(lower: Any, higher: Any) -> tuple[Any, Any]:
    """Of two Tensors, the second with a last axis of size 1 more: the axis added or dropped."""
    if lower.ndim == 1:
        return reshape.eager(lower, (*lower.shape, 1)), higher
    if lower.ndim == 0:
        return lower, higher
    return lower, reshape.eager(higher, tuple(higher.shape)[:-1])
