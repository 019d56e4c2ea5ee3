"""How is a polynomial evaluated?"""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.native.lanes import Floats

__all__ = ["polynomial"]


def polynomial(x: Floats, coefficients: Sequence[float]) -> Floats:
    """Horner's rule, the lowest coefficient first: c₀ + x·(c₁ + x·(…)).

    One operation a coefficient and the smallest error. Its steps wait for each other, but in a loop
    over an array the next vectors' steps fill the time.
    """
    total = x.lanes.number(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total.times_plus(x, c)
    return total
