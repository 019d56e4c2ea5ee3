"""Nodes that say nothing go: multiplied by 1, chosen by a constant, moved twice, cast to what they are.

Every rule holds for NaN, infinities and signed zeros, to the bit, but for small whole powers: those
are products, within two units in the last place of NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.graph.graph import Graph, Node
from thalweg.passes.inner import HOLDING, changed_inside

__all__ = ["simplify"]


def simplify(graph: Graph) -> Graph:
    """A graph with the same inputs and outputs, without what is not needed."""
    new, live = Graph(), graph.live()
    walk = _Walk(new)
    place: dict[int, int] = {}
    for number, node in enumerate(graph.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
        elif live[number]:
            inner = changed_inside(node, simplify) if node.op in HOLDING else node
            place[number] = walk.rebuilt(inner, [place[at] for at in node.inputs])
    new.outputs = [place[number] for number in graph.outputs]
    return new


class _Walk:
    """The graph that is being made, and what is known of its nodes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._uniform: dict[int, Any] = {}

    def rebuilt(self, node: Node, inputs: list[int]) -> int:
        """The node in the new graph, or one that says the same in fewer words."""
        rule = _RULES.get(node.op)
        found = rule(self, node, inputs) if rule else None
        return self.graph.add(node.op, inputs, *node.attributes) if found is None else found

    def one_number(self, number: int) -> Any:
        """The number that a node holds everywhere, or None where that is not known."""
        if number not in self._uniform:
            node, found = self.graph.nodes[number], None
            if node.op == "constant":
                data, size = node.attributes[0].data, node.dtype.itemsize
                if data and data == data[:size] * (len(data) // size):
                    found = node.attributes[0].array().ravel()[0]
            elif node.op in ("reshape", "broadcast", "transpose", "slice"):
                found = self.one_number(node.inputs[0])
            self._uniform[number] = found
        return self._uniform[number]

    def is_number(self, number: int, wanted: float) -> bool:
        """Whether a node holds this number everywhere, with this sign if it is 0."""
        value = self.one_number(number)
        return value is not None and value == wanted and np.signbit(value) == np.signbit(wanted)

    def filled(self, like: Node, value: Any) -> int:
        """A node that holds one number everywhere."""
        number = self.graph.constant(np.asarray(value, like.dtype))
        if not like.shape:
            return number
        flat = self.graph.add("reshape", [number], (1,) * len(like.shape))
        return (
            flat
            if like.shape == (1,) * len(like.shape)
            else self.graph.add("broadcast", [flat], like.shape)
        )


def _multiply(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    x, y = inputs
    if node.dtype.kind == "b":
        return None
    return y if walk.is_number(x, 1) else x if walk.is_number(y, 1) else None


def _divide(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    return inputs[0] if walk.is_number(inputs[1], 1) else None


def _add(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    if node.dtype.kind != "f":
        return None
    x, y = inputs  # x + 0 would make 0 of -0; x + -0 is x
    if walk.is_number(x, -0.0):
        return y
    return x if walk.is_number(y, -0.0) else _both_placed(walk, node, x, y)


def _both_placed(walk: _Walk, node: Node, x: int, y: int) -> int | None:
    """Two arrays that are put at the same places among zeros, and added: their sum is put there."""
    one, other = walk.graph.nodes[x], walk.graph.nodes[y]
    if one.op != "place" or (other.op, other.attributes) != (one.op, one.attributes):
        return None
    inner = walk.graph.add("add", [one.inputs[0], other.inputs[0]])
    return walk.graph.add("place", [inner], *one.attributes)


def _subtract(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    if node.dtype.kind != "f":
        return None
    return inputs[0] if walk.is_number(inputs[1], 0.0) else None


def _power(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    x, y = inputs
    value = walk.one_number(y)
    if value is None or node.dtype.kind != "f" or value not in (1, 2, 3, 4):
        return None
    if value == 1:
        return x
    square = walk.graph.add("multiply", [x, x])
    if value == 2:
        return square
    return walk.graph.add("multiply", [square, x if value == 3 else square])


def _negative(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    inner = walk.graph.nodes[inputs[0]]
    return inner.inputs[0] if inner.op == node.op else None


def _nothing_times_no_number(walk: _Walk, x: int, y: int) -> int | None:
    """`g = 0 and g·d is not finite` is `g = 0 and d is not finite`, which need not wait for g.

    The strong zero asks it of every product of a gradient, and often d is known to be finite.
    """
    graph = walk.graph
    zero, outer = graph.nodes[x], graph.nodes[y]
    if zero.op != "equal" or outer.op != "logical_not" or not walk.is_number(zero.inputs[1], 0.0):
        return None
    finite = graph.nodes[outer.inputs[0]]
    product = graph.nodes[finite.inputs[0]] if finite.op == "isfinite" else finite
    if product.op != "multiply" or finite.op != "isfinite":
        return None
    g = zero.inputs[0]
    if g not in product.inputs or product.dtype != graph.nodes[g].dtype:
        return None
    factor = product.inputs[1] if product.inputs[0] == g else product.inputs[0]
    value = walk.one_number(factor)
    if value is not None:
        return walk.filled(zero, False) if np.isfinite(value) else x
    asked = graph.add("logical_not", [graph.add("isfinite", [factor])])
    return graph.add("logical_and", [x, asked])


def _logical(absorbing: bool) -> Callable[..., int | None]:
    def rule(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
        x, y = inputs
        values = walk.one_number(x), walk.one_number(y)
        if absorbing in [one for one in values if one is not None]:
            return walk.filled(node, absorbing)
        if values[0] is not None:
            return y
        if values[1] is not None or x == y:
            return x
        return None if absorbing else _nothing_times_no_number(walk, x, y)

    return rule


def _select(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    condition, x, y = inputs
    value = walk.one_number(condition)
    if value is not None:
        return x if value else y
    return x if x == y else None


def _finite(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    value = walk.one_number(inputs[0])
    return None if value is None else walk.filled(node, bool(np.isfinite(value)))


def _reshape(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    inner = walk.graph.nodes[inputs[0]]
    if inner.shape == node.shape:
        return inputs[0]
    return walk.rebuilt(node, [inner.inputs[0]]) if inner.op == "reshape" else None


def _broadcast(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    inner = walk.graph.nodes[inputs[0]]
    if inner.shape == node.shape:
        return inputs[0]
    return walk.rebuilt(node, [inner.inputs[0]]) if inner.op == "broadcast" else None


def _transpose(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    (perm,) = node.attributes
    inner = walk.graph.nodes[inputs[0]]
    if perm == tuple(range(len(perm))):
        return inputs[0]
    if inner.op == "transpose":
        both = tuple([inner.attributes[0][axis] for axis in perm])
        return walk.rebuilt(node._replace(attributes=(both,)), [inner.inputs[0]])
    return None


def _cast(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    return inputs[0] if walk.graph.nodes[inputs[0]].dtype == node.dtype else None


def _reduce(walk: _Walk, node: Node, inputs: list[int]) -> int | None:
    kind, axes = node.attributes
    inner = walk.graph.nodes[inputs[0]]
    if any(inner.shape[axis] != 1 for axis in axes):
        return None
    if kind == "sum" and node.dtype.kind == "f":  # a sum begins with 0, and -0 becomes 0
        inputs = [walk.graph.add("add", [inputs[0], walk.filled(inner, 0.0)])]
    return walk.rebuilt(node._replace(op="reshape", attributes=(node.shape,)), inputs)


_RULES: dict[str, Callable[..., int | None]] = {
    "multiply": _multiply,
    "divide": _divide,
    "add": _add,
    "subtract": _subtract,
    "power": _power,
    "negative": _negative,
    "logical_not": _negative,
    "logical_and": _logical(False),
    "logical_or": _logical(True),
    "select": _select,
    "isfinite": _finite,
    "reshape": _reshape,
    "broadcast": _broadcast,
    "transpose": _transpose,
    "cast": _cast,
    "reduce": _reduce,
}
