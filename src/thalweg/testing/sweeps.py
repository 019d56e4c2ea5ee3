"""What the library itself answers on a case: gradients by a tape, tangents by the forward step."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.diff.forward import forward_step
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case
from thalweg.testing.reals import differentiable
from thalweg.values.tensor import Tensor


def pulled(case: Case, cotangents: list[Any]) -> list[Any]:
    """The gradients by the wanted inputs, as arrays (None where there is none).

    Args:
        case: the call.
        cotangents: one array for each differentiable answer.
    """
    grads = pulled_tensors(case, case.tensors(), [Tensor(one) for one in cotangents])
    return [None if grad is None else grad.array for grad in grads]


def pulled_tensors(case: Case, tensors: list[Any], cotangents: list[Any]) -> list[Any]:
    """The same on Tensors, so that an outer tape can follow."""
    with GradientTape() as tape:
        sources = [tensors[place] for place in case.wanted]
        tape.watch(sources)
        answers = followed(case.eager(tensors))
    found: list[Any] = tape.gradient(answers, sources, output_gradients=cotangents)
    return found


def followed(answers: list[Any]) -> list[Any]:
    """The answers, arrays or Tensors, that carry a gradient."""
    return [one for one in answers if differentiable(getattr(one, "array", one))]


def pushed(case: Case, tangents: dict[int, Any]) -> list[Any]:
    """The tangents of the differentiable answers, as arrays; zeros where nothing passes.

    Args:
        case: the call.
        tangents: by place of the input.
    """
    with np.errstate(all="ignore"):
        answer = case.kernel(case.inputs)
        found = pushed_values(case, case.inputs, answer, tangents)
    answers = answer if isinstance(answer, tuple) else (answer,)
    return [
        np.zeros_like(answer) if tangent is None else tangent
        for tangent, answer in zip(found, answers, strict=True)
        if differentiable(answer)
    ]


def pushed_values(case: Case, values: Any, answer: Any, tangents: dict[int, Any]) -> list[Any]:
    """The tangents of all answers, arrays or Tensors as the values are."""
    given = tuple(tangents.get(place) for place in range(len(case.inputs)))
    found = forward_step(case.op, tuple(values), case.prepared(), answer, given)
    if isinstance(answer, tuple):
        return [None] * len(answer) if found is None else list(found)
    return [found]
