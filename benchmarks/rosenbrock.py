"""A step of plain descent on Rosenbrock's function, in 2 and in 1000 dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_descents


def loss(m: Any, values: Any, data: Any) -> Any:
    """Σ 100(xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)²."""
    del data
    (x,) = values
    return m.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def cases(sizes: Sizes) -> Iterator[Case]:
    for size, steps in ((2, 200_000), (1000, 20_000)):
        yield of_descents(
            f"Rosenbrock, {size} dimensions, a step",
            loss,
            [np.full(size, 0.5)],
            [],
            1e-4,
            sizes.shorter(steps, 1000),
        )
