"""Finiteness: which elements are NaN, infinite, finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special
from thalweg.core.op import Op, elementwise

VALUES = np.array([1.0, np.nan, np.inf, -np.inf])


def _question(name: str, function: Any, words: str, answers: list[bool]) -> Op:
    return elementwise(
        name, "x", function, public=f"math.{name}", numpy=(function,),
        severs="truth values carry no gradient", samples=(sample((3,)), sample(VALUES)),
        special=(special(VALUES, value=answers),), formula=words,
    )  # fmt: skip


is_nan = _question("is_nan", np.isnan, "whether x is NaN", [False, True, False, False])
is_inf = _question("is_inf", np.isinf, "whether x is infinite", [False, False, True, True])
is_finite = _question(
    "is_finite", np.isfinite, "whether x is a number", [True, False, False, False]
)
