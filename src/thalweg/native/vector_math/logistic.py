"""sigmoid, softplus and logaddexp.

All through z = e^-|x|, which neither overflows nor loses the tails: the sigmoid is 1/(1 + z), or
z/(1 + z) for negative x; softplus is max(x, 0) + log(1 + z); logaddexp(x, y) is y + softplus(x - y),
with the larger number in front.
"""

from __future__ import annotations

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.exponential import exp, exp_of_pair
from thalweg.native.vector_math.logarithm import log_of_pair
from thalweg.native.vector_math.pairs import Pair, exact_sum, ordered_sum, quotient_of

__all__ = ["logaddexp", "sigmoid", "softplus"]

# Beyond this an exponential is 0, and a difference may be infinite.
FAR = 2000.0


def sigmoid(x: Floats) -> Floats:
    """1/(1 + e⁻ˣ)."""
    number = x.lanes.number
    z = exp(-x.magnitude())
    # What 1 + z rounds away is half a unit of error, which would be too much beside that of z.
    ratio = quotient_of(where(x < 0.0, z, 1.0), ordered_sum(number(1.0), z))
    return ratio.high + ratio.low


def softplus(x: Floats) -> Floats:
    """log(1 + eˣ)."""
    positive = where(x > 0.0, x, x.lanes.number(0.0))
    return positive + _log_of_one_and(exp(-x.magnitude()))


def logaddexp(x: Floats, y: Floats) -> Floats:
    """log(eˣ + eʸ); where the answer is near 0 its error is that of the larger number."""
    zero = x.lanes.number(0.0)
    first = x > y
    larger, smaller = where(first | x.is_nan(), x, y), where(first, y, x)
    # What the difference rounds away counts in its exponential. Equal infinities have no difference.
    apart = exact_sum(smaller, -larger)
    high = where(x.equals(y), zero, apart.high)
    z = exp_of_pair(Pair(high, where(apart.high > -FAR, apart.low, zero)), x.lanes.number(1.0))
    return larger + _log_of_one_and(z)


def _log_of_one_and(z: Floats) -> Floats:
    """log(1 + z) for 0 ≤ z ≤ 1; where 1 + z is 1, the sum's low part is z and so is the logarithm."""
    one, zero = z.lanes.number(1.0), z.lanes.number(0.0)
    return log_of_pair(ordered_sum(one, z), zero)
