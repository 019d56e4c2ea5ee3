"""What is a pair of a gradient and a Variable, and what becomes of the Variables after their step?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["apply_constraints", "pair_of"]


def pair_of(one: Any) -> tuple[Any, Any]:
    """A gradient and a Variable.

    Raises:
        TypeError: it is no pair.
    """
    try:
        grad, variable = one
    except (TypeError, ValueError):
        raise TypeError(
            f"apply_gradients takes pairs (gradient, Variable); a {type(one).__name__} came: write "
            f"zip(gradients, variables)"
        ) from None
    return grad, variable


def apply_constraints(pairs: Iterable[tuple[Any, Any]]) -> None:
    """Bring Variables that were moved back to where their constraints want them."""
    for _, variable in pairs:
        constraint = getattr(variable, "constraint", None)
        if constraint is not None:
            variable.assign(constraint(variable))
