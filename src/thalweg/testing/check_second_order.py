"""Can an op's gradients be differentiated? Against differences of the first-order answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, weights
from thalweg.testing.differences import derivative
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable, reals
from thalweg.testing.sweeps import followed, pulled, pulled_tensors, pushed, pushed_values
from thalweg.values.tensor import Tensor

TOLERANCE = 1e-8


def check_second_order(judge: Judge, case: Case, rng: Any) -> None:
    """Reverse and forward over reverse, reverse and forward over forward, along a drawn direction."""
    answers = followed(case.raw(case.inputs))
    if not case.wanted or not answers:
        return
    cotangents = weights(rng, answers)
    values = [case.inputs[place] for place in case.wanted]
    direction = weights(rng, [*values, *cotangents])
    outer = weights(rng, values)
    _over_reverse(judge, case, cotangents, direction, outer)
    _over_forward(judge, case, weights(rng, values), direction, cotangents)


def shifted(case: Case, direction: list[Any], shift: float) -> Case:
    """The case with its wanted inputs moved along a direction."""
    inputs = list(case.inputs)
    for place, way in zip(case.wanted, direction, strict=False):
        inputs[place] = inputs[place] + way * shift
    return case.with_inputs(inputs)


def _over_reverse(
    judge: Judge, case: Case, cotangents: list[Any], direction: list[Any], outer: list[Any]
) -> None:
    count = len(case.wanted)
    weight = reals(outer)

    def first_order(shift: float) -> Any:
        there = [w + way * shift for w, way in zip(cotangents, direction[count:], strict=True)]
        return reals(pulled(shifted(case, direction, shift), there)) @ weight

    expected = _oracle(judge, case, first_order)
    tensors = case.tensors()
    seeds = [Tensor(one) for one in cotangents]
    with GradientTape() as tape:
        sources = [*[tensors[place] for place in case.wanted], *seeds]
        tape.watch(sources)
        grads = pulled_tensors(case, tensors, seeds)
    found = tape.gradient(grads, sources, output_gradients=[Tensor(one) for one in outer])
    where = f"second order, reverse over reverse, {case.told}"
    judge.close(where, _inner(found, direction), expected, TOLERANCE)
    with ForwardAccumulator(sources, [Tensor(way) for way in direction]) as accumulator:
        grads = pulled_tensors(case, tensors, seeds)
    where = f"second order, forward over reverse, {case.told}"
    judge.close(where, _inner(accumulator.jvp(grads), outer), expected, TOLERANCE)


def _over_forward(
    judge: Judge, case: Case, tangents: list[Any], direction: list[Any], outer: list[Any]
) -> None:
    """The tangents move along with the inputs: a rule that hides them from recorders is found."""
    count = len(case.wanted)
    ways = direction[:count]
    drift = [0.5 * way for way in ways]
    weight = reals(outer)

    def first_order(shift: float) -> Any:
        there = {
            place: one + way * shift
            for place, one, way in zip(case.wanted, tangents, drift, strict=True)
        }
        return reals(pushed(shifted(case, direction, shift), there)) @ weight

    expected = _oracle(judge, case, first_order)
    tensors = case.tensors()
    moving = [Tensor(one) for one in tangents]
    sources = [*[tensors[place] for place in case.wanted], *moving]
    given = dict(zip(case.wanted, moving, strict=True))
    with GradientTape() as tape:
        tape.watch(sources)
        targets = _moved(case, tensors, given)
    found = tape.gradient(targets, sources, output_gradients=[Tensor(one) for one in outer])
    where = f"second order, reverse over forward, {case.told}"
    judge.close(where, _inner(found, [*ways, *drift]), expected, TOLERANCE)
    moves = [Tensor(way) for way in [*ways, *drift]]
    with ForwardAccumulator(sources, moves) as accumulator:
        targets = _moved(case, tensors, given)
    where = f"second order, forward over forward, {case.told}"
    judge.close(where, _inner(accumulator.jvp(targets), outer), expected, TOLERANCE)


def _oracle(judge: Judge, case: Case, first_order: Any) -> Any:
    """The derivative of a first-order answer by differences."""
    with np.errstate(all="ignore"):
        slope, error = derivative(first_order, case.widest)
    judge.require(
        error <= TOLERANCE * max(1.0, abs(slope)), f"second order, {case.told}",
        f"differences find no second derivative (estimated error {float(error):.2g}): a kink or the "
        f"domain's end is near; narrow the row's domain",
    )  # fmt: skip
    return slope


def _moved(case: Case, tensors: list[Any], tangents: dict[int, Any]) -> list[Any]:
    """The tangents of the differentiable answers, as Tensors that recorders have seen come about."""
    answers = case.eager(tensors)
    several = isinstance(case.kernel(case.inputs), tuple)
    answer = tuple(answers) if several else answers[0]
    moved = pushed_values(case, tensors, answer, tangents)
    return [one for one, value in zip(moved, answers, strict=True) if differentiable(value.array)]


def _inner(parts: list[Any], others: list[Any]) -> Any:
    """The inner product of Tensors (None counts as zero) with as many arrays."""
    total = 0.0
    for part, other in zip(parts, others, strict=False):
        if part is not None:
            total = total + reals([part.array]) @ reals([other])
    return total
