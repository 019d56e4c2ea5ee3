"""Does an element that nothing comes into stay out of every gradient, whatever stands in it?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.testing.cases import Case, is_shape, weights
from thalweg.testing.mismatch import Judge
from thalweg.testing.sweeps import followed, pulled, pushed

HOSTILE: tuple[tuple[float, ...], ...] = (
    (np.nan,), (np.inf,), (-np.inf,), (0.0,), (np.inf, -np.inf), (np.nan, 1.0), (1e300, 1e-300),
)  # fmt: skip
"""What is put into the elements left out, in turn."""


def check_left_out(judge: Judge, case: Case, rng: Any) -> None:
    """A part of the answer whose cotangent is zero: what only it depends on may be anything.

    The elements of one input that go into one slice of the answers and nowhere else are made infinite
    or no numbers. Where the kernel's other answers stay what they were, the gradients by all other
    elements must stay too, and those by these elements be zero; so must, forwards, the tangents of the
    other answers, and zero those of answers that depend on nothing else. Where the whole answer is left
    out all gradients are zero.

    Elementwise rows have a check of their own. Rows of whole matrices promise nothing of the kind: what is
    no number in one runs through all of it; nor does a sum of products for the other factor.

    Args:
        judge: compares.
        case: a call; of several inputs each is tried.
        rng: draws cotangents and tangents.
    """
    answers = followed(case.raw(case.inputs))
    if not case.wanted or len(answers) != 1 or not np.size(answers[0]) or _complex(case, answers):
        return
    if case.op.elementwise or _of_matrices(case):
        return
    answer = np.asarray(answers[0])
    (cotangent,) = weights(rng, answers)
    ways = dict(zip(case.wanted, weights(rng, [case.inputs[p] for p in case.wanted]), strict=True))
    for place in case.wanted:
        value = np.asarray(case.inputs[place])
        if not 0 < value.size <= 64:
            continue
        moves = _who_moves_whom(case, place, answer)
        for part in _parts(answer.shape):
            own = moves & part.reshape(-1, 1)
            inside = (own.any(0) & ~(moves & ~part.reshape(-1, 1)).any(0)).reshape(value.shape)
            if inside.any():
                closed = moves.any(0).all() and not (own.any(0) & ~inside.reshape(-1)).any()
                _left_out(judge, case, place, (part, inside, closed), (cotangent, ways))


def _complex(case: Case, answers: list[Any]) -> bool:
    """Infinities in complex numbers are many; they are left to the stated points."""
    return any(np.iscomplexobj(one) for one in (*answers, *case.inputs))


def _of_matrices(case: Case) -> bool:
    """Whether the row takes nothing smaller than a matrix."""
    given = [list(one.inputs[0]) if case.op.variadic else one.inputs for one in case.op.samples]
    axes = [len(v) if is_shape(v) else np.ndim(v) for values in given for v in values[:1]]
    return min(axes, default=0) > 1


def _parts(shape: tuple[int, ...]) -> list[Any]:
    """Masks over an answer: its first slice along each axis, and all of it."""
    found = []
    for axis, size in enumerate(shape):
        if size > 1:
            mask = np.zeros(shape, bool)
            np.moveaxis(mask, axis, 0)[0] = True
            found.append(mask)
    return [*found, np.ones(shape, bool)]


def _who_moves_whom(case: Case, place: int, answer: Any) -> Any:
    """By answer and element: whether a tangent at the element reaches the answer."""
    value = np.asarray(case.inputs[place])
    columns = np.zeros((answer.size, value.size), bool)
    for at in range(value.size):
        way = np.zeros(value.size, value.dtype)
        way[at] = 1
        (moved,) = pushed(case, {place: way.reshape(value.shape)[()]})
        columns[:, at] = np.reshape(moved, -1) != 0
    return columns


def _left_out(
    judge: Judge,
    case: Case,
    place: int,
    areas: tuple[Any, Any, bool],
    given: tuple[Any, dict[int, Any]],
) -> None:
    """One part of the answer and the elements inside of it; `closed` where it has no others."""
    part, inside, closed = areas
    cotangent, ways = given
    plain = np.where(part, 0.0, cotangent)[()].astype(np.asarray(cotangent).dtype)
    still = {
        p: np.where(inside, 0.0, way)[()].astype(way.dtype) if p == place else way
        for p, way in ways.items()
    }
    healthy = pulled(case, [plain])
    (moved,) = pushed(case, {place: still[place]})
    old = np.asarray(followed(case.raw(case.inputs))[0])
    for hostile in HOSTILE:
        value = np.array(case.inputs[place])
        value[inside] = np.resize(hostile, int(inside.sum()))
        told = f", input {place} {hostile} where nothing comes in"
        there = case.with_inputs(
            [value[()] if p == place else one for p, one in enumerate(case.inputs)], told
        )
        with np.errstate(all="ignore"):
            try:
                new = np.asarray(followed(there.raw(there.inputs))[0])
            except (ArithmeticError, ValueError):
                continue
        if not np.array_equal(new[~part], old[~part]):
            continue
        _compare(judge, there, place, inside, (healthy, pulled(there, [plain])))
        (after,) = pushed(there, {place: still[place]})
        where = f"left out, tangent by input {place}, {there.told}"
        judge.close(where, np.asarray(after)[~part], np.asarray(moved)[~part], 1e-13)
        if closed:
            judge.exact(where, np.asarray(after)[part], np.zeros_like(np.asarray(after)[part]))


def _compare(
    judge: Judge, case: Case, place: int, inside: Any, grads: tuple[list[Any], list[Any]]
) -> None:
    for at, healthy, grad in zip(case.wanted, *grads, strict=True):
        where = f"left out, gradient by input {at}, {case.told}"
        if at == place:
            zeros = np.zeros_like(np.asarray(grad)[inside])
            judge.exact(where, np.asarray(grad)[inside], zeros)
            judge.close(where, np.asarray(grad)[~inside], np.asarray(healthy)[~inside], 1e-13)
        elif not case.op.multilinear:
            judge.require(
                bool(np.isfinite(grad).all()),
                where,
                f"expected no NaN and no infinity, came {grad!r}",
            )
