"""How does a loop of the user's become one call? Its body runs once under a Scribe, on the first turn.

Where that cannot be written down, nothing is lost: what the first turn answered is there, whoever records
was shown it, and the loop goes on in Python, turn by turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.dispatch import publish
from thalweg.core.handle import Handle
from thalweg.core.recording import STATE, caller_site
from thalweg.ops.arithmetic import identity
from thalweg.ops.indexing import getitem
from thalweg.transform.carry import in_dtype
from thalweg.transform.loop import Loop
from thalweg.transform.scribe import Stopped
from thalweg.transform.written_turn import Turn, closed, written_turn
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor

__all__ = [
    "FirstTurn",
    "Walked",
    "along",
    "changed",
    "is_wanted",
    "keeps_its_kind",
    "lifted",
    "own_up",
    "varies",
    "walk",
]


LEAST = 2
"""A loop of fewer turns is written out."""


class Walked(NamedTuple):
    """What a loop that was one call answered: what is carried at the end, and the stacks, Tensors."""

    ends: list[Any]
    stacks: list[Any]


class FirstTurn(NamedTuple):
    """What the first turn answered, where the loop goes on in Python: what is carried on, then rows."""

    answer: list[Any]


def is_wanted(checkpoint: Any = None) -> bool:
    """Whether loops are written down: somebody writes down what is computed, or little shall be kept."""
    tracer = STATE.here.tracer
    return checkpoint is not None if tracer is None else not tracer.obstacles


def keeps_its_kind(start: Sequence[Any], answer: Sequence[Any]) -> bool:
    """Whether what is carried on has the shapes and dtypes of what was carried."""
    return not changed(start, answer)


def changed(start: Sequence[Any], answer: Sequence[Any]) -> tuple[Any, ...]:
    """What is carried on in another shape or dtype than it was carried, told, and where; empty for nothing."""
    if len(start) != len(answer):
        return (f"{len(start)} values are carried, and {len(answer)} after a turn", caller_site())
    for before, after in zip(start, answer, strict=True):
        kinds = [
            f"{one.array.dtype.name}{list(one.array.shape)}"
            if isinstance(one, Handle)
            else type(one).__name__
            for one in (before, after)
        ]
        if kinds[0] != kinds[1]:
            words = f"what the loop carries was {kinds[0]} and is {kinds[1]} after a turn"
            return (words, caller_site())
    return ()


def own_up(given: Sequence[Any], tensors: Sequence[Any]) -> None:
    """Tell whoever records that Tensors made for a turn are others."""
    for mine, other in zip(given, tensors, strict=True):
        publish(identity, (other.key,), (other.array,), (), mine, caller_site())


def varies(given: Sequence[Any], turns: Sequence[Turn]) -> bool:
    """Whether something that a loop takes, from outside too, depends on what is given."""
    outer = STATE.here.tracer
    if outer is None:
        return True
    captured = [handle for turn in turns for handle, _ in turn.scribe.captured]
    return any([outer.varies(one.key) for one in (*given, *captured)])


def lifted(
    body: Callable[[list[Any]], list[Any]], start: Sequence[Any], keep: bool = True
) -> list[Any]:
    """Numbers of Python's as Tensors, of the dtype that the body brings in their place.

    Args:
        body: takes what is carried, flat, and returns what to carry on.
        start: Tensors, and numbers of Python's.
        keep: whether a number may stay one of Python's; it is then a Tensor of the dtype for such.

    Raises:
        Stopped: it brings something else.
    """
    places = [at for at, one in enumerate(start) if isinstance(one, Handle)]

    def turn(given: list[Any]) -> list[Any]:
        whole = list(start)
        for at, one in zip(places, given, strict=True):
            whole[at] = one
        found = body(whole)
        kinds[:] = [getattr(getattr(one, "array", None), "dtype", None) for one in found]
        return []

    kinds: list[Any] = []
    written_turn(turn, [start[at].array for at in places])
    lifted = []
    for one, kind in zip(start, kinds, strict=True):
        if isinstance(one, Handle):
            lifted.append(one)
            continue
        array = np.asarray(in_dtype(one, kind) if kind is not None else as_array(one))
        if (kind is None and not keep) or (kind is not None and array.dtype != kind):
            raise Stopped
        lifted.append(Tensor(array[()]))
    return lifted


def along(
    name: str, body: Callable[[list[Any], list[Any]], list[Any]], start: Sequence[Any],
    cut: Sequence[Any], turns: int, *, backward: bool = False, checkpoint: int | None = None,
) -> Walked | FirstTurn | None:  # fmt: skip
    """As `walk`, where that is wanted and can be; None where the loop has not begun."""
    if turns < LEAST or not is_wanted(checkpoint):
        return None
    if not all(isinstance(one, Handle) for one in start):
        rows = [one.array[0] for one in cut]
        try:
            start = lifted(lambda given: body(given, [Tensor(one) for one in rows]), start, False)
        except Stopped as stopped:
            if getattr(STATE.here.tracer, "trial", False):
                raise
            _unrolled(stopped.args)
            return None
    return walk(name, body, start, cut, turns, backward=backward, checkpoint=checkpoint)


def _unrolled(why: tuple[Any, ...]) -> None:
    """Tell whoever writes down what is computed that a loop's turns follow one by one, and why."""
    tracer = STATE.here.tracer
    if tracer is not None and why:
        tracer.unrolled(*why)


def walk(
    name: str, body: Callable[[list[Any], list[Any]], list[Any]], start: Sequence[Any],
    cut: Sequence[Any], turns: int, *, backward: bool = False, checkpoint: int | None = None,
) -> Walked | FirstTurn:  # fmt: skip
    """A loop of a known number of turns as one call.

    Args:
        name: what the user called, for messages.
        body: takes what is carried and a row of each, flat; returns, flat, what to carry on and a row
            of each stack.
        start: what is carried at first, Tensors.
        cut: what is cut into rows, Tensors with `turns` rows each.
        turns: how many, at least 1.
        backward: whether rows are taken and made from the last to the first.
        checkpoint: how many states are kept for the way back.

    Returns:
        What it answers; or the answer of the first turn, where it cannot be written down.
    """
    row, count = turns - 1 if backward else 0, len(start)
    arrays = [*[one.array for one in start], *[one.array[row] for one in cut]]

    def turn(given: list[Any]) -> list[Any]:
        return body(given[:count], given[count:])

    def go_on(given: Sequence[Any]) -> None:
        own_up(given[:count], start)
        for mine, other in zip(given[count:], cut, strict=True):
            publish(getitem, (other.key,), (other.array,), (row,), mine, caller_site())

    first = written_turn(turn, arrays, go_on)
    if (
        not first.fine
        or not varies([*start, *cut], [first])
        or not keeps_its_kind(start, first.answer[:count])
    ):
        _unrolled(first.why or changed(start, first.answer[:count]))
        first.let_go(go_on)
        return FirstTurn(first.answer)
    handles, (script,) = closed([first])
    loop = Loop(name, script, turns, count, len(cut), backward=backward, checkpoint=checkpoint)
    made = list(loop.run([*start, *cut, *handles]))
    return Walked(made[:count], made[count:])
