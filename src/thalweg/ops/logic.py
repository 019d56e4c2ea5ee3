"""Logic: and, or, exclusive or, not; of truth values, and bit by bit of integers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from thalweg.core.evidence import sample
from thalweg.core.op import Op, elementwise

NO_GRADIENT = "truth values carry no gradient"
BOTH = sample(np.array([True, True, False, False]), np.array([True, False, True, False]))


def _logical(name: str, kernel: Any, function: Any, formula: str) -> Op:
    return elementwise(
        name, "x y", kernel, public=f"{name} math.{name}", numpy=(function,), severs=NO_GRADIENT,
        samples=(BOTH,), formula=formula,
    )  # fmt: skip


logical_and = _logical("logical_and", operator.and_, np.logical_and, "x and y")
logical_or = _logical("logical_or", operator.or_, np.logical_or, "x or y")
logical_xor = _logical("logical_xor", operator.xor, np.logical_xor, "either x or y")
logical_not = elementwise(
    "logical_not", "x", operator.invert, public="logical_not math.logical_not",
    numpy=(np.logical_not,), severs=NO_GRADIENT, samples=(sample(np.array([True, False])),),
    formula="not x",
)  # fmt: skip
