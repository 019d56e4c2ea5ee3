"""The gradient through a scan that carries 60 scalars for 614 steps, the shape of jax#40150.

The report's own program is a hierarchical Gaussian filter; this is a chain of such filters, written
for this purpose: twenty nodes, each with a mean, a precision and a volatility. A node expects what it
believed, learns from the mean that the node below it has come to, and passes its own mean on. The loss
looks at the last node, so that every leaf counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_calls

NODES = 20
STEPS = 614


def gradient(m: Any, rows: Any, start: Any) -> Any:
    """Of the summed squares of the last node's distances, by what all nodes start from."""

    def filtered(carried: Any, row: Any) -> Any:
        after = []
        value = row
        for node in range(NODES):
            mean, precision, volatility = carried[3 * node : 3 * node + 3]
            expected = 1.0 / (1.0 / precision + m.exp(volatility))
            error = value - mean
            precision = expected + 1.0
            mean = mean + error / precision
            surprise = m.tanh(error * error * expected - 1.0)
            volatility = 0.9 * volatility + 0.1 * surprise
            after += [mean, precision, volatility]
            value = mean
        return after

    def loss(start: Any) -> Any:
        means = m.track(filtered, m.unstack(start), rows, lambda carried: carried[-3])
        return m.sum((means - rows) ** 2)

    return m.gradient(loss, [start])


def cases(sizes: Sizes) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    steps = sizes.shorter(STEPS, 12)
    rows = np.cumsum(rng.normal(size=steps)).astype("f")
    start = np.tile([0.0, 1.0, -1.0], NODES).astype("f")
    # Left out: what runs each of the 400 000 operations by itself takes seconds a call, and
    # `torch.compile` would unroll Python's loop to as many.
    slow = ["thalweg, eager", "TensorFlow, eager", "PyTorch, compile"]
    yield of_calls(
        f"gradient through a scan, {3 * NODES} leaves, {steps} steps, a call",
        gradient,
        [rows, start],
        without=slow,
    )
