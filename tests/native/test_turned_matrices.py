"""Narrow matrices inside a program lie column by column, and nobody can tell from the answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import thalweg as tw
from native.test_compiled_loop import check
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.symbol import Symbol
from thalweg.native.compiled import compile_graph
from thalweg.native.kernels import Map, View
from thalweg.native.parts import touches
from thalweg.native.planning import plan_kernels
from thalweg.native.turned_matrices import _Matrix, _reads_as, _turned


def layer(rows, width, dtype="float32", *, out=False):
    """The sum of max(x·w + b, 0)·v, and what it is by x: a layer of few units over many rows."""
    graph = Graph()
    x, w, b, v = (
        Symbol(graph, graph.input(shape, dtype))
        for shape in ((rows, 1), (1, width), (1, width), (width, 1))
    )
    units = np.maximum(x * w + b, 0 * b)
    answers = np.matmul(units, v)
    slopes = np.matmul(units.T, answers)
    graph.outputs = [np.add.reduce(answers, axis=None).number, slopes.number]
    graph.outputs += [units.number] if out else []
    return graph


def inside(graph, size):
    """How what lies inside a program is seen: strides by shape."""
    kernels = plan_kernels(graph)
    return {
        touch.view.strides
        for step in kernels.steps
        for touch in touches(step)
        if kernels.buffers[touch.view.buffer].kind == "scratch"
        and isinstance(step, Map)
        and kernels.buffers[touch.view.buffer].size == size
    }


def given_for(graph, seed=0):
    rng = np.random.default_rng(seed)
    nodes = [graph.nodes[at] for at in graph.inputs]
    return [rng.normal(size=node.shape).astype(node.dtype) for node in nodes]


@pytest.mark.parametrize(("dtype", "width"), [("float32", 10), ("float64", 7), ("float32", 31)])
def test_units_of_a_layer_run_along_its_rows(dtype, width):
    graph = layer(300, width, dtype)
    assert inside(graph, 300 * width) == {(1, 300)}
    given = given_for(graph)
    for found, wanted in zip(compile_graph(graph)(given), interpret(graph, given), strict=True):
        scale = np.abs(wanted).max()
        np.testing.assert_allclose(found, wanted, rtol=0, atol=40 * np.finfo(dtype).eps * scale)


@pytest.mark.parametrize(
    ("rows", "width", "out"),
    [(300, 32, False), (15, 3, False), (300, 10, True)],
    ids=["wide", "few rows", "seen from outside"],
)
def test_what_is_not_narrow_or_seen_from_outside_stays(rows, width, out):
    graph = layer(rows, width, out=out)
    assert (1, rows) not in inside(graph, rows * width)
    given = given_for(graph)
    for found, wanted in zip(compile_graph(graph)(given), interpret(graph, given), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_a_matrix_beside_one_that_cannot_be_turned_stays():
    graph = Graph()
    x, y = (Symbol(graph, graph.input(shape, "float64")) for shape in ((100, 1), (1, 5)))
    given = Symbol(graph, graph.input((100, 5), "float64"))
    graph.outputs.append(np.add.reduce(np.exp(np.matmul(x * y, given.T)), axis=None).number)
    beside = x * y
    graph.outputs.append(np.add.reduce(np.matmul(beside * given, y.T), axis=None).number)
    arrays = given_for(graph)
    arrays = [0.1 * one for one in arrays]
    for found, wanted in zip(compile_graph(graph)(arrays), interpret(graph, arrays), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_a_constant_is_turned_for_the_program_alone():
    rng = np.random.default_rng(1)
    data, target = rng.normal(size=(500, 3)), rng.normal(size=(500,))
    kept = data.copy()
    x = tw.constant(data)

    @tw.function
    def loss(w):
        return tw.reduce_mean((tw.reduce_sum(x * w, 1) - target) ** 2), x[:2]

    w = np.array([0.5, -1.0, 2.0])
    for _ in range(3):
        found, rows = loss(tw.constant(w))
        np.testing.assert_allclose(found.numpy(), np.mean((data @ w - target) ** 2), rtol=1e-13)
        np.testing.assert_array_equal(rows.numpy(), data[:2])
    np.testing.assert_array_equal(x.numpy(), kept)
    assert loss.why_not_compiled() == ""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("widths", [(1, 10, 1), (2, 6, 6, 1), (3, 31, 5, 2)])
def test_small_networks_learn_what_numpy_learns(widths, dtype):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(70, widths[0])).astype(dtype)
    y = rng.normal(size=(70, widths[-1])).astype(dtype)
    weights = [0.4 * rng.normal(size=one).astype(dtype) for one in itertools.pairwise(widths)]
    variables = [tw.Variable(one) for one in weights]

    def loss():
        h = tw.constant(x)
        for w in variables[:-1]:
            h = tw.tanh(h @ w)
        return tw.reduce_mean((h @ variables[-1] - y) ** 2)

    optimizer = tw.optimizers.SGD(0.05)
    optimizer.minimize(loss, variables, steps=200)
    assert optimizer.why_not_compiled == ""
    wide = [one.astype(float) for one in weights]
    for _ in range(200):
        layers = [x.astype(float)]
        for w in wide[:-1]:
            layers.append(np.tanh(layers[-1] @ w))
        back = 2 * (layers[-1] @ wide[-1] - y) / y.size
        moves = []
        for w, h in zip(reversed(wide), reversed(layers), strict=True):
            moves.insert(0, h.T @ back)
            back = (back @ w.T) * (1 - h * h)
        wide = [w - 0.05 * move for w, move in zip(wide, moves, strict=True)]
    for variable, wanted in zip(variables, wide, strict=True):
        tolerance = 2e-4 if dtype == "float32" else 1e-12
        np.testing.assert_allclose(variable.numpy(), wanted, rtol=tolerance, atol=tolerance)


def test_states_beside_turned_constants_round_after_round():
    graph = Graph()
    w = Symbol(graph, graph.input((3, 1), "float64"))
    rng = np.random.default_rng(3)
    x = Symbol(graph, graph.constant(rng.normal(size=(400, 3))))
    y = Symbol(graph, graph.constant(rng.normal(size=(400, 1))))
    rest = np.matmul(x, w) - y
    graph.outputs = [np.add.reduce(rest * rest, axis=None).number,
                     (w - 1e-3 * np.matmul(x.T, rest)).number]  # fmt: skip
    check(graph, {0: 1}, [np.ones((3, 1))], 50)


VIEWS = [
    (View(0, 0, (6, 4), (4, 1), np.dtype("f4")), True),
    (View(0, 0, (4, 6), (1, 4), np.dtype("f4")), True),
    (View(0, 9, (2, 3), (8, 1), np.dtype("f4")), True),
    (View(0, 0, (2, 3, 2, 2), (12, 4, 2, 1), np.dtype("f4")), True),
    (View(0, 0, (6, 5, 4), (4, 0, 1), np.dtype("f4")), True),
    (View(0, 0, (24,), (1,), np.dtype("f4")), False),
    (View(0, 2, (6, 3), (4, 1), np.dtype("f4")), False),
    (View(0, 20, (6,), (-4,), np.dtype("f4")), False),
    (View(0, 0, (4,), (6,), np.dtype("f4")), False),
]


@pytest.mark.parametrize(("view", "reads"), VIEWS)
def test_a_turned_view_sees_the_same_elements(view, reads):
    matrix = _Matrix(6, 4)
    assert _reads_as(view, matrix) == reads
    if reads:
        data = np.arange(24, dtype="f4")
        turned = np.ascontiguousarray(data.reshape(6, 4).T).ravel()
        other = _turned(view, matrix)
        one, two = (
            np.lib.stride_tricks.as_strided(
                where[seen.offset :], seen.shape, [4 * step for step in seen.strides]
            )
            for where, seen in ((data, view), (turned, other))
        )
        np.testing.assert_array_equal(one, two)
