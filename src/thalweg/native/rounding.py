"""Which whole number lies below, above, beside a float? The answer is a float; zeros keep their signs."""

from __future__ import annotations

from thalweg.native.lanes import Floats, where

__all__ = ["ceil", "floor", "rint", "trunc"]


def rint(x: Floats) -> Floats:
    """The nearest whole number, of two the even one."""
    if x.lanes.machine.rounds:
        return x.intrinsic("roundeven")
    # Numbers from 2^mantissa on are whole; below, adding and subtracting it drops the fraction.
    top = 2.0**x.lanes.mantissa
    size = x.magnitude()
    return where(size < top, (size + top) - top, size).with_sign_of(x)


def floor(x: Floats) -> Floats:
    """The largest whole number that is not above x."""
    if x.lanes.machine.rounds:
        return x.intrinsic("floor")
    near = rint(x)
    return where(near > x, near - 1.0, near).with_sign_of(x)


def ceil(x: Floats) -> Floats:
    """The smallest whole number that is not below x."""
    if x.lanes.machine.rounds:
        return x.intrinsic("ceil")
    near = rint(x)
    return where(near < x, near + 1.0, near).with_sign_of(x)


def trunc(x: Floats) -> Floats:
    """x without its fraction."""
    if x.lanes.machine.rounds:
        return x.intrinsic("trunc")
    near = rint(x.magnitude())
    return where(near > x.magnitude(), near - 1.0, near).with_sign_of(x)
