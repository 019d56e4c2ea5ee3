"""How are more digits carried than a float holds? As two floats whose sum is meant.

The classical error-free sums and products: T. J. Dekker, A floating-point technique for extending the
available precision, Numer. Math. 18 (1971); D. E. Knuth, The Art of Computer Programming 2, 4.2.2.
"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.native.lanes import Floats, where

__all__ = [
    "Pair",
    "exact_product",
    "exact_sum",
    "ordered_sum",
    "product",
    "quotient",
    "quotient_of",
    "square_root",
]


class Pair(NamedTuple):
    """high + low, with |low| at most about half a unit in high's last place."""

    high: Floats
    low: Floats


def exact_sum(a: Floats, b: Floats) -> Pair:
    """a + b without error, whichever is larger (Knuth)."""
    total = a + b
    shared = total - a
    return Pair(total, (a - (total - shared)) + (b - shared))


def ordered_sum(a: Floats, b: Floats) -> Pair:
    """a + b without error, where |a| ≥ |b| or a is 0 (Dekker)."""
    total = a + b
    return Pair(total, b - (total - a))


def exact_product(a: Floats, b: Floats) -> Pair:
    """a·b without error, unless it overflows or its last digits underflow."""
    product = a * b
    if a.lanes.machine.fused:
        return Pair(product, a.times_plus(b, -product))
    (ah, al), (bh, bl) = _halves(a), _halves(b)
    return Pair(product, ((ah * bh - product) + ah * bl + al * bh) + al * bl)


def _halves(a: Floats) -> Pair:
    """Veltkamp's split: two numbers with half the digits each."""
    shifted = a * (2.0**12 + 1 if a.lanes.bits == 32 else 2.0**27 + 1)
    high = shifted - (shifted - a)
    return Pair(high, a - high)


def quotient(above: Pair, below: Pair) -> Pair:
    """above/below, to nearly twice the float's digits; no part may be near under- or overflow."""
    inverse = 1.0 / below.high
    ratio = above.high * inverse
    rest = _rest(above.high, ratio, below.high) + (above.low - ratio * below.low)
    return Pair(ratio, rest * inverse)


def quotient_of(above: Floats, below: Pair) -> Pair:
    """The same of a single float."""
    inverse = 1.0 / below.high
    ratio = above * inverse
    return Pair(ratio, (-ratio).times_plus(below.low, _rest(above, ratio, below.high)) * inverse)


def _rest(above: Floats, ratio: Floats, below: Floats) -> Floats:
    """above - ratio·below, without error for a ratio that is nearly above/below."""
    if above.lanes.machine.fused:
        return (-ratio).times_plus(below, above)
    product = exact_product(ratio, below)
    return (above - product.high) - product.low


def product(a: Pair, b: Pair) -> Pair:
    """a·b, to nearly twice the float's digits."""
    first = exact_product(a.high, b.high)
    return Pair(first.high, a.low.times_plus(b.high, a.high.times_plus(b.low, first.low)))


def square_root(x: Pair) -> Pair:
    """√x, to nearly twice the float's digits; of 0 it is 0."""
    root = x.high.square_root()
    square = exact_product(root, root)
    lacks = (((x.high - square.high) - square.low) + x.low) / (root + root)
    return Pair(root, where(root > 0.0, lacks, 0.0))
