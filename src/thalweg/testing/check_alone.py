"""Has each of several answers the gradient alone that it has among the others?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, weights
from thalweg.testing.mismatch import Judge
from thalweg.testing.sweeps import followed, pulled


def check_alone(judge: Judge, case: Case, rng: Any) -> None:
    """Of an op with several answers: the gradients of each alone add up to those of all together.

    An answer that nobody uses receives nothing, and a rule may be told so; what it then does is other
    text than what it does with a cotangent of zeros, and both must give the same.

    Args:
        judge: compares.
        case: a call.
        rng: draws the cotangents.
    """
    answers = followed(case.raw(case.inputs))
    if not case.wanted or len(answers) < 2:
        return
    cotangents = weights(rng, answers)
    together = pulled(case, cotangents)
    total = [np.zeros_like(one) for one in together]
    for at in range(len(answers)):
        alone = _alone(case, at, cotangents[at])
        nothing = [np.zeros_like(one)[()] for one in cotangents]
        nothing[at] = cotangents[at]
        where = f"gradient of answer {at} alone, {case.told}"
        for place, grad, other in zip(case.wanted, alone, pulled(case, nothing), strict=True):
            judge.close(f"{where}, by input {place}", grad, other, 1e-12)
        total = [one + part for one, part in zip(total, alone, strict=True)]
    for place, one, other in zip(case.wanted, total, together, strict=True):
        judge.close(
            f"gradients of each answer added, input {place}, {case.told}", one, other, 1e-12
        )


def _alone(case: Case, at: int, cotangent: Any) -> list[Any]:
    """The gradients of one answer; zeros where it does not depend on an input."""
    tensors = case.tensors()
    with GradientTape() as tape:
        sources = [tensors[place] for place in case.wanted]
        tape.watch(sources)
        answer = followed(case.eager(tensors))[at]
    found = tape.gradient(answer, sources, output_gradients=cotangent)
    return [
        np.zeros_like(source.array) if one is None else one.array
        for source, one in zip(sources, found, strict=True)
    ]
