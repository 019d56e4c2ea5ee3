"""How is a graph read from text? Line by line, each node by its primitive's own words."""

from __future__ import annotations

import ast
import base64
import binascii
import math
import re
from typing import Any

import numpy as np

from thalweg.errors import GraphError
from thalweg.graph.graph import Constant, Graph, Node
from thalweg.graph.primitives import PRIMITIVES
from thalweg.graph.printing import HELD
from thalweg.graph.subgraph import SubGraph

__all__ = ["parse"]

_SPEC = re.compile(r"([a-z]+\d*)\[([\d,]*)\]")
_NODE = re.compile(r"%(\d+) = (\w+)(.*) : (\S+)")
_NUMBER = re.compile(r"%(\d+)")
_ATTRIBUTE = re.compile(r"(\w+)=(.+?)(?= \w+=|$)")


def parse(text: str) -> Graph:
    r"""Read what `text_of` wrote.

    Args:
        text: the lines; empty ones are passed over.

    Returns:
        A graph whose text is the same.

    Raises:
        GraphError: a line that says nothing, or something impossible; the message names it.

    >>> parse("%0 = input place=0 : float64[3]\n%1 = exp %0 : float64[3]\noutputs %1").outputs
    [1]
    """
    return _read([*enumerate(text.splitlines(), 1)])


Lines = list[tuple[int, str]]


def _read(lines: Lines) -> Graph:
    """A graph of lines, each with its place in the whole text."""
    graph, numbers, outputs = Graph(), dict[int, int](), None
    for at, (place, line) in enumerate(lines):
        try:
            if not line.strip() or line[0] == " ":
                continue
            if line.startswith("outputs"):
                outputs = [numbers[int(one)] for one in _NUMBER.findall(line)]
            else:
                _read_node(graph, numbers, line.strip(), _held(lines, at + 1))
        except GraphError as error:
            if str(error).startswith("line "):
                raise
            raise GraphError(f"line {place}: {error}") from None
        except KeyError as error:
            raise GraphError(f"line {place}: %{error} is not there yet") from None
        except (ValueError, SyntaxError, TypeError, IndexError) as error:
            raise GraphError(
                f"line {place}: {line.strip()[:60]!r} cannot be read: {error}"
            ) from None
    if outputs is None:
        raise GraphError("the text has no line of outputs")
    graph.outputs = outputs
    return graph


def _held(lines: Lines, start: int) -> dict[str, list[SubGraph]]:
    """The graphs that stand below a node's line, by their names."""
    found: list[tuple[str, Lines]] = []
    for place, line in lines[start:]:
        if line.startswith("    ") and found:
            found[-1][1].append((place, line[4:]))
        elif line.startswith("  ") and line.rstrip().endswith(":"):
            found.append((line.strip()[:-1], []))
        elif line.strip():
            break
    held: dict[str, list[SubGraph]] = {}
    for name, inner in found:
        held.setdefault(name, []).append(_read(inner).frozen())
    return held


def _read_spec(text: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    found = _SPEC.fullmatch(text)
    if found is None or np.dtype(found[1]).kind not in "biuf":
        raise GraphError(f"{text!r} is no dtype with a shape, such as float64[2,3]")
    return tuple([int(size) for size in found[2].split(",") if size]), np.dtype(found[1])


def _read_node(
    graph: Graph, numbers: dict[int, int], line: str, held: dict[str, list[SubGraph]]
) -> None:
    found = _NODE.fullmatch(line)
    if found is None:
        raise GraphError(f"{line[:60]!r} is no node, such as `%2 = exp %1 : float64[3]`")
    number, op, rest, spec = int(found[1]), found[2], found[3].strip(), _read_spec(found[4])
    if op == "input":
        made = graph.input(*spec)
    elif op == "constant":
        made = graph.add(op, (), _read_constant(rest, *spec))
    else:
        if op not in PRIMITIVES:
            raise GraphError(f"{op!r} is no primitive of a graph")
        names, given = PRIMITIVES[op].attributes, dict(_ATTRIBUTE.findall(rest))
        if set(given) != {*names} - {*HELD} or not {*held} <= {*names} & {*HELD}:
            raise GraphError(f"{op} has the attributes {list(names)}, not {[*given, *held]}")
        inputs = [numbers[int(one)] for one in _NUMBER.findall(rest.partition("=")[0])]
        made = graph.add(op, inputs, *[_attribute(name, given, held) for name in names])
    node: Node = graph.nodes[made]
    if (node.shape, node.dtype) != spec:
        raise GraphError(f"%{number} is {node.dtype.name}{list(node.shape)}, not {found[4]}")
    numbers[number] = made


def _attribute(name: str, given: dict[str, str], held: dict[str, list[SubGraph]]) -> Any:
    if name not in HELD:
        return ast.literal_eval(given[name])
    graphs = held.get(name, [])
    if name == "branches":
        return tuple(graphs)
    if len(graphs) > 1 or (name in ("body", "back") and not graphs):
        raise GraphError(f"one graph is wanted as {name}, and {len(graphs)} came")
    return graphs[0] if graphs else None


def _read_constant(text: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Constant:
    kind, _, rest = text.partition(" ")
    if kind in ("base64", "hex"):
        try:
            data = (
                base64.b64decode(rest, validate=True) if kind == "base64" else bytes.fromhex(rest)
            )
        except binascii.Error as error:
            raise GraphError(f"no bytes in base 64: {error}") from None
        if len(data) != dtype.itemsize * math.prod(shape):
            raise GraphError(f"{len(data)} bytes do not fill {dtype.name}{list(shape)}")
        return Constant(dtype.name, shape, data)
    array = np.array(ast.literal_eval(re.sub(r"\binf\b", "1e999", text)), dtype)
    if array.shape != shape and array.size + math.prod(shape) > 0:
        raise GraphError(f"numbers of shape {list(array.shape)} came for {list(shape)}")
    return Constant.of(array.reshape(shape))
