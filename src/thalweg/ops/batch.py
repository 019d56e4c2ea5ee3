"""Biases and batch normalization: one number for each channel, added or scaled by."""

from __future__ import annotations

from typing import Any

from thalweg.core.composite import composite
from thalweg.errors import ShapeError
from thalweg.ops.exponential import rsqrt
from thalweg.ops.movement import reshape

SOURCE = "definition"


@composite(inputs="value bias", public="nn.bias_add")
def bias_add(value: Any, bias: Any, data_format: Any = None) -> Any:
    """A bias added to each channel.

    Args:
        value: at least two axes; channels are the last, or the second with "NC…".
        bias: shape `(channels,)`.
        data_format: `"N…C"` such as "NHWC", which is the default, or `"NC…"` such as "NCHW".

    Raises:
        ShapeError: a bias that has not one number for each channel.
        ValueError: another data format.

    >>> import thalweg as tw
    >>> tw.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]).numpy()
    array([[11., 22.]], dtype=float32)
    """
    told = "N...C" if data_format is None else data_format
    if not isinstance(told, str) or not (
        told.startswith("NC") or (told[:1], told[-1:]) == ("N", "C")
    ):
        raise ValueError(
            f"bias_add: data_format is 'N...C' or 'NC...', such as 'NHWC' and 'NCHW', not {told!r}"
        )
    shape, rank = tuple(value.shape), len(value.shape)
    at = 1 if told.startswith("NC") else rank - 1
    if rank < 2 or tuple(bias.shape) != shape[at : at + 1]:
        raise ShapeError(
            f"bias_add: a bias of shape {list(bias.shape)} for a value of shape {list(shape)}; wanted are "
            + (
                "at least two axes"
                if rank < 2
                else f"({shape[at]},), one for each channel of axis {at}"
            )
        )
    return value + (bias if at == rank - 1 else reshape(bias, (-1,) + (1,) * (rank - 2)))


@composite(inputs="x mean variance", public="nn.batch_normalization")
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any
) -> Any:
    """scale·(x - mean) / √(variance + ε) + offset.

    The mean is taken off x first: x and a mean that are large and near each other keep their digits.

    Args:
        x: any shape.
        mean: a shape that broadcasts with x; `nn.moments` gives it.
        variance: likewise.
        offset: likewise, or None for none.
        scale: likewise, or None for none.
        variance_epsilon: a small number, so that a variance of 0 divides nothing by 0.

    >>> import thalweg as tw
    >>> tw.nn.batch_normalization([1.0, 3.0], 2.0, 1.0, None, 5.0, 0.0).numpy()
    array([-5.,  5.], dtype=float32)

    Source: S. Ioffe and C. Szegedy, arXiv:1502.03167.
    """
    factor = rsqrt(variance + variance_epsilon)
    answer = (x - mean) * (factor if scale is None else factor * scale)
    return answer if offset is None else answer + offset
