"""TensorFlow's page "Advanced automatic differentiation", bullet by bullet.

A layer of the page is its weights and its formula here. Not here: custom gradients in a SavedModel
(there is no such file), and batch normalisation as a layer, of which the mean over the batch remains.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw


@pytest.fixture
def x():
    return tw.Variable(2.0)


@pytest.fixture
def y():
    return tw.Variable(3.0)


def test_stop_recording(x, y):
    with tw.GradientTape() as tape:
        x_sq = x * x
        with tape.stop_recording():
            y_sq = y * y
        z = x_sq + y_sq
    grad = tape.gradient(z, {"x": x, "y": y})
    assert float(grad["x"]) == 4.0
    assert grad["y"] is None


@pytest.mark.parametrize("reset", [True, False])
def test_reset_under_a_condition(x, y, reset):
    with tw.GradientTape() as tape:
        y_sq = y * y
        if reset:
            tape.reset()
        z = x * x + y_sq
    grad = tape.gradient(z, {"x": x, "y": y}, unconnected_gradients="zero")
    assert float(grad["x"]) == 4.0
    assert float(grad["y"]) == (0.0 if reset else 6.0)


def test_stop_gradient(x, y):
    with tw.GradientTape() as tape:
        z = x**2 + tw.stop_gradient(y**2)
    grad = tape.gradient(z, {"x": x, "y": y})
    assert float(grad["x"]) == 4.0
    assert grad["y"] is None


def test_custom_gradient_clips_on_the_way_back(x):
    @tw.custom_gradient
    def clip_gradients(value):
        def backward(dy):
            return tw.clip_by_norm(dy, 0.5)

        return value, backward

    with tw.GradientTape() as tape:
        output = clip_gradients(x * x)
    assert float(output) == 4.0
    assert float(tape.gradient(output, x)) == 2.0


def test_custom_gradient_of_a_new_formula():
    @tw.custom_gradient
    def cube_root(value):
        root = np.cbrt(value.numpy())
        return root, lambda dy: dy / (3.0 * root * root)

    assert float(tw.grad(cube_root)(np.float64(8.0))) == pytest.approx(1 / 12, rel=1e-15)


def test_custom_gradient_by_an_approximation():
    @tw.custom_gradient
    def straight_through(value):
        return tw.round(value), lambda dy: dy

    assert float(straight_through(2.4)) == 2.0
    assert float(tw.grad(straight_through)(2.4)) == 1.0


def test_two_tapes_in_one_with():
    x0, x1 = tw.constant(0.0), tw.constant(0.0)
    with tw.GradientTape() as tape0, tw.GradientTape() as tape1:
        tape0.watch(x0)
        tape1.watch(x1)
        ys = tw.reduce_sum(tw.math.sin(x0) + tw.nn.sigmoid(x1))
    assert float(tape0.gradient(ys, x0)) == 1.0
    assert float(tape1.gradient(ys, x1)) == 0.25


def test_nested_tapes_for_the_second_derivative():
    x = tw.Variable(1.0)
    with tw.GradientTape() as t2:
        with tw.GradientTape() as t1:
            y = x * x * x
        dy_dx = t1.gradient(y, x)
    assert [float(dy_dx), float(t2.gradient(dy_dx, x))] == [3.0, 6.0]


RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(7, 5))
KERNEL = RANDOM.normal(size=(5, 10))
BIAS = RANDOM.normal(size=10)


def magnitude(kernel, bias):
    """Return |d Σ relu(X·W + b)² / dX| in NumPy, for complex weights too."""
    h = X @ kernel + bias
    slope = 2 * (h * (h.real > 0)) @ kernel.T
    return np.sqrt((slope * slope).sum())


def by_complex_step(f, at):
    """Return the gradient of f by a complex step, to the last digits."""
    step = 1e-30
    grad = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        shifted = at.astype(complex)
        shifted[place] += 1j * step
        grad[place] = f(shifted).imag / step
    return grad


def test_input_gradient_regularisation():
    x, kernel, bias = tw.constant(X), tw.Variable(KERNEL), tw.Variable(BIAS)
    with tw.GradientTape() as t2:
        with tw.GradientTape(watch_accessed_variables=False) as t1:
            t1.watch(x)
            out = tw.reduce_sum(tw.nn.relu(x @ kernel + bias) ** 2)
        g1 = t1.gradient(out, x)
        g1_mag = tw.norm(g1)
    by_kernel, by_bias = t2.gradient(g1_mag, [kernel, bias])
    assert float(g1_mag) == pytest.approx(magnitude(KERNEL, BIAS), rel=1e-14)
    expected = by_complex_step(lambda k: magnitude(k, BIAS), KERNEL)
    np.testing.assert_allclose(by_kernel, expected, rtol=1e-11, atol=1e-12)
    expected = by_complex_step(lambda b: magnitude(KERNEL, b), BIAS)
    np.testing.assert_allclose(by_bias, expected, rtol=1e-11, atol=1e-12)


def test_jacobian_of_a_scalar_source():
    x = tw.linspace(-10.0, 10.0, 200 + 1)
    delta = tw.Variable(0.0)
    with tw.GradientTape() as tape:
        y = tw.nn.sigmoid(x + delta)
    dy_dx = tape.jacobian(y, delta)
    sigmoid = 1 / (1 + np.exp(-x.numpy().astype(np.float64)))
    assert dy_dx.shape == (201,)
    np.testing.assert_allclose(dy_dx, sigmoid * (1 - sigmoid), rtol=2e-6)


def test_jacobian_of_a_tensor_source():
    x, kernel = tw.constant(X), tw.Variable(KERNEL)
    with tw.GradientTape(persistent=True) as tape:
        y = tw.nn.relu(x @ kernel + BIAS)
    assert y.shape == (7, 10)
    jacobian = tape.jacobian(y, kernel)
    assert jacobian.shape == (7, 10, 5, 10)
    summed = tw.reduce_sum(jacobian, axis=[0, 1])
    np.testing.assert_allclose(summed, tape.gradient(y, kernel), rtol=1e-13, atol=1e-14)


def two_layers(kernel, other):
    """Return a loss of two relu layers."""
    hidden = tw.nn.relu(tw.constant(X) @ kernel)
    return tw.reduce_mean(tw.nn.relu(hidden @ other) ** 2)


def test_hessian_by_the_jacobian_of_a_gradient_and_a_damped_newton_step():
    kernel, other = tw.Variable(KERNEL[:, :8]), tw.constant(RANDOM.normal(size=(8, 6)))
    with tw.GradientTape() as t2:
        with tw.GradientTape() as t1:
            loss = two_layers(kernel, other)
        g = t1.gradient(loss, kernel)
    h = t2.jacobian(g, kernel)
    assert h.shape == (5, 8, 5, 8)
    h_mat = tw.reshape(h, [40, 40])
    g_vec = tw.reshape(g, [40, 1])
    np.testing.assert_allclose(h_mat, h_mat.numpy().T, rtol=1e-12, atol=1e-13)
    eps = 1e-3
    update = tw.linalg.solve(h_mat + tw.eye(40, dtype=tw.float64) * eps, g_vec)
    before = kernel.numpy().copy()
    kernel.assign_sub(tw.reshape(update, [5, 8]))
    expected = np.linalg.solve(h_mat.numpy() + eps * np.eye(40), g_vec.numpy()).reshape(5, 8)
    np.testing.assert_allclose(before - kernel.numpy(), expected, rtol=1e-9, atol=1e-12)
    assert float(two_layers(kernel, other)) < float(loss)


def test_a_full_hessian_of_several_variables_needs_no_slicing():
    tree = {"kernel": KERNEL[:2, :3], "bias": BIAS[:3]}

    def f(p):
        return tw.reduce_sum(tw.tanh(tw.constant(X[:, :2]) @ p["kernel"] + p["bias"]) ** 2)

    hessian = tw.hessian(f, flat=True)(tree).numpy()
    assert hessian.shape == (9, 9)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12, atol=1e-13)
    vector = {"kernel": np.ones((2, 3)), "bias": np.zeros(3)}
    product = tw.hvp(f, tree, vector)
    flat = np.concatenate([product["bias"].numpy(), product["kernel"].numpy().ravel()])
    np.testing.assert_allclose(
        flat, hessian @ np.r_[np.zeros(3), np.ones(6)], rtol=1e-11, atol=1e-13
    )


def elu_layers(x):
    """Return two elu layers, without biases."""
    hidden = tw.nn.elu(x @ tw.constant(KERNEL[:, :8]))
    return tw.nn.elu(hidden @ tw.constant(np.linspace(-1.0, 1.0, 48).reshape(8, 6)))


def test_batch_jacobian_against_the_full_one():
    x = tw.constant(X)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = elu_layers(x)
    full = tape.jacobian(y, x)
    assert full.shape == (7, 6, 7, 5)
    selected = tw.einsum("bxby->bxy", full)
    summed = tw.reduce_sum(full, axis=2)
    batch = tape.batch_jacobian(y, x)
    assert batch.shape == (7, 6, 5)
    np.testing.assert_allclose(batch, selected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(batch, summed, rtol=1e-12, atol=1e-14)


def test_batch_jacobian_does_not_check_that_rows_are_independent():
    x = tw.constant(X)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = elu_layers(x - tw.reduce_mean(x, axis=0))
    full = tape.jacobian(y, x).numpy()
    batch = tape.batch_jacobian(y, x)
    np.testing.assert_allclose(batch, full.sum(axis=0).transpose(1, 0, 2), rtol=1e-9, atol=1e-12)
    assert np.abs(batch.numpy() - np.einsum("bxby->bxy", full)).max() > 1e-3
