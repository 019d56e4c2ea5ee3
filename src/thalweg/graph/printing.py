"""How is a graph written as text? A line a node, in a form that `parsing` reads back.

Graphs that a node holds stand below it, under their names, four blanks further in.

inputs %0: float64[3]
%1 = exp %0 : float64[3]
%2 = constant 2.0 : float64[]
outputs %1
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from thalweg.graph.graph import Constant, Graph, Node
from thalweg.graph.primitives import PRIMITIVES
from thalweg.graph.subgraph import SubGraph

__all__ = ["text_of"]

HELD = ("body", "condition", "back", "branches")
"""The attributes that are graphs."""

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
    return "\n".join(_lines(graph))


def _lines(graph: Graph | SubGraph) -> list[str]:
    lines = []
    for place, node in enumerate(graph.nodes):
        spec = f"{node.dtype.name}[{','.join(map(str, node.shape))}]"
        lines.append(f"%{place} = {_line(node)} : {spec}")
        for name, value in _named(node):
            for held in value if isinstance(value, tuple) else (value,):
                if isinstance(held, SubGraph):
                    lines.append(f"  {name}:")
                    lines += [f"    {line}" for line in _lines(held)]
    outputs = ", ".join(f"%{place}" for place in graph.outputs)
    lines.append(f"outputs {outputs}".rstrip())
    return lines


def _named(node: Node) -> list[tuple[str, Any]]:
    return [*zip(PRIMITIVES[node.op].attributes, node.attributes, strict=True)]


def _line(node: Node) -> str:
    if node.op == "constant":
        return f"constant {_constant(node.attributes[0])}"
    parts = [node.op, ", ".join(f"%{at}" for at in node.inputs)]
    parts += [f"{name}={value!r}" for name, value in _named(node) if name not in HELD]
    return " ".join(part for part in parts if part)


def _constant(constant: Constant) -> str:
    array = constant.array()
    if array.size > SHOWN:
        return "base64 " + base64.b64encode(constant.data).decode("ascii")
    if np.isnan(array).any():  # a NaN has a sign and more, which digits do not show
        return "hex " + constant.data.hex()
    return repr(array.tolist() if array.ndim else array.item()).replace(" ", "")
