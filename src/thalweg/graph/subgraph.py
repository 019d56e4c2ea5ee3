"""What does a loop do each turn, what does a branch do? A graph that no longer changes, held by a node."""

from __future__ import annotations

from typing import Any

__all__ = ["SubGraph"]

Spec = tuple[tuple[int, ...], Any]


class SubGraph:
    """A graph inside a node: its inputs are told apart by place, and equal graphs are one.

    Attributes:
        nodes: the nodes, in an order in which they can be computed.
        inputs: the numbers of the nodes that are given.
        outputs: the numbers of the nodes that are wanted.
        given: shape and dtype of each input.
        made: shape and dtype of each output.
    """

    __slots__ = ("_hash", "given", "inputs", "made", "nodes", "outputs")

    def __init__(self, nodes: Any, inputs: Any, outputs: Any) -> None:
        self.nodes: tuple[Any, ...] = tuple(nodes)
        self.inputs: tuple[int, ...] = tuple(inputs)
        self.outputs: tuple[int, ...] = tuple(outputs)
        self.given: list[Spec] = [(nodes[at].shape, nodes[at].dtype) for at in self.inputs]
        self.made: list[Spec] = [(nodes[at].shape, nodes[at].dtype) for at in self.outputs]
        self._hash = hash((self.nodes, self.inputs, self.outputs))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, SubGraph)
            and self._hash == other._hash
            and (self.nodes, self.inputs, self.outputs)
            == (other.nodes, other.inputs, other.outputs)
        )

    def __repr__(self) -> str:
        return f"<graph of {len(self.nodes)} nodes>"
