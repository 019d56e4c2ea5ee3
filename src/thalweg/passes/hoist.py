"""What is the same at each turn of a loop is computed once, before it.

Only what cannot fail moves: guards and numbers of rows stay where they are asked. A value that is larger
than what it is made of stays too where it is moved alone, since each turn can see it as it lies.
"""

from __future__ import annotations

from thalweg.graph.control import parts_of_loop
from thalweg.graph.graph import Graph, Node
from thalweg.passes.inner import HOLDING, changed_inside

__all__ = ["hoist"]

_STAY = ("guard", "take", "put", "put_extreme", "loop", "choose", "rewind", "output")
_SEEN = ("reshape", "transpose", "broadcast", "slice")


def hoist(graph: Graph) -> Graph:
    """A graph whose loops compute once what does not change from turn to turn."""
    if not any(node.op in HOLDING for node in graph.nodes):
        return graph
    new, live = Graph(), graph.live()
    place: dict[int, int] = {}
    for number, node in enumerate(graph.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
        elif live[number]:
            if node.op in HOLDING:
                node = changed_inside(node, hoist)  # the same node, its graphs walked
            inputs = [place[at] for at in node.inputs]
            if node.op == "loop" and node.attributes[2] != 0:
                place[number] = _hoisted(new, node, inputs)
            else:
                place[number] = new.add(node.op, inputs, *node.attributes)
    new.outputs = [place[number] for number in graph.outputs]
    return new


def _hoisted(new: Graph, node: Node, inputs: list[int]) -> int:
    body, condition, turns, carried, rows, backward, counted = node.attributes
    _, _, _, still = parts_of_loop(inputs, node.attributes)
    known = dict(zip(body.inputs[carried + rows :], still, strict=True))
    moved: dict[int, int] = {}
    for number, inner in enumerate(body.nodes):
        if inner.op not in ("input", *_STAY) and all(at in known for at in inner.inputs):
            given = [known[at] for at in inner.inputs]
            moved[number] = known[number] = new.add(inner.op, given, *inner.attributes)
    computed = [number for number in moved if body.nodes[number].op not in ("constant", *_SEEN)]
    if not computed:
        return new.add(node.op, inputs, *node.attributes)
    wanted = set(body.outputs)
    wanted.update(at for number, inner in enumerate(body.nodes) if number not in moved for at in inner.inputs)  # fmt: skip
    fresh, place = Graph(), dict[int, int]()
    for number in body.inputs:
        place[number] = fresh.input(body.nodes[number].shape, body.nodes[number].dtype)
    arriving = [number for number in moved if number in wanted and body.nodes[number].op != "constant"]  # fmt: skip
    for number in arriving:
        place[number] = fresh.input(body.nodes[number].shape, body.nodes[number].dtype)
    for number, inner in enumerate(body.nodes):
        if number not in place and (number not in moved or inner.op == "constant"):
            place[number] = fresh.add(
                inner.op, [place[at] for at in inner.inputs], *inner.attributes
            )
    fresh.outputs = [place[number] for number in body.outputs]
    if condition is not None:
        wider = Graph.thawed(condition)
        for number in arriving:
            wider.input(body.nodes[number].shape, body.nodes[number].dtype)
        condition = wider.frozen()
    more = [moved[number] for number in arriving]
    return new.add(
        "loop", [*inputs, *more], fresh.frozen(), condition, turns, carried, rows, backward, counted
    )
