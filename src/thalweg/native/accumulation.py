"""Which states of a loop are moved by a matrix product, and so can be updated where they lie?

`W ← W - rate·AᵀB` reads and writes W once where the product adds straight into it; computed apart, the
product is written down, read again, and W written to a second place. Nobody else may want the new W in
the same round, and whoever reads the old one must have done so: the update comes last.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import NamedTuple

import numpy as np

from thalweg.graph.graph import Graph

__all__ = ["LEAST", "Update", "find_updates"]

LEAST = 1 << 10
"""States of fewer elements stay on the stack."""


class Update(NamedTuple):
    """One state's update.

    Attributes:
        state: the input's node.
        product: the node of the product that is added.
        factor: the node of the one number that it is multiplied by, or None.
        sign: 1 or -1.
    """

    state: int
    product: int
    factor: int | None
    sign: float


def find_updates(graph: Graph, states: dict[int, int]) -> dict[int, Update]:
    """Find the states that can be updated where they lie.

    Args:
        graph: one round.
        states: the places of outputs by those of the inputs that they become.

    Returns:
        The updates by the place of the output.
    """
    live = graph.live()
    users = Counter(
        at for number, node in enumerate(graph.nodes) if live[number] for at in node.inputs
    )
    users.update(graph.outputs)
    found: dict[int, Update] = {}
    for source, target in states.items():
        update = _update(graph, graph.inputs[source], graph.outputs[target], users)
        if update is not None:
            found[target] = update
    # A product that reads a state which another update has moved already would read the new value.
    moved = {update.state for update in found.values()}
    return {
        place: update for place, update in found.items()
        if not moved & _sources(graph, update)
    }  # fmt: skip


def _update(graph: Graph, state: int, new: int, users: Counter[int]) -> Update | None:
    node = graph.nodes[new]
    if node.op not in ("subtract", "add") or users[new] != 1 or math.prod(node.shape) < LEAST:
        return None
    first, second = node.inputs
    if node.op == "add" and second == state:
        first, second = second, first
    if first != state or len(node.shape) != 2:
        return None
    sign = -1.0 if node.op == "subtract" else 1.0
    if users[second] != 1:
        return None
    if _product(graph, second, users) is not None:
        return Update(state, second, None, sign)
    if graph.nodes[second].op == "multiply":
        for one, other in (graph.nodes[second].inputs, graph.nodes[second].inputs[::-1]):
            factor = _one_number(graph, one)
            product = _product(graph, other, users)
            if factor is not None and product is not None:
                return Update(state, product, factor, sign)
    return None


def _product(graph: Graph, number: int, users: Counter[int]) -> int | None:
    """The product behind a node that nobody else wants."""
    while graph.nodes[number].op == "reshape" and users[number] == 1:
        (number,) = graph.nodes[number].inputs
    node = graph.nodes[number]
    return number if node.op == "dot" and node.shape[0] == 1 and users[number] == 1 else None


def _one_number(graph: Graph, number: int) -> int | None:
    """The node of one number behind one that repeats it."""
    while graph.nodes[number].op in ("broadcast", "reshape"):
        (number,) = graph.nodes[number].inputs
    node = graph.nodes[number]
    return number if node.shape == () and node.dtype in (np.float32, np.float64) else None


def _sources(graph: Graph, update: Update) -> set[int]:
    """The inputs whose memory an update's product may read: what only moves them is no copy."""
    found = set()
    for number in graph.nodes[update.product].inputs:
        while graph.nodes[number].op in ("reshape", "transpose", "broadcast", "slice", "guard"):
            number = graph.nodes[number].inputs[0]
        found.add(number)
    return found
