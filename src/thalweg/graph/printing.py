"""How is a graph written as text? A line a node, in a form that `parsing` reads back.

inputs %0: float64[3]
%1 = exp %0 : float64[3]
%2 = constant 2.0 : float64[]
outputs %1
"""

from __future__ import annotations

import base64

import numpy as np

from thalweg.graph.graph import Constant, Graph, Node
from thalweg.graph.primitives import PRIMITIVES

__all__ = ["text_of"]

SHOWN = 8
"""Constants of at most so many elements are written as numbers, others as bytes in base 64."""


def text_of(graph: Graph) -> str:
    """Write a graph down.

    >>> graph = Graph()
    >>> graph.outputs.append(graph.add("exp", [graph.input((3,), "float64")]))
    >>> print(text_of(graph))
    %0 = input place=0 : float64[3]
    %1 = exp %0 : float64[3]
    outputs %1
    """
    lines = [
        f"%{place} = {_line(node)} : {node.dtype.name}[{','.join(map(str, node.shape))}]"
        for place, node in enumerate(graph.nodes)
    ]
    outputs = ", ".join(f"%{place}" for place in graph.outputs)
    lines.append(f"outputs {outputs}".rstrip())
    return "\n".join(lines)


def _line(node: Node) -> str:
    if node.op == "constant":
        return f"constant {_constant(node.attributes[0])}"
    parts = [node.op, ", ".join(f"%{at}" for at in node.inputs)]
    names = PRIMITIVES[node.op].attributes
    parts += [f"{name}={value!r}" for name, value in zip(names, node.attributes, strict=True)]
    return " ".join(part for part in parts if part)


def _constant(constant: Constant) -> str:
    array = constant.array()
    if array.size > SHOWN:
        return "base64 " + base64.b64encode(constant.data).decode("ascii")
    if np.isnan(array).any():  # a NaN has a sign and more, which digits do not show
        return "hex " + constant.data.hex()
    return repr(array.tolist() if array.ndim else array.item()).replace(" ", "")
