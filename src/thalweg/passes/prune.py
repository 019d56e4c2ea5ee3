"""Nodes that no output needs go, and of loops and branches the answers; inputs stay."""

from __future__ import annotations

from thalweg.graph.graph import Graph, Node
from thalweg.passes.inner import HOLDING, changed_inside
from thalweg.passes.slim import Slim, slimmed

__all__ = ["prune"]


def prune(graph: Graph) -> Graph:
    """A graph with the nodes that are needed, in the same order."""
    while True:
        new, slimmer = _pruned(graph)
        if not slimmer:
            return new
        graph = new


def _pruned(graph: Graph) -> tuple[Graph, bool]:
    """One walk; whether something in it became slimmer, so that more may be unneeded now."""
    new, live = Graph(), graph.live()
    used: dict[int, set[int]] = {}
    for number, node in enumerate(graph.nodes):
        if live[number] and node.op == "output":
            used.setdefault(node.inputs[0], set()).add(node.attributes[0])
    place: dict[int, int] = {}
    slim: dict[int, Slim] = {}
    for number, node in enumerate(graph.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
        elif live[number]:
            one = node
            if node.op in HOLDING:
                found = slimmed(node, used.get(number, set()))
                if found is not None:
                    slim[number], one = found, found.node
                else:
                    one = changed_inside(node, prune)
            elif node.op == "output" and node.inputs[0] in slim:
                place[number] = _answer(new, node, slim[node.inputs[0]], place)
                continue
            place[number] = new.add(one.op, [place[at] for at in one.inputs], *one.attributes)
    new.outputs = [place[number] for number in graph.outputs]
    return new, bool(slim)


def _answer(new: Graph, node: Node, slim: Slim, place: dict[int, int]) -> int:
    """An answer of a node that has become slimmer."""
    (at,) = node.attributes
    if at in slim.through:
        return place[slim.through[at]]
    return new.add("output", [place[node.inputs[0]]], slim.answers[at])
