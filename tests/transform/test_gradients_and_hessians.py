"""`gradients` and `hessians`: on an active tape, and in functions that name them."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import thalweg as tw


def test_a_partial_and_a_total_derivative():
    @tw.function
    def example():
        a = tw.constant(0.0)
        b = 2 * a
        return tw.gradients(a + b, [a, b], stop_gradients=[a, b]), tw.gradients(a + b, [a, b])

    partial, total = example()
    assert [float(g) for g in partial] == [1.0, 1.0]
    assert [float(g) for g in total] == [3.0, 1.0]


def test_stop_gradients_at_one_of_several_answers():
    def f(x):
        first, second = tw.split(x, 2)
        y = tw.reduce_sum(first * second)
        return tw.gradients(y, [x, first], stop_gradients=first)

    by_x, by_first = tw.function(f)(tw.constant([2.0, 5.0]))
    assert by_x.numpy().tolist() == [0.0, 2.0]
    assert by_first.numpy().tolist() == [5.0]


@pytest.mark.parametrize("how", ["none", "zero", tw.UnconnectedGradients.ZERO])
def test_unconnected(how):
    @tw.function
    def example(a, b):
        return tw.gradients([b], [a], unconnected_gradients=how)

    (grad,) = example(tw.ones([1, 2]), tw.ones([3, 1]))
    if how == "none":
        assert grad is None
    else:
        np.testing.assert_array_equal(grad, [[0.0, 0.0]])


def test_sums_cotangents_and_the_value_itself():
    @tw.function
    def example(x):
        y, z = x * x, tw.sin(x)
        return (
            tw.gradients([y, z], x),
            tw.gradients([y, z], [x], grad_ys=[3.0, None]),
            tw.gradients(y, x, grad_ys=2.0),
            tw.gradients(x, x),
        )

    both, weighted, doubled, itself = example(tw.constant(np.float64(0.7)))
    np.testing.assert_allclose(both, [1.4 + np.cos(0.7)], rtol=1e-15)
    np.testing.assert_allclose(weighted, [4.2 + np.cos(0.7)], rtol=1e-15)
    np.testing.assert_allclose(doubled, [2.8], rtol=1e-15)
    assert float(itself[0]) == 1.0


def slope(y, x):
    return tw.gradients(y, x)[0]


def test_a_function_that_asks_through_another_one_to_third_order():
    @tw.function
    def third(x):
        return slope(slope(slope(x**4, x), x), x)

    x = tw.constant(2.0)
    assert float(third(x)) == 48.0
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = third(x)
    assert float(tape.gradient(y, x)) == 24.0


def test_functions_that_are_found_out_to_ask():
    def through_a_closure(x):
        def inner():
            return tw.gradients(x * x, x)[0]

        return inner()

    ask = slope

    def through_a_cell(x):
        return ask(x * x, x)

    class Held:
        @tw.function
        def method(self, x):
            return tw.gradients(x * x, x)[0]

    x = tw.constant(3.0)
    assert float(tw.function(through_a_closure)(x)) == 6.0
    assert float(tw.function(through_a_cell)(x)) == 6.0
    assert float(tw.function(functools.partial(through_a_cell))(x)) == 6.0
    assert float(Held().method(x)) == 6.0


def test_variables_and_rules_of_the_users_own():
    v, fixed = tw.Variable(2.0), tw.Variable(5.0, trainable=False)

    @tw.custom_gradient
    def tripled(x):
        return x, lambda dy: 3.0 * dy

    @tw.function
    def example():
        c = tw.constant(1.0)
        y = v * v * fixed + tripled(c)
        return tw.gradients(y, [v, fixed, c])

    assert [float(g) for g in example()] == [20.0, 4.0, 3.0]


def test_on_an_active_tape_it_is_used_up_by_nothing():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x**3
        (first,) = tw.gradients(y, x)
        (second,) = tw.gradients([first], [x])
    assert (float(first), float(second)) == (27.0, 18.0)
    assert float(tape.gradient(first, x)) == 18.0


def test_the_tape_that_follows_the_sources_is_asked():
    x, y = tw.constant(2.0), tw.constant(3.0)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(y)
            z = x * y
            assert float(tw.gradients(z, x)[0]) == 3.0
            assert float(tw.gradients(z, y)[0]) == 2.0


def test_hessians():
    at = np.array([1.0, 2.0, -1.5])

    @tw.function
    def example(x, w, other):
        y = tw.reduce_sum(x**3) + x[0] * x[1] * w
        return tw.hessians(y, [x, w, other])

    by_x, by_w, unconnected = example(tw.constant(at), tw.constant(4.0), tw.constant(1.0))
    wanted = np.diag(6 * at)
    wanted[0, 1] = wanted[1, 0] = 4.0
    np.testing.assert_allclose(by_x, wanted, rtol=1e-15)
    assert float(by_w) == 0.0
    assert unconnected is None


def test_the_hessian_of_a_matrix():
    @tw.function
    def example(m):
        return tw.hessians(tw.reduce_sum(m * m * m), m)[0]

    m = np.arange(4.0).reshape(2, 2)
    wanted = np.zeros((2, 2, 2, 2))
    for i in range(2):
        for j in range(2):
            wanted[i, j, i, j] = 6 * m[i, j]
    np.testing.assert_allclose(example(tw.constant(m)), wanted)


def test_where_nothing_records_it_says_what_to_use():
    with pytest.raises(
        RuntimeError, match=r"^tf\.gradients is not supported when eager .* tape.watch"
    ):
        tw.gradients(tw.constant(1.0), tw.constant(1.0))
    with pytest.raises(RuntimeError, match=r"^tf\.hessians is not supported"):
        tw.hessians(tw.constant(1.0), tw.constant(1.0))


def test_refusals():
    x = tw.constant(1.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(ValueError, match="Must pass one grad_y for each y"):
            tw.gradients(x * x, x, grad_ys=[1.0, 2.0])
        with pytest.raises(TypeError, match="which no tape can watch"):
            tw.gradients(x * x, 3.0)
        with pytest.raises(ValueError, match="Unknown value for unconnected_gradients"):
            tw.gradients(x * x, x, unconnected_gradients="nonsense")


def test_an_exception_leaves_nobody_recording():
    @tw.function
    def broken(x):
        tw.gradients(x, x)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        broken(tw.constant(1.0))
    with pytest.raises(RuntimeError, match="is not supported when eager"):
        tw.gradients(tw.constant(1.0), tw.constant(1.0))
