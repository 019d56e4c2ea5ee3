"""What does a graph compute? Run node by node with NumPy: the reference that machine code must equal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.errors import GraphError
from thalweg.graph.control import LOOP, REWIND, parts_of_loop, parts_of_rewind
from thalweg.graph.graph import Graph
from thalweg.graph.primitives import PRIMITIVES
from thalweg.graph.schedule import actions, go_back
from thalweg.graph.subgraph import SubGraph

__all__ = ["interpret"]


def interpret(graph: Graph, arrays: Sequence[Any]) -> list[Any]:
    """Compute a graph's outputs.

    Args:
        graph: the graph.
        arrays: one for each input, of its shape and dtype.

    Returns:
        An array for each output.

    Raises:
        GraphError: arrays that do not fit the inputs.

    >>> graph = Graph()
    >>> graph.outputs.append(graph.add("exp", [graph.input((), "float64")]))
    >>> interpret(graph, [np.zeros(())])
    [np.float64(1.0)]
    """
    values: list[Any] = [None] * len(graph)
    if len(arrays) != len(graph.inputs):
        raise GraphError(f"the graph has {len(graph.inputs)} inputs; {len(arrays)} arrays came")
    for place, array in zip(graph.inputs, arrays, strict=True):
        node = graph.nodes[place]
        if np.shape(array) != node.shape or np.asarray(array).dtype != node.dtype:
            raise GraphError(
                f"input %{place} is {node.dtype.name}{list(node.shape)}, not {array!r}"
            )
        values[place] = array
    with np.errstate(all="ignore"):
        _walk(_plan(graph), values)
    return [values[place] for place in graph.outputs]


Step = tuple[int, Any, Callable[..., Any]]


def _plan(graph: Graph) -> list[Step]:
    """What is to be computed, one node after the other: its place, the node, by what."""
    live = graph.live()
    return [
        (place, node, _WALKED.get(node.op) or PRIMITIVES[node.op].evaluate)
        for place, node in enumerate(graph.nodes)
        if live[place] and node.op != "input"
    ]


def _walk(steps: list[Step], values: list[Any]) -> None:
    for place, node, evaluate in steps:
        values[place] = evaluate(*[values[at] for at in node.inputs], *node.attributes)


class _Inner:
    """A graph that a node holds, to be computed many times."""

    def __init__(self, held: SubGraph) -> None:
        graph = Graph.thawed(held)
        self.steps, self.inputs, self.outputs = _plan(graph), held.inputs, held.outputs
        self.count = len(graph)

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        values: list[Any] = [None] * self.count
        for place, array in zip(self.inputs, arrays, strict=True):
            values[place] = array
        _walk(self.steps, values)
        return [values[place] for place in self.outputs]


def _loop(*given: Any) -> list[Any]:
    inputs, attributes = given[: -len(LOOP)], given[-len(LOOP) :]
    body, condition, turns, carried, _, backward, _ = attributes
    count, carry, cut, still = parts_of_loop(inputs, attributes)
    whole = turns if count is None else min(max(int(count), 0), turns if turns >= 0 else int(count))
    run, goes_on = _Inner(body), None if condition is None else _Inner(condition)
    stacks = [np.zeros((max(turns, 0), *shape), dtype) for shape, dtype in body.made[carried:]]
    turn = 0
    while turn < whole or whole < 0:
        if goes_on is not None and not goes_on([*carry, *still])[0]:
            break
        row = whole - 1 - turn if backward else turn
        made = run([*carry, *(array[row] for array in cut), *still])
        carry = made[:carried]
        for stack, part in zip(stacks, made[carried:], strict=True):
            stack[row] = part
        turn += 1
    ends = [*carry] if condition is None else [*carry, np.int64(turn)]
    return [*ends, *stacks]


def _choose(which: Any, *given: Any) -> list[Any]:
    *inputs, branches = given
    return _Inner(branches[min(max(int(which), 0), len(branches) - 1)])(inputs)


def _rewind(*given: Any) -> list[Any]:
    inputs, attributes = given[: -len(REWIND)], given[-len(REWIND) :]
    body, back, turns, kept, *_, carried, backward = attributes
    stacks = [np.zeros((turns, *shape), dtype) for shape, dtype in back.made[carried:]]
    rows = range(turns)[::-1] if backward else range(turns)
    parts = parts_of_rewind(inputs, attributes)
    carry = go_back(actions(turns, kept), rows, parts, _Inner(body), _Inner(back), stacks)
    return [*carry, *stacks]


_WALKED: dict[str, Callable[..., Any]] = {"loop": _loop, "choose": _choose, "rewind": _rewind}
