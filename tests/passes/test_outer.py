"""Products of a column and a row become multiplications, unless a state is moved by one."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.symbol import Symbol
from thalweg.passes.order import run_passes


def of_columns(write, shapes):
    graph = Graph()
    given = [Symbol(graph, graph.input(shape, "float64")) for shape in shapes]
    graph.outputs = [write(*given).number]
    return graph, run_passes(graph)


def ops(graph):
    return [node.op for node in graph.nodes]


@pytest.mark.parametrize(
    "shapes", [((5, 1), (1, 3)), ((2, 5, 1), (2, 1, 3)), ((1, 1), (1, 1)), ((0, 1), (1, 4))]
)
def test_a_column_and_a_row(shapes):
    graph, simple = of_columns(lambda x, y: np.maximum(np.matmul(x, y) + 1.0, 0.0), shapes)
    assert "dot" not in ops(simple)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    np.testing.assert_array_equal(interpret(simple, arrays)[0], interpret(graph, arrays)[0])


def test_what_sums_more_than_one_product_stays():
    _, simple = of_columns(np.matmul, [(5, 2), (2, 3)])
    assert "dot" in ops(simple)


@pytest.mark.parametrize(
    "move", [lambda w, x, y: w - 0.1 * np.matmul(x, y), lambda w, x, y: np.matmul(x, y) + w]
)
def test_what_moves_a_state_stays(move):
    graph, simple = of_columns(move, [(5, 3), (5, 1), (1, 3)])
    assert "dot" in ops(simple)
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=shape) for shape in ((5, 3), (5, 1), (1, 3))]
    np.testing.assert_allclose(interpret(simple, arrays)[0], interpret(graph, arrays)[0], 1e-15)
