"""What do loops and branches take, and what do they answer? Nodes that hold graphs of their own.

A `loop` takes, in this order: the number of turns, where that is given (`counted`), what is carried, what is
cut into rows, and what stays as it is. Its body takes what is carried, a row of each and what stays, and
makes what is carried on, then a row of each stack. It goes on for `turns`, or while its condition (a
graph of what is carried and what stays) holds, for at most so many; -1 sets no bound. `backward` loops
take and make rows from the last to the first.

A `choose` takes a number or a truth value, then what its branches take; the branch of that number runs,
numbers beyond the ends choose the nearest. Both have several answers, each of which is an `output` node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = [
    "CHOOSE",
    "LOOP",
    "answers_of",
    "choose_spec",
    "loop_spec",
    "output_spec",
    "parts_of_loop",
]

Spec = tuple[tuple[int, ...], np.dtype[Any]]

LOOP = ("body", "condition", "turns", "carried", "rows", "backward", "counted")
"""The names of a loop's attributes, in order."""

CHOOSE = ("branches",)

WHOLE = np.dtype(np.int64)
TRUTH = np.dtype(np.bool_)


def parts_of_loop(given: Sequence[Any], attributes: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    """A loop's inputs: the number of turns or None, what is carried, what is cut into rows, what stays."""
    _, _, _, carried, rows, _, counted = attributes
    first = int(counted)
    second, third = first + carried, first + carried + rows
    return (given[0] if counted else None, given[first:second], given[second:third], given[third:])


def answers_of(node: Any) -> list[Spec]:
    """Shape and dtype of each answer of a loop or a choice.

    Of a loop: what is carried at the end, the number of turns where a condition ends it, the stacks.
    """
    if node.op == "choose":
        return list(node.attributes[0][0].made)
    if node.op != "loop":
        raise ValueError(f"{node.op} has one answer")
    body, condition, turns, carried, *_ = node.attributes
    made = body.made
    count = [] if condition is None else [((), WHOLE)]
    return [*made[:carried], *count, *(((turns, *shape), dtype) for shape, dtype in made[carried:])]


def output_spec(node: Any, place: int) -> Spec:
    """One answer of a node that has several."""
    return answers_of(node)[place]


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
