"""What is a graph, and how does a node come into it?

A node applies one primitive to nodes before it; its number is its place in the list. Two nodes that
would say the same are one node: what was computed twice is computed once, and a graph holds no cycles
because a node can only name what is there already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from thalweg.errors import GraphError
from thalweg.graph.primitives import PRIMITIVES
from thalweg.graph.subgraph import SubGraph

__all__ = ["Constant", "Graph", "Node"]


FOLDED = 1024
"""What is computed from constants alone, and has at most so many elements, is computed at once."""


class Node(NamedTuple):
    """One value of a graph.

    Attributes:
        op: the primitive's name.
        inputs: the numbers of the nodes that it takes.
        attributes: what else it takes, in the order of the primitive's names for them.
        shape: of the value.
        dtype: of the value.
    """

    op: str
    inputs: tuple[int, ...]
    attributes: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """An array that a graph holds; equal where dtype, shape and every bit are."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, array: Any) -> Constant:
        """Take an array's dtype, shape and bytes."""
        array = np.asarray(array)
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
        return cls(array.dtype.name, array.shape, array.tobytes())

    def array(self) -> Any:
        """Return the array; it cannot be written to."""
        return np.frombuffer(self.data, np.dtype(self.dtype)).reshape(self.shape)


class Graph:
    """Nodes in an order in which they can be computed, and which of them come in and go out.

    Attributes:
        nodes: the nodes; a node's number is its place.
        inputs: the numbers of the nodes that stand for what is given.
        outputs: the numbers of the nodes that are wanted.
        loops: what those who write loops remember of them; no part of what is computed.

    >>> graph = Graph()
    >>> x = graph.input((3,), np.dtype("float64"))
    >>> graph.outputs.append(graph.add("exp", (x,)))
    >>> graph.add("exp", (x,)) == graph.outputs[0]
    True
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.inputs: list[int] = []
        self.outputs: list[int] = []
        self._known: dict[Any, int] = {}
        self.loops: dict[Any, Any] = {}

    def input(self, shape: Sequence[int], dtype: Any) -> int:
        """Add an input; each is a node of its own."""
        number = self._append(Node("input", (), (len(self.inputs),), tuple(shape), np.dtype(dtype)))
        self.inputs.append(number)
        return number

    def constant(self, array: Any, dtype: Any = None) -> int:
        """Add an array, or find the node that holds the same one."""
        return self.add("constant", (), Constant.of(np.asarray(array, dtype)))

    def add(self, op: str, inputs: Iterable[int] = (), *attributes: Any) -> int:
        """Add a node, or find the one that says the same.

        Args:
            op: the primitive's name.
            inputs: numbers of nodes.
            attributes: what else the primitive takes.

        Returns:
            The node's number.

        Raises:
            GraphError: no such primitive, or inputs and attributes that it does not take.
        """
        inputs = tuple(inputs)
        key = (op, inputs, attributes)
        number = self._known.get(key)
        if number is None:
            primitive = PRIMITIVES.get(op)
            if primitive is None:
                raise GraphError(f"{op!r} is no primitive of a graph")
            given = [self.nodes[at] for at in inputs]
            shape, dtype = primitive.spec_of(given, attributes)
            if (
                given
                and primitive.folds
                and math.prod(shape) <= FOLDED
                and all(one.op == "constant" for one in given)
            ):
                arrays = [one.attributes[0].array() for one in given]
                try:
                    with np.errstate(all="ignore"):
                        number = self.constant(primitive.evaluate(*arrays, *attributes), dtype)
                except IndexError:  # it is for whoever runs the graph to hear of it
                    number = self._append(Node(op, inputs, attributes, shape, dtype))
            else:
                number = self._append(Node(op, inputs, attributes, shape, dtype))
            self._known[key] = number
        return number

    def _append(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def frozen(self) -> SubGraph:
        """The graph as it is now, for a node that holds it."""
        return SubGraph(self.nodes, self.inputs, self.outputs)

    @classmethod
    def thawed(cls, sub: SubGraph) -> Graph:
        """A graph that begins as one that a node holds."""
        graph = cls()
        graph.nodes, graph.inputs = list(sub.nodes), list(sub.inputs)
        graph.outputs = list(sub.outputs)
        graph._known = {
            (node.op, node.inputs, node.attributes): number
            for number, node in enumerate(sub.nodes)
            if node.op != "input"
        }
        return graph

    def __len__(self) -> int:
        return len(self.nodes)

    def live(self) -> list[bool]:
        """For each node, whether an output needs it; inputs and guards always count as needed."""
        return self.needed_for(self.outputs)

    def needed_for(self, wanted: Iterable[int]) -> list[bool]:
        """For each node, whether one of those wanted needs it, or is it; inputs and guards always are."""
        needed = [node.op in ("input", "guard") for node in self.nodes]
        for number in wanted:
            needed[number] = True
        for number in range(len(self.nodes) - 1, -1, -1):
            if needed[number]:
                for at in self.nodes[number].inputs:
                    needed[at] = True
        return needed
