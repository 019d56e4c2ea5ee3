"""How does a loop that a condition ends become one call?

Its condition and its body each run once under a Scribe. Where the condition depends on nothing but
constants, such as a count from 0 to 10, the number of turns is known, and the condition goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.recording import STATE
from thalweg.ops.casting import cast
from thalweg.ops.movement import reshape
from thalweg.transform.loop import HERE, Loop
from thalweg.transform.scribe import Stopped
from thalweg.transform.script import Script
from thalweg.transform.written_loop import changed, keeps_its_kind, lifted, own_up, varies
from thalweg.transform.written_turn import Turn, closed, written_turn

__all__ = ["Begun", "walk_while"]

MOST_TRIED = 10_000
"""A trial counts so many turns at most."""

Flat = Callable[[list[Any]], list[Any]]


class Begun(NamedTuple):
    """Where a loop goes on in Python.

    Attributes:
        why: what keeps it there, and where; empty where its values are known from constants.
        given: what the first turn was given, Tensors, or numbers of Python's; None where not even the
            condition has run.
        truth: what the condition answered.
        answer: what the body answered; None where it has not run.
    """

    why: tuple[Any, ...]
    given: list[Any] | None = None
    truth: Any = None
    answer: list[Any] | None = None


def walk_while(
    name: str, cond: Flat, body: Flat, start: Sequence[Any], most: int, checkpoint: int | None
) -> list[Any] | Begun:
    """A loop as one call.

    Args:
        name: what the user called, for messages.
        cond: takes what is carried, flat; returns a list of one truth value.
        body: takes what is carried, flat, and returns what to carry on.
        start: Tensors, and numbers of Python's.
        most: how many turns at most; -1 for any number.
        checkpoint: how many states are kept for the way back.

    Returns:
        What is carried at the end; or how far the loop went, where it goes on in Python.
    """
    if not all(isinstance(one, Handle) for one in start):
        try:
            tensors = lifted(body, start)
            test = written_turn(_tested(cond), [one.array for one in tensors])
            turn = written_turn(body, [one.array for one in tensors])
        except Stopped as stopped:
            if getattr(STATE.here.tracer, "trial", False):
                raise
            return Begun(stopped.args)
        if not varies(tensors, [test, turn]) or not _fits(tensors, test, turn):
            return Begun(_why_not(tensors, test, turn))
        return _run(name, tensors, test, turn, most, checkpoint)

    def go_on(given: Sequence[Any]) -> None:
        own_up(given, start)

    arrays = [one.array for one in start]
    test = written_turn(_tested(cond), arrays, go_on)
    if not test.fine or not _is_truth(test):
        test.let_go(go_on)
        return Begun(test.why or (), test.given, test.answer[0])
    try:
        turn = written_turn(body, arrays, go_on if test.answer[0].array else None)
    except Stopped as stopped:
        if getattr(STATE.here.tracer, "trial", False):
            raise
        test.let_go(go_on)
        return Begun(stopped.args, test.given, test.answer[0])
    if not turn.fine or not varies(start, [test, turn]) or not _fits(start, test, turn):
        why = _why_not(start, test, turn)
        test.let_go(go_on)
        if not test.answer[0].array:
            return Begun(why, test.given, test.answer[0])
        turn.let_go(go_on)
        return Begun(why, turn.given, test.answer[0], turn.answer)
    return _run(name, start, test, turn, most, checkpoint)


def _tested(cond: Flat) -> Flat:
    """The condition, with a number as the truth value that it stands for."""

    def test(given: list[Any]) -> list[Any]:
        (value,) = cond(given)
        if isinstance(value, Handle) and value.array.size == 1 and value.array.dtype.kind in "biuf":
            if value.array.dtype.kind != "b":
                value = cast.eager(value, np.dtype(bool))
            if value.array.shape:
                value = reshape.eager(value, ())
        return [value]

    return test


def _is_truth(test: Turn) -> bool:
    (value,) = test.answer
    return isinstance(value, Handle) and (value.array.shape, value.array.dtype.kind) == ((), "b")


def _fits(start: Sequence[Any], test: Turn, turn: Turn) -> bool:
    return _is_truth(test) and keeps_its_kind(start, turn.answer)


def _why_not(start: Sequence[Any], test: Turn, turn: Turn) -> tuple[Any, ...]:
    """What keeps a loop in Python, and where; empty where its values are known from constants."""
    return test.why or turn.why or changed(start, turn.answer)


def _run(
    name: str, start: Sequence[Any], test: Turn, turn: Turn, most: int, checkpoint: int | None
) -> list[Any]:
    handles, (condition, body) = closed([test, turn])
    operands = [*start, *handles]
    turns = _known_turns(condition, body, operands, len(start), most)
    if turns is not None:
        if not turns:
            return list(start)
        loop = Loop(name, body, turns, len(start), checkpoint=checkpoint)
    else:
        loop = Loop(name, body, most, len(start), condition=condition, checkpoint=checkpoint)
    return list(loop.run(operands))[: len(start)]


def _known_turns(
    condition: Script, body: Script, operands: Sequence[Any], carried: int, most: int
) -> int | None:
    """How many turns there are, where that depends on constants alone; otherwise None."""
    outer = STATE.here.tracer
    if outer is None:
        return None
    taken: set[int] = set()
    behind = condition.behind(condition.outputs)
    while True:
        found = {at for at, number in enumerate(condition.inputs) if number in behind}
        inner = body.behind([body.outputs[at] for at in found | taken if at < carried])
        found |= {at for at, number in enumerate(body.inputs) if number in inner}
        if found <= taken:
            break
        taken |= found
    if any(outer.varies(operands[at].key) for at in taken):
        return None
    arrays = [one.array for one in operands]
    places = sorted(at for at in taken if at < carried)
    goes_on = condition.part(condition.inputs, condition.outputs)
    step = body.part(body.inputs, [body.outputs[at] for at in places])
    turns = 0
    with np.errstate(all="ignore"):
        while turns != most and goes_on.compute(arrays)[0]:
            for at, array in zip(places, step.compute(arrays), strict=True):
                arrays[at] = array
            turns += 1
            if HERE.once and turns > MOST_TRIED:
                raise Stopped
    return turns
