"""ForwardAccumulator: tangents beside values, their life, their nesting with each other and with tapes."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import thalweg as tw

Accumulator = tw.autodiff.ForwardAccumulator


def double(value):
    return tw.constant(value, dtype=tw.float64)


def test_a_tangent_takes_the_primals_dtype():
    x = tw.constant([1.0, 2.0])
    with Accumulator(x, tw.constant(np.array([3, 4]))) as acc:
        y = x * x
    assert acc.jvp(y).dtype == tw.float32
    np.testing.assert_array_equal(acc.jvp(y), [6.0, 16.0])


def test_tangents_may_be_plain_numbers_and_lists():
    x, y = tw.constant(3.0), tw.constant([1.0, 2.0])
    with Accumulator([x, y], [2.0, [1.0, 0.0]]) as acc:
        z = x * y
    np.testing.assert_array_equal(acc.jvp(z), [2 * 1.0 + 3.0, 2 * 2.0])


def test_a_tangent_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        Accumulator(tw.constant([1.0, 2.0]), tw.constant([1.0, 1.0, 1.0]))


def test_the_same_primal_twice_is_refused():
    x = tw.constant(1.0)
    with pytest.raises(ValueError, match="was specified as a primal multiple times"):
        Accumulator([x, x], [x, x])


def test_an_integer_primal_warns():
    n = tw.constant(1)
    with pytest.warns(UserWarning, match="must be floating"):
        acc = Accumulator(n, tw.constant(1))
    with acc:
        y = n * 2
    assert acc.jvp(y) is None


def test_jvp_answers_inside_and_outside_any_number_of_times():
    x = tw.constant(3.0)
    with Accumulator(x, 1.0) as acc:
        y = x * x
        inside = acc.jvp(y)
    assert acc.jvp(y) is inside
    assert acc.jvp(y) is inside
    assert float(inside) == 6.0


def test_jvp_keeps_the_structure_and_has_none_or_zeros():
    x, other = tw.constant(3.0), tw.constant([1.0, 2.0])
    with Accumulator(x, 1.0) as acc:
        y = x * x
    found = acc.jvp({"y": y, "rest": (x, other)})
    assert float(found["y"]) == 6.0
    assert float(found["rest"][0]) == 1.0
    assert found["rest"][1] is None
    zeros = acc.jvp(other, unconnected_gradients=tw.UnconnectedGradients.ZERO)
    np.testing.assert_array_equal(zeros, [0.0, 0.0])
    with pytest.raises(ValueError, match="Unknown value for unconnected_gradients: 'nonsense'"):
        acc.jvp(other, unconnected_gradients="nonsense")


def test_reenter():
    x = tw.constant(-2.0)
    with Accumulator(x, 1.5) as acc:
        assert float(acc.jvp(x)) == 1.5
        y = 4.0 * x
        assert float(acc.jvp(y)) == 6.0
        with pytest.raises(ValueError, match="already recording"), acc:
            pass
    assert acc.jvp(4.0 * x) is None
    with acc:
        yy = y * y
    assert float(acc.jvp(yy)) == 6.0 * -8.0 * 2.0


def test_an_exception_ends_the_recording():
    x = tw.constant(2.0)
    found = []

    def interrupted():
        found.append(x * x)
        raise KeyError

    acc = Accumulator(x, 1.0)
    with pytest.raises(KeyError), acc:
        interrupted()
    assert float(acc.jvp(found[0])) == 4.0
    assert acc.jvp(x * x) is None


def test_dead_tensors_jvp_cleared():
    x = tw.constant(np.ones(100))
    with Accumulator(x, np.ones(100)) as acc:
        y = x * 2.0
        tangent = weakref.ref(acc.jvp(y))
        value = weakref.ref(y)
        del y
        gc.collect()
        assert value() is None
        assert tangent() is None


def test_grad_pure_forward():
    x = double(1.1)
    with Accumulator(x, 1.0) as outer, Accumulator(x, 1.0) as inner:
        y = x**3.5
    first = inner.jvp(y)
    second = outer.jvp(first)
    assert float(first) == pytest.approx(3.5 * 1.1**2.5, rel=1e-14)
    assert float(second) == pytest.approx(3.5 * 2.5 * 1.1**1.5, rel=1e-14)
    assert inner.jvp(outer.jvp(y)) is None


def test_nesting_and_not_creation_decides_the_order():
    x = double(1.1)
    made_first, made_second = Accumulator(x, 1.0), Accumulator(x, 1.0)
    with made_second, made_first:
        y = x**3.5
    assert float(made_second.jvp(made_first.jvp(y))) == pytest.approx(8.75 * 1.1**1.5, rel=1e-14)
    assert made_first.jvp(made_second.jvp(y)) is None


def test_higher_order_pure_forward():
    def forward(f):
        def derived(x):
            with Accumulator(x, 1.0) as acc:
                y = f(x)
            return acc.jvp(y)

        return derived

    def f(x):
        return x**3.5

    expected = 1.1**3.5
    for order in range(4):
        assert float(f(double(1.1))) == pytest.approx(expected, rel=1e-13)
        expected *= (3.5 - order) / 1.1
        f = forward(f)


def loss_of(kernel, bias):
    """Return a smooth loss of a small layer."""
    x = tw.constant([[0.5, -1.0, 2.0], [1.0, 0.3, -0.7]], dtype=tw.float64)
    return tw.reduce_sum(tw.tanh(x @ kernel + bias) ** 2)


KERNEL = np.array([[0.2, -0.4], [0.1, 0.3], [-0.5, 0.6]])
BIAS = np.array([0.05, -0.1])


def hessian_by_rows(kernel, bias):
    """Return the reverse-over-reverse Hessian of `loss_of`, flat."""
    with tw.GradientTape(persistent=True) as outer:
        with tw.GradientTape() as inner:
            loss = loss_of(kernel, bias)
        grads = inner.gradient(loss, [kernel, bias])
        flat = tw.concat([tw.reshape(g, [-1]) for g in grads], axis=0)
    blocks = [outer.jacobian(flat, v).numpy().reshape(8, -1) for v in (kernel, bias)]
    return np.concatenate(blocks, axis=1)


def test_forward_over_backward_is_the_hessian_vector_product():
    kernel, bias = tw.Variable(KERNEL), tw.Variable(BIAS)
    hessian = hessian_by_rows(kernel, bias)
    vector = np.linspace(-1.0, 1.0, 8)
    with Accumulator([kernel, bias], [vector[:6].reshape(3, 2), vector[6:]]) as acc:
        with tw.GradientTape() as tape:
            loss = loss_of(kernel, bias)
        grads = tape.gradient(loss, [kernel, bias])
    product = np.concatenate([g.numpy().ravel() for g in acc.jvp(grads)])
    np.testing.assert_allclose(product, hessian @ vector, rtol=1e-12, atol=1e-14)


def test_backward_over_forward_is_the_hessian_vector_product():
    kernel, bias = tw.Variable(KERNEL), tw.Variable(BIAS)
    hessian = hessian_by_rows(kernel, bias)
    vector = np.linspace(-1.0, 1.0, 8)
    with tw.GradientTape() as tape:
        with Accumulator([kernel, bias], [vector[:6].reshape(3, 2), vector[6:]]) as acc:
            loss = loss_of(kernel, bias)
        slope = acc.jvp(loss)
    grads = tape.gradient(slope, [kernel, bias])
    product = np.concatenate([g.numpy().ravel() for g in grads])
    np.testing.assert_allclose(product, hessian @ vector, rtol=1e-12, atol=1e-14)


def test_the_hessian_of_variables_is_symmetric():
    hessian = hessian_by_rows(tw.Variable(KERNEL), tw.Variable(BIAS))
    assert np.abs(hessian).max() > 0.1
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-13, atol=1e-15)


def test_an_inner_tape_does_not_see_the_products_of_an_outer_accumulator():
    x = tw.constant(3.0)
    with Accumulator(x, 1.0) as acc, tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x
    slope = acc.jvp(y)
    assert float(slope) == 27.0
    assert tape.gradient(slope, x) is None


def test_an_outer_tape_sees_the_products_of_an_inner_accumulator():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        with Accumulator(x, 1.0) as acc:
            y = x * x * x
    assert float(tape.gradient(acc.jvp(y), x)) == 18.0


def test_variables_and_what_is_read_of_them():
    v = tw.Variable([1.0, 2.0])
    with Accumulator(v, [3.0, 5.0]) as acc:
        np.testing.assert_array_equal(acc.jvp(v), [3.0, 5.0])
        np.testing.assert_array_equal(acc.jvp(tw.identity(v)), [3.0, 5.0])
        np.testing.assert_array_equal(acc.jvp(v * v), [6.0, 20.0])


def test_assignment_inside_is_allowed():
    v = tw.Variable([1.0, 2.0])
    with Accumulator(v, [1.0, 1.0]) as acc:
        before = v * v
        v.assign_sub([0.5, 0.5])
        after = v * v
    np.testing.assert_array_equal(acc.jvp(before), [2.0, 4.0])
    np.testing.assert_array_equal(acc.jvp(after), [1.0, 3.0])


def test_python_loops_and_branches():
    x = tw.constant(2.0)
    with Accumulator(x, 1.0) as acc:
        y = x
        for _ in range(3):
            y = y * x if y > 0.0 else -y
    assert float(acc.jvp(y)) == 4 * 2.0**3


def test_arguments_that_are_not_used_have_none():
    x, unused = tw.constant(2.0), tw.constant(1.0)
    with Accumulator([unused], [tw.constant(1.0)]) as acc:
        y = x * x
    assert acc.jvp(y) is None


@pytest.mark.parametrize("answer", [tw.floor, tw.sign])
def test_steps_have_zeros(answer):
    x = tw.constant(2.5)
    with Accumulator(x, 1.0) as acc:
        y = answer(x)
    assert float(acc.jvp(y)) == 0.0


def test_comparisons_have_none():
    x = tw.constant(2.5)
    with Accumulator(x, 1.0) as acc:
        y = x > 1.0
    assert acc.jvp(y) is None


def test_stop_gradient_has_none():
    x = tw.constant(2.5)
    with Accumulator(x, 1.0) as acc:
        y = tw.stop_gradient(x * x)
    assert acc.jvp(y) is None


def test_a_custom_gradient_is_transposed():
    @tw.custom_gradient
    def f(x, matrix):
        return matrix @ x, lambda dy: [3.0 * (tw.linalg.matrix_transpose(matrix) @ dy), None]

    x, matrix = double([[1.0], [2.0]]), double([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    direction = np.array([[0.5], [-1.0]])
    with Accumulator(x, direction) as acc:
        y = f(x, matrix)
    np.testing.assert_allclose(acc.jvp(y), 3.0 * matrix.numpy() @ direction, rtol=1e-15)


def test_exception_in_custom_gradient_not_swallowed():
    @tw.custom_gradient
    def f(x):
        def grad(dy):
            raise ValueError("test_error_string")

        return x * 1.0, grad

    x = tw.constant(1.0)
    with Accumulator(x, 2.0), pytest.raises(ValueError, match="test_error_string"):
        f(x)


def test_recompute_grad_works_forward():
    f = tw.recompute_grad(lambda x: tw.reduce_sum(tw.sin(x) ** 2))
    x, direction = np.array([0.3, 1.2]), np.array([2.0, -1.0])
    value, tangent = tw.jvp(f, (x,), (direction,))
    assert float(value) == pytest.approx((np.sin(x) ** 2).sum(), rel=1e-15)
    assert float(tangent) == pytest.approx((np.sin(2 * x) * direction).sum(), rel=1e-14)


def test_forward_and_reverse_are_transposes_of_each_other():
    def f(x):
        return tw.stack([tw.reduce_sum(tw.exp(x) * x[0]), x[1] / x[2], tw.tanh(x[0] * x[2])])

    x = np.array([0.3, 1.2, -0.7])
    u, v = np.array([1.0, -2.0, 0.5]), np.array([0.4, 3.0, -1.0])
    _, tangent = tw.jvp(f, (x,), (v,))
    _, pullback = tw.vjp(f, x)
    assert u @ tangent.numpy() == pytest.approx(pullback(u)[0].numpy() @ v, rel=1e-13)
