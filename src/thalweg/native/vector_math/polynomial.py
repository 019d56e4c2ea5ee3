"""How is a polynomial evaluated?"""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.native.lanes import Floats

__all__ = ["by_steps", "polynomial"]

_FEW = 3


def polynomial(x: Floats, coefficients: Sequence[float], steps: int = 0) -> Floats:
    """A polynomial, the lowest coefficient first, by Estrin's scheme: (c₀ + c₁·x) + x²·(c₂ + c₃·x) + ….

    A few operations more than Horner's rule, but each waits for a few others only: where one number
    follows from another, as in a descent, nothing else fills the time. J.-M. Muller, Elementary
    Functions (3rd ed., 2016), section 5.4. As many steps as are wanted at the end, whose rounding counts
    most, are by Horner's rule.
    """
    rest = coefficients[steps:]
    total = _in_pairs(x, rest) if len(rest) > _FEW else by_steps(x, rest)
    for c in reversed(coefficients[:steps]):
        total = total.times_plus(x, c)
    return total


def by_steps(x: Floats, coefficients: Sequence[float]) -> Floats:
    """The same by Horner's rule, c₀ + x·(c₁ + x·(…)), whose error is smallest."""
    total = x.lanes.number(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total.times_plus(x, c)
    return total


def _in_pairs(x: Floats, coefficients: Sequence[float]) -> Floats:
    terms: list[Floats] = [
        x.times_plus(high, low)
        for low, high in zip(coefficients[::2], coefficients[1::2], strict=False)
    ]
    if len(coefficients) % 2:
        terms.append(x.lanes.number(coefficients[-1]))
    power = x
    while len(terms) > 1:
        power = power * power
        rest = terms[-1:] if len(terms) % 2 else []
        terms = [
            high.times_plus(power, low) for low, high in zip(terms[::2], terms[1::2], strict=False)
        ] + rest
    return terms[0]
