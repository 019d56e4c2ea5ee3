"""`custom_gradient`: what it takes, what it refuses, what it records."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw


def gradient_of(f, *sources):
    """Return the gradients of f at its sources."""
    with tw.GradientTape() as tape:
        tape.watch(list(sources))
        y = f(*sources)
    return tape.gradient(y, list(sources))


def test_log1pexp_is_stable():
    @tw.custom_gradient
    def log1pexp(x):
        e = tw.exp(x)
        return tw.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))

    (grad,) = gradient_of(log1pexp, tw.constant(100.0))
    assert float(grad) == 1.0


def test_several_inputs_and_answers():
    @tw.custom_gradient
    def f(x, y):
        return (x * y, x + y), lambda d_product, d_sum: (d_product * y + d_sum, 7.0 * d_sum)

    x, y = tw.constant(3.0), tw.constant(5.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        product, total = f(x, y)
    assert (float(product), float(total)) == (15.0, 8.0)
    assert [float(g) for g in tape.gradient(product, [x, y])] == [5.0, 0.0]
    assert [float(g) for g in tape.gradient(total, [x, y])] == [1.0, 7.0]
    assert [float(g) for g in tape.gradient([product, total], [x, y])] == [6.0, 7.0]


@pytest.mark.parametrize("returned", [[], [1.0, 2.0], (1.0, 2.0, 3.0)])
def test_a_wrong_count_is_told_in_tensorflows_words(returned):
    @tw.custom_gradient
    def f(x):
        return x * 1.0, lambda dy: returned

    message = (
        "custom_gradient function expected to return 1 gradients, "
        f"but returned {len(returned)} instead."
    )
    with pytest.raises(ValueError, match="custom_gradient function expected") as caught:
        gradient_of(f, tw.constant(1.0))
    assert str(caught.value).startswith(message)


def test_none_is_a_gradient():
    @tw.custom_gradient
    def f(x, y):
        return x * y, lambda dy: (dy * y, None)

    dx, dy = gradient_of(f, tw.constant(3.0), tw.constant(5.0))
    assert float(dx) == 5.0
    assert dy is None


def test_variables_read_need_the_argument():
    weight = tw.Variable(2.0, name="weight")

    @tw.custom_gradient
    def f(x):
        return x * weight, lambda dy: dy

    with pytest.raises(TypeError, match="must accept keyword argument 'variables'") as caught:
        f(tw.constant(3.0))
    assert str(caught.value).startswith("@tf.custom_gradient grad_fn must accept keyword argument")
    assert "weight" in str(caught.value)


def positional(weight):
    return lambda dy, variables=None: (dy * weight, [10.0 * dy])


def keyword_only(weight):
    def grad(dy, *, variables):
        return dy * weight, [10.0 * dy]

    return grad


def any_keyword(weight):
    return lambda dy, **kwargs: (dy * weight, [10.0 * dy for _ in kwargs["variables"]])


@pytest.mark.parametrize("make", [positional, keyword_only, any_keyword])
def test_variables_come_as_a_keyword(make):
    weight = tw.Variable(2.0)
    f = tw.custom_gradient(lambda x: (x * weight, make(weight)))
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert [float(g) for g in tape.gradient(y, [x, weight])] == [2.0, 10.0]


def test_a_wrong_number_of_variables_is_told():
    weight, bias = tw.Variable(2.0), tw.Variable(1.0)

    @tw.custom_gradient
    def f(x):
        return x * weight + bias, lambda dy, variables=None: (dy * weight, [dy])

    with pytest.raises(ValueError, match="Must return gradient for each variable"):
        gradient_of(f, tw.constant(3.0))


def test_variables_used_elsewhere_are_not_asked_for():
    weight, frozen = tw.Variable(2.0), tw.Variable(5.0, trainable=False)

    @tw.custom_gradient
    def f(x):
        return x * frozen, lambda dy: dy * 100.0

    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x * weight) * weight
    assert [float(g) for g in tape.gradient(y, [x, weight])] == [400.0, 600.0 + 30.0]


def test_a_variable_passed_as_an_argument_is_an_argument():
    weight = tw.Variable(2.0)

    @tw.custom_gradient
    def f(w):
        return w * 3.0, lambda dy: dy * 7.0

    with tw.GradientTape() as tape:
        y = f(weight)
    assert float(tape.gradient(y, weight)) == 7.0


def test_keyword_arguments_reach_the_function():
    @tw.custom_gradient
    def f(x, scale=1.0, *, power):
        return scale * x**power, lambda dy: dy * scale * power

    (grad,) = gradient_of(lambda x: f(x, scale=10.0, power=2), tw.constant(3.0))
    assert float(grad) == 20.0


def test_methods_can_be_decorated():
    class Scaled:
        def __init__(self, scale):
            self.scale = scale

        @tw.custom_gradient
        def call(self, x):
            return self.scale * x, lambda dy: dy * self.scale * 100.0

    (grad,) = gradient_of(Scaled(3.0).call, tw.constant(2.0))
    assert float(grad) == 300.0


def test_structures_go_in_and_come_out():
    @tw.custom_gradient
    def f(tree):
        answer = {"sum": tree["a"] + tree["b"][0], "product": tree["a"] * tree["b"][0]}
        return answer, lambda *upstream: [10.0, 20.0]

    a, b = tw.constant(3.0), tw.constant(5.0)
    with tw.GradientTape() as tape:
        tape.watch([a, b])
        answer = f({"a": a, "b": [b]})
    assert {name: float(value) for name, value in answer.items()} == {"sum": 8.0, "product": 15.0}
    assert [float(g) for g in tape.gradient(answer, [a, b])] == [10.0, 20.0]


def test_numpy_inputs_are_taken():
    @tw.custom_gradient
    def f(x, y):
        assert tw.is_tensor(x)
        assert tw.is_tensor(y)
        return x * y, lambda dy: (dy * y, dy * x)

    array = np.array([1.0, 2.0])
    y = tw.constant([3.0, 4.0], dtype=tw.float64)
    with tw.GradientTape() as tape:
        tape.watch(y)
        z = f(array, y)
    np.testing.assert_array_equal(tape.gradient(z, y), [1.0, 2.0])


def test_custom_in_custom():
    @tw.custom_gradient
    def inner(x):
        return x * 2.0, lambda dy: dy * 10.0

    @tw.custom_gradient
    def outer(x):
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = inner(x)
        slope = tape.gradient(y, x)
        return y, lambda dy: dy * slope * 3.0

    (grad,) = gradient_of(outer, tw.constant(1.0))
    assert float(grad) == 30.0


def test_what_is_computed_inside_is_recorded_too():
    inside = []

    @tw.custom_gradient
    def f(x):
        square = x * x
        inside.append(square)
        return square, lambda dy: dy * 100.0

    x = tw.constant(3.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        z = inside[0] * 1.0
    assert float(tape.gradient(y, x)) == 100.0
    assert float(tape.gradient(z, x)) == 6.0


def test_the_second_derivative_is_that_of_the_rule():
    @tw.custom_gradient
    def cube(x):
        return x * x * x, lambda dy: dy * 5.0 * x * x

    x = tw.constant(2.0)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = cube(x)
        first = inner.gradient(y, x)
    assert float(first) == 20.0
    assert float(outer.gradient(first, x)) == 20.0


def test_the_rule_runs_once_for_all_inputs():
    calls = []

    @tw.custom_gradient
    def f(x, y):
        def grad(dy):
            calls.append(1)
            return dy * y, dy * x

        return x * y, grad

    assert [float(g) for g in gradient_of(f, tw.constant(3.0), tw.constant(5.0))] == [5.0, 3.0]
    assert len(calls) == 1


def test_an_exception_in_the_function_is_not_swallowed():
    @tw.custom_gradient
    def f(x):
        raise KeyError("inside")

    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(KeyError, match="inside"):
            f(x)
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_a_function_without_a_rule_is_told():
    f = tw.custom_gradient(lambda x: x * 2.0)
    with pytest.raises(TypeError, match=r"must return \(answer, grad_fn\)"):
        f(tw.constant(1.0))


@pytest.mark.parametrize("size", [0, 1, 3])
def test_shapes_without_elements(size):
    @tw.custom_gradient
    def f(x):
        return x * 2.0, lambda dy: dy * 3.0

    (grad,) = gradient_of(f, tw.constant(np.ones((size, 2))))
    np.testing.assert_array_equal(grad, np.full((size, 2), 3.0))
