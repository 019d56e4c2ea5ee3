"""TensorFlow's page "Introduction to gradients and automatic differentiation", bullet by bullet.

A layer of the page is its weights and its formula here. Not here: `adjust_contrast`, the op without a
gradient; no row of ours can be written without a rule or a reason (see the steps of `gradient`).
"""

from __future__ import annotations

import math
import weakref

import numpy as np
import pytest

import thalweg as tw


def test_a_scalar():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x**2
    assert tape.gradient(y, x).numpy() == 6.0


KERNEL = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]], dtype=np.float32)


def test_tensors_and_a_python_list():
    w, b = tw.Variable(KERNEL, name="w"), tw.Variable(np.zeros(2, dtype=np.float32), name="b")
    x = [[1.0, 2.0, 3.0]]
    with tw.GradientTape(persistent=True) as tape:
        y = x @ w + b
        loss = tw.reduce_mean(y**2)
    dw, db = tape.gradient(loss, [w, b])
    answer = np.array(x, dtype=np.float32) @ KERNEL
    np.testing.assert_allclose(dw, np.transpose(x) @ answer, rtol=1e-6)
    np.testing.assert_allclose(db, answer[0], rtol=1e-6)
    assert dw.shape == w.shape
    grads = tape.gradient(loss, {"w": w, "b": b})
    np.testing.assert_array_equal(grads["b"], db)


def test_a_layers_trainable_variables():
    kernel, bias = tw.Variable(KERNEL), tw.Variable(np.zeros(2, dtype=np.float32))
    x = tw.constant([[1.0, 2.0, 3.0]])
    with tw.GradientTape() as tape:
        y = tw.nn.relu(x @ kernel + bias)
        loss = tw.reduce_mean(y**2)
    grads = tape.gradient(loss, [kernel, bias])
    h = x.numpy() @ KERNEL
    expected = np.maximum(h, 0)
    assert [g.shape for g in grads] == [(3, 2), (2,)]
    np.testing.assert_allclose(grads[0], x.numpy().T @ expected, rtol=1e-6)
    np.testing.assert_allclose(grads[1], expected[0], rtol=1e-6)


def test_what_is_watched():
    x0 = tw.Variable(3.0, name="x0")
    x1 = tw.Variable(3.0, name="x1", trainable=False)
    x2 = tw.Variable(2.0, name="x2") + 1.0
    x3 = tw.constant(3.0, name="x3")
    with tw.GradientTape() as tape:
        y = (x0**2) + (x1**2) + (x2**2)
    grads = tape.gradient(y, [x0, x1, x2, x3])
    assert float(grads[0]) == 6.0
    assert grads[1:] == [None, None, None]
    assert [variable.name for variable in tape.watched_variables()] == ["x0:0"]


def test_watching_a_constant():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x**2
    assert tape.gradient(y, x).numpy() == 6.0


def test_watching_by_hand_only():
    x0, x1 = tw.Variable(0.0), tw.Variable(10.0)
    with tw.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x1)
        y = tw.math.sin(x0) + tw.nn.softplus(x1)
        ys = tw.reduce_sum(y)
    grads = tape.gradient(ys, {"x0": x0, "x1": x1})
    assert grads["x0"] is None
    assert float(grads["x1"]) == pytest.approx(1 / (1 + math.exp(-10)), rel=1e-7)


def test_intermediate_results():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert tape.gradient(z, y).numpy() == 18.0


def test_a_persistent_tape():
    x = tw.constant([1, 3.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    np.testing.assert_array_equal(tape.gradient(z, x), [4.0, 108.0])
    np.testing.assert_array_equal(tape.gradient(y, x), [2.0, 6.0])
    del tape


def test_relu_need_not_keep_its_input():
    x = tw.Variable(np.ones(1000))
    with tw.GradientTape() as tape:
        inside = x - 0.5
        kept = weakref.ref(inside.array)
        y = tw.nn.relu(inside)
        del inside
        assert kept() is None
    np.testing.assert_array_equal(tape.gradient(y, x), np.ones(1000))


def test_several_targets_are_summed():
    x = tw.Variable(2.0)
    with tw.GradientTape(persistent=True) as tape:
        y0 = x**2
        y1 = 1 / x
    assert tape.gradient(y0, x).numpy() == 4.0
    assert tape.gradient(y1, x).numpy() == -0.25
    assert tape.gradient({"y0": y0, "y1": y1}, x).numpy() == 3.75


def test_a_target_that_is_no_scalar_is_summed():
    x = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = x * [3.0, 4.0]
    assert tape.gradient(y, x).numpy() == 7.0


def test_derivatives_element_by_element():
    x = tw.linspace(-10.0, 10.0, 200 + 1)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.nn.sigmoid(x)
    sigmoid = 1 / (1 + np.exp(-x.numpy().astype(np.float64)))
    np.testing.assert_allclose(tape.gradient(y, x), sigmoid * (1 - sigmoid), rtol=2e-6)


def test_control_flow_takes_one_branch():
    x = tw.constant(1.0)
    v0, v1 = tw.Variable(2.0), tw.Variable(2.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        result = v0 if x > 0.0 else v1**2
    dv0, dv1 = tape.gradient(result, [v0, v1])
    assert float(dv0) == 1.0
    assert dv1 is None
    assert tape.gradient(result, x) is None


def test_none_because_a_variable_was_replaced():
    x = tw.Variable(2.0)
    found = []
    for _ in range(2):
        with tw.GradientTape() as tape:
            y = x + 1
        found.append((type(x).__name__, tape.gradient(y, x)))
        x = x + 1
    assert found[0][0] == "Variable"
    assert float(found[0][1]) == 1.0
    assert found[1] == ("Tensor", None)


def test_none_because_the_calculation_left():
    x = tw.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tw.GradientTape() as tape:
        x2 = x**2
        y = np.mean(x2.numpy(), axis=0)
        y = tw.reduce_mean(y, axis=0)
    assert tape.gradient(y, x) is None


def test_numpys_functions_do_not_leave():
    x = tw.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tw.GradientTape() as tape:
        x2 = x**2
        y = np.mean(x2, axis=0)
        y = tw.reduce_mean(y, axis=0)
    np.testing.assert_allclose(tape.gradient(y, x), x.numpy() / 2, rtol=1e-7)


@pytest.mark.filterwarnings("ignore:The dtype of the watched tensor")
@pytest.mark.parametrize("value", [10, "text"])
def test_none_because_of_the_dtype(value):
    x = tw.constant(value)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x if isinstance(value, int) else x
    assert tape.gradient(y, x) is None


def test_none_because_of_state():
    x0, x1 = tw.Variable(3.0), tw.Variable(0.0)
    with tw.GradientTape() as tape:
        x1.assign_add(x0)
        y = x1**2
    assert float(y) == 9.0
    assert tape.gradient(y, x0) is None


def test_zeros_instead_of_none():
    x, y = tw.Variable([2.0, 2.0]), tw.Variable(3.0)
    with tw.GradientTape() as tape:
        z = y**2
    grad = tape.gradient(z, x, unconnected_gradients=tw.UnconnectedGradients.ZERO)
    np.testing.assert_array_equal(grad, [0.0, 0.0])
