"""Where a row says that no gradient passes, is it None, in reverse and forward?"""

from __future__ import annotations

import numpy as np

from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable
from thalweg.testing.sweeps import pushed_values


def check_severed(judge: Judge, case: Case) -> None:
    """An op with a stated reason, or an input without a rule, has gradient None and no tangent."""
    tensors = case.tensors()
    places = [
        place
        for place, value in enumerate(case.inputs)
        if differentiable(value) and place not in case.wanted
    ]
    for place in places:
        with GradientTape() as tape:
            tape.watch(tensors[place])
            answers = case.eager(tensors)
        grad = tape.gradient(answers, tensors[place])
        judge.require(
            grad is None, f"gradient by input {place}, {case.told}",
            f"the row says that none passes, but {grad!r} came",
        )  # fmt: skip
        tangent = np.ones_like(case.inputs[place])
        with np.errstate(all="ignore"):
            found = pushed_values(case, case.inputs, case.kernel(case.inputs), {place: tangent})
        judge.require(
            all(one is None for one in found), f"tangent by input {place}, {case.told}",
            f"the row says that none passes, but {found!r} came",
        )  # fmt: skip
