"""A root of one function of one number between two points where it has different signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nextafter

__all__ = ["Between", "between", "look_around"]

_POINT = 1e-32  # of the first bracket: around zero, numbers lie closer than anybody asks for

Slope = Callable[[float], tuple[float, float]]


@dataclass(slots=True)
class Between:
    """What was found in a bracket.

    Attributes:
        x: the point with the smallest |f| of the last bracket.
        fun: f there.
        slope: f′ there.
        nit: steps taken.
        reason: "root"; "jump" where f changes its sign without passing zero; "not finite"; "steps".
    """

    x: float
    fun: float
    slope: float
    nit: int
    reason: str


def between(f: Slope, a: float, b: float, max_steps: int, start: float | None = None) -> Between:
    """Find a root between a and b by Newton's steps, halving the bracket wherever they leave it.

    The bracket is narrowed until f is zero or no number lies inside it any more. Newton's steps
    count only while each is less than half as long as the one before the last (Dekker's rule)
    and three of them halve the bracket, so that there are at most three times as many steps as
    plain halving takes.

    Args:
        f: x ↦ (f(x), f′(x)).
        a: one end.
        b: the other end; f(a)·f(b) ≤ 0.
        max_steps: evaluations allowed.
        start: where to begin between them.

    Returns:
        What was found.

    Source:
        Press et al., "Numerical Recipes", section 9.4 (rtsafe).
    """
    fa, fb = f(a)[0], f(b)[0]
    worst, first = max(abs(fa), abs(fb)), abs(b - a)
    for x, value in ((a, fa), (b, fb)):
        if value == 0.0:
            return Between(x, 0.0, f(x)[1], 0, "root")
    x = 0.5 * (a + b) if start is None else start
    before_last = last = first
    widths = [first] * 3
    value, slope = f(x)
    for step in range(1, max_steps + 1):
        if value == 0.0:
            return Between(x, value, slope, step, "root")
        if not isfinite(value):
            return Between(x, value, slope, step, "not finite")
        if (value < 0.0) == (fa < 0.0):
            a, fa = x, value
        else:
            b, fb = x, value
        low, high = min(a, b), max(a, b)
        if nextafter(low, high) >= high or high - low <= _POINT * first:
            break
        there = x - value / slope if slope != 0.0 and isfinite(slope) else low
        slow = high - low > 0.5 * widths[-3]
        widths.append(high - low)
        if not low < there < high or 2.0 * abs(there - x) > before_last or slow:
            there = 0.5 * (low + high)
        before_last, last = last, abs(there - x)
        if there in (low, high) or there == x:
            # Newton's step is lost in rounding: look at the next number on the other side.
            there = nextafter(x, b if x == a else a)
            if there in (low, high):
                break
        x = there
        value, slope = f(x)
    else:
        return Between(x, value, slope, max_steps, "steps")
    x = a if abs(fa) <= abs(fb) else b
    value, slope = f(x)
    # Next to a root a move of one unit in the last place changes f about as much as f is itself.
    unit = abs(b - a)
    small = abs(value) <= 8.0 * max(abs(slope), abs(fb - fa) / unit if unit else 0.0) * unit
    jump = not small or abs(value) > 1e-3 * worst
    return Between(x, value, slope, step, "jump" if jump else "root")


def look_around(
    value_at: Callable[[float], float], x: float, size: float
) -> tuple[float, float] | None:
    """Look for a sign other than f(x)'s, ever farther out on both sides of x.

    Args:
        value_at: x ↦ f(x).
        x: where to begin.
        size: the scale of x.

    Returns:
        Two points with different signs of f between which to search, or None.
    """
    here = value_at(x)
    if not isfinite(here):
        return None
    inner = {1.0: x, -1.0: x}
    reach = 1e-3 * size
    while reach < 1e8 * size:
        for sign in (1.0, -1.0):
            there = x + sign * reach
            found = value_at(there)
            if isfinite(found):
                if (found < 0.0) != (here < 0.0):
                    return inner[sign], there
                inner[sign] = there
        reach *= 1.5
    return None
