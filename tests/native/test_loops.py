"""Loops and branches in machine code compute what the interpreter does, whatever they hold and wherever it lies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.native.compiled import compile_graph

MACHINES = ["host", "avx512", "avx2", "baseline"]
SHAPES = [(), (1,), (3,), (17,), (64,), (65,), (400,), (3, 4), (9, 33), (0,), (2, 0)]
DTYPES = ["float64", "float32", "int32", "int64", "bool"]
EVERYWHERE = ["add", "multiply", "maximum"]
OF_FLOATS = ["subtract", "floor", "absolute", "negative"]
"""What is rounded in one way alone, so that every bit must be the same."""


def same(graph, arrays, machine="host", exact=False):
    code = compile_graph(graph, machine)
    wanted = interpret(graph, arrays)
    for _ in range(2):  # memory that a call leaves behind must not matter to the next
        for one, other in zip(code(arrays), wanted, strict=True):
            assert (np.shape(one), one.dtype) == (np.shape(other), other.dtype)
            rough = 1e-5 if one.dtype == "float32" else 1e-12
            size = np.abs(other).max(initial=0.0) if not exact else 0.0
            np.testing.assert_allclose(one, other, rtol=0 if exact else rough, atol=rough * size)


def grown(draw, graph, start, size):
    """Nodes upon nodes of shapes and dtypes that are there."""
    nodes = list(start)
    for _ in range(size):
        at = draw(st.sampled_from(nodes))
        node = graph.nodes[at]
        alike = [one for one in nodes if graph.nodes[one].shape == node.shape
                 and graph.nodes[one].dtype == node.dtype]  # fmt: skip
        kind = node.dtype.kind
        names = EVERYWHERE + (OF_FLOATS if kind == "f" else [])
        if kind == "b":
            names = ["logical_and", "logical_xor", "logical_not"]
        name = draw(st.sampled_from(names))
        count = 1 if name in ("floor", "absolute", "negative", "logical_not") else 2
        nodes.append(graph.add(name, [at, *[draw(st.sampled_from(alike))][: count - 1]]))
        if kind == "f" and node.shape and math.prod(node.shape) and draw(st.booleans()):
            total = graph.add("reduce", [nodes[-1]], "max", tuple(range(len(node.shape))))
            flat = graph.add("reshape", [total], (1,) * len(node.shape))
            spread = graph.add("broadcast", [flat], node.shape)
            nodes.append(graph.add("floor", [spread]))
    return nodes


def alike(graph, nodes, spec):
    return [one for one in nodes if (graph.nodes[one].shape, graph.nodes[one].dtype) == spec]


@st.composite
def bodies(draw, specs, carried, stacks, depth):
    """A graph that takes values of such specs and carries on the first of them."""
    body = Graph()
    nodes = [body.input(*spec) for spec in specs]
    nodes = grown(draw, body, nodes, draw(st.integers(1, 6)))
    if depth:
        inner = draw(walks(depth - 1, body, nodes))
        nodes = grown(draw, body, [*nodes, *inner], 2)
    body.outputs = [draw(st.sampled_from(alike(body, nodes, spec))) for spec in specs[:carried]]
    body.outputs += [draw(st.sampled_from(nodes)) for _ in range(stacks)]
    return body.frozen()


@st.composite
def walks(draw, depth, graph, nodes):
    """A loop or a choice over nodes of a graph; its answers."""
    given = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=4))
    specs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in given]
    if draw(st.booleans()):
        carried = draw(st.integers(1, len(given)))
        stacks = draw(st.integers(0, 2))
        turns = draw(st.integers(1, 4))
        body = draw(bodies(specs, carried, stacks, depth))
        backward = draw(st.booleans())
        count = [graph.constant(draw(st.integers(-1, 5)), "int64")] if draw(st.booleans()) else []
        made = graph.add(
            "loop", [*count, *given], body, None, turns, carried, 0, backward, bool(count)
        )
        return [graph.add("output", [made], at) for at in range(carried + stacks)]
    which = graph.constant(draw(st.integers(-1, 3)), "int32")
    ends = draw(st.integers(1, len(given)))
    branches = tuple([draw(bodies(specs, ends, 0, depth)) for _ in range(draw(st.integers(1, 3)))])
    made = graph.add("choose", [which, *given], branches)
    return [graph.add("output", [made], at) for at in range(ends)]


@st.composite
def programs(draw):
    graph = Graph()
    shapes = st.sampled_from(SHAPES)
    nodes = [
        graph.input(draw(shapes), draw(st.sampled_from(DTYPES)))
        for _ in range(draw(st.integers(1, 4)))
    ]
    answers = []
    for _ in range(draw(st.integers(1, 2))):
        answers += draw(walks(draw(st.integers(0, 2)), graph, [*nodes, *answers]))
    graph.outputs = answers
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    arrays = []
    for at in graph.inputs:
        node = graph.nodes[at]
        arrays.append(np.asarray(rng.normal(size=node.shape) * 2).astype(node.dtype))
    return graph, arrays


@pytest.mark.parametrize("machine", MACHINES)
def test_drawn_loops(machine):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def check(drawn):
        same(*drawn, machine, exact=True)

    check()


@pytest.mark.sweep
def test_many_drawn_loops():
    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def check(drawn):
        same(*drawn, exact=True)

    check()


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("size", [1, 16, 65, 1000])
@pytest.mark.parametrize("turns", [0, 1, 2, 5])
def test_rows_lie_as_they_lie(size, turns, machine):
    """Rows of a transposed, a repeated and a turned array, and what stays seen from the side."""
    graph, dtype = Graph(), "float64"
    start = graph.input((size, 2), dtype)
    wide, one = graph.input((2, size, turns), dtype), graph.input((1, 2, 1), dtype)
    tall = graph.input((2, size), dtype)
    rows = graph.add("transpose", [wide], (2, 1, 0))
    spread = graph.add("broadcast", [graph.add("reshape", [one], (1, 1, 2))], (turns, size, 2))
    turned = graph.add("slice", [rows], ((max(turns - 1, 0), turns, -1), (0, size, 1), (0, 2, 1)))
    body = Graph()
    c, r, s, t, w = (body.input((size, 2), dtype) for _ in range(5))
    new = body.add("add", [body.add("multiply", [c, r]), body.add("maximum", [s, t])])
    body.outputs = [body.add("subtract", [new, w]), new, r]
    aside = graph.add("transpose", [tall], (1, 0))
    loop = graph.add(
        "loop", [start, rows, spread, turned, aside], body.frozen(), None, turns, 1, 3, True, False
    )
    graph.outputs = [graph.add("output", [loop], place) for place in range(3)]
    rng = np.random.default_rng(size + turns)
    arrays = [rng.normal(size=graph.nodes[at].shape) for at in graph.inputs]
    same(graph, arrays, machine)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("size", [3, 40])
def test_products_inside(size, machine):
    graph, dtype = Graph(), "float32"
    start, w = graph.input((1, size, size), dtype), graph.input((1, size, size), dtype)
    body = Graph()
    c, v = body.input((1, size, size), dtype), body.input((1, size, size), dtype)
    body.outputs = [body.add("tanh", [body.add("dot", [body.add("transpose", [v], (0, 2, 1)), c])])]
    loop = graph.add("loop", [start, w], body.frozen(), None, 5, 1, 0, False, False)
    graph.outputs = [graph.add("output", [loop], 0)]
    rng = np.random.default_rng(size)
    arrays = [rng.normal(size=(1, size, size)).astype(dtype) / size for _ in range(2)]
    same(graph, arrays, machine)


@pytest.mark.parametrize("size", [1, 65, 3000])
def test_a_condition_over_large_values(size):
    graph = Graph()
    x = graph.input((size,), "float64")
    body, condition = Graph(), Graph()
    c = body.input((size,), "float64")
    half = body.add("broadcast", [body.add("reshape", [body.constant(0.5)], (1,))], (size,))
    body.outputs = [body.add("multiply", [c, half]), c]
    c = condition.input((size,), "float64")
    total = condition.add("reduce", [c], "sum", (0,))
    condition.outputs = [condition.add("greater", [total, condition.constant(1.0)])]
    loop = graph.add("loop", [x], body.frozen(), condition.frozen(), 9, 1, 0, False, False)
    graph.outputs = [graph.add("output", [loop], place) for place in range(3)]
    for scale in (0.0, 1.0, 3.0, 100.0, 1e9):
        same(graph, [np.full(size, scale / size)])


def test_a_number_of_a_row_that_is_not_there_is_refused():
    graph = Graph()
    rows, at = graph.input((4,), "float64"), graph.input((), "int64")
    body = Graph()
    c, r, place = body.input((), "float64"), body.input((4,), "float64"), body.input((), "int64")
    body.outputs = [body.add("add", [c, body.add("take", [r, place])])]
    loop = graph.add("loop", [graph.constant(0.0), rows, at], body.frozen(), None, 3, 1, 0, False, False)  # fmt: skip
    graph.outputs = [graph.add("output", [loop], 0)]
    code = compile_graph(graph)
    assert code([np.arange(4.0), np.int64(2)])[0] == 6.0
    for wrong in (4, -1, 10**9):
        with pytest.raises(IndexError):
            code([np.arange(4.0), np.int64(wrong)])
