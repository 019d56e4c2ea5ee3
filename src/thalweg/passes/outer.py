"""A product of a column and a row is a multiplication: place by place, it shares a loop with its like.

Not where it moves a state of a descent, `W ← W - rate·a·b`: products can be added where the state lies.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from thalweg.graph.graph import Graph

__all__ = ["outer"]


def outer(graph: Graph) -> Graph:
    """The graph without products of which each element is one multiplication."""
    found = {
        number
        for number, node in enumerate(graph.nodes)
        if node.op == "dot" and node.dtype.kind == "f" and graph.nodes[node.inputs[0]].shape[2] == 1
    }
    if not found:
        return graph
    found -= _that_move_states(graph, found)
    new, place = Graph(), dict[int, int]()
    for number, node in enumerate(graph.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
            continue
        given = [place[at] for at in node.inputs]
        if number in found:
            place[number] = _multiplied(new, given, node.shape)
        elif node.op == "reshape" and new.nodes[given[0]].op == "reshape":
            (before,) = new.nodes[given[0]].inputs
            same = new.nodes[before].shape == node.shape
            place[number] = before if same else new.add("reshape", [before], *node.attributes)
        else:
            place[number] = new.add(node.op, given, *node.attributes)
    new.outputs = [place[number] for number in graph.outputs]
    return new


def _multiplied(new: Graph, given: list[int], shape: tuple[int, ...]) -> int:
    """The multiplication, of matrices where there is one product alone: so what follows reads them."""
    whole = shape[1:] if shape[0] == 1 else shape
    factors = []
    for one in given:
        size = new.nodes[one].shape[len(shape) - len(whole) :]
        part = one if size == new.nodes[one].shape else new.add("reshape", [one], size)
        factors.append(part if size == whole else new.add("broadcast", [part], whole))
    # A sum of products begins with 0, so that it is never -0.
    nothing = new.constant(np.zeros((1,) * len(whole), new.nodes[given[0]].dtype))
    nothing = new.add("broadcast", [nothing], whole)
    product = new.add("add", [new.add("multiply", factors), nothing])
    return product if whole == shape else new.add("reshape", [product], shape)


def _that_move_states(graph: Graph, products: set[int]) -> set[int]:
    """Those that are added to an input, scaled or not."""
    users: dict[int, list[int]] = defaultdict(list)
    for number, node in enumerate(graph.nodes):
        for at in node.inputs:
            users[at].append(number)
    found = set()
    for number in products:
        last = number
        while len(users[last]) == 1 and graph.nodes[users[last][0]].op in ("reshape", "multiply"):
            (last,) = users[last]
        for user in users[last]:
            node = graph.nodes[user]
            if node.op in ("add", "subtract") and any(
                graph.nodes[at].op == "input" for at in node.inputs if at != last
            ):
                found.add(number)
    return found
