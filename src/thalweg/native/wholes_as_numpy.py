"""What do NumPy's plain functions of whole numbers answer: extremes, signs, divisions rounded down?

Sums, differences and products wrap. A division by 0 gives 0, as in NumPy, and the lowest number's
absolute value and its quotient by -1 are the number itself.
"""

from __future__ import annotations

from thalweg.native.lanes import Wholes, select

__all__ = ["absolute", "floor_divide", "maximum", "minimum", "remainder", "sign"]


def maximum(x: Wholes, y: Wholes) -> Wholes:
    """The larger of two."""
    return select(x > y, x, y)


def minimum(x: Wholes, y: Wholes) -> Wholes:
    """The smaller of two."""
    return select(x < y, x, y)


def absolute(x: Wholes) -> Wholes:
    """|x|."""
    return select(x < 0, -x, x)


def sign(x: Wholes) -> Wholes:
    """-1, 0 or 1."""
    whole = x.lanes.whole
    return select(x > 0, whole(1), select(x < 0, whole(-1), whole(0)))


def floor_divide(x: Wholes, y: Wholes) -> Wholes:
    """The quotient rounded down."""
    return _divided(x, y)[0]


def remainder(x: Wholes, y: Wholes) -> Wholes:
    """What the quotient rounded down leaves; it has the sign of y."""
    return _divided(x, y)[1]


def _divided(x: Wholes, y: Wholes) -> tuple[Wholes, Wholes]:
    """Quotient and rest; the processor can divide neither by 0 nor the lowest number by -1."""
    whole = x.lanes.whole
    odd = y.equals(0) | y.equals(-1)
    quotient, rest = x.divided(select(odd, whole(1), y))
    wrong = rest.differs(0) & ((rest < 0) ^ (y < 0))
    down = select(wrong, quotient - 1, quotient)
    down = select(y.equals(-1), -x, select(y.equals(0), whole(0), down))
    return down, select(wrong, rest + y, rest)
