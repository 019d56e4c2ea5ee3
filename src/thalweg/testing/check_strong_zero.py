"""Where nothing comes in, does nothing go out, infinite or undefined as the slope may be?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from thalweg.core.op import Op
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, params_of_grid
from thalweg.testing.mismatch import Judge
from thalweg.testing.sweeps import followed, pulled, pulled_tensors, pushed
from thalweg.values.tensor import Tensor

HARD = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-30, -1e30, 1e200, np.inf, -np.inf, np.nan)
"""Where slopes are infinite or no numbers: every combination of these is tried."""


def check_strong_zero(judge: Judge, op: Op) -> None:
    """Cotangents and tangents of exactly zero stay zero at every hard point of an elementwise row.

    So do they when the sweep is itself differentiated, by another or forwards: a branch that is not
    taken has no second derivative either.

    Args:
        judge: compares.
        op: an elementwise row.
    """
    points = np.array(list(itertools.product(HARD, repeat=len(op.input_names))))
    for params in _params(op):
        for dtype in ("float64", "float32"):
            columns = tuple(np.ascontiguousarray(column) for column in points.T.astype(dtype))
            case = Case(op, f"hard points, {dtype}", columns, params)
            _check(judge, case)
            _check_second_order(judge, case)
        for point in points[:: max(1, len(points) // 20)]:
            told = ", ".join(map(str, point.tolist()))
            case = Case(op, f"({told})", tuple(point), params)
            _check(judge, case)
            _check_second_order(judge, case)


def _params(op: Op) -> Iterator[Mapping[str, Any]]:
    """The parameters of drawn shapes, and those of the samples and special points that differ."""
    seen = [params_of_grid(op)]
    stated = [one.params for one in op.samples] + [one.params for one in op.special]
    for params in stated:
        if params not in seen:
            seen.append(params)
    yield from seen


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


def _check_second_order(judge: Judge, case: Case) -> None:
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    where = f"strong zero, second order, {case.told}"
    tensors = case.tensors()
    sources = [tensors[place] for place in case.wanted]
    zeros = [Tensor(np.zeros_like(one)[()]) for one in answers]
    ways = [Tensor(np.full_like(one.array, 0.7)[()]) for one in sources]
    with GradientTape() as tape:
        tape.watch(sources)
        grads = pulled_tensors(case, tensors, zeros)
    _nothing(judge, f"{where}, reverse", tape.gradient(grads, sources, output_gradients=ways))
    with ForwardAccumulator(sources, ways) as forward:
        grads = pulled_tensors(case, tensors, zeros)
    _nothing(judge, f"{where}, forward", forward.jvp(grads))


def _nothing(judge: Judge, where: str, found: list[Any]) -> None:
    """All found is zero or nothing."""
    for one in found:
        if one is not None:
            judge.exact(where, one.array, np.zeros_like(one.array))
