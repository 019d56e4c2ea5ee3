"""Is our own derivative right, by differences of what stands one order below it?

Where TensorFlow gives no answer or another one, this decides: the derivative of a program along one
random direction, by Richardson extrapolation of central differences, against what the tape says.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from peers.outcome import Outcome, drawn, observe
from peers.program import Program

SCALES = (2e-3, 2e-4)
"""The largest step of a table; the second where the first steps over a jump or a kink."""

CLOSE = 1e-6


def along(program: Program, directions: list[np.ndarray], step: float) -> Program:
    moved = [s + step * d for s, d in zip(program.sources, directions, strict=True)]
    return replace(program, sources=tuple(moved))


def weighed(out: Outcome, program: Program, order: str) -> list[float]:
    """What is differentiated: the weighed values, or the weighed gradients one by one."""
    if order == "gradients":
        floats = [v for v in out.values if v.dtype.kind in "fc"]
        return [sum(float(np.sum(drawn(program.seed, 1, i, v) * v)) for i, v in enumerate(floats))]
    return [
        float(np.sum(drawn(program.seed, 2, i, g) * g))
        for i, g in enumerate(out.gradients)
        if g is not None
    ]


def right(program: Program, library: Any, order: str) -> bool:
    """Whether our gradients (or their derivatives, "products") are the derivatives of what they should be."""
    rng = np.random.default_rng(program.seed + 2)
    here = observe(program, library)
    if here.refused:
        return False
    # A source behind which no gradient passes, such as on_value of one_hot, is held still.
    directions = [
        rng.normal(size=s.shape) * (g is not None)
        for s, g in zip(program.sources, here.gradients, strict=True)
    ]
    told = np.array(_along(here, order, directions))
    for largest in SCALES:
        found = extrapolated(program, library, order, directions, largest)
        if (
            found is not None
            and found.shape == told.shape
            and np.all(np.abs(told - found) <= CLOSE * np.maximum(1, np.abs(found)))
        ):
            return True
    return False


def extrapolated(
    program: Program, library: Any, order: str, directions: list[np.ndarray], largest: float
) -> np.ndarray | None:
    """Differences with steps h, h/2, h/4, and Richardson's limit of them."""
    table = []
    for step in (largest, largest / 2, largest / 4):
        ahead = weighed(observe(along(program, directions, step), library), program, order)
        behind = weighed(observe(along(program, directions, -step), library), program, order)
        if len(ahead) != len(behind):
            return None
        table.append((np.array(ahead) - np.array(behind)) / (2 * step))
    for power in (4, 16):
        table = [(power * b - a) / (power - 1) for a, b in pairwise(table)]
    return table[0]


def _along(here: Outcome, order: str, directions: list[np.ndarray]) -> list[float]:
    """What the tape says along the directions: one number, or one for each gradient."""
    count = len(directions)
    parts = getattr(here, order)
    rows = [parts[i : i + count] for i in range(0, len(parts), count)]
    if order == "products":
        rows = [row for row, g in zip(rows, here.gradients, strict=True) if g is not None]
    return [
        sum(float(np.sum(p * d)) for p, d in zip(row, directions, strict=True) if p is not None)
        for row in rows
    ]
