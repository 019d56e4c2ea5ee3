"""Where nothing comes in, does nothing go out, infinite or undefined as the slope may be?"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from thalweg.core.op import Op
from thalweg.testing.cases import Case, params_of_grid
from thalweg.testing.mismatch import Judge
from thalweg.testing.sweeps import followed, pulled, pushed

HARD = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-30, -1e30, np.inf, -np.inf, np.nan)
"""Where slopes are infinite or no numbers: every combination of these is tried."""


def check_strong_zero(judge: Judge, op: Op) -> None:
    """Cotangents and tangents of exactly zero stay zero at every hard point of an elementwise row.

    A row that says that its slopes are bounded is not asked about NaN, where 0 times a slope is NaN.

    Args:
        judge: compares.
        op: an elementwise row.
    """
    hard = HARD if op.unbounded else [one for one in HARD if one == one]
    points = np.array(list(itertools.product(hard, repeat=len(op.input_names))))
    for dtype in ("float64", "float32"):
        columns = tuple(np.ascontiguousarray(column) for column in points.T.astype(dtype))
        _check(judge, Case(op, f"hard points, {dtype}", columns, params_of_grid(op)))
    for point in points[:: max(1, len(points) // 20)]:
        told = ", ".join(map(str, point.tolist()))
        _check(judge, Case(op, f"({told})", tuple(point), params_of_grid(op)))


def _check(judge: Judge, case: Case) -> None:
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    where = f"strong zero, {case.told}"
    zeros = [np.zeros_like(one)[()] for one in answers]
    for place, grad in zip(case.wanted, pulled(case, zeros), strict=True):
        judge.exact(f"{where}, gradient by input {place}", grad, np.zeros_like(grad))
    for place in case.wanted:
        still: dict[int, Any] = {place: np.zeros_like(case.inputs[place])[()]}
        for moved in pushed(case, still):
            judge.exact(f"{where}, tangent by input {place}", moved, np.zeros_like(moved))
