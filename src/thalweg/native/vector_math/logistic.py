"""sigmoid and softplus.

Both through z = e^-|x|, which neither overflows nor loses the tails: the sigmoid is 1/(1 + z), or
z/(1 + z) for negative x; softplus is max(x, 0) + log(1 + z).
"""

from __future__ import annotations

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.exponential import exp
from thalweg.native.vector_math.logarithm import log_of_pair
from thalweg.native.vector_math.pairs import Pair, ordered_sum, quotient

__all__ = ["sigmoid", "softplus"]


def sigmoid(x: Floats) -> Floats:
    """1/(1 + e⁻ˣ)."""
    number = x.lanes.number
    z = exp(-x.magnitude())
    # What 1 + z rounds away is half a unit of error, which would be too much beside that of z.
    above = Pair(where(x < 0.0, z, 1.0), number(0.0))
    ratio = quotient(above, ordered_sum(number(1.0), z))
    return ratio.high + ratio.low


def softplus(x: Floats) -> Floats:
    """log(1 + eˣ)."""
    number = x.lanes.number
    z = exp(-x.magnitude())
    small = log_of_pair(ordered_sum(number(1.0), z), number(0.0))
    # Where 1 + z is 1, log(1 + z) is z; the sum's low part says so already, but for denormals.
    return where(x > 0.0, x, number(0.0)) + small
