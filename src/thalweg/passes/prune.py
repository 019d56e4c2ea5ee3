"""Nodes that no output needs go; inputs stay."""

from __future__ import annotations

from thalweg.graph.graph import Graph

__all__ = ["prune"]


def prune(graph: Graph) -> Graph:
    """A graph with the nodes that are needed, in the same order."""
    new, live = Graph(), graph.live()
    place: dict[int, int] = {}
    for number, node in enumerate(graph.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
        elif live[number]:
            place[number] = new.add(node.op, [place[at] for at in node.inputs], *node.attributes)
    new.outputs = [place[number] for number in graph.outputs]
    return new
