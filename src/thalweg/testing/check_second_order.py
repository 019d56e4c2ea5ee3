"""Can an op's gradients be differentiated? Against differences of the first-order answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, weights
from thalweg.testing.differences import derivative
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable, reals
from thalweg.testing.sweeps import followed, pulled, pulled_tensors, pushed, pushed_values
from thalweg.values.tensor import Tensor

TOLERANCE = 1e-8


def check_second_order(judge: Judge, case: Case, rng: Any) -> None:
    """Reverse over reverse and reverse over forward, along a drawn direction."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    cotangents = weights(rng, answers)
    values = [case.inputs[place] for place in case.wanted]
    direction = weights(rng, [*values, *cotangents])
    outer = weights(rng, values)
    _reverse_over_reverse(judge, case, cotangents, direction, outer)
    _reverse_over_forward(judge, case, weights(rng, values), direction, cotangents)


def shifted(case: Case, direction: list[Any], shift: float) -> Case:
    """The case with its wanted inputs moved along a direction."""
    inputs = list(case.inputs)
    for place, way in zip(case.wanted, direction, strict=False):
        inputs[place] = inputs[place] + way * shift
    return case.with_inputs(inputs)


def _reverse_over_reverse(
    judge: Judge, case: Case, cotangents: list[Any], direction: list[Any], outer: list[Any]
) -> None:
    where = f"second order, reverse over reverse, {case.told}"
    count = len(case.wanted)
    weight = reals(outer)

    def first_order(shift: float) -> Any:
        there = [w + way * shift for w, way in zip(cotangents, direction[count:], strict=True)]
        return reals(pulled(shifted(case, direction, shift), there)) @ weight

    with np.errstate(all="ignore"):
        expected, error = derivative(first_order, case.widest)
    judge.require(
        error <= TOLERANCE * max(1.0, abs(expected)),
        where,
        "differences find no second derivative; narrow the row's domain",
    )
    tensors = case.tensors()
    seeds = [Tensor(one) for one in cotangents]
    with GradientTape() as tape:
        sources = [*[tensors[place] for place in case.wanted], *seeds]
        tape.watch(sources)
        grads = pulled_tensors(case, tensors, seeds)
    found = tape.gradient(grads, sources, output_gradients=[Tensor(one) for one in outer])
    judge.close(where, _along(found, direction), expected, TOLERANCE)


def _reverse_over_forward(
    judge: Judge, case: Case, tangents: list[Any], direction: list[Any], outer: list[Any]
) -> None:
    where = f"second order, reverse over forward, {case.told}"
    given = dict(zip(case.wanted, tangents, strict=True))
    weight = reals(outer)

    def first_order(shift: float) -> Any:
        return reals(pushed(shifted(case, direction, shift), given)) @ weight

    with np.errstate(all="ignore"):
        expected, error = derivative(first_order, case.widest)
    judge.require(
        error <= TOLERANCE * max(1.0, abs(expected)),
        where,
        "differences find no second derivative; narrow the row's domain",
    )
    tensors = case.tensors()
    with GradientTape() as tape:
        sources = [tensors[place] for place in case.wanted]
        tape.watch(sources)
        answers = case.eager(tensors)
        several = isinstance(case.kernel(case.inputs), tuple)
        answer = tuple(answers) if several else answers[0]
        moved = pushed_values(case, tensors, answer, {p: Tensor(t) for p, t in given.items()})
        targets = [
            one for one, value in zip(moved, answers, strict=True) if differentiable(value.array)
        ]
    found = tape.gradient(targets, sources, output_gradients=[Tensor(one) for one in outer])
    judge.close(where, _along(found, direction), expected, TOLERANCE)


def _along(grads: list[Any], direction: list[Any]) -> Any:
    """The inner product of gradients (None counts as zero) with a direction."""
    total = 0.0
    for grad, way in zip(grads, direction, strict=False):
        if grad is not None:
            total = total + reals([grad.array]) @ reals([way])
    return total
