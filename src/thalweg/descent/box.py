"""Bounds in the user's form as two flat arrays, lower and upper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.descent.layout import Layout
from thalweg.descent.problem import Vector
from thalweg.descent.real_number import real_number
from thalweg.errors import DescentError

__all__ = ["read_box"]


def read_box(bounds: Any, layout: Layout) -> tuple[Vector, Vector] | None:
    """Read bounds.

    Args:
        bounds: None; one pair (low, high) for all numbers; a sequence of pairs, one a number, so
            that each row of `[[0, 1], [2, 5]]` is a pair (lows and highs as two arrays are refused); a
            mapping of the start's names to pairs (names left out are free); or SciPy's `Bounds`,
            anything with `lb` and `ub`. None or an infinity means no bound on that side.
        layout: the start's form.

    Returns:
        Lower and upper, float64 `(n,)` each, or None without bounds.

    Raises:
        DescentError: bounds that do not fit the start, or a low above its high.
    """
    if bounds is None:
        return None
    n = layout.size
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
        lower = np.broadcast_to(np.asarray(bounds.lb, dtype=np.float64), (n,)).copy()
        upper = np.broadcast_to(np.asarray(bounds.ub, dtype=np.float64), (n,)).copy()
    else:
        pairs = _pairs(bounds, layout)
        lower = np.array([_side(low, -np.inf) for low, _ in pairs])
        upper = np.array([_side(high, np.inf) for _, high in pairs])
    if not np.all(lower <= upper):
        k = int(np.flatnonzero(~(lower <= upper))[0])
        raise DescentError(
            f"The bounds ({lower[k]:g}, {upper[k]:g}) hold no number; low, then high."
        )
    return lower, upper


def _pairs(bounds: Any, layout: Layout) -> list[tuple[Any, Any]]:
    n = layout.size
    if isinstance(bounds, Mapping):
        names = layout.names
        if names is None:
            raise DescentError("Bounds by name need a start that is a mapping of names to numbers.")
        for name in bounds:
            if name not in names:
                raise DescentError(
                    f"There are bounds for {name!r}, but the start has {', '.join(names)}."
                )
        return [_pair(bounds.get(name) or (None, None)) for name in names]
    listed = list(bounds)
    two = len(listed) == 2 and not isinstance(bounds, np.ndarray)
    if two and all(isinstance(one, np.ndarray) and one.ndim for one in listed):
        raise DescentError(
            "The bounds are two arrays; it could be lows and highs, or a pair for each of two "
            "numbers. Write lows and highs as np.column_stack([lows, highs]), or as SciPy's "
            "Bounds(lows, highs)."
        )
    if len(listed) == 2 and all(one is None or np.ndim(one) == 0 for one in listed):
        return [_pair(listed)] * n
    if len(listed) != n:
        raise DescentError(
            f"There are {len(listed)} bounds for {n} number{'s' * (n != 1)}; give one pair "
            "(low, high) for all, or one pair for each."
        )
    return [_pair((None, None) if one is None else one) for one in listed]


def _pair(one: Any) -> tuple[Any, Any]:
    try:
        low, high = one
    except (TypeError, ValueError):
        raise DescentError(f"The bound {one!r} is no pair (low, high).") from None
    return low, high


def _side(value: Any, free: float) -> float:
    number = free if value is None else real_number("A bound", value)
    if np.isnan(number):
        raise DescentError("A bound is nan; write None where there is none.")
    return number
