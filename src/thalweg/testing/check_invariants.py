"""What holds for every gradient and tangent: linear, and it leaves everything else as it was."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, weights
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable
from thalweg.testing.sweeps import followed, pulled, pulled_tensors, pushed
from thalweg.values.constant import constant
from thalweg.values.tensor import Tensor


def check_linear(judge: Judge, case: Case, rng: Any) -> None:
    """A cotangent of zero gives exactly zero, doubling doubles, and the sum gives the sum."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    one, two = weights(rng, answers), weights(rng, answers)
    where = f"linear in the cotangent, {case.told}"
    first = pulled(case, one)
    for grad in pulled(case, [np.zeros_like(w)[()] for w in one]):
        judge.exact(f"{where}, g = 0", grad, np.zeros_like(grad))
    for grad, twice in zip(first, pulled(case, [w + w for w in one]), strict=True):
        judge.close(f"{where}, 2·g", twice, grad + grad, 1e-14)
    second = pulled(case, two)
    both = pulled(case, [a + b for a, b in zip(one, two, strict=True)])
    for a, b, total in zip(first, second, both, strict=True):
        judge.close(f"{where}, g + h", total, a + b, 1e-12)
    _linear_in_the_tangent(judge, case, rng)


def check_slope_by_cotangent(judge: Judge, case: Case, rng: Any) -> None:
    """The gradient is linear in the cotangent, so its derivative by a cotangent of zero is that of others.

    A rule that answers a plain zero where nothing comes in has the right value there, and no slope.
    """
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    outer = weights(rng, [case.inputs[place] for place in case.wanted])
    slopes = []
    for seeds in (weights(rng, answers), [np.zeros_like(one)[()] for one in answers]):
        given = [Tensor(seed) for seed in seeds]
        with GradientTape() as tape:
            tape.watch(given)
            grads = pulled_tensors(case, case.tensors(), given)
        found = tape.gradient(grads, given, output_gradients=[Tensor(one) for one in outer])
        slopes.append([np.zeros_like(s) if f is None else f.array for s, f in zip(seeds, found, strict=True)])  # fmt: skip
    for some, none in zip(*slopes, strict=True):
        judge.close(f"slope by a cotangent of zero, {case.told}", none, some, 1e-12)


def _linear_in_the_tangent(judge: Judge, case: Case, rng: Any) -> None:
    """The same of the forward rules: a tangent of zero gives exactly zero, doubling doubles."""
    where = f"linear in the tangent, {case.told}"
    for place in case.wanted:
        (way,) = weights(rng, [case.inputs[place]])
        for moved in pushed(case, {place: np.zeros_like(way)[()]}):
            judge.exact(f"{where}, t = 0", moved, np.zeros_like(moved))
        once, twice = pushed(case, {place: way}), pushed(case, {place: way + way})
        for one, two in zip(once, twice, strict=True):
            judge.close(f"{where}, 2·t", two, one + one, 1e-14)


def check_untouched(judge: Judge, case: Case, rng: Any) -> None:
    """Neither call nor sweep writes to inputs or cotangents; the same question has the same answer."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    tensors = case.tensors()
    seeds = [Tensor(np.array(w)) for w in weights(rng, answers)]
    watched = [*[one for one in tensors if isinstance(one, Handle)], *seeds]
    before = [np.array(one.array, copy=True) for one in watched]
    first = pulled_tensors(case, tensors, seeds)
    second = pulled_tensors(case, tensors, seeds)
    for one, old in zip(watched, before, strict=True):
        kind = "cotangent" if any(one is seed for seed in seeds) else "input"
        judge.require(
            np.array_equal(one.array, old, equal_nan=True),
            f"{kind} after the sweep, {case.told}", f"expected it untouched, {old!r}, came {one.array!r}",
        )  # fmt: skip
    for one, other in zip(first, second, strict=True):
        judge.exact(f"the same gradient twice, {case.told}", one.array, other.array)


def check_snapshot(judge: Judge, case: Case, rng: Any) -> None:
    """Writing to the user's arrays after the call, operands or parameters, changes no gradient."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    cotangents = weights(rng, answers)
    expected = dict(zip(case.wanted, pulled(case, cotangents), strict=True))
    for watched in case.wanted:
        mine = [value.copy() if isinstance(value, np.ndarray) else value for value in case.inputs]
        theirs = {name: _own(value) for name, value in case.params.items()}
        # Rows without a public name are called with what the library itself holds.
        arrays = _arrays(list(theirs.values())) if case.op.public else []
        values = [constant(v) if place == watched else v for place, v in enumerate(mine)]
        with GradientTape() as tape:
            tape.watch(values[watched])
            given = (values,) if case.op.variadic else values
            answer = case.op.eager(*given, **theirs)
            parts = followed(list(answer) if isinstance(answer, tuple) else [answer])
        _another_call(case)
        for array in [*mine, *arrays]:
            _spoil(array)
        found = tape.gradient(parts, values[watched], output_gradients=cotangents)
        where = f"operands and parameters changed after the call, {case.told}"
        judge.require(found is not None, where, "expected a gradient, came None")
        judge.close(where, found.array, expected[watched], 1e-14)


def _another_call(case: Case) -> None:
    """The same op on other numbers: what a row left lying about is overwritten."""
    with contextlib.suppress(Exception):  # outside of its domain the op may refuse
        case.eager([Tensor(v * 0.875) if differentiable(v) else v for v in case.inputs])


def _own(value: Any) -> Any:
    """A copy of a parameter, with arrays in it copied."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)([_own(part) for part in value])
    return value


def _arrays(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, list | tuple):
        return [array for part in value for array in _arrays(part)]
    return []


def _spoil(array: Any) -> None:
    """Other numbers of the same kind; an index stays an index."""
    if not isinstance(array, np.ndarray) or not array.flags.writeable:
        return
    if differentiable(array):
        array[...] = -7.0
    elif array.dtype.kind == "b":
        array[...] = ~array
    elif array.dtype.kind in "iu":
        array[...] = 0 if array.any() else 1
