"""Are an op's reverse and forward rules right? Against differences, against each other, in float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.testing.cases import Case, weights
from thalweg.testing.differences import derivative
from thalweg.testing.layouts import LAYOUTS
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import arrays_of, reals, widened
from thalweg.testing.sweeps import followed, pulled, pushed

TIGHT = 1e-10
"""Allowed against differences in extended precision, which err by about 1e-15."""
FLOAT64 = 1e-8
"""Allowed against differences in float64, which err by about 1e-12 where the kernel is smooth."""
EXTENDED = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps


def check_first_order(judge: Judge, case: Case, rng: Any) -> None:
    """Reverse and forward rules of every wanted input, alone and together."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    jacobian, tolerance = _jacobian(judge, case)
    cotangents = weights(rng, answers)
    grads = _pulled(judge, case, cotangents)
    tangents = dict(
        zip(case.wanted, weights(rng, [case.inputs[p] for p in case.wanted]), strict=True)
    )
    total: Any = 0.0
    for place, grad in zip(case.wanted, grads, strict=True):
        name = case.op.input_names[0 if case.op.variadic else place]
        value = np.asarray(case.inputs[place])
        model = value if value.dtype.kind == "c" else value.astype(np.float64)
        expected = arrays_of(reals(cotangents) @ jacobian[place], [model])[0]
        judge.close(f"reverse rule of {name}, {case.told}", grad, expected, tolerance)
        pushed_one = pushed(case, {place: tangents[place]})
        moved = jacobian[place] @ reals([tangents[place]])
        judge.close(f"forward rule of {name}, {case.told}", reals(pushed_one), moved, tolerance)
        total = total + moved
    together = pushed(case, tangents)
    judge.close(f"forward rules together, {case.told}", reals(together), total, tolerance)
    for tangent, answer in zip(together, answers, strict=True):
        judge.require(
            tangent.shape == answer.shape and tangent.dtype == answer.dtype,
            f"tangent, {case.told}",
            f"expected {answer.dtype}{list(answer.shape)}, came {tangent.dtype}{list(tangent.shape)}",
        )
    _transposed(judge, case, reals(cotangents), reals(together), grads, tangents)
    _single(judge, case, cotangents, tangents, grads, together)


def check_gradients_in_layouts(judge: Judge, case: Case, rng: Any) -> None:
    """Gradients and tangents on the same numbers in other memory."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    cotangents = weights(rng, answers)
    tangents = dict(
        zip(case.wanted, weights(rng, [case.inputs[p] for p in case.wanted]), strict=True)
    )
    plain = pulled(case, cotangents)
    moved = pushed(case, tangents)
    for words, lay in LAYOUTS.items():
        laid = case.with_inputs([_laid(lay, value) for value in case.inputs], f", {words}")
        for one, other in zip(
            pulled(laid, [_laid(lay, c) for c in cotangents]), plain, strict=True
        ):
            judge.close(f"gradient, {laid.told}", one, other, 1e-13)
        for one, other in zip(
            pushed(laid, {p: _laid(lay, t) for p, t in tangents.items()}), moved, strict=True
        ):
            judge.close(f"tangent, {laid.told}", one, other, 1e-13)


def _laid(lay: Any, value: Any) -> Any:
    return lay(value) if isinstance(value, np.ndarray) and value.ndim else value


def _pulled(judge: Judge, case: Case, cotangents: list[Any]) -> list[Any]:
    """The gradients, of the right shapes and dtypes."""
    grads = pulled(case, cotangents)
    for place, grad in zip(case.wanted, grads, strict=True):
        value = case.inputs[place]
        where = f"gradient by input {place}, {case.told}"
        judge.require(grad is not None, where, "expected an array, came None")
        judge.require(
            grad.shape == value.shape and grad.dtype == value.dtype,
            where,
            f"expected {value.dtype}{list(value.shape)}, came {grad.dtype}{list(grad.shape)}",
        )
    return grads


def _jacobian(judge: Judge, case: Case) -> tuple[dict[int, Any], float]:
    """By place: the real matrix of derivatives, in extended precision where the kernel takes it."""
    if EXTENDED:
        wide = [widened(value, np.longdouble) for value in case.inputs]
        try:
            with np.errstate(all="ignore"):
                answers = followed(case.raw(wide))
            if answers and all(np.asarray(one).real.dtype == np.longdouble for one in answers):
                return _columns(judge, case, wide, TIGHT), TIGHT
        except (TypeError, ValueError, KeyError, NotImplementedError):
            pass
    return _columns(judge, case, list(case.inputs), FLOAT64), FLOAT64


def _columns(judge: Judge, case: Case, inputs: list[Any], tolerance: float) -> dict[int, Any]:
    found = {}
    with np.errstate(all="ignore"):
        size = reals(followed(case.raw(inputs))).size
        for place in case.wanted:
            value = np.asarray(inputs[place])
            start = reals([value])
            columns = np.zeros((size, start.size))
            for at in range(start.size):
                slope, error = derivative(_moved(case, inputs, place, start, at), case.widest)
                limit = tolerance * max(1.0, float(np.abs(slope).max(initial=0)))
                judge.require(
                    np.all(error <= limit), f"sample, {case.told}",
                    f"differences find no derivative by element {at} of input {place} "
                    f"(estimated error {float(error.max(initial=0)):.2g}): a kink or the domain's end is near; "
                    f"narrow the row's domain",
                )  # fmt: skip
                columns[:, at] = slope
            found[place] = columns
    return found


def _moved(case: Case, inputs: list[Any], place: int, start: Any, at: int) -> Any:
    """The answers as a function of one element's shift."""

    def function(shift: float) -> Any:
        vector = start.copy()
        vector[at] += shift
        moved = arrays_of(vector, [inputs[place]])[0][()]
        return reals(followed(case.raw([*inputs[:place], moved, *inputs[place + 1 :]])))

    return function


def _transposed(
    judge: Judge, case: Case, w: Any, pushed_v: Any, grads: list[Any], tangents: dict[int, Any]
) -> None:
    """⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩: one rule is the other's transpose."""
    left = w * pushed_v
    right = reals(grads) * reals(tangents.values())
    size = max(1.0, float(np.abs(left).sum()), float(np.abs(right).sum()))
    gap = abs(float(left.sum()) - float(right.sum())) / size
    judge.require(
        gap <= 1e-12, f"forward against reverse, {case.told}",
        f"⟨w, J·v⟩ = {float(left.sum())!r} but ⟨Jᵀ·w, v⟩ = {float(right.sum())!r} (off by {gap:.3g}, allowed 1e-12)",
    )  # fmt: skip


def _single(
    judge: Judge,
    case: Case,
    cotangents: list[Any],
    tangents: dict[int, Any],
    grads: list[Any],
    moved: list[Any],
) -> None:
    """The same in float32: dtypes stay, and numbers are those of float64 within its precision."""
    narrow = case.with_inputs([widened(value, np.float32) for value in case.inputs], ", float32")
    answers = followed(narrow.raw(narrow.inputs))
    if len(answers) != len(cotangents):
        return
    few = [np.asarray(c).astype(a.dtype)[()] for c, a in zip(cotangents, answers, strict=True)]
    for one, other in zip(_pulled(judge, narrow, few), grads, strict=True):
        judge.close(f"gradient against that of float64, {narrow.told}", one, other, 2e-5)
    for one, other in zip(
        pushed(narrow, {p: widened(t, np.float32) for p, t in tangents.items()}), moved, strict=True
    ):
        judge.close(f"tangent against that of float64, {narrow.told}", one, other, 2e-5)
