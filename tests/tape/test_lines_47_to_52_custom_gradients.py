"""TensorFlow's own tests of its tape, by line: rules of the user's own.

The halves of 49 and 52 that go through `function` stand in test_lines_through_functions_and_loops.py.
"""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import thalweg as tw


def test_47_custom_gradient():
    @tw.custom_gradient
    def my_mul(x, y):
        return x * y, lambda dr: [dr * y, dr * x]

    x = tw.Variable(2.0)
    losses = []
    for _ in range(5):
        with tw.GradientTape() as tape:
            loss = my_mul(2.0, x.read_value())
        losses.append(float(loss))
        x.assign_sub(0.25 * tape.gradient(loss, x))
    assert losses == [4.0, 3.0, 2.0, 1.0, 0.0]


def test_47_custom_gradient_identity():
    @tw.custom_gradient
    def my_identity(x):
        return x, lambda dresult: [2 * dresult]

    assert float(tw.grad(my_identity)(1.0)) == 2.0


def test_47_implicit_gradients_custom_gradient_and_cached_variable_value():
    @tw.custom_gradient
    def my_square(x):
        return tw.square(x), lambda dr: 2 * dr * x + 1

    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = my_square(x)
    (variable,) = tape.watched_variables()
    assert variable is x
    assert float(tape.gradient(y, x)) == 7.0


@pytest.mark.parametrize("wrong", [[], [1.0, 2.0]])
def test_48_custom_gradient_empty_error(wrong):
    @tw.custom_gradient
    def identity(x):
        return x, lambda dy: wrong

    x = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = identity(x)
    with pytest.raises(
        ValueError, match=f"expected to return 1 gradients, but returned {len(wrong)} "
    ):
        tape.gradient(y, [x])


def test_48_errors():
    @tw.custom_gradient
    def f(x):
        def grad(dy):
            raise RuntimeError("x")

        return x, grad

    with pytest.raises(RuntimeError, match=r"^x$"):
        tw.grad(f)(tw.constant(1.0))


def test_48_too_few_gradients_name_the_function():
    @tw.custom_gradient
    def invalid_backprop(x, y):
        return x * y, lambda dy: [dy]

    with pytest.raises(
        ValueError, match=r"expected to return 2 gradients, but returned 1.*invalid_b"
    ):
        tw.grad(invalid_backprop)(1.0, 2.0)


def test_49_gradients_function_in_custom_gradient():
    @tw.custom_gradient
    def f(x):
        return tw.grad(lambda z: z * z)(x), lambda dy: [2 * dy]

    assert float(f(1.0)) == 2.0
    assert float(tw.grad(f)(1.0)) == 2.0


def test_49_custom_gradient_in_eager_and_graph():
    @tw.custom_gradient
    def f(x):
        return x * x, lambda dy: [4 * dy]

    c = tw.constant(1.0)
    with tw.GradientTape() as tape:
        tape.watch(c)
        y = f(c)
    assert float(tape.gradient(y, c)) == 4.0


def test_50_override_second_order_with_custom_gradient():
    @tw.custom_gradient
    def f(x):
        def first_order(dz):
            @tw.custom_gradient
            def first_order_custom(unused):
                return -1.1, lambda ddz: -2.1 * ddz

            return dz * first_order_custom(x)

        return x + 10.0, first_order

    c = tw.constant(1.0)
    with tw.GradientTape() as outer:
        outer.watch(c)
        with tw.GradientTape() as inner:
            inner.watch(c)
            d = f(c) ** 4.0
        dd = inner.gradient(d, c)
    assert float(dd) == pytest.approx(4 * 11.0**3 * -1.1, rel=1e-6)
    expected = 3 * 4 * 11.0**2 * -1.1 * -1.1 + 4 * 11.0**3 * -2.1
    assert float(outer.gradient(dd, c)) == pytest.approx(expected, rel=1e-6)


def test_50_custom_gradient_forwardprop():
    @tw.custom_gradient
    def f(x):
        z = 2.0 * x.numpy()

        def g(dz):
            @tw.custom_gradient
            def first_order(unused_x, unused_dz):
                return 2.1, lambda unused_ddz: (2.2, 3.1)

            return first_order(x, dz)

        return z, g

    c, seed = tw.constant(1.0), tw.constant(1.0)
    with tw.GradientTape(persistent=True) as outer:
        outer.watch([c, seed])
        with tw.GradientTape() as inner:
            inner.watch(c)
            output = f(c)
        first = inner.gradient(output, c, output_gradients=seed)
    assert float(output) == 2.0
    found = [first, outer.gradient(first, c), outer.gradient(first, seed)]
    assert [float(g) for g in found] == pytest.approx([2.1, 2.2, 3.1])


def test_51_jacobian_custom_gradient():
    a, b, c = tw.Variable(1.0), tw.Variable(2.0), tw.Variable(3.0)

    def polynomial(x):
        return a * x * x + b * x + c

    def call(x):
        @tw.custom_gradient
        def inner():
            def grad(dy, variables=None):
                with tw.GradientTape(persistent=True) as tape:
                    tape.watch(variables)
                    again = polynomial(x)
                jacobians = [tape.jacobian(again, v) for v in variables]
                return (), [2 * tw.reduce_sum(dy * one) for one in jacobians]

            return polynomial(x), grad

        return inner()

    x = tw.constant([1.0, 2.0, 3.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch([a, b, c])
        y = call(x)
    assert tape.gradient(y, x) is None
    assert [float(g) for g in tape.gradient(y, [a, b, c])] == [28.0, 12.0, 6.0]


def test_52_recompute_grad_with_different_shape():
    @tw.recompute_grad
    def from_list(x):
        return tw.reduce_sum(x[0]) * tw.reduce_sum(x[1] * x[1])

    @tw.recompute_grad
    def from_dictionary(x):
        return tw.reduce_sum(x["a"]) * tw.reduce_sum(x["b"] * x["b"])

    a, b = tw.Variable([1.0, 2.0]), tw.Variable([[3.0], [4.0], [0.0]])
    for y_of in (lambda: from_list([a, b]), lambda: from_dictionary({"a": a, "b": b})):
        with tw.GradientTape() as tape:
            y = y_of()
        da, db = tape.gradient(y, [a, b])
        np.testing.assert_array_equal(da, [25.0, 25.0])
        np.testing.assert_array_equal(db, [[18.0], [24.0], [0.0]])


def test_52_recompute_grad_with_nested_function_and_while_loop():
    @tw.recompute_grad
    def outer(x):
        @tw.recompute_grad
        def inner(z):
            return z + 1.0

        for _ in range(10):
            x = inner(x)
        return x

    alive = []
    for _ in range(5):
        x = tw.Variable(1.0)
        with tw.GradientTape() as tape:
            y = outer(x)
        assert float(y) == 11.0
        assert float(tape.gradient(y, x)) == 1.0
        alive.append(weakref.ref(y))
    del x, y, tape
    gc.collect()
    assert [one() for one in alive] == [None] * 5
