"""A step of plain descent on 784-128-10 with ReLU and softmax cross-entropy, for batches small and large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.case import CHECKED, Case, Rival, Sizes, of_descents

BATCHES = (1, 8, 16, 32, 128, 512)
RATE = 0.01


def loss(m: Any, values: Any, data: Any) -> Any:
    w1, b1, w2, b2 = values
    x, y = data
    return m.mean(m.cross_entropy(y, m.relu(x @ w1 + b1) @ w2 + b2))


def by_hand(starts: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> Callable[[], Rival]:
    """The step written out in NumPy."""

    def maker() -> Rival:
        w1, b1, w2, b2 = values = [start.copy() for start in starts]
        share = np.float32(RATE / len(x))

        def step() -> None:
            hidden = np.maximum(x @ w1 + b1, 0)
            logits = hidden @ w2 + b2
            p = np.exp(logits - logits.max(1, keepdims=True))
            p /= p.sum(1, keepdims=True)
            p -= y
            p *= share
            back = p @ w2.T
            back *= hidden > 0
            w2[...] -= hidden.T @ p
            b2[...] -= p.sum(0)
            w1[...] -= x.T @ back
            b1[...] -= back.sum(0)

        def answer() -> list[np.ndarray]:
            for _ in range(CHECKED):
                step()
            return [value.copy() for value in values]

        return Rival(step, 1, answer)

    return maker


def cases(sizes: Sizes) -> Iterator[Case]:
    for batch in BATCHES:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(batch, 784)).astype("f")
        y = np.eye(10, dtype="f")[rng.integers(0, 10, batch)]
        starts = [
            (rng.normal(size=(784, 128)) * 0.05).astype("f"), np.zeros(128, "f"),
            (rng.normal(size=(128, 10)) * 0.05).astype("f"), np.zeros(10, "f"),
        ]  # fmt: skip
        steps = sizes.shorter(max(2000, 40_000 // batch), 50)
        case = of_descents(f"784-128-10, batch {batch}, a step", loss, starts, [x, y], RATE, steps)
        yield case._replace(makers={**case.makers, "NumPy, by hand": by_hand(starts, x, y)})
