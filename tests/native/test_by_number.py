"""Orders, running sums and extremes at numbers, compiled, hold what NumPy answers; guards ask Python."""

from __future__ import annotations

import numpy as np
import pytest

from native.runnable import RUNNABLE
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.native.compiled import compile_graph

KINDS = ["float32", "float64", "int32", "int64"]
SHAPES = [(7,), (1,), (0,), (5, 9), (3, 4, 6), (100, 33), (2, 0, 3)]
each_machine = pytest.mark.parametrize("name", RUNNABLE)


def check(name, write, *arrays, tolerance=0.0):
    """Compile what `write` writes over inputs, and hold it to NumPy."""
    graph = Graph()
    inputs = [graph.input(one.shape, one.dtype) for one in arrays]
    graph.outputs = [write(graph, *inputs)]
    (came,) = compile_graph(graph, name)(list(arrays))
    (wanted,) = interpret(graph, list(arrays))
    assert came.dtype == wanted.dtype
    np.testing.assert_allclose(came, wanted, rtol=tolerance, atol=tolerance)


def numbers(shape, kind, odd=True):
    found = (np.random.default_rng([7, *shape]).normal(size=shape) * 10).astype(kind)
    if odd and found.dtype.kind == "f" and found.size > 3:
        found.flat[2], found.flat[-2] = np.nan, -np.inf
    return found


@each_machine
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_running(shape, kind, name):
    x = numbers(shape, kind)
    for axis in range(len(shape)):
        for what in ("sum", "product", "max", "min", "logaddexp"):
            if what == "logaddexp" and x.dtype.kind != "f":
                continue

            def write(graph, at, what=what, axis=axis):
                return graph.add("running", [at], what, axis)

            check(name, write, x, tolerance=1e-5 if what == "logaddexp" else 0.0)


def test_running_over_what_does_not_lie_in_a_row():
    x = numbers((4, 6, 5), "float64")
    for axis in range(3):

        def write(graph, at, axis=axis):
            turned = graph.add("transpose", [at], (2, 0, 1))
            cut = graph.add("slice", [turned], ((4, 3, -2), (0, 4, 1), (1, 2, 3)))
            return graph.add("running", [cut], "sum", axis)

        check("host", write, x)


@each_machine
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_order(shape, kind, name):
    x = numbers(shape, kind)
    check(name, lambda graph, at: graph.add("order", [at]), x)
    ties = np.sign(x) if x.dtype.kind == "f" else x // 8
    check(name, lambda graph, at: graph.add("order", [at]), ties)


def test_order_of_zeros_nans_and_infinities():
    x = np.array([np.nan, 0.0, np.inf, -0.0, np.nan, -np.inf, 0.0, -np.nan, 1.0])
    check("host", lambda graph, at: graph.add("order", [at]), x)


@each_machine
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["max", "min"])
def test_extremes_at_numbers(what, kind, name):
    places = np.random.default_rng(3).integers(0, 8, 40)

    def write(graph, x, at):
        return graph.add("put_extreme", [x, at], 9, what)

    check(name, write, numbers((40, 3), kind), places)
    check(name, write, numbers((40, 3), kind)[:, 0].copy(), places.astype(np.int32))
    check(name, write, numbers((0, 3), kind), places[:0])


@pytest.mark.parametrize("number", [9, -1, 2**40])
def test_extremes_at_numbers_that_are_not_there(number):
    graph = Graph()
    x, at = graph.input((2, 3), "float64"), graph.input((2,), "int64")
    graph.outputs = [graph.add("put_extreme", [x, at], 9, "max")]
    with pytest.raises(IndexError):
        compile_graph(graph)([np.ones((2, 3)), np.array([0, number])])


@each_machine
def test_a_guard_asks_python_even_where_nobody_wants_its_answer(name):
    graph = Graph()
    x = graph.input((3,), "float64")
    fine = graph.add("reduce", [graph.add("isfinite", [x])], "all", (0,))
    graph.add("guard", [x, fine])
    graph.outputs = [graph.add("exp", [x])]
    code = compile_graph(graph, name)
    np.testing.assert_allclose(code([np.arange(3.0)])[0], np.exp(np.arange(3.0)))
    for run in (code, lambda given: interpret(graph, given)):
        with pytest.raises(IndexError):
            run([np.array([1.0, np.nan, 2.0])])


def test_what_is_wrong_already_when_it_is_written_down_is_told_when_it_runs():
    graph = Graph()
    graph.outputs = [graph.add("take", [graph.constant(np.ones(3)), graph.constant(np.array([3]))])]
    with pytest.raises(IndexError):
        interpret(graph, [])
    with pytest.raises(IndexError):
        compile_graph(graph)([])
