"""What was recorded stays as it was: changing an operand afterwards changes no gradient."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

OPERATIONS = {
    "right factor": lambda x, a: x * a,
    "left factor": lambda x, a: a * x,
    "numpy on the left": lambda x, a: np.multiply(a, x),
    "divisor": lambda x, a: x / a,
    "power": lambda x, a: x**a,
    "tw.multiply": lambda x, a: tw.multiply(x, a),
    "matrix": lambda x, a: tw.reduce_sum(tw.reshape(a, (1, 3)) @ tw.reshape(x, (3, 1))),
    "constant": lambda x, a: x * tw.constant(a),
    "converted": lambda x, a: x * tw.convert_to_tensor(a),
    "variable": lambda x, a: x * tw.Variable(a, trainable=False),
    "list of arrays": lambda x, a: x * tw.stack([a, a])[0],
    "maximum": lambda x, a: tw.maximum(x, a - 5.0) * a,
    "where": lambda x, a: tw.where(a > 1.5, x * a, x),
    "custom gradient": lambda x, a: tw.custom_gradient(
        lambda u, v: (u * v, lambda g: (g * v, None))
    )(x, a),
    "recompute": lambda x, a: tw.recompute_grad(lambda u, v: u * v)(x, a),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_array_changed_after_recording(name):
    f = OPERATIONS[name]
    x = tw.constant(np.array([1.5, 2.5, 3.5]))

    def gradient(change):
        a = np.array([1.0, 2.0, 3.0])
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = f(x, a)
        if change:
            a[...] = -100.0
        return y.numpy(), tape.gradient(y, x).numpy()

    for changed, kept in zip(gradient(True), gradient(False), strict=True):
        np.testing.assert_array_equal(changed, kept)


INDICES = {
    "gather": lambda x, i: tw.gather(x, i),
    "indexing": lambda x, i: x[i],
    "indexing by a mask": lambda x, i: x[i > 0],
}


@pytest.mark.parametrize("name", INDICES)
def test_indices_changed_after_recording(name):
    x = tw.constant(np.array([1.5, 2.5, 3.5]))
    at = np.array([0, 2, 2])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = INDICES[name](x, at)
    at[...] = 1
    expected = [0.0, 1.0, 1.0] if "mask" in name else [1.0, 0.0, 2.0]
    np.testing.assert_array_equal(tape.gradient(y, x), expected)


def test_an_output_gradient_changed_after_the_answer():
    x = tw.constant(np.array([1.5, 2.5]))
    weights = np.array([1.0, 10.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x + 0.0
    grad = tape.gradient(y, x, output_gradients=weights)
    weights[...] = -1.0
    np.testing.assert_array_equal(grad, [1.0, 10.0])


def test_a_variable_assigned_after_recording():
    v = tw.Variable([1.0, 2.0])
    with tw.GradientTape(persistent=True) as tape:
        y = v * v
        v.assign([100.0, 100.0])
        z = v * v
    v.assign_sub([50.0, 50.0])
    np.testing.assert_array_equal(tape.gradient(y, v), [2.0, 4.0])
    np.testing.assert_array_equal(tape.gradient(z, v), [200.0, 200.0])


def test_a_variable_does_not_share_the_array_it_was_made_of():
    start = np.array([1.0, 2.0])
    v = tw.Variable(start)
    start[...] = -1.0
    np.testing.assert_array_equal(v.numpy(), [1.0, 2.0])
    new = np.array([5.0, 6.0])
    v.assign(new)
    new[...] = -1.0
    np.testing.assert_array_equal(v.numpy(), [5.0, 6.0])


@pytest.mark.parametrize(
    "read", [lambda t: t.numpy(), np.asarray, lambda t: np.array(t, copy=None)]
)
def test_arrays_read_from_tensors_cannot_be_written(read):
    for value in (tw.constant([1.0, 2.0]), tw.Variable([1.0, 2.0])):
        with pytest.raises(ValueError, match="read-only"):
            read(value)[0] = 5.0
        np.testing.assert_array_equal(value.numpy(), [1.0, 2.0])


def test_answers_of_one_gradient_do_not_share_what_can_be_written():
    a, b = tw.constant(np.ones(3)), tw.constant(np.ones(3))
    with tw.GradientTape() as tape:
        tape.watch([a, b])
        y = a + b
    da, db = tape.gradient(y, [a, b])
    for grad in (da, db):
        with pytest.raises(ValueError, match="read-only"):
            grad.numpy()[0] = 5.0


def test_the_callers_cotangent_is_not_written_by_the_sweep():
    x = tw.constant(np.ones(3))
    seed = np.array([1.0, 2.0, 3.0])
    held = tw.constant(seed)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x + x + x + x
    for given in (seed, held):
        np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=given), 4 * seed)
    np.testing.assert_array_equal(seed, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(held, [1.0, 2.0, 3.0])


def test_a_cotangent_handed_on_to_two_inputs_is_not_written():
    a, b, c = (tw.constant(np.ones(3)) for _ in range(3))
    with tw.GradientTape() as tape:
        tape.watch([a, b, c])
        once, twice, again, shared = b * 5.0, a * 2.0, a * 3.0, b + c
        y = once + twice + again + shared
    da, db, dc = tape.gradient(y, [a, b, c])
    np.testing.assert_array_equal(da, [5.0] * 3)
    np.testing.assert_array_equal(db, [6.0] * 3)
    np.testing.assert_array_equal(dc, [1.0] * 3)


@pytest.mark.parametrize("function", [np.isposinf, np.isneginf])
@pytest.mark.parametrize("make", [tw.constant, tw.Variable])
def test_numpy_does_not_write_into_an_operand_given_as_its_second_argument(function, make):
    """`np.isposinf(x, y)` writes into y: into a recorded operand, if y were a Tensor's own array."""
    y = make(np.array([1.0, np.inf]))
    x = tw.constant(np.array([2.0, 3.0]))
    with tw.GradientTape() as tape:
        tape.watch(x)
        answer = tw.reduce_sum(x * y)
        with pytest.raises(tw.DTypeError, match="would write into a Tensor"):
            function(x, y)
    assert y.numpy().tolist() == [1.0, np.inf]
    assert tape.gradient(answer, x).numpy().tolist() == [1.0, np.inf]
