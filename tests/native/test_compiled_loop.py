"""A loop in machine code does what the interpreter does round by round."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.symbol import Symbol
from thalweg.native.accumulation import find_updates
from thalweg.native.compiled import compile_loop


def rounds_of(graph, states, arrays, rounds):
    """The states and the rows of the other outputs, by NumPy."""
    arrays, rows = list(arrays), []
    for _ in range(rounds):
        made = interpret(graph, arrays)
        rows.append([one for place, one in enumerate(made) if place not in states.values()])
        for source, target in states.items():
            arrays[source] = made[target]
    return {source: arrays[source] for source in states}, [
        np.array(one) for one in zip(*rows, strict=True)
    ]


def check(graph, states, arrays, rounds, tolerance=1e-12):
    before = [np.array(one) for one in arrays]
    ends, rows = compile_loop(graph, states)(arrays, rounds)
    for one, other in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(one, other)
    wanted_ends, wanted_rows = rounds_of(graph, states, arrays, rounds)
    for source, wanted in wanted_ends.items():
        np.testing.assert_allclose(ends[source], wanted, rtol=tolerance, atol=tolerance)
    for one, wanted in zip(rows, wanted_rows, strict=True):
        assert one.shape == wanted.shape
        np.testing.assert_allclose(one, wanted, rtol=tolerance, atol=tolerance)


def descent(shape, dtype="float64"):
    graph = Graph()
    x, rate = (Symbol(graph, graph.input(size, dtype)) for size in (shape, ()))
    loss = np.add.reduce(np.sin(x) * x, axis=None)
    slope = np.sin(x) + x * np.cos(x)
    count = Symbol(graph, graph.input((), "int64"))
    graph.outputs = [loss.number, (x - rate * slope).number, (count + 1).number]
    return graph, {0: 1, 2: 2}


@pytest.mark.parametrize("shape", [(), (1,), (5,), (16, 4), (65,), (1000,), (0,)])
@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_states_small_and_large_after_odd_and_even_rounds(shape, rounds):
    graph, states = descent(shape)
    x = np.random.default_rng(1).normal(size=shape)
    check(graph, states, [x, np.float64(0.1), np.int64(40)], rounds)


def regression(rows, columns, out, *, swap=False):
    """A step of linear regression: W ← W - rate·Xᵀ(X·W - Y)."""
    graph = Graph()
    w, x, y, rate = (
        Symbol(graph, graph.input(shape, "float64"))
        for shape in ((columns, out), (rows, columns), (rows, out), ())
    )
    rest = np.matmul(x, w) - y
    move = np.matmul(x.T, rest)
    moved = rate * move if not swap else move * rate
    graph.outputs = [np.add.reduce(rest * rest, axis=None).number, (w - moved).number]
    return graph, {0: 1}


@pytest.mark.parametrize(("swap", "rounds"), [(False, 1), (True, 2), (False, 5)])
def test_a_product_is_added_where_its_state_lies(swap, rounds):
    graph, states = regression(20, 64, 32, swap=swap)
    assert list(find_updates(graph, states)) == [1]
    rng = np.random.default_rng(2)
    check(graph, states, [rng.normal(size=(64, 32)), rng.normal(size=(20, 64)),
                          rng.normal(size=(20, 32)), np.float64(0.003)], rounds)  # fmt: skip


def test_no_update_in_place_where_the_new_state_is_wanted_elsewhere_or_feeds_another_update():
    graph, states = regression(20, 64, 32)
    graph.outputs.append(graph.add("negative", [graph.outputs[1]]))
    assert find_updates(graph, states) == {}
    crossed = Graph()
    a, b = (Symbol(crossed, crossed.input((40, 40), "float64")) for _ in range(2))
    crossed.outputs = [(a - 0.01 * np.matmul(b, b)).number, (b - 0.01 * np.matmul(a, a)).number]
    assert find_updates(crossed, {0: 0, 1: 1}) == {}
    rng = np.random.default_rng(3)
    check(crossed, {0: 0, 1: 1}, rng.normal(size=(2, 40, 40)) / 40, 3)


def test_a_number_that_names_no_row_is_refused_and_nothing_is_changed():
    graph = Graph()
    x, at = Symbol(graph, graph.input((4,), "float64")), Symbol(graph, graph.input((2,), "int64"))
    graph.outputs = [(x + x[at][0]).number]
    loop = compile_loop(graph, {0: 0})
    given = [np.arange(4.0), np.array([1, 3])]
    np.testing.assert_array_equal(loop(given, 1)[0][0], np.arange(4.0) + 1)
    with pytest.raises(IndexError, match="row that is not there"):
        loop([given[0], np.array([1, 4])], 3)
    np.testing.assert_array_equal(given[0], np.arange(4.0))


def test_an_output_becomes_one_input_at_most():
    graph = Graph()
    x, y = (Symbol(graph, graph.input((3,), "float64")) for _ in range(2))
    graph.outputs = [(x + y).number]
    with pytest.raises(GraphError, match="one input at most"):
        compile_loop(graph, {0: 0, 1: 0})
