"""Which polynomial comes nearest to a function, in the largest weighted error?

The second algorithm of Remez: solve for the polynomial whose weighted error takes equal values of
alternating signs at n + 2 points, move the points to where the error is largest, and repeat. See
J.-M. Muller, Elementary Functions (3rd ed., 2016), section 3.5, and E. W. Cheney, Introduction to
Approximation Theory (1966), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import mpmath as mp

Real = Callable[[mp.mpf], mp.mpf]

mp.mp.dps = 45
# Points at which the error is looked at between two of Remez' steps, for each coefficient.
DENSITY = 24
STEPS = 30


@dataclass(frozen=True)
class Fitted:
    """A polynomial's coefficients, lowest power first, and the largest weighted error found."""

    coefficients: list[mp.mpf]
    error: mp.mpf


def chebyshev_points(low: mp.mpf, high: mp.mpf, count: int) -> list[mp.mpf]:
    """Points that crowd toward the ends, as the extremes of a best error do."""
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle - half * mp.cos(mp.pi * k / (count - 1)) for k in range(count)]


def evaluate(coefficients: list[mp.mpf], x: mp.mpf) -> mp.mpf:
    """Horner's rule, in mpmath's precision."""
    total = mp.mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def fit(function: Real, weight: Real, low: mp.mpf, high: mp.mpf, degree: int) -> Fitted:
    """Minimise max |weight·(p - function)| over polynomials p of a degree.

    Args:
        function: what is to be approximated.
        weight: positive inside the interval; it may vanish at single points.
        low: the interval's lower end.
        high: its upper end.
        degree: of the polynomial.
    """
    grid = chebyshev_points(low, high, DENSITY * (degree + 2))
    # The grid is shared by all steps, so the function is asked once a point.
    values = [function(x) for x in grid]
    weights = [weight(x) for x in grid]
    places = _first_places(weights, degree + 2)
    best = Fitted([], mp.inf)
    for _ in range(STEPS):
        coefficients, level = _level_error(
            [grid[i] for i in places], [values[i] for i in places], [weights[i] for i in places]
        )
        errors = [
            w * (evaluate(coefficients, x) - v)
            for x, v, w in zip(grid, values, weights, strict=True)
        ]
        largest = max(abs(e) for e in errors)
        if largest < best.error:
            best = Fitted(coefficients, largest)
        if largest <= abs(level) * (1 + mp.mpf("1e-6")):
            break
        exchanged = _alternating(errors, degree + 2)
        if exchanged == places:
            break
        places = exchanged
    return best


def _first_places(weights: list[mp.mpf], count: int) -> list[int]:
    """Spread places over the grid, away from points without weight."""
    last = len(weights) - 1
    places = [round(k * last / (count - 1)) for k in range(count)]
    for k, place in enumerate(places):
        if weights[place] == 0:
            places[k] = place + (1 if place < last else -1)
    return places


def _level_error(
    points: list[mp.mpf], values: list[mp.mpf], weights: list[mp.mpf]
) -> tuple[list[mp.mpf], mp.mpf]:
    """Solve p(x) + (-1)^i·E/w(x) = f(x) for the coefficients and E."""
    count = len(points)
    system = mp.matrix(count, count)
    right = mp.matrix(count, 1)
    for i, (x, v, w) in enumerate(zip(points, values, weights, strict=True)):
        for k in range(count - 1):
            system[i, k] = x**k
        system[i, count - 1] = (-1) ** i / w
        right[i] = v
    with mp.workdps(mp.mp.dps + 2 * count):
        solved = mp.lu_solve(system, right)
    return [solved[k] for k in range(count - 1)], solved[count - 1]


def _alternating(errors: list[mp.mpf], count: int) -> list[int]:
    """Return the places of `count` extremes of alternating sign, the largest among them."""
    runs: list[int] = []
    for i, e in enumerate(errors):
        if e == 0:
            continue
        if runs and (errors[runs[-1]] > 0) == (e > 0):
            if abs(e) > abs(errors[runs[-1]]):
                runs[-1] = i
        else:
            runs.append(i)
    while len(runs) > count:
        # One too many: the smaller end goes. Two too many: the smallest goes with its neighbour.
        if len(runs) == count + 1 or len(runs) < 3:
            runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
            continue
        pairs = [
            (max(abs(errors[a]), abs(errors[b])), k) for k, (a, b) in enumerate(pairwise(runs))
        ]
        _, k = min(pairs)
        del runs[k : k + 2]
    if len(runs) < count:
        raise ArithmeticError(f"the error alternates {len(runs)} times, {count} are needed")
    return runs
