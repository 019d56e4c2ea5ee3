"""Guards that are left out change no answer, at no number: not at zeros, infinities or NaN."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.symbol import Symbol
from thalweg.passes.order import run_passes
from thalweg.passes.speculate import speculate

ODD = [0.0, -0.0, 1.0, -2.5, 5e-324, 1e308, math.inf, -math.inf, math.nan]


def guarded(g, s):
    """The strong zero, as the sweep writes it."""
    return np.where((g == 0) & ~np.isfinite(s), 0.0, g * s)


def asked(g, product):
    """The same, where the product is asked whether it is finite."""
    return np.where((g == 0) & ~np.isfinite(product), 0.0, product)


FORMULAS = {
    "one": lambda x, y: [guarded(x, y)],
    "a chain": lambda x, y: [guarded(guarded(x, y), np.exp(y)) + x],
    "two answers": lambda x, y: [x - guarded(y, x), np.sin(guarded(x, np.cos(y)))],
    "hidden by a choice": lambda x, y: [np.where(y > 0, guarded(x, y), y)],
    "hidden by a power": lambda x, y: [guarded(x, y) ** 0.0],
    "a part that is hidden": lambda x, y: [guarded(x, y) * 2, np.where(guarded(y, x) > 0, x, y)],
    "a guard behind a guard": lambda x, y: [guarded(np.where(x > y, guarded(x, y), y), x)],
    "a quotient asks itself": lambda x, y: [asked(x, x / y)],
    "a product asks itself": lambda x, y: [asked(guarded(x, y), -guarded(x, y) * np.sin(y)) - y],
    "a sum asks itself": lambda x, y: [asked(x, x * y + y)],
    "the other way round": lambda x, y: [asked(x, y / x)],
}


def graph_of(write, shape=()):
    graph = Graph()
    x, y = (Symbol(graph, graph.input(shape, "float64")) for _ in range(2))
    graph.outputs = [one.number for one in write(x, y)]
    return run_passes(graph)


def selects(graph):
    return sum(node.op == "select" for node in graph.nodes)


@pytest.mark.parametrize("name", FORMULAS)
def test_single_numbers(name):
    graph = graph_of(FORMULAS[name])
    quick = speculate(graph)
    with np.errstate(all="ignore"):
        for pair in itertools.product(ODD, ODD):
            arrays = [np.float64(one) for one in pair]
            for found, wanted in zip(
                interpret(quick, arrays), interpret(graph, arrays), strict=True
            ):
                np.testing.assert_array_equal(found, wanted, err_msg=str(pair))
                assert np.isnan(wanted) or np.signbit(found) == np.signbit(wanted), pair


@pytest.mark.parametrize("name", FORMULAS)
def test_arrays_with_one_odd_number(name):
    graph = graph_of(FORMULAS[name], (3,))
    quick = speculate(graph)
    with np.errstate(all="ignore"):
        for one, other in itertools.product(ODD, ODD):
            arrays = [np.array([1.0, one, 2.0]), np.array([0.5, other, -1.0])]
            for found, wanted in zip(
                interpret(quick, arrays), interpret(graph, arrays), strict=True
            ):
                np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("name", "left"),
    [("one", 0), ("a chain", 0), ("two answers", 0), ("hidden by a choice", 2),
     ("hidden by a power", 1), ("a part that is hidden", 2), ("a quotient asks itself", 0),
     ("a product asks itself", 0), ("a sum asks itself", 1), ("the other way round", 1)],
)  # fmt: skip
def test_guards_go_only_where_their_work_would_show(name, left):
    graph = graph_of(FORMULAS[name])
    quick = speculate(graph)
    assert selects(quick) == left
    if left == selects(graph):
        assert quick is graph
    else:
        assert quick.nodes[quick.nodes[quick.outputs[0]].inputs[0]].op == "choose"
