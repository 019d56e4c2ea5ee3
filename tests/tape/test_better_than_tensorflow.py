"""Where TensorFlow's tape documents one thing and does another, or answers with the wrong words.

One test a situation; the name tells the better behaviour.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import thalweg as tw


def recorded(persistent=False):
    """Return a tape that recorded y = x·x at 3, with y and x."""
    x = tw.constant(3.0)
    with tw.GradientTape(persistent=persistent) as tape:
        tape.watch(x)
        y = x * x
    return tape, y, x


def test_gradient_inside_the_block_is_allowed_and_the_documentation_says_so():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        assert float(tape.gradient(x * x, x)) == 6.0
    assert "inside the context" not in tw.GradientTape.gradient.__doc__


def test_a_variable_can_be_the_target():
    v, w = tw.Variable(3.0), tw.Variable(4.0)
    with tw.GradientTape(persistent=True) as tape:
        pass
    assert float(tape.gradient(v, v)) == 1.0
    assert tape.gradient(v, w) is None


@pytest.mark.parametrize("persistent", [True, False])
def test_a_tape_never_entered_says_so(persistent):
    x = tw.constant(3.0)
    with pytest.raises(RuntimeError, match="this tape was never entered"):
        tw.GradientTape(persistent=persistent).gradient(x, x)


def test_watch_on_a_tape_never_entered_says_so():
    with pytest.raises(RuntimeError, match="this tape was never entered"):
        tw.GradientTape().watch(tw.constant(3.0))


@pytest.mark.parametrize("source", [3.0, 3, np.float64(3.0), np.ones(2), "x"])
def test_a_source_that_is_no_tensor_is_named_with_the_fix(source):
    tape, y, _ = recorded()
    with pytest.raises(TypeError, match=r"source is a \w+") as caught:
        tape.gradient(y, source)
    assert type(source).__name__ in str(caught.value)
    assert "tw.constant" in str(caught.value)
    assert "watch" in str(caught.value)


@pytest.mark.parametrize(
    "leave",
    [lambda y: y.numpy(), float, lambda y: np.asarray(y), lambda y: math.sin(y)],
    ids=["numpy", "float", "asarray", "math"],
)
def test_a_target_that_left_the_tape_is_told_with_the_line(leave):
    tape, y, x = recorded()
    gone = leave(y)
    with pytest.raises(TypeError, match="the value left the tape") as caught:
        tape.gradient(gone, x)
    assert "test_better_than_tensorflow.py" in str(caught.value)


def test_no_sources_are_told():
    tape, y, _ = recorded()
    with pytest.raises(TypeError, match="sources is None"):
        tape.gradient(y, None)


@pytest.mark.parametrize("given", [[1.0], [1.0, 1.0, 1.0]])
def test_as_many_output_gradients_as_targets(given):
    tape, y, x = recorded()
    with pytest.raises(ValueError, match=rf"{len(given)} entries for 2 targets"):
        tape.gradient([y, x], x, output_gradients=given)


def test_output_gradients_by_other_keys_are_refused():
    tape, y, x = recorded()
    with pytest.raises(ValueError, match=r"keys .*which are not the target's"):
        tape.gradient({"y": y, "x": x}, x, output_gradients={"y": 1.0, "z": 2.0})
    assert float(tape.gradient({"y": y, "x": x}, x, output_gradients={"y": 1.0, "x": 2.0})) == 8.0


def test_output_gradients_that_are_no_numbers_are_refused():
    tape, y, x = recorded()
    with pytest.raises(TypeError, match=r"output_gradients\[0\] is a str"):
        tape.gradient(y, x, output_gradients="much")


def test_none_among_output_gradients_means_ones():
    tape, y, x = recorded(persistent=True)
    assert float(tape.gradient([y, x], x, output_gradients=[None, 10.0])) == 16.0
    assert float(tape.gradient(y, x, output_gradients=[None])) == 6.0


def test_an_output_gradient_of_a_wrong_shape_names_its_target():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = 2.0 * x
        z = 3.0 * x
    with pytest.raises(ValueError, match=r"output_gradients\[1\] has shape \(3,\).*target 1"):
        tape.gradient([y, z], x, output_gradients=[[1.0, 1.0], [1.0, 1.0, 1.0]])


def test_an_output_gradient_of_another_dtype_is_cast():
    tape, y, x = recorded()
    grad = tape.gradient(y, x, output_gradients=np.float64(2.0))
    assert grad.dtype == tw.float32
    assert float(grad) == 12.0


def test_a_custom_gradient_of_a_wrong_shape_names_the_function():
    @tw.custom_gradient
    def doubled(x):
        return x * 2.0, lambda dy: tw.constant(np.ones(5))

    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x)
    with pytest.raises(ValueError, match="doubled"):
        tape.gradient(y, x)


def test_jacobian_of_several_targets():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    first, second = tape.jacobian([y, x], x)
    np.testing.assert_array_equal(first, np.diag([2.0, 4.0]))
    np.testing.assert_array_equal(second, np.eye(2))


def test_batch_jacobian_on_a_used_tape_says_used_to_compute():
    x = tw.constant([[1.0, 2.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.batch_jacobian(y, x)
    with pytest.raises(RuntimeError, match="can only be used to compute one set"):
        tape.batch_jacobian(y, x)


def test_a_primal_named_twice_is_shown():
    x = tw.constant(3.0)
    with pytest.raises(ValueError, match="was specified as a primal multiple times") as caught:
        tw.autodiff.ForwardAccumulator([x, x], [x, x])
    assert "{}" not in str(caught.value)
    assert "numpy=3.0" in str(caught.value)


def test_an_integer_variable_warns_when_it_is_made():
    with pytest.warns(UserWarning, match="dtype is int32; gradients .* are None"):
        n = tw.Variable(10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tw.Variable(10, trainable=False)
    with tw.GradientTape() as tape:
        y = n * 2.0
    assert tape.gradient(y, n) is None


def test_the_gradient_of_gather_is_dense():
    table = tw.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tw.GradientTape() as tape:
        tape.watch(table)
        y = tw.gather(table, [2, 0, 2])
    grad = tape.gradient(y, table)
    assert isinstance(grad, tw.Tensor)
    np.testing.assert_array_equal(grad, [[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]])


@pytest.mark.parametrize("other", [tw.float64, tw.int32, tw.int64, tw.bool])
def test_mixed_dtypes_promote_as_numpys_do(other):
    x = tw.constant([1.0, 2.0])
    factor = tw.constant(np.array([1, 0], dtype=other))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * factor
    assert y.dtype == np.result_type(np.float32, other)
    grad = tape.gradient(y, x)
    assert grad.dtype == tw.float32
    np.testing.assert_array_equal(grad, [1.0, 0.0])


def test_dictionaries_of_sources_come_back_as_dictionaries():
    a, b = tw.Variable(2.0), tw.Variable(5.0)
    with tw.GradientTape() as tape:
        y = a * b
    grads = tape.gradient(y, {"a": a, "b": b})
    assert {name: float(grad) for name, grad in grads.items()} == {"a": 5.0, "b": 2.0}
