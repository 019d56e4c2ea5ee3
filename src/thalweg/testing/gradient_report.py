"""What `check_gradients` found: the largest error of each mode at each order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GradientReport:
    """The outcome of a check that passed.

    Attributes:
        errors: by (mode, order), the largest difference between what came and what differences say,
            relative to the largest derivative of that order where that is above 1.
        oracle: by order, the oracle's own estimated error on the same scale; what is below it shows
            nothing.
        elements: how many elements of the argument were moved.
    """

    errors: Mapping[tuple[str, int], float]
    oracle: Mapping[int, float]
    elements: int

    @property
    def largest(self) -> float:
        """The largest error of all."""
        return max(self.errors.values(), default=0.0)

    def __str__(self) -> str:
        lines = [
            f"order {order}, {mode}: off by at most {error:.1e} (differences good to about "
            f"{self.oracle[order]:.0e})"
            for (mode, order), error in self.errors.items()
        ]
        return "\n".join([*lines, f"{self.elements} elements moved"])
