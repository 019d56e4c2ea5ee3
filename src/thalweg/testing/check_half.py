"""Is an op right in float16: dtypes that stay, and numbers that are those of float64 within its precision?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.testing.cases import Case, weights
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable, widened
from thalweg.testing.sweeps import followed, pulled, pushed

HALF = np.dtype(np.float16)
VALUE = 4e-3
"""Four roundings of float16, relative to the largest number."""
SLOPE = 2e-2
"""Twenty: a rule is made of several ops, each rounded."""


def check_half(judge: Judge, case: Case, rng: Any) -> None:
    """Values, gradients and tangents on the sample rounded to float16, against float64 on the same."""
    if any(differentiable(value) and value.dtype.kind == "c" for value in case.inputs):
        return  # there is no complex number of two float16
    halves = [_half(value) for value in case.inputs]
    if all(new is old for new, old in zip(halves, case.inputs, strict=True)):
        return
    narrow = case.with_inputs(halves, ", float16")
    wide = case.with_inputs([widened(value, np.float64) for value in halves])
    try:
        came = [one.array for one in narrow.eager(narrow.tensors())]
    except TypeError:
        return  # LAPACK and what is made of it know no float16, and say so
    expected = [one.array for one in wide.eager(wide.tensors())]
    named = any("type" in name.lower() for name in case.params)
    for one, other in zip(came, expected, strict=True):
        floats = other.dtype == np.float64 and not named
        judge.require(
            not floats or one.dtype == HALF,
            f"dtype, {narrow.told}",
            f"expected float16, came {one.dtype}",
        )
        if floats and _fits(other):
            judge.close(f"value against that of float64, {narrow.told}", one, other, VALUE)
    _slopes(judge, narrow, wide, rng)


def _slopes(judge: Judge, narrow: Case, wide: Case, rng: Any) -> None:
    """Gradients by every wanted input, and tangents, of the right dtypes."""
    answers = followed(narrow.raw(narrow.inputs))
    if not narrow.wanted or not answers:
        return
    cotangents = weights(rng, answers)
    grads = pulled(narrow, cotangents)
    expected = pulled(wide, [widened(one, np.float64) for one in cotangents])
    for place, one, other in zip(narrow.wanted, grads, expected, strict=True):
        where = f"gradient by input {place} against that of float64, {narrow.told}"
        judge.require(one.dtype == HALF, where, f"expected float16, came {one.dtype}")
        if _fits(other):
            judge.close(where, one, other, SLOPE)
    tangents = dict(
        zip(narrow.wanted, weights(rng, [narrow.inputs[p] for p in narrow.wanted]), strict=True)
    )
    moved = pushed(narrow, tangents)
    exact = pushed(wide, {place: widened(one, np.float64) for place, one in tangents.items()})
    for one, other, answer in zip(moved, exact, answers, strict=True):
        where = f"tangent against that of float64, {narrow.told}"
        judge.require(
            one.dtype == answer.dtype, where, f"expected {answer.dtype}, came {one.dtype}"
        )
        if _fits(other):
            judge.close(where, one, other, SLOPE)


def _half(value: Any) -> Any:
    """A float in float16, where it holds it; numbers beyond stay as they are."""
    if not differentiable(value) or not _fits(value):
        return value
    return widened(value, HALF)


def _fits(value: Any) -> bool:
    """Whether all numbers stay far from where float16 overflows."""
    return not np.any(np.abs(value) > 1e4)
