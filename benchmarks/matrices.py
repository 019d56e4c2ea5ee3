"""Products of square matrices, 4 to 2048, both dtypes, two threads for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_calls

SIZES = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)


def product(m: Any, a: Any, b: Any) -> Any:
    del m
    return a @ b


def cases(sizes: Sizes) -> Iterator[Case]:
    for dtype in ("float32", "float64"):
        for size in SIZES[: sizes.shorter(len(SIZES), 3)]:
            a, b = np.random.default_rng(0).normal(size=(2, size, size)).astype(dtype)
            yield of_calls(
                f"matrix product, {dtype}, {size}",
                product,
                [a, b],
                numpy=np.matmul,
                numpy_name="NumPy",
                # A product alone is one call of their libraries either way.
                without=["PyTorch, compile", "TensorFlow, XLA"],
                tolerance=1e-4 if dtype == "float32" else 1e-12,
            )
