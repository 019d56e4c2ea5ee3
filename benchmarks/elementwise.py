"""A chain of elementwise operations that becomes one pass over memory: 10³ to 10⁷ elements, both dtypes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_calls

COUNTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def chain(m: Any, x: Any, y: Any) -> Any:
    """Two factors with four transcendental functions: tanh(x·y + sin x)·exp(-x²)."""
    return m.tanh(x * y + m.sin(x)) * m.exp(-x * x)


def by_numpy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found: np.ndarray = chain(np, x, y)
    return found


def cases(sizes: Sizes) -> Iterator[Case]:
    for dtype in ("float32", "float64"):
        for count in COUNTS[: sizes.shorter(len(COUNTS), 2)]:
            x, y = np.random.default_rng(0).normal(size=(2, count)).astype(dtype)
            yield of_calls(
                f"fused elementwise, {dtype}, {count}",
                chain,
                [x, y],
                numpy=by_numpy,
                tolerance=1e-5 if dtype == "float32" else 1e-12,
            )
