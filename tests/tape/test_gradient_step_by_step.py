"""`gradient`, step by step: what it checks, what it returns, what it releases."""

from __future__ import annotations

import collections
import gc
import warnings
import weakref

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.op import TABLE, elementwise

USED = "A non-persistent GradientTape can only be used to compute one set of gradients"


def square_of(value, **choices):
    """Return a tape that recorded y = x·x, with y and x."""
    x = tw.constant(value)
    with tw.GradientTape(**choices) as tape:
        tape.watch(x)
        y = x * x
    return tape, y, x


def test_step_1_a_used_tape_is_refused():
    tape, y, x = square_of(3.0)
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match=USED) as caught:
        tape.gradient(y, x)
    old = "GradientTape.gradient can only be called once on non-persistent tapes."
    assert old in str(caught.value)


def test_step_2_a_gradient_inside_the_block_stops_recording_for_good():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape, tw.GradientTape() as other:
        y = x * x
        assert float(tape.gradient(y, x)) == 6.0
        z = y * x
    assert float(other.gradient(z, x)) == 27.0


def test_step_2_a_persistent_tape_records_the_sweep_and_warns_once(monkeypatch):
    monkeypatch.setattr("thalweg.tape.gradient_tape._warned_inside", False)
    x = tw.Variable(3.0)
    with warnings.catch_warnings(record=True) as seen, tw.GradientTape(persistent=True) as tape:
        warnings.simplefilter("always")
        y = x * x * x
        slope = tape.gradient(y, x)
        curvature = tape.gradient(slope, x)
    assert [float(y), float(slope), float(curvature)] == [27.0, 27.0, 18.0]
    assert len(seen) == 1
    assert "significantly less efficient" in str(seen[0].message)


def test_step_3_no_target_is_refused():
    tape, _, x = square_of(3.0)
    with pytest.raises(TypeError, match="Argument `target` should be a list or nested structure"):
        tape.gradient(None, x)


def test_step_3_a_refusal_does_not_use_up_the_tape():
    tape, y, x = square_of(3.0)
    for wrong in [(None, x), (y, None), (y, 3.0), (3.0, x)]:
        with pytest.raises(TypeError):
            tape.gradient(*wrong)
    with pytest.raises(ValueError, match="nonsense"):
        tape.gradient(y, x, unconnected_gradients="nonsense")
    assert float(tape.gradient(y, x)) == 6.0


@pytest.mark.parametrize("which", ["target", "source"])
def test_step_4_integers_have_no_gradient(which):
    x, n = tw.constant(3.0), tw.constant(3)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
    pair = {"target": (n, x), "source": (y, n)}[which]
    assert tape.gradient(*pair) is None


def test_step_5_several_targets_are_summed():
    x = tw.constant([1.0, 2.0, 3.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = tw.reduce_sum(x)
    np.testing.assert_array_equal(tape.gradient(y, x), [2.0, 4.0, 6.0])
    np.testing.assert_array_equal(tape.gradient([y, z], x), [3.0, 5.0, 7.0])
    np.testing.assert_array_equal(tape.gradient({"y": y, "z": (z,)}, x), [3.0, 5.0, 7.0])


def test_step_5_output_gradients_weigh_the_targets():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = 3.0 * x
    np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=[1.0, 10.0]), [2.0, 40.0])
    both = tape.gradient(
        [y, z], x, output_gradients=[tw.constant([1.0, 0.0]), np.array([0.0, 1.0])]
    )
    np.testing.assert_array_equal(both, [2.0, 3.0])


Pair = collections.namedtuple("Pair", ["left", "right"])


def test_step_6_the_answer_is_nested_as_the_sources_are():
    a, b = tw.Variable(2.0), tw.Variable(5.0)
    with tw.GradientTape(persistent=True) as tape:
        y = a * b
    assert [float(g) for g in tape.gradient(y, [a, b])] == [5.0, 2.0]
    assert isinstance(tape.gradient(y, (a, b)), tuple)
    named = tape.gradient(y, Pair(a, b))
    assert type(named) is Pair
    assert float(named.right) == 2.0
    by_key = tape.gradient(y, {"b": b, "a": a})
    assert list(by_key) == ["b", "a"]
    assert float(by_key["a"]) == 5.0
    ordered = tape.gradient(y, collections.OrderedDict(b=b, a=a))
    assert type(ordered) is collections.OrderedDict
    assert float(ordered["b"]) == 2.0
    assert tape.gradient(y, []) == []


def test_step_6_repeated_sources_each_get_the_full_gradient():
    tape, y, x = square_of(3.0)
    assert [float(g) for g in tape.gradient(y, [x, x, x])] == [6.0, 6.0, 6.0]


@pytest.mark.parametrize("choice", ["zero", tw.UnconnectedGradients.ZERO])
def test_step_7_unconnected_is_none_or_zeros(choice):
    tape, y, _ = square_of(3.0, persistent=True)
    other = tw.Variable(np.ones((2, 3)))
    assert tape.gradient(y, other) is None
    assert tape.gradient(y, other, unconnected_gradients=tw.UnconnectedGradients.NONE) is None
    zeros = tape.gradient(y, other, unconnected_gradients=choice)
    assert zeros.dtype == tw.float64
    np.testing.assert_array_equal(zeros, np.zeros((2, 3)))


def test_step_8_a_tape_that_is_not_persistent_frees_its_record():
    held = np.ones(1000)
    x = tw.Variable(held)
    with tw.GradientTape() as tape:
        y = x * 2.0
        kept = y * y
        alive = weakref.ref(y)
    tape.gradient(kept, x)
    del y, kept
    gc.collect()
    assert alive() is None
    assert tape.watched_variables()[0] is x


def test_step_8_an_error_in_the_sweep_does_not_leave_half_a_record():
    x = tw.Variable(3.0)
    first = tw.constant(1.0)

    @tw.custom_gradient
    def breaks(value):
        def grad(dy):
            raise ArithmeticError("no gradient today")

        return value * 1.0, grad

    with tw.GradientTape() as tape:
        tape.watch(first)
        y = breaks(x * first) * x
    with pytest.raises(ArithmeticError):
        tape.gradient(y, x)
    with pytest.raises(RuntimeError, match=USED):
        tape.gradient(y, x)


def test_step_9_a_row_without_a_rule_cannot_be_written():
    with pytest.raises(TypeError, match="no rule and no reason"):
        elementwise("ruleless", "x", np.cbrt)
    assert "ruleless" not in TABLE


def test_step_9_round_floor_and_sign_have_zeros():
    x = tw.constant([0.4, 1.6, -2.3])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        answers = [tw.round(x), tw.floor(x), tw.sign(x), tw.math.ceil(x)]
    for y in answers:
        np.testing.assert_array_equal(tape.gradient(y, x), [0.0, 0.0, 0.0])


def test_step_9_comparisons_and_argmax_have_none():
    x = tw.constant([0.4, 1.6, -2.3])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        answers = [x > 0.0, tw.equal(x, x), tw.argmax(x)]
    assert [tape.gradient(y, x) for y in answers] == [None, None, None]


def test_step_9_a_cast_through_integers_has_none():
    x = tw.constant(3.7)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.cast(tw.cast(x, tw.int32), tw.float32) * 2.0
    assert tape.gradient(y, x) is None


def test_step_9_a_cast_between_floats_keeps_the_sources_dtype():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.cast(x, tw.float64) ** 2
    grad = tape.gradient(y, x)
    assert grad.dtype == tw.float32
    assert float(grad) == 6.0


def test_what_does_not_lead_to_a_source_is_not_computed():
    ran = []

    @tw.custom_gradient
    def witness(x):
        def grad(dy):
            ran.append(dy)
            return dy

        return x * 1.0, grad

    x, w = tw.Variable(3.0), tw.Variable(2.0)
    with tw.GradientTape(persistent=True) as tape:
        y = witness(w) + x * x
    assert float(tape.gradient(y, x)) == 6.0
    assert ran == []
    assert [float(g) for g in tape.gradient(y, [x, w])] == [6.0, 1.0]
    assert len(ran) == 1
