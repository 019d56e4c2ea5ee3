"""TensorFlow's own tests of its tape, by line: persistence, structure and connection.

Not here: 40 (placeholders of unknown shape: graphs), of 41 the names of the backward pass (ops have no
names), and of 34 and 39 what goes through `function`, `cond` and `while_loop`, which stands in
test_lines_through_functions_and_loops.py; Python's own `if` and `while` are here.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

USED = "A non-persistent GradientTape can only"


def cube(persistent=False):
    """Return a tape over x = 3, y = x², z = y², and the three."""
    x = tw.constant(3.0)
    with tw.GradientTape(persistent=persistent) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    return tape, x, y, z


def test_27_gradient_tape_gradient_called_multiple_times():
    tape, x, y, z = cube()
    tape.gradient(z, [x])
    with pytest.raises(RuntimeError, match=USED):
        tape.gradient(y, [x])


def test_27_gradient_tape_jacobian_called_multiple_times():
    tape, x, y, z = cube()
    tape.jacobian(z, [x])
    with pytest.raises(RuntimeError, match=USED):
        tape.jacobian(y, [x])


def test_27_gradient_tape_batch_jacobian_called_multiple_times():
    x = tw.constant([[3.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.batch_jacobian(y, x)
    with pytest.raises(RuntimeError, match=USED):
        tape.batch_jacobian(y, x)


def test_28_persistent_tape():
    tape, x, y, z = cube(persistent=True)
    assert float(tape.gradient(z, [x])[0]) == 108.0
    assert float(tape.gradient(y, [x])[0]) == 6.0


def test_28_persistent_gradient_tape_repeated_source():
    x, y = tw.constant(3.0), tw.constant(5.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = x * x + x * y
    assert [float(g) for g in tape.gradient(z, [x, x])] == [11.0, 11.0]
    assert [float(g) for g in tape.gradient(z, [y, x])] == [3.0, 11.0]


def test_28_gradient_tape_repeated_source():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = 2 * x
    assert [float(g) for g in tape.gradient(y, [x, x])] == [2.0, 2.0]


@pytest.mark.filterwarnings("ignore:Calling GradientTape.gradient on a persistent tape")
def test_29_higher_order_gradient():
    x = tw.constant(3.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        first = tape.gradient(y, x)
        second = tape.gradient(first, x)
    third = tape.gradient(second, x)
    assert [float(g) for g in (first, second, third)] == [27.0, 18.0, 6.0]


def test_30_persistent_nested_tape():
    x = tw.constant(3.0)
    with tw.GradientTape(persistent=True) as outer:
        outer.watch(x)
        y = x * x
        with tw.GradientTape(persistent=True) as inner:
            inner.watch(y)
            z = 2 * y
        for _ in range(2):
            (inner_grad,) = inner.gradient(z, [y])
            assert float(inner_grad) == 2.0
        y += inner_grad
    assert float(outer.gradient(y, [x])[0]) == 6.0
    assert float(outer.gradient(z, [x])[0]) == 12.0


def test_31_gradient_tape_structure():
    x1, x2, x3 = tw.constant(3.0), tw.constant(3.1), tw.constant(3.2)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch([x1, x2, x3])
        y = x1 + 2 * x2 + 3 * x3
    assert tape.gradient(y, x1) == 1.0
    assert tape.gradient(y, (x1,)) == (1.0,)
    assert tape.gradient(y, (x1, x2)) == (1.0, 2.0)
    assert tape.gradient(y, [(x1, x2), (x2, x3)]) == [(1.0, 2.0), (2.0, 3.0)]
    assert tape.gradient(y, (x1, x2, [x1, x3])) == (1.0, 2.0, [1.0, 3.0])
    assert tape.gradient(y, [x1, {"x2": x2, "x3": x3}]) == [1.0, {"x2": 2.0, "x3": 3.0}]


def test_32_nested_gradients():
    tape, x, y, z = cube()
    assert [float(g) for g in tape.gradient(z, [x, y])] == [108.0, 18.0]


def test_32_gradient_tape():
    x = tw.constant(3.0)
    with tw.GradientTape() as outer:
        outer.watch(x)
        y = x * x
        with tw.GradientTape() as inner:
            inner.watch(y)
            z = 2 * y
        (inner_grad,) = inner.gradient(z, [y])
        assert float(inner_grad) == 2.0
        y += inner_grad
    assert float(outer.gradient(y, [x])[0]) == 6.0


def test_33_gradient_tape_variable():
    v = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = v * v
    assert float(tape.gradient(y, [v])[0]) == 2.0


def test_33_gradient_tape_called_on_constant_target():
    with tw.GradientTape() as tape:
        x, y = tw.Variable([3.0]), tw.Variable([2.0])
    assert tape.gradient(x, y) is None


def test_33_unconnected_none():
    v = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        v.read_value()
        y = tw.constant(1.0)
    assert tape.gradient(y, v) is None


def test_34_unconnected_gradients_default():
    x, y = tw.constant(1.0), tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch([x, y])
        z = y * 2
    assert tape.gradient(z, x) is None


@pytest.mark.parametrize("make", [tw.constant, tw.Variable])
def test_34_unconnected_gradients_zeros(make):
    x, y = make(np.ones((2, 2))), make(3.0)
    with tw.GradientTape() as tape:
        tape.watch([x, y])
        z = y * 2
    zeros = tape.gradient(z, x, unconnected_gradients="zero")
    np.testing.assert_array_equal(zeros, [[0.0, 0.0], [0.0, 0.0]])


def test_34_unknown_unconnected_gradients_value_given():
    x = tw.constant(1.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        z = x * 2
    with pytest.raises(ValueError, match="Unknown value for unconnected_gradients: 'nonsense'"):
        tape.gradient(z, x, unconnected_gradients="nonsense")


def test_34_unconnected_gradients_nested_defun_zeros():
    x = tw.constant(1.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.stop_gradient((x + 2.0) * (x + 2.0))
    assert float(tape.gradient(y, x, unconnected_gradients="zero")) == 0.0


def test_35_output_grad_used_in_computation():
    x, y = tw.constant(3.0), tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch([x, y])
        loss = x * y
    (dx,) = tape.gradient([loss, x], [x], output_gradients=[1.0, 2.0])
    assert float(dx) == 4.0


def test_35_dy():
    _, pullback = tw.vjp(lambda x: x, 1.0)
    assert float(pullback(2.0)[0]) == 2.0


@pytest.mark.filterwarnings("ignore:The dtype of the watched tensor")
def test_36_gradient_integer():
    n = tw.constant(1)
    with tw.GradientTape() as tape:
        tape.watch(n)
        y = n + n
    assert tape.gradient(y, n) is None


def test_36_stop_gradient_argmax():
    x = tw.constant([0.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        place = tw.argmax(x)
        stopped = tw.stop_gradient(place)
    assert tape.gradient(place, x) is None
    assert tape.gradient(stopped, x) is None


def test_37_stop_gradient_hides_downstream_ops():
    ran = []

    @tw.custom_gradient
    def witness(x):
        def grad(dy):
            ran.append(dy)
            return dy

        return x, grad

    x = tw.constant(1.0)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        hidden = tw.stop_gradient(witness(x)) * witness(tw.constant(2.0))
        seen = witness(x)
    assert tape.gradient(hidden, x) is None
    assert ran == []
    assert float(tape.gradient(seen, x)) == 1.0
    assert len(ran) == 1


def test_38_gradient_none():
    logits, labels = tw.constant([[0.0, 0.0]]), tw.constant([[1.0, 0.0]])
    with tw.GradientTape() as tape:
        tape.watch(logits)
        loss = tw.reduce_mean(tw.nn.softmax_cross_entropy_with_logits(labels, logits), 0)
    np.testing.assert_array_equal(tape.gradient(loss, logits), [[-0.5, 0.5]])


def test_38_an_unneeded_output_has_no_cotangent():
    x = tw.constant([[4.0, 1.0, 3.0], [2.0, 6.0, 5.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        values, _ = tw.math.top_k(x, k=2)
    np.testing.assert_array_equal(tape.gradient(values, x), [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])


def test_38_second_grad():
    x = tw.constant([[0.1]])
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            loss = tw.reduce_sum(
                tw.nn.softmax_cross_entropy_with_logits(labels=[[0.0]], logits=x), axis=0
            )
        total = tw.reduce_sum(inner.gradient(loss, x), axis=0)
    np.testing.assert_array_equal(outer.gradient(total, x), [[0.0]])


def test_38_second_grad_against_the_closed_form():
    z = np.array([0.3, -1.2, 0.7])
    softmax = np.exp(z) / np.exp(z).sum()
    labels = tw.constant([0.2, 0.5, 0.3], dtype=tw.float64)
    hessian = tw.hessian(lambda x: tw.nn.softmax_cross_entropy_with_logits(labels, x))(z)
    expected = np.diag(softmax) - np.outer(softmax, softmax)
    np.testing.assert_allclose(hessian, expected, rtol=1e-13, atol=1e-16)


def test_39_gradient_tape_with_cond():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x if x < x else x * x
    assert float(tape.gradient(y, [x])[0]) == 6.0


def test_39_gradient_tape_with_while_loop():
    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch([x])
        i, y = tw.constant(1), x
        while i < 3:
            i, y = i + 1, y * 2
    assert float(tape.gradient(y, [x])[0]) == 4.0


def test_41_zeros_cache_doesnt_leak_across_graphs():
    def once(shape):
        x = tw.constant(2.0, shape=shape)
        with tw.GradientTape() as tape:
            tape.watch(x)
            left, _ = tw.split(x, num_or_size_splits=2, axis=1)
            y = tw.concat([left**2, tw.constant(1.0, shape=shape)], axis=1)
        return tape.gradient(y, x).numpy()

    for rows in (10, 3, 10):
        expected = np.repeat([[4.0, 0.0]], 2, axis=1).repeat(rows, axis=0)
        np.testing.assert_array_equal(once((rows, 4)), expected)
