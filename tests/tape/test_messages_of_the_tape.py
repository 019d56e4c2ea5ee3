"""TensorFlow's messages, word for word at the start of ours, because people search for them.

Not here: TensorFlow 1's messages about placeholders and sessions.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import thalweg as tw


def used():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    tape.gradient(y, x)


def used_for_a_jacobian():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    tape.jacobian(y, x)
    tape.jacobian(y, x)


def entered_twice():
    with tw.GradientTape() as tape, tape:
        pass


def stopped_before_it_began():
    with tw.GradientTape().stop_recording():
        pass


def reset_after_the_end():
    with tw.GradientTape() as tape:
        pass
    tape.reset()


def unknown_choice():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x, unconnected_gradients="x")


def two_gradients_for_one_input():
    f = tw.custom_gradient(lambda x: (x * 1.0, lambda dy: [dy, dy]))
    tw.grad(f)(1.0)


def variables_without_their_keyword():
    weight = tw.Variable(2.0, name="weight")
    tw.custom_gradient(lambda x: (x * weight, lambda dy: dy))(1.0)


def loop_without_a_persistent_tape():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    tape.jacobian(y, x, experimental_use_pfor=False)


def rows_that_do_not_match():
    x = tw.Variable(np.ones((2, 3)))
    with tw.GradientTape() as tape:
        y = tw.reshape(x, (3, 2))
    tape.batch_jacobian(y, x)


def watched_array():
    with tw.GradientTape() as tape:
        tape.watch(np.ones(2))


def no_target():
    with tw.GradientTape() as tape:
        pass
    tape.gradient(None, [])


def assigned_another_shape():
    tw.Variable([1.0, 2.0]).assign([1.0])


def grown_in_place():
    v = tw.Variable(1.0)
    v += 1.0


def no_gradients():
    tw.optimizers.SGD().apply_gradients([(None, tw.Variable(1.0))])


def primal_twice():
    x = tw.constant(1.0)
    tw.autodiff.ForwardAccumulator([x, x], [x, x])


MESSAGES = [
    (no_gradients, ValueError, "No gradients provided for any variable"),
    (
        used,
        RuntimeError,
        "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)",
    ),
    (
        used_for_a_jacobian,
        RuntimeError,
        "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)",
    ),
    (
        entered_twice,
        ValueError,
        "Tape is still recording, This can happen if you try to re-enter an already-active tape.",
    ),
    (
        stopped_before_it_began,
        RuntimeError,
        "Trying to stop recording a tape which is not recording.",
    ),
    (reset_after_the_end, ValueError, "Tape is not recording."),
    (unknown_choice, ValueError, "Unknown value for unconnected_gradients: 'x'"),
    (
        two_gradients_for_one_input,
        ValueError,
        "custom_gradient function expected to return 1 gradients, but returned 2 instead.",
    ),
    (
        variables_without_their_keyword,
        TypeError,
        "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function uses "
        "variables: ",
    ),
    (
        loop_without_a_persistent_tape,
        RuntimeError,
        "GradientTape must be created with persistent=True to compute the jacobian with eager "
        "execution enabled and with experimental_use_pfor set to False.",
    ),
    (
        rows_that_do_not_match,
        ValueError,
        "Need first dimension of target shape ((3, 2)) and source shape ((2, 3)) to match.",
    ),
    (watched_array, ValueError, "Passed in object "),
    (no_target, TypeError, "Argument `target` should be a list or nested structure"),
    (assigned_another_shape, ValueError, "Cannot assign value to variable 'Variable:0': Shape"),
    (
        grown_in_place,
        RuntimeError,
        "Variable += value not supported. Use `variable.assign_add(value)`",
    ),
    (
        primal_twice,
        ValueError,
        "Tensor <tf.Tensor: shape=(), dtype=float32, numpy=1.0> was specified",
    ),
]


@pytest.mark.parametrize(
    ("mistake", "kind", "start"), MESSAGES, ids=lambda one: getattr(one, "__name__", "")
)
def test_the_message_starts_with_tensorflows_words(mistake, kind, start):
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value).startswith(start)


def test_ranks_below_two():
    x = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        y = x * x
    with pytest.raises(ValueError, match="must have rank at least 2"):
        tape.batch_jacobian(y, x)


def test_the_warning_starts_with_tensorflows_words(monkeypatch):
    monkeypatch.setattr("thalweg.tape.gradient_tape._integer_warnings", 0)
    with warnings.catch_warnings(record=True) as seen, tw.GradientTape() as tape:
        warnings.simplefilter("always")
        tape.watch(tw.constant(1))
    message = "The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int32"
    assert str(seen[0].message).startswith(message)
    assert seen[0].filename == __file__


def test_every_refusal_says_what_to_do():
    """A message goes on after TensorFlow's words, unless they say it themselves."""
    for mistake, kind, start in MESSAGES:
        if mistake in (used, unknown_choice, watched_array):
            with pytest.raises(kind) as caught:
                mistake()
            assert len(str(caught.value)) > len(start) + 10


def test_writing_into_a_tensor_is_refused_with_the_fix():
    x = tw.constant([1.0, 2.0])
    with pytest.raises(TypeError, match="item assignment"):
        x[0] = 5.0
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 5.0
