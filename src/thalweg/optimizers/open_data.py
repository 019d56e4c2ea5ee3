"""How does a loss' data become an input of machine code, so that the next batch needs none of its own?

A Tensor that is read can stand for any of its shape and dtype: a trace sees all that is done with it. What
is done with a NumPy array it sees in part only. So the function is made anew with Tensors in the place of
arrays; and if the same numbers make the same graph of it as of the function itself, it was the same.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.graph.graph import Graph
from thalweg.transform.follow_all import codes_of
from thalweg.transform.tracing import Trace
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor

__all__ = ["same_with", "with_tensors"]


def with_tensors(function: Any) -> Any:
    """A function with Tensors for the arrays that its text names; the function itself if it names none.

    Args:
        function: anything that is called; only one that Python compiled is made anew.

    >>> import thalweg as tw
    >>> a = np.ones(2)
    >>> with_tensors(lambda: a * 2.0)().numpy()
    array([2., 2.])
    """
    if type(function) is not types.FunctionType:
        return function
    made: dict[int, Tensor] = {}

    def opened(value: Any) -> Any:
        if type(value) is not np.ndarray or value.dtype.kind not in "biuf":
            return value
        if not value.dtype.isnative:
            return value
        return made.setdefault(id(value), Tensor(as_array(value)))

    cells = [_cell(one, opened) for one in function.__closure__ or ()]
    defaults = tuple([opened(one) for one in function.__defaults__ or ()])
    named = {name: opened(one) for name, one in (function.__kwdefaults__ or {}).items()}
    names = function.__globals__
    arrays = {
        name: opened(names[name])
        for name in {name for code in codes_of(function.__code__) for name in code.co_names}
        if type(names.get(name)) is np.ndarray
    }
    if not made:
        return function
    new = types.FunctionType(
        function.__code__,
        {**names, **arrays} if arrays else names,
        function.__name__,
        defaults or None,
        tuple(cells) or None,
    )
    new.__kwdefaults__ = named or None
    return new


def _cell(cell: Any, opened: Any) -> Any:
    try:
        value = cell.cell_contents
    except ValueError:  # it is empty as yet
        return cell
    new = opened(value)
    return cell if new is value else types.CellType(new)


def same_with(opened: Trace, arrays: Sequence[Any], fixed: Trace) -> bool:
    """Whether a trace with data as inputs is, for this data, a trace with the data in it.

    Args:
        opened: its first inputs are the data.
        arrays: the data.
        fixed: the trace of the function as it was written.
    """
    graph, numbers = Graph(), dict[int, int]()
    for place, node in enumerate(opened.graph.nodes):
        if node.op == "input" and node.attributes[0] < len(arrays):
            numbers[place] = graph.constant(arrays[node.attributes[0]])
        elif node.op == "input":
            numbers[place] = graph.input(node.shape, node.dtype)
        else:
            numbers[place] = graph.add(
                node.op, [numbers[at] for at in node.inputs], *node.attributes
            )
    graph.outputs = [numbers[at] for at in opened.graph.outputs]
    alike = opened.named_cells() == fixed.named_cells()
    return alike and _in_order(graph) == _in_order(fixed.graph)


def _in_order(graph: Graph) -> tuple[list[Any], list[int]]:
    """The nodes that outputs need, each after those that it needs, numbered in this order."""
    numbers: dict[int, int] = {}
    nodes: list[Any] = []
    for output in graph.outputs:
        waiting = [output]
        while waiting:
            at = waiting[-1]
            node = graph.nodes[at]
            missing = [one for one in reversed(node.inputs) if one not in numbers]
            if at in numbers or not missing:
                waiting.pop()
                if at not in numbers:
                    numbers[at] = len(nodes)
                    nodes.append(node._replace(inputs=tuple([numbers[one] for one in node.inputs])))
            else:
                waiting += missing
    return nodes, [numbers[one] for one in graph.outputs]
