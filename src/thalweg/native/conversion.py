"""How does a float become a whole number, a whole number a float, a truth value either?

As in NumPy's `astype` on the same processor: fractions are dropped, whole numbers wrap, and a float
beyond the whole numbers' range, or NaN, becomes the lowest of them.
"""

from __future__ import annotations

from thalweg.native.lanes import Floats, Lanes, Masks, Wholes, select

__all__ = ["of_bits", "to_floats", "to_truth", "to_wholes"]


def of_bits(lanes: Lanes, bits: int) -> Lanes:
    """As many lanes of 32 or 64 bits."""
    return lanes if lanes.bits == bits else Lanes(lanes.listing, lanes.machine, bits, lanes.width)


def to_floats(x: Floats | Wholes | Masks, bits: int) -> Floats:
    """The nearest floats of 32 or 64 bits."""
    lanes = of_bits(x.lanes, bits)
    if isinstance(x, Floats):
        return x.to_double() if bits == 64 else x.to_single() if x.lanes.bits == 64 else x
    verb = "sitofp" if isinstance(x, Wholes) else "uitofp"
    return Floats(lanes, lanes.listing.value(f"{verb} {x.kind} {x.name} to {lanes.float_type}"))


def to_wholes(x: Floats | Wholes | Masks, bits: int) -> Wholes:
    """Whole numbers of 32 or 64 bits."""
    lanes = of_bits(x.lanes, bits)
    if isinstance(x, Floats):
        return _without_fraction(x, lanes)
    if isinstance(x, Wholes) and x.lanes.bits == bits:
        return x
    narrower = isinstance(x, Wholes) and x.lanes.bits > bits
    verb = "trunc" if narrower else "sext" if isinstance(x, Wholes) else "zext"
    return Wholes(lanes, lanes.listing.value(f"{verb} {x.kind} {x.name} to {lanes.whole_type}"))


def _without_fraction(x: Floats, lanes: Lanes) -> Wholes:
    """LLVM's conversion answers nothing beyond the range, so those lanes convert 0."""
    top = 2.0 ** (lanes.bits - 1)
    # -2^(bits - 1) itself is in the range, and what lies less than 1 below it drops to it; it is the
    # answer for all that is out of range too.
    inside = (x > -top) & (x < top)
    safe = select(inside, x, x.lanes.number(0.0))
    line = f"fptosi {safe.kind} {safe.name} to {lanes.whole_type}"
    whole = Wholes(lanes, lanes.listing.value(line))
    return select(inside, whole, lanes.whole(-(1 << lanes.bits - 1)))


def to_truth(x: Floats | Wholes | Masks) -> Masks:
    """Whether it is other than 0; NaN is."""
    return x if isinstance(x, Masks) else x.differs(0)
