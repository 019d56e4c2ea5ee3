"""How are floats multiplied by powers of two, and how is the power of two in a float found?"""

from __future__ import annotations

from thalweg.native.lanes import Floats, Lanes, Wholes, where

__all__ = ["power_of_two", "scale_to_one", "scaled", "split", "split_normal"]


def power_of_two(k: Wholes) -> Floats:
    """2^k for exponents of normal numbers; only k's low bits matter, those of its range."""
    lanes = k.lanes
    return ((k + lanes.bias) << lanes.mantissa).as_float()


def scale_to_one(x: Floats) -> Floats:
    """A power of two that brings a number of either end of the range near 1; x is not negative."""
    lanes = x.lanes
    inverse = power_of_two(lanes.bias - (x.as_bits() >> lanes.mantissa))
    # The largest numbers' inverse is no normal number any more, and half of it will do.
    return where(x < 2.0**lanes.bias, inverse, 2.0 ** (1 - lanes.bias))


def scaled(x: Floats, k_float: Floats, k: Wholes) -> Floats:
    """x·2^k rounded once: overflow gives infinity, underflow denormals and zero.

    Args:
        x: near 1, or NaN.
        k_float: whole numbers within twice the range of exponents.
        k: the same as whole numbers; their high bits may hold anything above the low 12.
    """
    lanes = x.lanes
    if lanes.machine.scales and lanes.bits * lanes.width in _SCALING:
        return _scaled_by_instruction(x, k_float)
    # Two factors, for 2^k itself may not be a number. The first product is exact.
    unused = lanes.bits - 12
    half = (k << unused) >> unused + 1
    return x * power_of_two(half) * power_of_two(k - half)


_SCALING = {128, 256, 512, 1024, 2048}


def _scaled_by_instruction(x: Floats, k: Floats) -> Floats:
    """AVX-512 multiplies by a power of two, rounding once, in one instruction (vscalef)."""
    lanes = x.lanes
    size = lanes.bits * lanes.width
    if size > 512:
        half = Lanes(lanes.listing, lanes.machine, lanes.bits, lanes.width // 2)
        parts = [
            _scaled_by_instruction(_part(x, half, n), _part(k, half, n)).name for n in range(2)
        ]
        every = ", ".join(f"i32 {n}" for n in range(lanes.width))
        line = (
            f"shufflevector {half.float_type} {parts[0]}, {half.float_type} {parts[1]}, "
            f"<{lanes.width} x i32> <{every}>"
        )
        return Floats(lanes, lanes.listing.value(line))
    kind = lanes.float_type
    letter = "s" if lanes.bits == 32 else "d"
    mask = f"i{max(lanes.width, 8)}"
    given = [(kind, x.name), (kind, k.name), (kind, x.name), (mask, "-1")]
    if size == 512:
        given.append(("i32", "4"))  # the rounding that is in force
    name = f"llvm.x86.avx512.mask.scalef.p{letter}.{size}"
    return Floats(lanes, lanes.listing.call(name, kind, *given))


def _part(x: Floats, half: Lanes, place: int) -> Floats:
    kind = x.lanes.float_type
    some = ", ".join(f"i32 {place * half.width + n}" for n in range(half.width))
    line = f"shufflevector {kind} {x.name}, {kind} poison, <{half.width} x i32> <{some}>"
    return Floats(half, half.listing.value(line))


def split_normal(x: Floats) -> tuple[Floats, Wholes]:
    """Write a positive normal number as m·2^e with m from √½ to √2; returns m and e."""
    lanes = x.lanes
    # Subtracting √½'s bits makes the exponent step where the fraction passes √½ and not 1.
    root = lanes.number(0.5**0.5).as_bits()
    above = x.as_bits() - root
    m = ((above & ((1 << lanes.mantissa) - 1)) + root).as_float()
    return m, above >> lanes.mantissa


def split(x: Floats) -> tuple[Floats, Floats]:
    """The same for denormals too, with e as a float.

    0, infinity, NaN and negative numbers give m and e that mean nothing.
    """
    lanes = x.lanes
    tiny = x < 2.0 ** (1 - lanes.bias)
    lift = lanes.mantissa + 1
    m, exponent = split_normal(where(tiny, x * 2.0**lift, x))
    e = exponent.to_float()
    return m, where(tiny, e - float(lift), e)
