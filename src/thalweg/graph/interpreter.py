"""What does a graph compute? Run node by node with NumPy: the reference that machine code must equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.graph.primitives import PRIMITIVES

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
    live = graph.live()
    with np.errstate(all="ignore"):
        for place, node in enumerate(graph.nodes):
            if live[place] and node.op != "input":
                given = [values[at] for at in node.inputs]
                values[place] = PRIMITIVES[node.op].evaluate(*given, *node.attributes)
    return [values[place] for place in graph.outputs]
