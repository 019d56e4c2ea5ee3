"""Each member of GradientTape: what it does, when it refuses, in which words."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import thalweg as tw


def test_the_constructor_only_stores_its_choices():
    tape = tw.GradientTape(True, False)
    assert tape.watched_variables() == ()


def test_entering_returns_the_tape():
    tape = tw.GradientTape()
    with tape as entered:
        assert entered is tape


def test_entering_twice_is_refused():
    with (
        tw.GradientTape() as tape,
        pytest.raises(ValueError, match="Tape is still recording"),
        tape,
    ):
        pass


def test_a_refused_entry_leaves_the_tape_recording():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        with pytest.raises(ValueError, match="still recording"):
            tape.__enter__()
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_entering_again_after_exit_continues_the_recording():
    x = tw.Variable(3.0)
    tape = tw.GradientTape()
    with tape:
        y = x * x
    with tape:
        z = 2.0 * y
    assert float(tape.gradient(z, x)) == 12.0


def test_exit_after_gradient_inside_the_block_is_fine():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        grad = tape.gradient(x * x, x)
    assert float(grad) == 6.0


def test_an_exception_leaves_the_block_and_keeps_what_was_recorded():
    x = tw.Variable(3.0)
    found = []

    def interrupted():
        found.append(x * x)
        raise ZeroDivisionError

    tape = tw.GradientTape()
    with pytest.raises(ZeroDivisionError), tape:
        interrupted()
    assert float(tape.gradient(found[0], x)) == 6.0


def test_watch_flattens_nestings():
    a, b, c = tw.constant(1.0), tw.constant(2.0), tw.Variable(3.0, trainable=False)
    with tw.GradientTape() as tape:
        tape.watch({"a": a, "rest": [b, (c,)]})
        y = a * b * c
    grads = tape.gradient(y, [a, b, c])
    assert [float(g) for g in grads] == [6.0, 3.0, 2.0]


@pytest.mark.parametrize("thing", [np.ones(2), 3.0, "text", object()])
def test_watch_refuses_what_is_no_tensor(thing):
    with tw.GradientTape() as tape, pytest.raises(ValueError, match="Passed in object") as caught:
        tape.watch(thing)
    assert f"of type '{type(thing).__name__}', not tf.Tensor or tf.Variable" in str(caught.value)


def test_watch_warns_of_integers_the_first_five_times(monkeypatch):
    monkeypatch.setattr("thalweg.tape.gradient_tape._integer_warnings", 0)
    x = tw.constant(3)
    with warnings.catch_warnings(record=True) as seen, tw.GradientTape() as tape:
        warnings.simplefilter("always")
        for _ in range(7):
            tape.watch(x)
    assert len(seen) == 5
    start = "The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int32"
    assert all(str(one.message).startswith(start) for one in seen)


def test_stop_recording_pauses_and_resumes():
    x = tw.Variable(3.0)
    with tw.GradientTape(persistent=True) as tape:
        y = x * x
        with tape.stop_recording():
            hidden = x * x
        z = y * x
    assert tape.gradient(hidden, x) is None
    assert float(tape.gradient(z, x)) == 27.0


def test_stop_recording_resumes_after_an_exception():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        with pytest.raises(KeyError), tape.stop_recording():
            raise KeyError
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_a_gradient_taken_while_stopped_ends_the_recording():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            grad = tape.gradient(y, x)
        after = x * x
    assert float(grad) == 6.0
    assert float(after) == 9.0
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(after, x)


def test_stop_recording_on_a_tape_never_entered_is_refused():
    with (
        pytest.raises(RuntimeError, match="Trying to stop recording a tape which is not recording"),
        tw.GradientTape().stop_recording(),
    ):
        pass


def test_stop_recording_after_exit_is_refused_as_well():
    with tw.GradientTape() as tape:
        pass
    with pytest.raises((RuntimeError, ValueError), match="not recording"), tape.stop_recording():
        pass


def test_reset_forgets_and_goes_on():
    x = tw.Variable(3.0)
    with tw.GradientTape(persistent=True) as tape:
        before = x * x
        tape.reset()
        after = x * x
    assert tape.gradient(before, x) is None
    assert float(tape.gradient(after, x)) == 6.0


def test_reset_forgets_what_was_watched():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        y = x * x
    assert tape.gradient(y, x) is None


def test_reset_keeps_the_tapes_choices():
    x = tw.Variable(3.0)
    with tw.GradientTape(watch_accessed_variables=False) as tape:
        tape.reset()
        y = x * x
    assert tape.gradient(y, x) is None
    assert tape.watched_variables() == ()


@pytest.mark.parametrize("entered", [False, True])
def test_reset_outside_of_the_block_is_refused(entered):
    tape = tw.GradientTape()
    if entered:
        with tape:
            pass
    with pytest.raises(ValueError, match="Tape is not recording"):
        tape.reset()


def test_watched_variables_come_in_the_order_in_which_they_were_made():
    first, second, third = tw.Variable(1.0), tw.Variable(2.0), tw.Variable(3.0, trainable=False)
    with tw.GradientTape() as tape:
        tape.watch(third)
        _ = second * first
    found = tape.watched_variables()
    assert isinstance(found, tuple)
    assert [one is other for one, other in zip(found, (first, second, third), strict=True)] == [
        True
    ] * 3


def test_watched_variables_are_kept_after_the_gradient():
    x = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    assert tape.watched_variables()[0] is x


def test_jacobian_has_the_targets_and_then_the_sources_shape():
    x = tw.constant(np.arange(6.0).reshape(2, 3))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.reshape(x, (3, 2)) * 2.0
    full = tape.jacobian(y, x)
    assert full.shape == (3, 2, 2, 3)
    np.testing.assert_array_equal(full.numpy().reshape(6, 6), 2 * np.eye(6))


def test_batch_jacobian_has_zeros_where_nothing_is_connected():
    x = tw.constant(np.ones((2, 3)))
    z = tw.constant(np.ones((2, 4)))
    with tw.GradientTape() as tape:
        tape.watch([x, z])
        y = z * z
    found = tape.batch_jacobian(y, x)
    assert found.shape == (2, 4, 3)
    assert not found.numpy().any()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
def test_floats_and_complex_numbers_are_differentiable(dtype):
    x = tw.constant(3.0, dtype=dtype)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x + x
    grad = tape.gradient(y, x)
    assert grad.dtype == dtype
    assert grad.numpy() == 2.0


def test_leaving_a_tape_that_was_never_entered_changes_nothing():
    tape = tw.GradientTape()
    tape.__exit__(None, None, None)
    x = tw.constant(3.0)
    with tape:
        tape.watch(x)
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0
