"""TensorFlow's own tests of its tape, by line: those that go through `function`, loops and branches.

Here are the compiled and control-flow halves of lines 4, 6, 10, 34, 39, 49, 52, 53 and 57. Of 39 the
refusal in graph mode is not: there are no graphs.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

import thalweg as tw


def test_04_no_op_behaviour_consistent_in_a_function():
    @tw.function
    def all_ways(x):
        with tw.GradientTape() as tape:
            ways = [tw.identity(x), x + 0, x - 0, x * 1]
            tape.watch([x, *ways])
            z = sum(ways, x) + 1.0 * x
        return tape.gradient(z, [x, *ways])

    grads = all_ways(tw.constant(3.0))
    assert [float(g) for g in grads] == [2.0, 1.0, 1.0, 1.0, 1.0]


def test_06_gradient_inside_loop():
    v = tw.Variable(1.0)

    def body(_):
        _ = v + 1.0
        with tw.GradientTape() as tape:
            result = v * 2
        grad = tape.gradient(result, v)
        assert grad is not None
        return grad

    (grad,) = tw.while_loop(lambda i: False, body, [tw.constant(0.0)])
    assert float(grad) == 0.0
    (grad,) = tw.while_loop(lambda g: g < 2.0, body, [tw.constant(0.0)])
    assert float(grad) == 2.0


def test_10_function_indexed_slices_gradient():
    @tw.function
    def shifted(x):
        return x + 1

    @tw.function
    def gathered(x):
        return tw.gather(x, [0])

    x = tw.constant([1.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = gathered(shifted(x))
    np.testing.assert_array_equal(tape.gradient(y, x), [1.0])


def test_34_unconnected_gradients_nested_defun_zeros():
    @tw.function
    def f(x):
        return x * x

    @tw.function
    def h(y):
        return tw.stop_gradient(f(y + 2.0))

    x = tw.constant(1.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        z = h(x)
    assert float(tape.gradient(z, x, unconnected_gradients="zero")) == 0.0


def test_39_gradient_tape_with_cond():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.cond(tw.less(x, x), lambda: x, lambda: x * x)
    assert float(tape.gradient(y, [x])[0]) == 6.0


def test_39_gradient_tape_with_while_loop():
    i, x = tw.constant(1), tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch([x])
        _, y = tw.while_loop(lambda i, _: tw.less(i, 3), lambda i, x: (i + 1, x * 2), [i, x])
    assert float(tape.gradient(y, [x])[0]) == 4.0


def test_49_custom_gradient_in_eager_and_function():
    @tw.custom_gradient
    def f(x):
        y = x * x
        return y, lambda dy: [4 * dy]

    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert float(tape.gradient(y, x)) == 4.0

    @tw.function
    def g():
        c = tw.constant(2.0)
        with tw.GradientTape() as tape:
            tape.watch(c)
            return tape.gradient(f(c), c)

    assert float(g()) == 4.0


def test_52_recompute_grad_with_nested_function_and_while_loop():
    @tw.recompute_grad
    @tw.function
    def outer(x):
        @tw.function
        def middle(y):
            @tw.function
            def inner(z):
                return z + 1

            _, y = tw.while_loop(lambda i, _: i < 10, lambda i, y: (i + 1, inner(y)), (0.0, y))
            return y

        return middle(x)

    with tw.GradientTape() as tape:
        x = tw.Variable(1.0)
        y = outer(x)
    assert float(y) == 11.0
    assert float(tape.gradient(y, x)) == 1.0


def test_53_jacobian_in_a_function():
    @tw.function
    def both(x, y):
        with tw.GradientTape() as tape:
            tape.watch([x, y])
            z = x * x * y
        return tape.jacobian(z, [x, y])

    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    by_x, by_y = both(tw.constant(x), tw.constant(y))
    np.testing.assert_array_equal(by_x, np.diag(2 * x * y))
    np.testing.assert_array_equal(by_y, np.diag(x * x))


def test_57_cond_func_grad_jacobian():
    def f(x):
        return tw.cond(x > 0.0, lambda: x**3, lambda: x**2)

    x = tw.constant(1.0)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        slope = inner.gradient(y, x)
    assert float(slope) == 3.0
    assert float(outer.jacobian(slope, x)) == 6.0


@pytest.mark.parametrize("wrap", [lambda f: f, tw.function], ids=["plain", "function"])
def test_57_foldl_partial_function(wrap):
    x, y = tw.constant(np.array([1.0, 2.0])), tw.constant(np.array([[3.0], [4.0]]))

    def step(scale, carried, row):
        return carried * row * scale

    with tw.GradientTape() as tape:
        tape.watch([x, y])
        z = tw.foldl(wrap(functools.partial(step, 0.5)), y, initializer=x)
    by_x, by_y = tape.jacobian(z, [x, y])
    # z = x · y₀ · y₁ / 4
    np.testing.assert_allclose(by_x, np.diag([3.0, 3.0]), rtol=1e-15)
    np.testing.assert_allclose(by_y[:, :, 0], [[1.0, 0.75], [2.0, 1.5]], rtol=1e-15)


def test_57_nested_batch_jacobian_foldl():
    def f(x):
        across = tw.transpose(x, [1, 0, 2])
        zeros = tw.constant(np.zeros((2, 2)))
        return tw.foldl(lambda carried, row: carried * row + row * row, across, zeros)

    at = np.array([[[1.0, 2.0], [3.0, 4.0]], [[0.5, -1.0], [2.0, 1.5]]])
    x = tw.constant(at)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        first = inner.batch_jacobian(y, x)
    second = outer.batch_jacobian(first, x)
    # y = x₀²·x₁ + x₁², by elements
    a, b = at[:, 0], at[:, 1]
    wanted = np.zeros((2, 2, 2, 2, 2, 2))
    for batch in range(2):
        for column in range(2):
            block = [[2 * b[batch, column], 2 * a[batch, column]], [2 * a[batch, column], 2.0]]
            for i in range(2):
                for j in range(2):
                    wanted[batch, column, i, column, j, column] = block[i][j]
    np.testing.assert_allclose(second, wanted, rtol=1e-15)
