"""What becomes of the graphs that loops and branches hold, when a pass walks over the node?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from thalweg.graph.graph import Graph, Node
from thalweg.graph.subgraph import SubGraph

__all__ = ["HOLDING", "changed_inside", "cut"]

HOLDING = ("loop", "choose", "rewind")
"""The nodes that hold graphs."""


def changed_inside(node: Node, change: Callable[[Graph], Graph]) -> Node:
    """The node with what a pass makes of each graph that it holds."""

    def changed(value: Any) -> Any:
        if isinstance(value, SubGraph):
            return change(Graph.thawed(value)).frozen()
        if isinstance(value, tuple) and value and isinstance(value[0], SubGraph):
            return tuple([changed(one) for one in value])
        return value

    return node._replace(attributes=tuple([changed(value) for value in node.attributes]))


def cut(held: SubGraph, inputs: Sequence[int], outputs: Iterable[int]) -> Graph:
    """A graph with some of the inputs and outputs of one that a node holds, by their places.

    Args:
        held: the graph.
        inputs: the places of those that stay, in their new order; what is computed needs no others.
        outputs: the places of those that stay, likewise.
    """
    new, place = Graph(), dict[int, int]()
    for at in inputs:
        node = held.nodes[held.inputs[at]]
        place[held.inputs[at]] = new.input(node.shape, node.dtype)
    wanted = [held.outputs[at] for at in outputs]
    live = Graph.thawed(held).needed_for(wanted)
    for number, node in enumerate(held.nodes):
        if live[number] and node.op != "input":
            place[number] = new.add(node.op, [place[at] for at in node.inputs], *node.attributes)
    new.outputs = [place[number] for number in wanted]
    return new
