"""Moments: variance and standard deviation along axes."""

from __future__ import annotations

import math
from typing import Any

from thalweg.core.axes import axis_tuple, keeps_axes
from thalweg.core.composite import composite
from thalweg.ops.complex_numbers import conj, real
from thalweg.ops.movement import reshape
from thalweg.ops.norms import euclidean
from thalweg.ops.reductions import count_along, reduce_mean

SOURCE = "definition"


def _squares(x: Any) -> Any:
    return real(conj(x) * x) if x.dtype.kind == "c" else x * x


@composite(inputs="input_tensor", public="math.reduce_variance")
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
    kept = keeps_axes(keepdims)
    away = input_tensor - reduce_mean(input_tensor, axis, True)
    return reduce_mean(_squares(away), axis, kept)


@composite(inputs="input_tensor", public="math.reduce_std")
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
    axes, kept = axis_tuple(axis, len(input_tensor.shape)), keeps_axes(keepdims)
    away = input_tensor - reduce_mean(input_tensor, axes, True)
    count = count_along(input_tensor.shape, axes)
    return euclidean(away, axes, kept) / math.sqrt(count)


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
    kept = keeps_axes(keepdims)
    mean = reduce_mean(x, axes, True)
    variance = reduce_mean(_squares(x - mean), axes, kept)
    return (mean if kept else reshape(mean, tuple(variance.shape))), variance
