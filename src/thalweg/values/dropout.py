"""Dropout: elements set to 0 at random, the others scaled so that the mean stays."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle
from thalweg.core.recording import tick
from thalweg.core.spans import leave_span
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.arithmetic import identity
from thalweg.ops.comparison import select
from thalweg.values.constant import lift
from thalweg.values.creation import sizes_of
from thalweg.values.random import STREAMS
from thalweg.values.tensor import Tensor


def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: Any = None) -> Any:
    """Elements set to 0 with some probability, the others divided by 1 - rate, so that the mean stays.

    What is dropped is 0 also where it was infinite or NaN, and has a gradient of exactly 0.

    Args:
        x: floats of any shape.
        rate: the probability, from 0 up and below 1; at 0 the answer is x to the last bit. At 1 nothing
            would be left to carry the mean, and it is refused, as in TensorFlow.
        noise_shape: sizes of the draws, which broadcast to the shape of x: an axis of size 1 is
            dropped or kept as a whole, None stands for the size of x.
        seed: of a stream of its own; the global one by default.
        name: accepted for TensorFlow's sake.

    Raises:
        ValueError: a rate below 0, or not below 1.
        ShapeError: draws that do not broadcast to the shape of x.
        DTypeError: whole numbers, which cannot be scaled.

    >>> import thalweg as tw
    >>> tw.random.set_seed(1)
    >>> y = tw.nn.dropout(tw.ones([1000]), 0.5)
    >>> sorted({float(one) for one in y.numpy()})
    [0.0, 2.0]

    Source: N. Srivastava et al., Journal of Machine Learning Research 15 (2014) 1929-1958.
    """
    start = tick()
    tensor = lift(x)
    if tensor.array.dtype.kind not in "fc":
        raise DTypeError(
            f"dropout scales what it keeps and takes floats, not {tensor.array.dtype.name}; use tw.cast"
        )
    share: Any = static(rate)
    lost: Any = rate if isinstance(rate, Handle) else share
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError(f"dropout: rate is a number from 0 up and below 1, not {rate!r}")
    shape = _noise(noise_shape, np.shape(tensor.array))
    if share == 0:
        answer = identity.eager(tensor)
    else:
        dtype = tensor.array.real.dtype
        made = np.float64 if dtype == np.float64 else np.float32
        drawn: Any = np.asarray(STREAMS.next(seed).random(shape, dtype=made))
        kept = Tensor(drawn >= share)
        scaled = tensor * (1.0 / (1.0 - lost))
        answer = select.eager(kept, scaled, Tensor(np.zeros((), scaled.array.dtype)[()]))
    leave_span(start, "dropout", (), 2)
    return answer


def _noise(noise_shape: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes of the draws, checked against the shape of what is dropped."""
    if noise_shape is None:
        return shape
    given = noise_shape
    if isinstance(given, list | tuple) and len(given) == len(shape):
        given = [size if one is None else one for one, size in zip(given, shape, strict=True)]
    sizes = sizes_of("dropout", given)
    try:
        fits = np.broadcast_shapes(sizes, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"dropout: noise_shape {list(sizes)} does not broadcast to the shape {list(shape)} of x"
        )
    return sizes


PUBLIC = {"nn.dropout": dropout}
"""What is public, by dotted name below `thalweg`."""
