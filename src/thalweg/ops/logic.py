"""Logic: and, or, exclusive or, not; of truth values, and bit by bit of integers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, elementwise
from thalweg.errors import DTypeError, ShapeError

SOURCE = "definition"

NO_GRADIENT = "truth values carry no gradient"
BOTH = sample(np.array([True, True, False, False]), np.array([True, False, True, False]))
REFUSED = (
    wrong(np.array([True] * 3), np.array([True] * 2), error=ShapeError, words="broadcast"),
    wrong(np.array([0.5]), np.array([0.5]), error=DTypeError, words="cannot take"),
)


def _logical(name: str, kernel: Any, formula: str, on_bits: int) -> Op:
    return elementwise(
        name, "x y", kernel, public=f"{name} math.{name}", severs=NO_GRADIENT,
        samples=(BOTH,), wrong=REFUSED, formula=formula,
        special=(special(np.int32(6), np.int32(3), value=on_bits, why="integers, bit by bit"),),
    )  # fmt: skip


logical_and = _logical("logical_and", operator.and_, "x and y", 2)
logical_or = _logical("logical_or", operator.or_, "x or y", 7)
logical_xor = _logical("logical_xor", operator.xor, "either x or y", 5)
logical_not = elementwise(
    "logical_not", "x", operator.invert, public="logical_not math.logical_not",
    severs=NO_GRADIENT, samples=(sample(np.array([True, False])),),
    wrong=(wrong(np.array([0.5]), error=DTypeError, words="cannot take"),), formula="not x",
    special=(special(np.int32(5), value=-6, why="integers, bit by bit"),),
)  # fmt: skip
