"""A traced function's graph computes, for other inputs too, what the function computes."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from graph.traced import traced
from thalweg.graph.interpreter import interpret


def perceptron(x, y):
    with tw.GradientTape() as tape:
        loss = tw.reduce_mean(tw.losses.MSE(y, tw.nn.softmax(x @ WEIGHTS + BIAS)))
    return [loss, *tape.gradient(loss, [WEIGHTS, BIAS])]


rng = np.random.default_rng(5)
WEIGHTS = tw.Variable(rng.normal(size=(4, 3)).astype("f"))
BIAS = tw.Variable(np.zeros(3, "f"))


def second_order(x, y):
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            value = tw.reduce_sum(tw.sin(x) * x**3 / (1.0 + y * y))
        slope = inner.gradient(value, x)
    return [slope, outer.gradient(slope, x)]


def kinks(x, y):
    with tw.GradientTape() as tape:
        tape.watch([x, y])
        positive = tw.where(x > 0, tw.math.log(tw.where(x > 0, x, tw.ones_like(x))), tw.exp(x))
        value = (
            tw.nn.relu(positive - y) + tw.maximum(x, y) + tw.abs(x[:, ::-1]) + tw.norm(x, axis=0)
        )
        value = tw.concat([value, tw.transpose(y)[:1, :2] @ y[:2]], 0)
    return [value, *tape.gradient(value, [x, y])]


@pytest.mark.parametrize(
    ("function", "shapes", "dtype"),
    [
        (perceptron, ((2, 4), (2, 3)), "f"),
        (second_order, ((5,), (5,)), "d"),
        (kinks, ((3, 4), (3, 4)), "d"),
    ],
)
def test_the_graph_computes_what_the_function_does(function, shapes, dtype):
    given = [tw.constant(rng.normal(size=shape).astype(dtype)) for shape in shapes]
    tracer, answers = traced(function, *given)
    assert not tracer.obstacles, str(tracer.obstacles[0])
    read = [variable.array for variable, _ in tracer.cells.values()]
    others = [tw.constant(rng.normal(size=shape).astype(dtype)) for shape in shapes]
    tolerance = 1e-5 if dtype == "f" else 1e-13
    for arguments, expected in ((given, answers), (others, function(*others))):
        came = interpret(tracer.graph, [*(one.array for one in arguments), *read])
        for one, other in zip(came, expected, strict=True):
            np.testing.assert_allclose(one, other.array, rtol=tolerance, atol=tolerance)


def test_a_dead_branch_stays_dead_for_values_that_the_trace_did_not_meet():
    def slope(x):
        with tw.GradientTape() as tape:
            tape.watch(x)
            value = tw.where(x > 0, tw.sqrt(x), x)
        return tape.gradient(value, x)

    tracer, _ = traced(slope, tw.constant([1.0, 4.0]))
    (came,) = interpret(tracer.graph, [np.array([0.0, 4.0], "f")])
    np.testing.assert_array_equal(came, np.array([1.0, 0.25], "f"))


def test_a_set_variable_is_read_with_its_new_value():
    v = tw.Variable(2.0)

    def function(x):
        v.assign(v * x)
        return v + 1.0

    tracer, _ = traced(function, tw.constant(3.0))
    assert not tracer.obstacles
    ((_, node),) = tracer.written.values()
    tracer.graph.outputs.append(node)
    assert interpret(tracer.graph, [np.float32(5.0), np.float32(7.0)]) == [36.0, 35.0]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x * 2.0 if x > 0 else x, "bool\\(\\) takes a value out"),
        (lambda x: x * float(x), "float\\(\\) takes a value out"),
        (lambda x: tw.constant(x.numpy() * 2), "numpy\\(\\) takes a value out"),
        (lambda x: tw.linalg.expm(x[None, None]), "expm"),
        (lambda x: tw.reshape(tw.ones(3), tw.cast(x, "int32")[None]), "takes a value out"),
    ],
)
def test_what_cannot_be_written_down_is_named_with_its_line(function, words):
    tracer, _ = traced(function, tw.constant(3.0))
    assert len(tracer.obstacles) == 1
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(str(tracer.obstacles[0]))
    assert "test_tracer.py" in str(tracer.obstacles[0])


def test_a_shape_is_no_value_that_leaves():
    tracer, _ = traced(lambda x: tw.reshape(x, [tw.size(x)]), tw.constant([[1.0, 2.0]]))
    assert not tracer.obstacles
