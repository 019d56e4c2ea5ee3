"""What of a loop or a branch does nobody ask for? Answers, and what only they need, go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from thalweg.graph.control import answers_of
from thalweg.graph.graph import Graph, Node
from thalweg.graph.subgraph import SubGraph
from thalweg.passes.inner import cut

__all__ = ["Slim", "slimmed"]


class Slim(NamedTuple):
    """A node with fewer answers.

    Attributes:
        node: the node; its inputs are some of those before.
        answers: the new place of each answer that stays, by the old one.
        through: of answers that are one of the inputs: the input's number, by the answer's place.
    """

    node: Node
    answers: dict[int, int]
    through: dict[int, int]


def slimmed(node: Node, used: set[int]) -> Slim | None:
    """The node with the answers that are used; None where all that it has is needed."""
    if node.op == "rewind":
        return None  # it is made of what is needed
    found = _loop(node, used) if node.op == "loop" else _choose(node, used)
    if found.node.inputs == node.inputs and len(found.answers) == len(answers_of(node)):
        return None
    return found


def _read(held: SubGraph, outputs: Iterable[int]) -> set[int]:
    """The places of the inputs that some outputs need, and those that guards do."""
    live = Graph.thawed(held).needed_for([held.outputs[at] for at in outputs])
    wanted: set[int] = set()
    for number, node in enumerate(held.nodes):
        if live[number] and node.op != "input":
            wanted.update(node.inputs)
    wanted.update(held.outputs[at] for at in outputs)
    return {place for place, number in enumerate(held.inputs) if number in wanted}


def _choose(node: Node, used: set[int]) -> Slim:
    (branches,) = node.attributes
    places = sorted(used)
    read = sorted(set().union(*[_read(one, places) for one in branches]))
    slim = tuple([cut(one, read, places).frozen() for one in branches])
    inputs = (node.inputs[0], *[node.inputs[1 + at] for at in read])
    answers = {old: new for new, old in enumerate(places)}
    return Slim(node._replace(inputs=inputs, attributes=(slim,)), answers, {})


def _loop(node: Node, used: set[int]) -> Slim:
    body, condition, turns, carried, rows, backward, counted = node.attributes
    counts = int(condition is not None)
    # What is carried through as it is need not be carried.
    still = {at for at in range(carried) if body.outputs[at] == body.inputs[at]}
    stacks = sorted(at - counts for at in used if at >= carried + counts)
    asked = {at for at in used if at < carried} - still
    if condition is not None:
        asked |= {at for at in _read(condition, [0]) if at < carried} - still
    read: set[int] = set()
    while True:
        read = _read(body, [*asked, *stacks])
        more = {at for at in read if at < carried} - still - asked
        if not more:
            break
        asked |= more
    given = node.inputs[int(counted) :]
    goes = set() if condition is None else _read(condition, [0])
    # A condition takes what is carried and what stays, without the rows between.
    goes = {at if at < carried else at + rows for at in goes}
    carry = sorted(asked)
    cuts = [at for at in range(carried, carried + rows) if at in read]
    stays = [at for at in range(len(given))
             if (at in still or at >= carried + rows) and at in read | goes]  # fmt: skip
    order = [*carry, *cuts, *stays]
    new = cut(body, order, [*carry, *stacks]).frozen()
    if condition is not None:
        places = [at if at < carried else at - rows for at in (*carry, *stays)]
        condition = cut(condition, places, [0]).frozen()
    attributes = (new, condition, turns, len(carry), len(cuts), backward, counted)
    inputs = (*node.inputs[: int(counted)], *[given[at] for at in order])
    kept = [*carry, *[carried] * counts, *[at + counts for at in stacks]]
    answers = {old: place for place, old in enumerate(kept)}
    return Slim(
        node._replace(inputs=inputs, attributes=attributes),
        answers,
        {at: given[at] for at in still},
    )
