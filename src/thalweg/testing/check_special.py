"""Does an op give its row's stated answers at the hard points: value, gradient, tangent?"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from thalweg.core.evidence import Special
from thalweg.core.op import Op
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, weights
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable, reals
from thalweg.testing.sweeps import followed, pulled, pushed, pushed_values
from thalweg.values.tensor import Tensor

ULPS = 8.0
TILE = 9
"""Elementwise points are also checked in an array of this length: NumPy's loops have a wide part and
a rest, and they are different code."""


def check_special(judge: Judge, op: Op, special: Special) -> None:
    """One stated point, in each of its dtypes, and for elementwise ops as scalar and as array."""
    for name in special.dtypes:
        dtype = np.dtype(name)
        given = list(special.at[0]) if op.variadic else list(special.at)
        inputs = [_typed(value, dtype) for value in given]
        shown = ", ".join(f"{value!r}" for value in given)
        case = Case(op, f"special point ({shown}), {name}", tuple(inputs), special.params)
        _check(judge, case, special)
        if op.elementwise and all(np.ndim(value) == 0 for value in inputs):
            tiled = [_tiled(value) for value in inputs]
            _check(judge, case.with_inputs(tiled, f", {TILE} of them"), special)


def _typed(value: Any, dtype: np.dtype[Any]) -> Any:
    """Floats in the dtype asked for; integers, truth values and texts stand for themselves."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        return array.astype(np.result_type(dtype, np.complex64))[()]
    return array.astype(dtype)[()] if array.dtype.kind == "f" else value


def _tiled(value: Any) -> Any:
    return np.full(TILE, value) if isinstance(value, np.generic) else value


def _check(judge: Judge, case: Case, special: Special) -> None:
    with np.errstate(all="ignore"):
        tensors = case.tensors()
        with GradientTape() as tape:
            sources = [tensors[place] for place in case.wanted]
            tape.watch(sources)
            answers = case.eager(tensors)
        _value(judge, case, special, answers)
        if special.grad is None:
            return
        targets = followed(answers)
        given = None
        if special.cotangent is not None:
            given = [_spread(special.cotangent, one) for one in targets]
        found = []
        if targets and sources:
            found = tape.gradient(targets, sources, output_gradients=given)
        grads = dict(zip(case.wanted, found, strict=True))
        if special.cotangent is None:
            _strong_zero(judge, case, answers, special.grad)
            _transposed(judge, case)
        for place, stated in enumerate(special.grad):
            if stated is None:
                continue
            where = f"gradient by input {place}, {case.told}"
            grad = grads.get(place)
            if grad is None:
                judge.refuse(where, f"expected {stated!r}, came None")
                continue
            _stated(judge, where, grad.array, stated)
            if special.cotangent is None:
                _tangent(judge, case, place, stated)


def _spread(cotangent: Any, answer: Tensor) -> Tensor:
    """A stated cotangent in the shape and dtype of an answer."""
    return Tensor(np.broadcast_to(cotangent, answer.array.shape).astype(answer.array.dtype)[()])


def _strong_zero(judge: Judge, case: Case, answers: list[Any], grad: tuple[Any, ...]) -> None:
    """A cotangent of exactly zero gives exactly zero, infinite as the derivative may be.

    Where the value itself or a stated gradient is NaN there is nothing to protect.
    """
    if any(np.isnan(one.array).any() for one in followed(answers)):
        return
    if any(stated is not None and np.isnan(stated).any() for stated in grad):
        return
    zeros = [np.zeros_like(one)[()] for one in followed(case.raw(case.inputs))]
    for place, grad in zip(case.wanted, pulled(case, zeros) if zeros else [], strict=True):
        judge.exact(
            f"strong zero, gradient by input {place}, {case.told}", grad, np.zeros_like(grad)
        )
    for place in case.wanted:
        still: dict[int, Any] = {place: np.zeros_like(case.inputs[place])[()]}
        for moved in pushed(case, still):
            judge.exact(
                f"strong zero, tangent by input {place}, {case.told}", moved, np.zeros_like(moved)
            )


def _transposed(judge: Judge, case: Case) -> None:
    """⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩, with other cotangents than those that the stated gradient is for.

    At a tie or a kink too one rule is the other's transpose; where one answer is no number nothing is
    said.
    """
    targets = followed(case.raw(case.inputs))
    if not case.wanted or not targets:
        return
    rng = np.random.default_rng(zlib.crc32(case.told.encode()))
    ways = weights(rng, targets)
    moves = dict(zip(case.wanted, weights(rng, [case.inputs[p] for p in case.wanted]), strict=True))
    grads, moved = pulled(case, ways), pushed(case, moves)
    if not all(np.isfinite(one).all() for one in (*grads, *moved)):
        return
    left, right = reals(ways) * reals(moved), reals(grads) * reals(moves.values())
    size = max(1.0, float(np.abs(left).sum()), float(np.abs(right).sum()))
    if not np.isfinite(size):
        return
    gap = abs(float(left.sum(dtype=float)) - float(right.sum(dtype=float))) / size
    eps = max(float(np.finfo(one.dtype).eps) for one in (*grads, *moved))
    judge.require(
        gap <= 1e4 * eps,
        f"forward against reverse, {case.told}",
        f"⟨w, J·v⟩ = {left.sum()!r} but ⟨Jᵀ·w, v⟩ = {right.sum()!r} (off by {gap:.3g})",
    )


def _value(judge: Judge, case: Case, special: Special, answers: list[Any]) -> None:
    if special.value is None:
        return
    stated = special.value if isinstance(special.value, tuple) else (special.value,)
    where = f"value, {case.told}"
    judge.require(
        len(stated) == len(answers), where, f"{len(stated)} answers stated, {len(answers)} came"
    )
    for answer, value in zip(answers, stated, strict=True):
        _stated(judge, where, answer.array, value, signs=True)


def _stated(judge: Judge, where: str, came: Any, stated: Any, *, signs: bool = False) -> None:
    """A stated answer, to a few units in the last place; zeros, infinities and NaN to the letter."""
    expected = np.broadcast_to(np.asarray(stated), came.shape)
    if came.dtype.kind not in "fc":
        judge.exact(where, came, expected)
        return
    judge.ulps(where, came, expected, ULPS)
    zero = (expected == 0) & np.ones(came.shape, bool)
    if zero.any():
        judge.exact(where, came[zero], expected[zero].astype(came.dtype), signs=signs)


def _tangent(judge: Judge, case: Case, place: int, stated: Any) -> None:
    """Forward mode with a tangent of ones at one input: the stated gradient, summed."""
    value = case.inputs[place]
    tangent = np.ones_like(value)[()]
    answer = case.kernel(case.inputs)
    found = [
        one
        for one in pushed_values(case, case.inputs, answer, {place: tangent})
        if one is not None and differentiable(one)
    ]
    where = f"tangent by input {place}, {case.told}"
    came: Any = sum((np.sum(one) for one in found), start=np.zeros((), value.dtype)[()])
    expected = np.sum(np.broadcast_to(np.asarray(stated), np.shape(value)))
    if case.op.elementwise and found:
        _stated(judge, where, found[0], np.broadcast_to(np.asarray(stated), found[0].shape))
    elif not np.isfinite(expected):
        judge.exact(where, np.asarray(came), np.asarray(expected).astype(value.dtype))
    else:
        judge.close(where, came, np.asarray(expected), 64 * float(np.finfo(value.dtype).eps))
