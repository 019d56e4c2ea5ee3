"""`recompute_grad`, `stop_gradient`, `grad_pass_through`."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw


def test_recompute_keeps_the_function():
    def f(x):
        return x

    assert tw.recompute_grad(f).__wrapped__ is f


def test_recompute_calls_again_on_the_way_back():
    calls = []

    @tw.recompute_grad
    def f(x):
        calls.append(1)
        return tw.sin(x)

    x = tw.constant(0.5, dtype=tw.float64)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert len(calls) == 1
    assert float(tape.gradient(y, x)) == pytest.approx(np.cos(0.5), rel=1e-15)
    assert len(calls) == 2


def test_recompute_keeps_nothing_of_what_is_inside():
    inside = []

    @tw.recompute_grad
    def f(x):
        square = x * x
        inside.append(square)
        return square * x

    x = tw.constant(2.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        z = inside[0] * 1.0
    assert tape.gradient(z, x) is None
    assert float(tape.gradient(y, x)) == 12.0


def test_recompute_reaches_variables_inside():
    weight = tw.Variable(3.0)
    f = tw.recompute_grad(lambda x: x * weight * weight)
    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert [float(g) for g in tape.gradient(y, [x, weight])] == [9.0, 12.0]


def test_recompute_uses_the_values_of_the_forward_call():
    weight = tw.Variable(3.0)
    f = tw.recompute_grad(lambda x: x * weight * weight)
    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    weight.assign(100.0)
    assert [float(g) for g in tape.gradient(y, [x, weight])] == [9.0, 12.0]
    assert float(weight) == 100.0


def test_recompute_with_one_object_twice():
    f = tw.recompute_grad(lambda a, b: a * b)
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x, x)
    assert float(tape.gradient(y, x)) == 6.0
    _, tangent = tw.jvp(lambda x: f(x, x), (3.0,), (1.0,))
    assert float(tangent) == 6.0


def test_recompute_without_elements_and_with_mixed_dtypes():
    f = tw.recompute_grad(lambda a, n, b: a * tw.cast(n, a.dtype) + tw.cast(b, a.dtype))
    a = tw.constant(np.ones((0, 3), dtype=np.float32))
    b = tw.constant(np.ones((0, 3)))
    n = tw.constant(np.ones((0, 3), dtype=np.int32))
    with tw.GradientTape() as tape:
        tape.watch([a, b])
        y = f(a, n, b)
    da, dn, db = tape.gradient(y, [a, n, b])
    assert (da.shape, da.dtype) == ((0, 3), tw.float32)
    assert (db.shape, db.dtype) == ((0, 3), tw.float64)
    assert dn is None


def test_recompute_to_the_third_order():
    f = tw.recompute_grad(lambda x: x**5)
    third = tw.grad(tw.grad(tw.grad(f)))
    assert float(third(np.float64(2.0))) == 60 * 4.0


def test_recompute_with_keyword_arguments_and_several_answers():
    f = tw.recompute_grad(lambda x, power=1: (x**power, [2.0 * x]))
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        cube, (double,) = f(x, power=3)
    assert float(tape.gradient([cube, double], x)) == 29.0


def test_recompute_in_recompute():
    f = tw.recompute_grad(lambda x: tw.recompute_grad(lambda z: z * z)(x) * x)
    assert float(tw.grad(f)(2.0)) == 12.0


def test_stop_gradient_is_the_identity_without_a_gradient():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tw.stop_gradient(x)
        z = x * tw.stop_gradient(x)
    np.testing.assert_array_equal(y, [1.0, 2.0])
    assert tape.gradient(y, x) is None
    np.testing.assert_array_equal(tape.gradient(z, x), [1.0, 2.0])


def test_nothing_downstream_of_stop_gradient_is_recorded():
    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.stop_gradient(x)
        for _ in range(5):
            y = y * y
        z = x * 3.0
    assert len(tape._recording.events) == 1
    assert float(tape.gradient(z, x)) == 3.0


def test_stop_gradient_stops_the_second_order_only_where_it_stands():
    x = tw.constant(2.0)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        first = inner.gradient(y, x)
        mixed = first * tw.stop_gradient(first)
    assert float(outer.gradient(mixed, x)) == 12.0 * 12.0


def test_grad_pass_through():
    x, z = tw.Variable(1.0), tw.Variable(3.0)
    with tw.GradientTape() as tape:
        x.assign(z**2)
        y = x.read_value()
    assert tape.gradient(y, z) is None
    with tw.GradientTape() as tape:
        y = tw.grad_pass_through(x.assign)(z**2)
    assert float(y) == 9.0
    assert float(x) == 9.0
    assert float(tape.gradient(y, z)) == 6.0


def test_grad_pass_through_leaves_variables_inside_without_a_gradient():
    weight = tw.Variable(2.0)
    f = tw.grad_pass_through(lambda x: x * weight)
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    dx, dw = tape.gradient(y, [x, weight])
    assert float(y) == 6.0
    assert float(dx) == 1.0
    assert dw is None


@pytest.mark.parametrize("function", [tw.stop_gradient, tw.identity])
def test_truth_values_pass_unchanged(function):
    given = np.array([[True, False]])
    answer = function(given)
    assert answer.dtype == np.bool_
    assert answer.numpy().tolist() == [[True, False]]
    assert function(tw.constant(True)).numpy()
    given[0, 0] = False
    assert answer.numpy().tolist() == [[True, False]]
    mask = tw.function(lambda x: tw.where(function(x > 0), x * x, 0.0))
    assert mask(tw.constant([3.0, -2.0])).numpy().tolist() == [9.0, 0.0]
