"""Polynomials: their value by Horner's rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.handle import Handle
from thalweg.ops.arithmetic import identity
from thalweg.ops.creation import zeros_like

SOURCE = "definition"


def _numpy_polyval(p: Any, x: Any) -> Any:
    """NumPy's: the answer always has the shape of x."""
    x = x if isinstance(x, Handle) else np.asarray(x)
    value = zeros_like(x)
    for coefficient in p:
        value = value * x + coefficient
    return value


@composite(inputs="x", public="math.polyval", numpy={np.polyval: _numpy_polyval})
def polyval(coeffs: Any, x: Any) -> Any:
    """The value of a polynomial, c₀·xⁿ⁻¹ + … + cₙ₋₁, by Horner's rule.

    Args:
        coeffs: a list, the highest power first; numbers, or Tensors that broadcast with x. Of one
            coefficient the answer is that coefficient, of none it is 0.
        x: any shape.

    Raises:
        ValueError: coefficients that are no list; `tw.unstack` makes one of a Tensor.

    >>> import thalweg as tw
    >>> float(tw.math.polyval([1.0, 0.0, -2.0], 3.0))
    7.0

    Source: W. G. Horner, Philosophical Transactions 109 (1819) 308-335.
    """
    if not isinstance(coeffs, list | tuple):
        raise ValueError(
            f"polyval: coeffs is a list of coefficients, not {type(coeffs).__name__}; "
            f"tw.unstack makes one of a Tensor"
        )
    if not coeffs:
        return zeros_like(x)
    value, *rest = coeffs
    for coefficient in rest:
        value = coefficient + value * x
    return (
        value if isinstance(value, Handle) or not isinstance(x, Handle) else identity.eager(value)
    )
