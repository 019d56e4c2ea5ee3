"""TensorFlow's own tests of its tape, by line: basics and identity.

Each test carries the line's number in our list and the name of TensorFlow's test.

Not here: 5 (outputs that are resource handles: there are no handles). The halves of 4, 6 and 10 that go
through `function` and `while_loop` stand in test_lines_through_functions_and_loops.py.
"""

from __future__ import annotations

import gc

import numpy as np
import pytest

import thalweg as tw


def living_tensors():
    """Return how many Tensors there are; slotted objects are seen by the collector."""
    return sum(type(thing) is tw.Tensor for thing in gc.get_objects())


@pytest.fixture
def without_collector():
    """Switch the cyclic collector off: what is not freed by counting references stays visible."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_01_aggregate_gradients():
    rows = np.arange(8.0).reshape(4, 2) + 1
    table = tw.constant(rows)
    with tw.GradientTape() as tape:
        tape.watch(table)
        first, second, third = (tw.gather(table, at) for at in ([0, 1], [2, 3], [1, 3]))
        y = first * second * third
    expected = np.zeros((4, 2))
    for a, b, c in [(0, 2, 1), (1, 3, 3)]:
        expected[a] += rows[b] * rows[c]
        expected[b] += rows[a] * rows[c]
        expected[c] += rows[a] * rows[b]
    np.testing.assert_allclose(tape.gradient(y, table), expected, rtol=1e-15)


def test_02_aggregate_gradients_with_tensor():
    rows = np.arange(8.0).reshape(4, 2) + 1
    table = tw.constant(rows)
    with tw.GradientTape() as tape:
        tape.watch(table)
        y = tw.gather(table, [0, 1]) * tw.reduce_sum(table * 2.0)
    expected = np.full((4, 2), 2 * rows[:2].sum())
    expected[:2] += 2 * rows.sum()
    np.testing.assert_allclose(tape.gradient(y, table), expected, rtol=1e-15)


def test_03_implicit_grad_with_resource_variable():
    x = tw.Variable(1.0, name="x")
    with tw.GradientTape() as tape:
        y = x.value() + 2.0 + 3.0
    (variable,) = tape.watched_variables()
    assert variable is x
    assert float(tape.gradient(y, variable)) == 1.0


def test_04_no_op_behavior_consistent():
    x = tw.constant(10.0)
    same = [x, tw.identity(x), x + 0, x - 0, x * 1]
    with tw.GradientTape() as tape:
        tape.watch(same)
        loss = 2.0 * same[0] + 3.0 * (same[1] + same[2] + same[3] + same[4])
    assert [float(g) for g in tape.gradient(loss, same)] == [2.0, 3.0, 3.0, 3.0, 3.0]


def test_06_gradient_inside_loop():
    v = tw.Variable(1.0)
    for _ in range(3):
        _ = v + 1.0
        with tw.GradientTape() as tape:
            result = v * 2
        assert float(tape.gradient(result, v)) == 2.0


@pytest.mark.parametrize(("at", "slope"), [(5.0, 1.0), (50.0, 100.0)])
def test_07_where_gradient(at, slope):
    x = tw.constant(at)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        condition = x < 10
        y = tw.where(condition, x, x * x)
    assert float(tape.gradient(y, x)) == slope
    assert tape.gradient(y, condition) is None


def test_08_two_targets():
    x, y = tw.constant(3.0), tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch([x, y])
        targets = [2 * x, 3 * y]
    assert [float(g) for g in tape.gradient(targets, [x, y])] == [2.0, 3.0]


def test_09_tape_no_op_gradient():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
    assert float(tape.gradient(x, x)) == 1.0


def test_09_tape_identity_gradient_is_identity():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.identity(x)
    assert float(tape.gradient(y, x)) == 1.0


def test_09_tape_no_op_on_variable_is_identity():
    v = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = v.read_value()
    assert float(tape.gradient(y, v)) == 1.0


def test_10_function_indexed_slices_gradient():
    x = tw.constant([1.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.gather(x + 1.0, [0])
    np.testing.assert_array_equal(tape.gradient(y, x), [1.0])


def test_11_tape_gradient_multi_target_one_is_source():
    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert float(tape.gradient([x, y], x)) == 5.0


def test_11_tape_no_op_gradient_with_multi_target_all_source():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
    assert float(tape.gradient([x, x], x)) == 2.0


def test_11_tape_no_op_gradient_with_multi_target_multi_source():
    x, y = tw.constant(3.0), tw.constant(5.0)
    with tw.GradientTape() as tape:
        tape.watch([x, y])
        z = y * y
    assert [float(g) for g in tape.gradient([x, y, z], [x, y])] == [1.0, 11.0]


@pytest.mark.filterwarnings("ignore:The dtype of the watched tensor")
def test_12_tape_gradient_string_target():
    text, x = tw.constant("unknown"), tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch([x, text])
    assert tape.gradient(text, x) is None


@pytest.mark.filterwarnings("ignore:The dtype of the watched tensor")
def test_12_tape_no_op_gradient_string_source_and_target():
    text = tw.constant("unknown")
    with tw.GradientTape() as tape:
        tape.watch(text)
    assert tape.gradient(text, text) is None


@pytest.mark.filterwarnings("ignore:The dtype of the watched tensor")
def test_12_tape_no_op_gradient_with_multi_target_multi_source_include_string():
    x, y, text = tw.constant(3.0), tw.constant(5.0), tw.constant("unknown")
    with tw.GradientTape() as tape:
        tape.watch([x, y, text])
        z = y * y
    grads = tape.gradient([x, y, z, text], [x, y, text])
    assert [float(g) for g in grads[:2]] == [1.0, 11.0]
    assert grads[2] is None


@pytest.mark.parametrize("times", [1, 2])
def test_13_tape_no_op_gradient_2_by_2(times, without_collector):
    square = tw.constant(2.0, shape=[2, 2])
    before = living_tensors()
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(square)
    (grad,) = tape.gradient([square] * times, [square])
    np.testing.assert_array_equal(grad, np.full((2, 2), float(times)))
    del tape, grad
    assert living_tensors() == before
    assert gc.collect() == 0


def test_14_python_max():
    variables = [tw.Variable(2.0), tw.Variable(3.0), tw.Variable(5.0)]
    with tw.GradientTape() as tape:
        largest = max(variables)
    grads = tape.gradient(largest, variables)
    assert float(largest) == 5.0
    assert grads[:2] == [None, None]
    assert float(grads[2]) == 1.0


def test_15_differentiating_scalar_cache():
    one, other = tw.constant(3.0), tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch([one, other])
        y = one + other
    assert float(tape.gradient(y, one)) == 1.0


@pytest.mark.parametrize("make", [tw.constant, tw.Variable])
def test_15_variables_and_constants_produce_the_same_gradients(make):
    a, b = make(2.0), make(2.0)
    with tw.GradientTape() as tape:
        tape.watch([a, b])
        targets = [a**3, b**2]
    assert [float(g) for g in tape.gradient(targets, [a, b])] == [12.0, 4.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tw.constant(1.0),
        lambda: 1.0,
        lambda: tw.constant([[1.0]]),
        lambda: np.array([[1.0]]),
        lambda: tw.Variable(1.0),
    ],
    ids=["tensor", "float", "matrix", "array", "variable"],
)
def test_16_same_object_for_multiple_arguments(make):
    x = make()
    dx, dy = tw.grad(tw.multiply, argnums=(0, 1))(x, x)
    assert [float(dx), float(dy)] == [1.0, 1.0]
