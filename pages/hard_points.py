"""What does a row say about its hard points: the stated answers, and why there are no others?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.core.evidence import Special
from thalweg.core.op import Op

LONGEST = 9
"""Arrays with more elements are shown by their shape."""

DIGITS = 12
"""Of an answer; fewer than a row's own, which the last bit of a machine's exp or sqrt may change."""

EXACT = 17
"""Of a point."""


def convention(op: Op) -> list[str]:
    """What holds at every hard point of an op, in sentences; empty where the row says nothing."""
    if op.severs:
        return ["none, for there is no gradient"]
    found = []
    if op.note:
        found.append(op.note)
    rules = set(op.reverse)
    if rules and rules <= set(op.linear_names):
        words = " and ".join(f"`{name}`" for name in op.input_names if name in rules)
        found.append(f"Linear in {words}: no kink, and the derivative is the same everywhere.")
    elif rules and rules <= set(op.multilinear_names):
        words = " and ".join(f"`{name}`" for name in op.input_names if name in rules)
        found.append(f"Linear in each of {words}: smooth everywhere.")
    elif op.special:
        found.append("At the points below.")
    if op.unbounded:
        found.append("Strong zero.")
    return found


def is_stated(op: Op) -> bool:
    """Whether the row answers the question what happens at its hard points.

    A note or a stated gradient does; so does a map that is linear in what it differentiates by, for
    it has none; and where there is no gradient there is nothing to state.
    """
    smooth = set(op.reverse) <= set(op.linear_names) or set(op.reverse) <= set(op.multilinear_names)
    stated = any(point.grad is not None for point in op.special)
    return bool(op.severs or op.note or smooth or stated)


def point_row(op: Op, point: Special) -> tuple[str, ...]:
    """One stated point: where, value, gradient, why and in which dtypes."""
    given = [list(point.at[0])] if op.variadic else list(point.at)
    at = ", ".join(shown(value, EXACT) for value in given)
    at += "".join(f", {name}={shown(value, EXACT)}" for name, value in point.params.items())
    grad = ""
    if point.grad is not None:
        grad = ", ".join("not stated" if one is None else shown(one) for one in point.grad)
    why = [point.why] if point.why else []
    if point.cotangent is not None:
        why.append(f"for the cotangent `{shown(point.cotangent)}`")
    if len(point.dtypes) == 1:
        why.append(f"in {point.dtypes[0]}")
    value = "" if point.value is None else shown(point.value)
    return _code(at), _code(value), _code(grad), "; ".join(why)


def shown(value: Any, digits: int = DIGITS) -> str:
    """A number, an array or a parameter as a reader would write it."""
    if isinstance(value, np.ndarray | np.generic):
        if value.size > LONGEST:
            return f"array of shape {list(value.shape)}"
        value = value.tolist()
    if isinstance(value, float):
        short = f"{value:.{DIGITS}g}"
        exact = digits == EXACT and value == value and float(short) != value
        return repr(value) if exact else f"{value:.{min(digits, DIGITS)}g}"
    if isinstance(value, complex):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, list):
        return f"[{', '.join(shown(one, digits) for one in value)}]"
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(shown(one, digits) for one in value)}{comma})"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={shown(one, digits)}" for name, one in value.items())
    if isinstance(value, type):
        return value.__name__
    return repr(value)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
