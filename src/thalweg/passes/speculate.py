"""Guards of the strong zero are left out of a graph that tells whether they would have done something.

A gradient that is 0 stays 0 whatever it is multiplied by: the sweep writes `select(g = 0 and s is not
finite, 0, g·s)`, or asks the product whether it is finite. That lies on the way of every number that waits
for it and hardly ever does anything. Without it 0·∞ makes NaN, and where NaN must reach an answer, looking
at the answers is enough: if one is NaN, all is computed again, with the guards.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from thalweg.graph.graph import Graph, Node
from thalweg.graph.subgraph import SubGraph
from thalweg.passes.prune import prune

__all__ = ["speculate"]

MOST = 2000
"""Graphs of more nodes are left as they are: they are compiled twice otherwise."""

CARRIES = frozenset({
    "add", "subtract", "multiply", "divide", "negative", "absolute", "square", "sqrt", "reciprocal",
    "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "arcsin", "arccos",
    "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "erf", "erfc", "cbrt", "sign",
    "maximum", "minimum", "floor", "ceil", "rint", "trunc", "reshape", "transpose", "broadcast",
    "concat", "dot", "place",
})  # fmt: skip
"""Whoever gives one of these a NaN gets one: elementwise from every input, and from sums of products."""

SUMS = ("sum", "product", "max", "min")


def speculate(graph: Graph) -> Graph:
    """The same answers, sooner where all is finite; the graph as it came where nothing is gained."""
    if len(graph.nodes) > MOST or not all(_is_small(graph.nodes[at]) for at in graph.outputs):
        return graph
    floats = [place for place, at in enumerate(graph.outputs) if graph.nodes[at].dtype.kind == "f"]
    live = graph.live()
    guards = {number: product for number, product in _guards(graph) if live[number]}
    while guards:
        quick, place = _without(graph, guards)
        told = _reaching(quick, [quick.outputs[at] for at in floats])
        silent = [number for number, product in guards.items() if not told[place[product]]]
        if not silent:
            break
        for number in silent:
            del guards[number]
    if not guards or any(node.op == "loop" for node in graph.nodes):
        return graph
    bad = _any_nan(quick, [quick.outputs[at] for at in floats])
    quick.outputs.append(bad)
    return _chosen(graph, prune(quick))


def _is_small(node: Node) -> bool:
    return int(np.prod(node.shape)) <= 1 << 8


def _guards(graph: Graph) -> Iterator[tuple[int, int]]:
    """Selects that put 0 where a gradient is 0 and its factor not finite, and the product beside it."""
    nodes = graph.nodes
    for number, node in enumerate(nodes):
        if node.op != "select" or node.dtype.kind != "f":
            continue
        condition, nothing, product = (nodes[at] for at in node.inputs)
        if condition.op != "logical_and" or not _is_zero(graph, nothing):
            continue
        for first, second in (condition.inputs, condition.inputs[::-1]):
            equal, odd = nodes[first], nodes[second]
            if (
                equal.op != "equal"
                or odd.op != "logical_not"
                or nodes[odd.inputs[0]].op != "isfinite"
            ):
                continue
            (looked_at,) = nodes[odd.inputs[0]].inputs
            for g, zero in (equal.inputs, equal.inputs[::-1]):
                if not _is_zero(graph, nodes[zero]):
                    continue
                whole = looked_at == node.inputs[2] and _is_a_multiple(graph, looked_at, g)
                parts = product.op == "multiply" and sorted((g, looked_at)) == sorted(
                    product.inputs
                )
                if whole or parts:
                    yield number, node.inputs[2]


def _is_a_multiple(graph: Graph, number: int, g: int) -> bool:
    """Whether a value is g times something, so that where g is 0 it is 0 or NaN."""
    waiting = [number]
    while waiting:
        at = waiting.pop()
        node = graph.nodes[at]
        if at == g:
            return True
        if node.op in ("multiply", "negative"):
            waiting += [one for one in node.inputs if one >= g]
        elif node.op in ("divide", "broadcast", "reshape"):
            waiting += [one for one in node.inputs[:1] if one >= g]
    return False


def _is_zero(graph: Graph, node: Node) -> bool:
    while node.op in ("broadcast", "reshape"):
        node = graph.nodes[node.inputs[0]]
    return node.op == "constant" and not node.attributes[0].array().any()


def _without(graph: Graph, guards: dict[int, int]) -> tuple[Graph, dict[int, int]]:
    """The graph without these guards, and where its nodes stand now."""
    new, place = Graph(), dict[int, int]()
    for number, node in enumerate(graph.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
        elif number in guards:
            place[number] = place[guards[number]]
        else:
            place[number] = new.add(node.op, [place[at] for at in node.inputs], *node.attributes)
    new.outputs = [place[number] for number in graph.outputs]
    return new, place


def _reaching(graph: Graph, answers: list[int]) -> list[bool]:
    """Of which nodes a NaN comes to one of the answers, whatever the other numbers are."""
    found = [False] * len(graph.nodes)
    for number in answers:
        found[number] = True
    for number in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[number]
        if not found[number] or node.dtype.kind != "f":
            continue
        if node.op in CARRIES or (node.op == "reduce" and node.attributes[0] in SUMS):
            for at in node.inputs:
                found[at] = True
        elif node.op == "cast" and graph.nodes[node.inputs[0]].dtype.kind == "f":
            found[node.inputs[0]] = True
    return found


def _any_nan(graph: Graph, answers: list[int]) -> int:
    """Whether the sum of all answers is NaN. Infinities of both signs make it so, too: no harm done."""
    total = None
    for number in dict.fromkeys(answers):
        shape = graph.nodes[number].shape
        if shape:
            number = graph.add("reduce", [number], "sum", tuple(range(len(shape))))  # all of it
        number = graph.add("cast", [number], "float64")  # as the others
        total = number if total is None else graph.add("add", [total, number])
    assert total is not None  # noqa: S101 # a guard that can be left out reaches an answer
    return graph.add("isnan", [total])


def _chosen(exact: Graph, quick: Graph) -> Graph:
    """The quick answers, or where the last of them is true those of the exact graph."""
    new = Graph()
    place: dict[int, int] = {}
    for number, node in enumerate(quick.nodes):
        if node.op == "input":
            place[number] = new.input(node.shape, node.dtype)
        else:
            place[number] = new.add(node.op, [place[at] for at in node.inputs], *node.attributes)
    *answers, bad = [place[number] for number in quick.outputs]
    given = [place[number] for number in quick.inputs]
    branches = []
    for of in (None, exact):
        inside = Graph()
        taken = [
            inside.input(new.nodes[at].shape, new.nodes[at].dtype) for at in (*given, *answers)
        ]
        if of is None:
            inside.outputs = taken[len(given) :]
        else:
            where: dict[int, int] = dict(zip(of.inputs, taken, strict=False))
            for number, node in enumerate(of.nodes):
                if node.op != "input":
                    put = [where[at] for at in node.inputs]
                    where[number] = inside.add(node.op, put, *node.attributes)
            inside.outputs = [where[number] for number in of.outputs]
        branches.append(SubGraph(inside.nodes, inside.inputs, inside.outputs))
    which = new.add("choose", [bad, *given, *answers], tuple(branches))
    new.outputs = [new.add("output", [which], at) for at in range(len(answers))]
    return new
