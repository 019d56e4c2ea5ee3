"""Angles: of a complex number with the real axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.ops.complex_numbers import imag, real
from thalweg.ops.creation import zeros_like
from thalweg.ops.trigonometric import atan2

SOURCE = "DLMF 1.9(i)"


def _numpy_angle(z: Any, deg: Any = False) -> Any:
    """NumPy's angle: of -0.0 it is π, and it may be in degrees."""
    turn = atan2.eager(imag.eager(z), real.eager(z))
    return turn * (180 / math.pi) if deg else turn


@composite(inputs="input", public="math.angle", numpy={np.angle: _numpy_angle})
def angle(input: Any) -> Any:
    """The angle of a complex number z = a + ib with the real axis, atan2(b, a), in radians.

    It jumps on the negative axis: π there, and -π where the imaginary part is -0. At 0 it is 0 with
    gradient 0, as `atan2` has it. Of a real number it is π below 0, else 0, with gradient 0; of NaN
    it is NaN.

    Args:
        input: any shape.

    Returns:
        Real numbers from -π to π, of the input's precision.

    >>> import thalweg as tw
    >>> float(tw.math.angle(-1.0))
    3.1415927410125732
    """
    if input.dtype.kind == "c":
        return atan2(imag(input), real(input))
    return atan2(zeros_like(input), input + 0)
