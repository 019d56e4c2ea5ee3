"""Work so small that overhead is all: the perceptron's gradient, and the descents N4.3, N4.4 and N4.5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_calls, of_descents


def perceptron(m: Any, x: Any, y: Any, w: Any, b: Any) -> Any:
    """The gradient of MSE(softmax(x·w + b), y)."""
    return m.gradient(lambda w, b: m.mean((y - m.softmax(x @ w + b)) ** 2), [w, b])


def cubic(m: Any, values: Any, data: Any) -> Any:
    """N4.3: (x³ + 2x - 3)²."""
    del m, data
    (x,) = values
    return (x * x * x + 2 * x - 3) ** 2


def waves(m: Any, values: Any, data: Any) -> Any:
    """N4.4: (sin(½x² - ¼y² + 3)·cos(2x + 1 - eʸ))²."""
    del data
    x, y = values
    return (m.sin(0.5 * x * x - 0.25 * y * y + 3) * m.cos(2 * x + 1 - m.exp(y))) ** 2


def fit(m: Any, values: Any, data: Any) -> Any:
    """N4.5: a fit by 1-10-1 with ReLU."""
    w1, b1, w2, b2 = values
    x, y = data
    return m.mean((y - (m.relu(x @ w1 + b1) @ w2 + b2)) ** 2)


def cases(sizes: Sizes) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 4)).astype("f"), rng.normal(size=(4, 3)).astype("f")
    y, b = np.eye(3, dtype="f")[[2, 0]], np.zeros(3, "f")
    yield of_calls("perceptron gradient, a call", perceptron, [x, y, w, b])
    yield of_descents(
        "N4.3, a step", cubic, [np.array(1.5)], [], 1e-3, sizes.shorter(2_000_000, 20_000)
    )
    starts = [np.array(0.3), np.array(0.2)]
    yield of_descents("N4.4, a step", waves, starts, [], 0.02, sizes.shorter(500_000, 10_000))
    x = np.linspace(-1, 1, 300, dtype="f")[:, None]
    y = (x**2 - 0.5 + rng.normal(0, 0.05, x.shape)).astype("f")
    starts = [
        rng.normal(size=(1, 10)), np.full((1, 10), 0.1), rng.normal(size=(10, 1)), np.full((1, 1), 0.1)
    ]  # fmt: skip
    narrow = [start.astype("f") for start in starts]
    yield of_descents(
        "N4.5, a step of the fit", fit, narrow, [x, y], 0.1, sizes.shorter(20_000, 1000)
    )
