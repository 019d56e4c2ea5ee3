"""What do loops and branches take, and what do they answer? Nodes that hold graphs of their own.

A `loop` takes, in this order: the number of turns, where that is given (`counted`), what is carried, what is
cut into rows, and what stays as it is. Its body takes what is carried, a row of each and what stays, and
makes what is carried on, then a row of each stack. It goes on for `turns`, or while its condition (a
graph of what is carried and what stays) holds, for at most so many; -1 sets no bound. `backward` loops
take and make rows from the last to the first.

A `rewind` is the way back through a loop whose states are not kept, but for a few: it takes what the loop
carried at first, its rows, rows of its own, what stays, and what it carries itself. `body` is a turn of the
loop, `back` one of the way back: it takes what the way back carries, the state before that turn, rows of
both and what stays; it makes what is carried on, then a row of each stack.

A `choose` takes a number or a truth value, then what its branches take; the branch of that number runs,
numbers beyond the ends choose the nearest.

All three have several answers, each of which is an `output` node.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

__all__ = [
    "CHOOSE",
    "LOOP",
    "REWIND",
    "answers_of",
    "choose_spec",
    "loop_spec",
    "output_spec",
    "parts_of_loop",
    "parts_of_rewind",
    "rewind_spec",
]

Spec = tuple[tuple[int, ...], np.dtype[Any]]

LOOP = ("body", "condition", "turns", "carried", "rows", "backward", "counted")
"""The names of a loop's attributes, in order."""

CHOOSE = ("branches",)
"""Those of a choice."""

REWIND = ("body", "back", "turns", "kept", "states", "rows", "own_rows", "carried", "backward")
"""Those of a rewind; `states`, `rows` and `own_rows` count what the loop carries, and rows of either kind."""

WHOLE = np.dtype(np.int64)
TRUTH = np.dtype(np.bool_)


def parts_of_loop(given: Sequence[Any], attributes: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    """A loop's inputs: the number of turns or None, what is carried, what is cut into rows, what stays."""
    _, _, _, carried, rows, _, counted = attributes
    first = int(counted)
    second, third = first + carried, first + carried + rows
    return (given[0] if counted else None, given[first:second], given[second:third], given[third:])


def parts_of_rewind(given: Sequence[Any], attributes: Sequence[Any]) -> list[Any]:
    """A rewind's inputs: the loop's start, its rows, rows of the way back, what stays, what is carried."""
    states, rows, own, carried = attributes[4:8]
    ends = [0, states, states + rows, states + rows + own, len(given) - carried, len(given)]
    return [given[low:high] for low, high in itertools.pairwise(ends)]


def answers_of(node: Any) -> list[Spec]:
    """Shape and dtype of each answer of a loop, a rewind or a choice.

    Of a loop: what is carried at the end, the number of turns where a condition ends it, the stacks. Of a
    rewind: what is carried at the end, the stacks.
    """
    if node.op == "choose":
        return list(node.attributes[0][0].made)
    if node.op == "rewind":
        back, turns, carried = node.attributes[1], node.attributes[2], node.attributes[7]
        made = back.made
        return [*made[:carried], *(((turns, *shape), dtype) for shape, dtype in made[carried:])]
    if node.op != "loop":
        raise ValueError(f"{node.op} has one answer")
    body, condition, turns, carried, *_ = node.attributes
    made = body.made
    count = [] if condition is None else [((), WHOLE)]
    return [*made[:carried], *count, *(((turns, *shape), dtype) for shape, dtype in made[carried:])]


def output_spec(node: Any, place: int) -> Spec:
    """One answer of a node that has several."""
    if node.op != "loop":
        return answers_of(node)[place]
    body, condition, turns, carried, *_ = node.attributes
    if place < carried:  # answers are many, and each is asked for by itself
        return cast(Spec, body.made[place])
    if condition is not None and place == carried:
        return (), WHOLE
    shape, dtype = body.made[place - (condition is not None)]
    return (turns, *shape), dtype


def _specs(nodes: Sequence[Any]) -> list[Spec]:
    return [(node.shape, node.dtype) for node in nodes]


def loop_spec(*given: Any) -> Spec:
    """See that body, condition and inputs fit together."""
    inputs, attributes = given[: -len(LOOP)], given[-len(LOOP) :]
    body, condition, turns, carried, rows, _, _ = attributes
    if turns < -1 or (turns < 0 and (condition is None or rows or len(body.outputs) > carried)):
        raise ValueError(
            "rows and stacks want a number of turns, and so does a loop without a condition"
        )
    count, start, cut, still = parts_of_loop(inputs, attributes)
    if len(start) < carried or len(cut) < rows or (count is not None and condition is not None):
        raise ValueError("it takes a number of turns or a condition, and all that it says it takes")
    if count is not None and (count.shape, count.dtype) != ((), WHOLE):
        raise ValueError("the number of turns is one int64")
    if any(not one.shape or one.shape[0] != turns for one in cut):
        raise ValueError(f"what is cut into rows has not {turns} of them")
    taken = [*_specs(start), *((one.shape[1:], one.dtype) for one in cut), *_specs(still)]
    if body.given != taken:
        raise ValueError(f"the body takes {body.given}, not {taken}")
    if body.made[:carried] != _specs(start):
        raise ValueError("what is carried on is not as what was carried")
    if condition is not None:
        if condition.given != [*_specs(start), *_specs(still)]:
            raise ValueError("the condition takes something else")
        if condition.made != [((), TRUTH)]:
            raise ValueError("the condition does not answer with one truth value")
    return (), TRUTH


def choose_spec(*given: Any) -> Spec:
    """See that the branches fit the inputs and one another."""
    which, *inputs, branches = given
    if which.shape != () or which.dtype.kind not in "biu" or not branches:
        raise ValueError("one whole number or truth value chooses among branches")
    for one in branches:
        if one.given != _specs(inputs):
            raise ValueError(f"a branch takes {one.given}, not {_specs(inputs)}")
        if one.made != branches[0].made:
            raise ValueError("the branches answer differently")
    return (), TRUTH


def rewind_spec(*given: Any) -> Spec:
    """See that a loop's turn, a turn of the way back and the inputs fit together."""
    inputs, attributes = given[: -len(REWIND)], given[-len(REWIND) :]
    body, back, turns, kept, *_ = attributes
    if turns < 1 or kept < 1:
        raise ValueError("turns and states that are kept count from 1")
    start, cut, own, still, carry = parts_of_rewind(inputs, attributes)
    if any(not one.shape or one.shape[0] != turns for one in (*cut, *own)):
        raise ValueError(f"what is cut into rows has not {turns} of them")
    rows, mine = [[(one.shape[1:], one.dtype) for one in some] for some in (cut, own)]
    if body.given != [*_specs(start), *rows, *_specs(still)] or body.made != _specs(start):
        raise ValueError("the loop's turn takes or makes something else")
    if back.given != [*_specs(carry), *_specs(start), *rows, *mine, *_specs(still)]:
        raise ValueError("the turn of the way back takes something else")
    if back.made[: len(carry)] != _specs(carry):
        raise ValueError("what is carried on is not as what was carried")
    return (), TRUTH
