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

STEPS = (2e-3, 1e-3, 5e-4)
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
    directions = [rng.normal(size=s.shape) for s in program.sources]
    here = observe(program, library)
    if here.refused:
        return False
    table = []
    for step in STEPS:
        ahead = weighed(observe(along(program, directions, step), library), program, order)
        behind = weighed(observe(along(program, directions, -step), library), program, order)
        if len(ahead) != len(behind):
            return False
        table.append((np.array(ahead) - np.array(behind)) / (2 * step))
    while len(table) > 1:
        power = 4 ** (len(STEPS) - len(table) + 1)
        table = [(power * b - a) / (power - 1) for a, b in pairwise(table)]
    count = len(program.sources)
    parts = getattr(here, order)
    rows = [parts[i : i + count] for i in range(0, len(parts), count)]
    if order == "products":
        rows = [row for row, g in zip(rows, here.gradients, strict=True) if g is not None]
    told = [
        sum(float(np.sum(p * d)) for p, d in zip(row, directions, strict=True) if p is not None)
        for row in rows
    ]
    return len(told) == len(table[0]) and bool(
        np.all(np.abs(np.array(told) - table[0]) <= CLOSE * np.maximum(1, np.abs(table[0])))
    )
