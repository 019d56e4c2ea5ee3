"""TensorFlow's own tests of its tape, by line: functional helpers.

TensorFlow's `gradients_function`, `val_and_grad_function` and `make_vjp` are `tw.grad`,
`tw.value_and_grad` and `tw.vjp` here; `implicit_grad` is a tape with its `watched_variables`.

Not here: of 43 the convolution with an argument that is not differentiated (a matrix product stands in
for it), of 46 the sparse slices and the graph that they are compared with.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

import thalweg as tw


def product(a, b):
    return a * b


def test_42_empty_params():
    dx, dy = tw.grad(product, argnums=(0, 1))(tw.constant(1.0), tw.constant(2.0))
    assert [float(dx), float(dy)] == [2.0, 1.0]


def test_42_empty_params_for_value_and_grad_function():
    value, (dx, dy) = tw.value_and_grad(product, argnums=(0, 1))(2.0, 3.0)
    assert [float(value), float(dx), float(dy)] == [6.0, 3.0, 2.0]


def test_42_non_empty_params_for_value_and_grad_function():
    value, grads = tw.value_and_grad(product, argnums=[1])(2.0, 3.0)
    assert float(value) == 6.0
    assert [float(g) for g in grads] == [2.0]


def test_42_args_gradient_function():
    assert float(tw.grad(lambda *args: args[0] * args[0])(1.0)) == 2.0


def test_42_partial():
    part = functools.partial(product, tw.constant(2.0))
    assert float(tw.grad(part)(tw.constant(1.0))) == 2.0


def test_42_mul_type():
    assert float(tw.grad(lambda x: tw.multiply(x, x))(3.0)) == 6.0


def test_43_return_same_thing():
    assert float(tw.grad(lambda x: (x, 2 * x))(1.0)) == 3.0


def test_43_output():
    grad = tw.grad(lambda x: (x + 2, x * x))(tw.constant([0.0, 1.0, 2.0]))
    np.testing.assert_array_equal(grad, [1.0, 3.0, 5.0])


def test_43_multi_value_preserves_if_not_diffed_against():
    seen = []

    def f(x, kernel, choice):
        seen.append((kernel, choice))
        return x @ kernel

    kernel, choice = tw.constant([[2.0]]), [1, 1, 1, 1]
    grad = tw.grad(f)(tw.constant([[1.0]]), kernel, choice)
    np.testing.assert_array_equal(grad, [[2.0]])
    assert seen[0][0] is kernel
    assert seen[0][1] is choice


def test_43_multi_value_convert_to_tensor():
    x = tw.Variable([1.0])
    with tw.GradientTape() as tape:
        a = x.value() + 1.0
        y = tw.reduce_mean(tw.stack([a, a], axis=0))
    np.testing.assert_array_equal(tape.gradient(y, x), [1.0])


def test_43_a_list_of_tensors_is_a_tensor():
    x = tw.Variable([1.0])
    with tw.GradientTape() as tape:
        a = x + 1.0
        y = tw.reduce_sum(tw.convert_to_tensor([a, 3.0 * a]) * [[2.0], [5.0]])
    np.testing.assert_array_equal(tape.gradient(y, x), [17.0])


@pytest.mark.parametrize("transform", [tw.grad, tw.value_and_grad, tw.jacobian, tw.hessian])
def test_44_differentiating_function_that_returns_none(transform):
    def fn(x):
        _ = x * x

    message = "Cannot differentiate a function that returns None; did you forget to return a value from fn?"
    with pytest.raises(ValueError, match="Cannot differentiate") as caught:
        transform(fn)(1.0)
    assert str(caught.value).startswith(message)


def test_45_make_vjp():
    value, pullback = tw.vjp(lambda x: x * x, tw.constant(3.0))
    assert float(value) == 9.0
    assert float(pullback(2.0)[0]) == 12.0


def test_45_persistent_make_vjp():
    _, pullback = tw.vjp(lambda x: x * x, tw.constant(3.0))
    assert [float(pullback(2.0)[0]) for _ in range(2)] == [12.0, 12.0]


def test_45_grad_grad():
    assert float(tw.grad(tw.grad(lambda x: x * x))(tw.constant(3.0))) == 2.0


def test_45_grad_grad_exp():
    assert float(tw.grad(tw.grad(tw.exp))(tw.constant(0.0))) == 1.0


def test_45_grad_of_any_order():
    derived = tw.sin
    expected = [math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x)]
    for order in range(8):
        value = float(derived(tw.constant(0.7, dtype=tw.float64)))
        assert value == pytest.approx(expected[order % 4](0.7), rel=1e-14)
        derived = tw.grad(derived)


def test_46_implicit_grad_ordering():
    v0, v1 = tw.Variable(1.0), tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = v1 * v1 + v0 * v0
    ordered = tape.watched_variables()
    assert ordered[0] is v0
    assert ordered[1] is v1
    assert [float(g) for g in tape.gradient(y, ordered)] == [2.0, 4.0]


def test_46_implicit_grad_over_embedding_lookup():
    start = np.arange(12.0).reshape(4, 3)
    embedding = tw.Variable(start)
    with tw.GradientTape() as tape:
        y = 1.0 - tw.nn.embedding_lookup(embedding, np.ones(8, dtype=np.int64))
    embedding.assign_sub(0.1 * tape.gradient(y, embedding))
    expected = start.copy()
    expected[1] += 0.1 * 8
    np.testing.assert_allclose(embedding.numpy(), expected, rtol=1e-15)
