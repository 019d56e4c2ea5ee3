"""What an op costs above NumPy's own call: unrecorded, recorded, and its share of the sweep."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

import thalweg as tw

CHAIN = 200


def pairs() -> dict[
    str, tuple[Callable[..., object], Callable[..., object], tuple[np.ndarray, ...]]
]:
    """Name, our op, NumPy's call, arguments: small arrays, where overhead shows."""
    a = np.full((4, 3), 1.01, np.float32)
    m = np.full((3, 3), 0.3, np.float32)
    return {
        "add": (operator.add, operator.add, (a, a)),
        "multiply": (operator.mul, operator.mul, (a, a)),
        "divide": (operator.truediv, operator.truediv, (a, a)),
        "maximum": (tw.maximum, np.maximum, (a, a)),
        "exp": (tw.exp, np.exp, (a,)),
        "tanh": (tw.tanh, np.tanh, (a,)),
        "sqrt": (tw.sqrt, np.sqrt, (a,)),
        "matmul": (operator.matmul, operator.matmul, (m, m)),
        "reduce_sum": (tw.reduce_sum, np.sum, (a,)),
        "reshape": (lambda x: tw.reshape(x, (3, 4)), lambda x: np.reshape(x, (3, 4)), (a,)),
        "transpose": (tw.transpose, np.transpose, (a,)),
    }


def loops(name: str) -> dict[str, Callable[[], object]]:
    """The same `CHAIN` calls by NumPy, by us unrecorded, and by us under a tape."""
    ours, theirs, arrays = pairs()[name]
    tensors = [tw.constant(array) for array in arrays]

    def numpy() -> None:
        for _ in range(CHAIN):
            theirs(*arrays)

    def unrecorded() -> None:
        for _ in range(CHAIN):
            ours(*tensors)

    def recorded() -> None:
        with tw.GradientTape() as tape:
            tape.watch(tensors[0])
            for _ in range(CHAIN):
                ours(*tensors)

    return {"numpy": numpy, "unrecorded": unrecorded, "recorded": recorded}


def sweep() -> dict[str, Callable[[], object]]:
    """A chain of products forward and back, and the same products by NumPy (one forward, one back)."""
    array = np.full((4, 3), 1.0001, np.float32)
    x = tw.constant(array)

    def numpy() -> None:
        y = array
        for _ in range(CHAIN):
            y = y * array
        for _ in range(CHAIN):
            y = y * array

    def taped() -> None:
        c = tw.constant(array)
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(CHAIN):
                y = y * c
        tape.gradient(y, x)

    return {"numpy": numpy, "forward and back": taped}
