"""Bounds of a fit's parameters as two vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.errors import DescentError
from thalweg.fit.model import Array

__all__ = ["read_bounds"]


def read_bounds(bounds: Any, names: tuple[str, ...]) -> tuple[Array, Array]:
    """Lower and upper bounds, −inf and inf where there are none.

    Args:
        bounds: None; a mapping of names to (low, high), None for no limit; or (lows, highs), each
            one number or one a parameter, as SciPy takes them.
        names: the parameters.

    Raises:
        DescentError: a name that is no parameter, or low not below high.

    >>> read_bounds({"b": (0, None)}, ("a", "b"))
    (array([-inf,   0.]), array([inf, inf]))
    """
    lower, upper = np.full(len(names), -np.inf), np.full(len(names), np.inf)
    if bounds is None:
        return lower, upper
    if isinstance(bounds, Mapping):
        for name, pair in bounds.items():
            if name not in names:
                raise DescentError(
                    f"bounds have {name!r}, which is no parameter; there are {', '.join(names)}"
                )
            low, high = _pair(f"the bounds of {name}", pair)
            lower[names.index(name)] = -np.inf if low is None else _number(name, low)
            upper[names.index(name)] = np.inf if high is None else _number(name, high)
    else:
        lows, highs = _pair("bounds", bounds)
        lower, upper = _side(lows, len(names), -np.inf), _side(highs, len(names), np.inf)
    for name, low, high in zip(names, lower, upper, strict=True):
        if not low < high:
            raise DescentError(
                f"the bounds of {name} are ({low:g}, {high:g}); low must lie below high: to hold a "
                "parameter still, write its number into the formula"
            )
    return lower, upper


def _pair(what: str, pair: Any) -> tuple[Any, Any]:
    try:
        low, high = pair
    except (TypeError, ValueError):
        raise DescentError(f"{what} are {pair!r}; give a pair (low, high)") from None
    return low, high


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise DescentError(f"a bound of {name} is {value!r}; give a number or None") from None


def _side(values: Any, count: int, missing: float) -> Array:
    if values is None:
        return np.full(count, missing)
    try:
        found = np.asarray(values, dtype=np.float64)
        if found.ndim and found.shape != (count,):
            raise ValueError
        return np.array(np.broadcast_to(found, (count,)))
    except (TypeError, ValueError):
        raise DescentError(
            f"bounds have {values!r} for {count} parameters; give one number or one a parameter"
        ) from None
