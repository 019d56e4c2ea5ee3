"""Does a tape keep alive only what a wanted rule names, and nothing when it is gone?"""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np

from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable
from thalweg.values.tensor import Tensor


def check_kept(judge: Judge, case: Case) -> None:
    """After the call, inputs and answers that no rule of a watched input names are not alive."""
    op = case.op
    for watched in [*[[place] for place in case.wanted], case.wanted]:
        if not watched:
            return
        mask = 1 if op.variadic else sum(1 << place for place in watched)
        keep = op.keep[mask]
        tape, inputs, answers, shared = _recorded(case, watched)
        if shared:
            continue  # an answer that is a view of an input lives and dies with it
        who = " and ".join(f"input {place}" for place in watched)
        for place, ref in inputs.items():
            if not keep[1 if op.variadic else place + 1]:
                judge.require(
                    ref() is None, f"kept alive, {who} watched, {case.told}",
                    f"no rule names input {place}, but its array is alive after the call",
                )  # fmt: skip
        if not keep[0]:
            judge.require(
                all(ref() is None for ref in answers), f"kept alive, {who} watched, {case.told}",
                "no rule names the answer, but its array is alive after the call",
            )  # fmt: skip
        del tape


def _recorded(case: Case, watched: list[int]) -> tuple[Any, dict[int, Any], list[Any], bool]:
    """A tape that has seen the call, and weak references to what went in and came out."""
    values = _fresh(case)
    with GradientTape() as tape:
        tape.watch([values[place] for place in watched])
        answers = case.eager(values)
    arrays = {
        place: value.array
        for place, value in enumerate(values)
        if isinstance(value, Tensor) and isinstance(value.array, np.ndarray)
    }
    came = [one.array for one in answers if isinstance(one.array, np.ndarray)]
    shared = any(np.may_share_memory(a, b) for a in arrays.values() for b in came)
    inputs = {place: weakref.ref(array) for place, array in arrays.items()}
    return tape, inputs, [weakref.ref(array) for array in came], shared


def check_leaks(judge: Judge, case: Case) -> None:
    """When tape and Tensors are dropped every array is gone at once: no cycles, no caches."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        references = _gone(case)
        alive = sum(ref() is not None for ref in references)
    finally:
        if collecting:
            gc.enable()
    judge.require(
        not alive, f"leak, {case.told}",
        f"{alive} of {len(references)} arrays are alive after tape and Tensors are gone",
    )  # fmt: skip


def _gone(case: Case) -> list[Any]:
    values = _fresh(case)
    with GradientTape(persistent=True) as tape:
        tape.watch([values[place] for place in case.wanted])
        answers = case.eager(values)
    sources = [values[place] for place in case.wanted]
    targets = [one for one in answers if differentiable(one.array)]
    grads = tape.gradient(targets, sources) if sources and targets else []
    everything = [*[v for v in values if isinstance(v, Tensor)], *answers, *grads]
    return [
        weakref.ref(one.array)
        for one in everything
        if one is not None and isinstance(one.array, np.ndarray)
    ]


def _fresh(case: Case) -> list[Any]:
    """The inputs as Tensors around arrays that nobody else holds."""
    return [Tensor(np.array(value)) if differentiable(value) else value for value in case.inputs]
