"""Logistic regression on 100 000 rows of 100 columns: a step of plain descent reads 40 MB twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_descents

COLUMNS = 100


def loss(m: Any, values: Any, data: Any) -> Any:
    """The mean of log(1 + exp(-y·(x·w + b))), y = ±1."""
    w, b = values
    x, y = data
    return m.mean(m.softplus(-y * (x @ w + b)))


def cases(sizes: Sizes) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    rows = sizes.shorter(100_000, 2000)
    x = rng.normal(size=(rows, COLUMNS)).astype("f")
    truth = rng.normal(size=(COLUMNS, 1))
    y = np.where(rng.random((rows, 1)) < 1 / (1 + np.exp(-(x @ truth))), 1, -1).astype("f")
    starts = [np.zeros((COLUMNS, 1), "f"), np.zeros(1, "f")]
    yield of_descents(
        f"logistic regression, {rows}×{COLUMNS}, a step", loss, starts, [x, y], 0.1, 20
    )
