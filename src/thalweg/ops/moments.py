"""Moments: variance and standard deviation along axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple
from thalweg.core.composite import composite
from thalweg.ops.casting import cast
from thalweg.ops.complex_numbers import conj, real
from thalweg.ops.movement import reshape
from thalweg.ops.norms import euclidean
from thalweg.ops.reductions import count_along, reduce_mean, reduce_sum


def _squares(x: Any) -> Any:
    return real(conj(x) * x) if x.dtype.kind == "c" else x * x


def _floating(a: Any, dtype: Any) -> Any:
    if dtype is not None or a.dtype.kind in "iub":
        return cast.eager(a, dtype or np.float64)
    return a


def _numpy_var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: bool = False,
    *, correction: Any = None,
) -> Any:  # fmt: skip
    """NumPy's var: the sum of squares over n - ddof."""
    a = _floating(a, dtype)
    axes = axis_tuple(axis, len(a.shape))
    count = count_along(a.shape, axes) - (ddof if correction is None else correction)
    return reduce_sum(_squares(a - reduce_mean(a, axes, True)), axes, keepdims) / count


def _numpy_std(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: bool = False,
    *, correction: Any = None,
) -> Any:  # fmt: skip
    """NumPy's std: the length of the deviations over √(n - ddof)."""
    a = _floating(a, dtype)
    axes = axis_tuple(axis, len(a.shape))
    count = count_along(a.shape, axes) - (ddof if correction is None else correction)
    return euclidean(a - reduce_mean(a, axes, True), axes, keepdims) / math.sqrt(count)


@composite(inputs="input_tensor", public="math.reduce_variance", numpy={np.var: _numpy_var})
def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The mean squared deviation from the mean, along axes.

    Args:
        input_tensor: any shape.
        axis: a number, several, or None for all.
        keepdims: whether the reduced axes stay, with size 1.

    >>> import thalweg as tw
    >>> float(tw.math.reduce_variance([1.0, 2.0, 3.0, 4.0]))
    1.25
    """
    away = input_tensor - reduce_mean(input_tensor, axis, True)
    return reduce_mean(_squares(away), axis, keepdims)


@composite(inputs="input_tensor", public="math.reduce_std", numpy={np.std: _numpy_std})
def reduce_std(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The standard deviation along axes: √ of the variance, computed as a scaled length.

    The gradient where all elements are equal is 0.

    Args:
        input_tensor: any shape.
        axis: a number, several, or None for all.
        keepdims: whether the reduced axes stay, with size 1.

    >>> import thalweg as tw
    >>> float(tw.math.reduce_std([1.0, 3.0]))
    1.0
    """
    axes = axis_tuple(axis, len(input_tensor.shape))
    away = input_tensor - reduce_mean(input_tensor, axes, True)
    count = count_along(input_tensor.shape, axes)
    return euclidean(away, axes, keepdims) / math.sqrt(count)


@composite(inputs="x shift", public="nn.moments")
def moments(x: Any, axes: Any, shift: Any = None, keepdims: Any = False) -> Any:
    """The mean and the variance along axes.

    Args:
        x: any shape.
        axes: a number or several.
        shift: accepted for TensorFlow's sake; the mean itself is subtracted first.
        keepdims: whether the reduced axes stay, with size 1.

    Returns:
        `(mean, variance)`.
    """
    mean = reduce_mean(x, axes, True)
    variance = reduce_mean(_squares(x - mean), axes, keepdims)
    return (mean if keepdims else reshape(mean, tuple(variance.shape))), variance
