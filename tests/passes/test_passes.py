"""Passes change what a graph says and not what it computes: to the bit, but for small whole powers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from graph.random_graphs import graphs
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.numpy_functions import WRITTEN
from thalweg.graph.symbol import Symbol
from thalweg.passes.order import run_passes

ODD = [0.0, -0.0, 1.0, -1.0, 2.5, 5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan]


assert np.where in WRITTEN  # read, so that Symbols know NumPy's functions


def same(one, other):
    np.testing.assert_array_equal(one, other)
    if np.asarray(one).dtype.kind == "f":
        numbers = ~np.isnan(one)
        np.testing.assert_array_equal(np.signbit(one)[numbers], np.signbit(other)[numbers])


@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
def test_drawn_graphs_compute_the_same(wild):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(graphs(wild))
    def check(drawn):
        if any(node.op == "power" for node in drawn.graph.nodes):
            return
        graph = drawn.graph
        graph.outputs = [number for number, node in enumerate(graph.nodes) if node.op != "input"]
        for one, other in zip(
            interpret(graph, drawn.arrays), interpret(run_passes(graph), drawn.arrays), strict=True
        ):
            same(one, other)

    check()


def of_pairs(write):
    """A function of two arrays before and after the passes, over all pairs of odd numbers."""
    graph = Graph()
    x, y = (Symbol(graph, graph.input((len(ODD) ** 2,), "float64")) for _ in range(2))
    graph.outputs = [write(x, y).number]
    simple = run_passes(graph)
    arrays = [np.array(one) for one in zip(*itertools.product(ODD, ODD), strict=True)]
    same(interpret(graph, arrays)[0], interpret(simple, arrays)[0])
    return graph, simple


def ops(graph):
    return [node.op for node in graph.nodes if node.op not in ("input", "constant")]


@pytest.mark.parametrize(
    "write",
    [
        lambda x, y: x * 1.0,
        lambda x, y: 1.0 * x,
        lambda x, y: x / 1.0,
        lambda x, y: x - 0.0,
        lambda x, y: x + -0.0,
        lambda x, y: np.negative(np.negative(x)),
        lambda x, y: np.where(True, x, y),  # NumPy's where takes it so
        lambda x, y: x.reshape((11, 11)).reshape((121,)),
        lambda x, y: x.reshape((11, 11)).transpose((1, 0)).transpose((1, 0)).reshape((121,)),
        lambda x, y: x.astype("float64"),
        lambda x, y: np.where(y > x, x, x),
        lambda x, y: x.reshape((121, 1)).reduce("max", 1),
        lambda x, y: np.where(np.logical_and(y > x, np.array(False)), y, x),
    ],
)
def test_what_says_nothing_goes(write):
    _, simple = of_pairs(write)
    assert ops(simple) == []


@pytest.mark.parametrize(
    "write", [lambda x, y: x + 0.0, lambda x, y: x * 0.0, lambda x, y: x - x, lambda x, y: x - -0.0]
)
def test_what_only_looks_as_if_it_said_nothing_stays(write):
    graph, simple = of_pairs(write)
    assert ops(simple) == ops(graph)


def strong_zero(g, d):
    product = g * d
    lost = np.logical_and(np.equal(g, 0.0), np.logical_not(np.isfinite(product)))
    return np.where(lost, 0.0, product)


def test_the_strong_zero_of_a_product_asks_the_factor():
    _, simple = of_pairs(strong_zero)
    (asked,) = [node for node in simple.nodes if node.op == "isfinite"]
    assert simple.nodes[asked.inputs[0]].op == "input"
    of_pairs(lambda x, y: strong_zero(y, x))


def test_a_factor_that_is_a_finite_number_needs_no_strong_zero():
    _, simple = of_pairs(
        lambda x, y: strong_zero(x, 3.0 + 0 * Symbol(x.graph, x.graph.constant(1.0)))
    )
    assert ops(simple) == ["multiply"]
    of_pairs(lambda x, y: strong_zero(x, Symbol(x.graph, x.graph.constant(math.inf))))


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_small_whole_powers_are_products_within_two_units_in_the_last_place(power):
    graph = Graph()
    x = Symbol(graph, graph.input((1000,), "float64"))
    graph.outputs = [(x ** float(power)).number]
    given = np.random.default_rng(1).normal(size=1000) * 3
    (wanted,), (came,) = interpret(graph, [given]), interpret(run_passes(graph), [given])
    assert "power" not in ops(run_passes(graph))
    assert (abs(came - wanted) <= 2 * np.spacing(abs(wanted))).all()
    odd = np.resize(ODD, 1000)
    np.testing.assert_array_equal(
        interpret(graph, [odd])[0], interpret(run_passes(graph), [odd])[0]
    )


def test_inputs_stay_and_what_nobody_needs_goes():
    graph = Graph()
    x, y = graph.input((3,), "float64"), graph.input((3,), "float64")
    graph.add("exp", [y])
    graph.outputs = [graph.add("sin", [x])]
    assert [node.op for node in run_passes(graph).nodes] == ["input", "input", "sin"]
