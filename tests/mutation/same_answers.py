"""Does a planted mistake change any answer? Many inputs are drawn for it, hard points among them.

The row as it is and the row with the mistake are asked the same: gradients, tangents, and the gradients
of both. Where all answers agree on all inputs, refusals included, the text is another, but no mistake
that a test on inputs of these forms could find.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mutation.judging import NoEndError, in_the_table, limited
from thalweg.core.op import TABLE, Op
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, cases, params_of_grid
from thalweg.testing.reals import differentiable
from thalweg.testing.sweeps import followed, pulled_tensors, pushed, pushed_values
from thalweg.values.tensor import Tensor

HARD = (
    0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-3, 1e-30, 1e200, -1e30, np.inf, -np.inf, np.nan, 30.0, -30.0,
)  # fmt: skip
DRAWS = 12
"""For each of the first cases of a row, a quarter of them in float32, a quarter in complex numbers."""
MANY = 8
ROUNDING = {16: 1e-2, 32: 1e-4, 64: 1e-10, 80: 1e-10, 128: 1e-10}
"""By the bits of a dtype: what may differ, of the largest answer."""

Answers = list[Any]


def same_on(mistake: Any, names: tuple[str, ...]) -> tuple[int, str]:
    """On how many inputs the answers agree, and where they first do not.

    Args:
        mistake: what is planted.
        names: the rows to ask.
    """
    tried = 0
    for name in names:
        op = TABLE[name]
        planted = mistake.plant(op)
        for case, told in _unplanted(op):
            tried += 1
            with mistake.during():
                came = _answers(Case(planted, case.told, case.inputs, case.params))
            fault = _differ(told, came)
            if fault:
                return tried, f"{name}: {case.told}: {fault}"
    return tried, ""


@functools.cache
def _unplanted(op: Op) -> list[tuple[Case, Answers]]:
    """The inputs drawn for a row, and what it answers with nothing planted."""
    found = [(case, _answers(case)) for case in drawn(op)]
    return [(case, told) for case, told in found if told is not None]


def drawn(op: Op) -> Iterator[Case]:
    """A row's cases and stated points, and many like them with other numbers."""
    rng = np.random.default_rng(zlib.crc32(op.name.encode()) + 1)
    found = cases(op, 0)
    for special in op.special:
        given = special.at[0] if op.variadic else special.at
        values = tuple(np.float64(v) if isinstance(v, float) else v for v in given)
        found.append(Case(op, "stated", values, special.params))
        if op.elementwise:
            grid = tuple(np.full(3, v) if isinstance(v, np.float64) else v for v in values)
            found.append(Case(op, "stated", grid, special.params))
    if op.elementwise:
        points = tuple(rng.choice(HARD, 400) for _ in op.input_names)
        found.append(Case(op, "hard", points, params_of_grid(op)))
    yield from found
    for place, case in enumerate(found):
        for at in range(DRAWS if place < MANY else DRAWS // 4):
            yield case.with_inputs(_redrawn(case, rng, at), f", drawn {at}")


@np.errstate(all="ignore")
def _redrawn(case: Case, rng: Any, at: int) -> list[Any]:
    """Other numbers in the same shapes: plain, tied, of low rank, or with hard points among them."""
    seen: dict[Any, Any] = {}
    found = []
    for value in case.inputs:
        if not differentiable(value):
            found.append(value)
            continue
        shape = np.shape(value)
        other = _numbers(shape, rng, at % 6, np.asarray(value))
        if (at % 4 == 3 and not case.op.real_values) or (value.dtype.kind == "c" and at % 4 != 1):
            other = other + 1j * _numbers(shape, rng, at % 6, np.asarray(value).imag)
        if shape in seen and at % 5 == 4:
            other = seen[shape]
        seen[shape] = other
        narrow = np.complex64 if other.dtype.kind == "c" else np.float32
        found.append((other.astype(narrow) if at % 4 == 2 else other)[()])
    return found


def _numbers(shape: Any, rng: Any, way: int, value: Any) -> Any:
    plain = rng.uniform(-3, 3, shape)
    if way == 0:
        return plain
    if way == 1:
        return np.asarray(rng.integers(-1, 2, shape), float)
    if way == 2 and len(shape) > 1:
        low = rng.integers(-1, 2, (*shape[:-1], 1)) * rng.integers(
            -1, 3, (*shape[:-2], 1, shape[-1])
        )
        return np.asarray(low, float)
    if way == 3:
        near = np.asarray(value.real, float)
        return near * rng.uniform(0.5, 1.5, shape)
    if way == 4:
        return np.where(rng.random(shape) < 0.3, rng.choice(HARD, shape), value.real)
    return np.where(rng.random(shape) < 0.5, rng.choice(HARD, shape), plain)


def _answers(case: Case) -> Answers | None:
    """Gradients, tangents and what comes of both again; None where the op itself refuses."""
    rng = np.random.default_rng(7)
    with np.errstate(all="ignore"), in_the_table(case.op):
        try:
            answers = followed(case.raw(case.inputs))
        except Exception:  # noqa: BLE001 # outside of its domain a kernel may refuse in its own way
            return None
        if not case.wanted or not answers:
            return None
        found: Answers = []
        for alone in range(len(answers)) if len(answers) > 1 else ():
            way = _way(rng, answers[alone], 0.0)
            found.append(_tried(lambda at=alone, way=way: _reverse(case, [way], at)))
        for hidden in (0.0, 0.4, 1.0):
            ways = [_way(rng, one, hidden) for one in answers]
            found.append(_tried(lambda ways=ways: _reverse(case, ways)))
            moves = {p: _way(rng, case.inputs[p], hidden) for p in case.wanted}
            found.append(_tried(lambda moves=moves: _forward(case, moves)))
            for place in case.wanted:
                found.append(_tried(lambda p=place, m=moves: pushed(case, {p: m[p]})))
    return found


def _way(rng: Any, value: Any, hidden: float) -> Any:
    """Numbers in a value's shape and dtype, a share of them zero."""
    shape = np.shape(value)
    way = np.where(rng.random(shape) < hidden, 0.0, rng.uniform(-2, 2, shape))
    if value.dtype.kind == "c":
        way = way + 1j * np.where(way == 0, 0.0, rng.uniform(-2, 2, shape))
    return way.astype(value.dtype)[()]


def _tried(question: Callable[[], list[Any]]) -> Any:
    try:
        with limited():
            return question()
    except NoEndError as error:
        return type(error)
    except Exception as error:  # noqa: BLE001 # a refusal is an answer, and compared like one
        return type(error)


def _reverse(case: Case, ways: list[Any], alone: int | None = None) -> list[Any]:
    """The gradients, of all answers or of one alone, and the gradients of those."""
    tensors = case.tensors()
    seeds = [Tensor(way) for way in ways]
    with GradientTape() as tape:
        sources = [*[tensors[place] for place in case.wanted], *seeds]
        tape.watch(sources)
        if alone is None:
            grads = pulled_tensors(case, tensors, seeds)
        else:
            grads = _pulled_alone(case, tensors, seeds[0], alone)
    return [*grads, *tape.gradient(grads, sources)]


def _pulled_alone(case: Case, tensors: list[Any], seed: Any, alone: int) -> list[Any]:
    with GradientTape() as tape:
        sources = [tensors[place] for place in case.wanted]
        tape.watch(sources)
        answer = followed(case.eager(tensors))[alone]
    return list(tape.gradient(answer, sources, output_gradients=seed))


def _forward(case: Case, moves: dict[int, Any]) -> list[Any]:
    """The tangents, and the gradients of those."""
    tensors = case.tensors()
    moving = {place: Tensor(move) for place, move in moves.items()}
    with GradientTape() as tape:
        sources = [*[tensors[place] for place in case.wanted], *moving.values()]
        tape.watch(sources)
        answers = case.eager(tensors)
        several = isinstance(case.kernel(case.inputs), tuple)
        told = pushed_values(case, tensors, tuple(answers) if several else answers[0], moving)
        targets = [one for one in told if one is not None and differentiable(one.array)]
    return [*targets, *tape.gradient(targets, sources)]


def _differ(told: Answers, came: Answers | None) -> str:
    if came is None:
        return "refused"
    for one, other in zip(told, came, strict=True):
        if isinstance(one, type) or isinstance(other, type):
            if one is not other:
                return f"{one!r} became {other!r}"[:160]
            continue
        if len(one) != len(other):
            return "another count of answers"
        for a, b in zip(one, other, strict=True):
            if not _alike(a, b):
                return f"{_shown(a)} became {_shown(b)}"
    return ""


def _shown(value: Any) -> str:
    return " ".join(repr(getattr(value, "array", value)).split())[:160]


def _alike(a: Any, b: Any) -> bool:
    """The same but for rounding, in the same dtype; None is 0, as it is for every sweep."""
    if a is None or b is None:
        rest = b if a is None else a
        return rest is None or not np.asarray(getattr(rest, "array", rest)).any()
    a, b = (np.asarray(getattr(one, "array", one)) for one in (a, b))
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"):
        return True
    with np.errstate(all="ignore"):
        finite = np.isfinite(a) & np.isfinite(b)
        if not np.array_equal(np.where(finite, 0, a), np.where(finite, 0, b), equal_nan=True):
            return False
        size = np.abs(np.where(finite, a, 0)).max(initial=0)
        gap = np.abs(np.where(finite, a - b, 0)).max(initial=0)
    return bool(gap <= ROUNDING[np.finfo(a.dtype).bits] * size)
