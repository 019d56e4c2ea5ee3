"""Ranges: evenly spaced numbers between two ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.whole_number import whole_number
from thalweg.ops.casting import cast
from thalweg.ops.movement import moved_axis

SOURCE = "definition"


@composite(inputs="start stop", public="linspace")
def linspace(start: Any, stop: Any, num: Any, name: Any = None, axis: int = 0) -> Any:
    """Evenly spaced numbers from `start` to `stop`, both included, with gradients to both.

    Args:
        start: numbers, or arrays of one shape.
        stop: likewise.
        num: how many, at least 1.
        name: accepted for TensorFlow's sake.
        axis: where the new axis stands.

    >>> import thalweg as tw
    >>> tw.linspace(0.0, 1.0, 5).numpy()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    count = whole_number("linspace: num", num, least=1)
    if start.dtype.kind in "iub" and stop.dtype.kind in "iub":
        start, stop = cast(start, np.float64), cast(stop, np.float64)
    shape = tuple(start.shape)
    shares = np.linspace(0, 1, count, dtype=start.dtype).reshape((count,) + (1,) * len(shape))
    # Either end is met exactly: the share of the other is 0 there.
    numbers = start * (1 - shares) + stop * shares
    return moved_axis(numbers, 0, axis) if axis else numbers
