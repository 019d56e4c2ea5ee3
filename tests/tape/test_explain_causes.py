"""`tape.explain` tells the thirteen causes of a None apart: each as a small program of its own."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest

import thalweg as tw
from tape.marked_lines import assert_told, line_of
from thalweg.tape.explanation import Cause


def test_0_connected():
    x = tw.Variable(3.0)
    with tw.GradientTape(persistent=True) as tape:
        y = x * x  # <- here
        z = y + 1.0
    assert tape.gradient(z, x) is not None
    told = tape.explain(z, x)
    assert_told(told, 0, test_0_connected)
    assert "multiply" in told.text
    assert "add" in told.text


def test_0_connected_after_the_record_is_spent():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = 2.0 * x  # <- here
    assert tape.gradient(y, x) is not None
    assert_told(tape.explain(y, x), 0, test_0_connected_after_the_record_is_spent)


def test_0_a_value_by_itself():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        pass
    assert tape.gradient(x, x) is not None
    assert tape.explain(x, x).cause == 0


@pytest.mark.parametrize("source", [3.0, 3, True, None, "x", np.ones(2), np.float32(1.0), object()])
def test_1_not_a_tensor(source):
    with tw.GradientTape() as tape:
        y = tw.constant(1.0) * 2.0
    told = tape.explain(y, source)
    assert told.cause == 1
    assert type(source).__name__ in told.text
    assert "`source`" in told.text


def test_2_a_constant():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        y = x * x  # <- here
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 2, test_2_a_constant)
    assert "tape.watch" in told.text


def test_2_not_trainable():
    x = tw.Variable(3.0, trainable=False)
    with tw.GradientTape() as tape:
        y = x * x  # <- here
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 2, test_2_not_trainable)
    assert "trainable=False" in told.text


def test_2_tape_does_not_watch_by_itself():
    x = tw.Variable(3.0)
    with tw.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x  # <- here
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 2, test_2_tape_does_not_watch_by_itself)
    assert "watch_accessed_variables=False" in told.text


def test_2_watched_on_another_tape():
    x = tw.constant(3.0)
    with tw.GradientTape() as outer, tw.GradientTape() as inner:
        inner.watch(x)
        y = x * x
    assert outer.gradient(y, x) is None
    assert outer.explain(y, x).cause == 2


def test_2_watched_before_reset():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        y = x * x  # <- here
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 2, test_2_watched_before_reset)
    assert "reset" in told.text


def test_3_watched_after_use():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        y = x * x  # <- here
        tape.watch(x)  # <- watch
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 3, test_3_watched_after_use)
    assert told.places[1].line == line_of(test_3_watched_after_use, "watch")


def test_3_watched_after_use_beside_something_followed():
    x = tw.constant(3.0)
    v = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = x * v  # <- here
        tape.watch(x)
        z = y + 1.0
    assert tape.gradient(z, x) is None
    assert_told(tape.explain(z, x), 3, test_3_watched_after_use_beside_something_followed)


def test_4_rebound_in_a_loop():
    x = tw.Variable(2.0)
    for _ in range(2):
        with tw.GradientTape() as tape:
            y = x + 1
        grad = tape.gradient(y, x)
        if grad is not None:
            x = x + 1  # <- here
    assert grad is None
    told = tape.explain(y, x)
    assert_told(told, 4, test_4_rebound_in_a_loop)
    assert "assign_add" in told.text


def test_4_a_step_of_descent():
    w = tw.Variable([1.0, 2.0], name="weights")
    with tw.GradientTape() as tape:
        loss = tw.reduce_sum(w * w)
    w = w - 0.1 * tape.gradient(loss, w)  # <- here
    with tw.GradientTape() as tape:
        loss = tw.reduce_sum(w * w)
    assert tape.gradient(loss, w) is None
    told = tape.explain(loss, w)
    assert_told(told, 4, test_4_a_step_of_descent)
    assert "Variable 'weights'" in told.text


def test_4_variable_plus_one():
    x2 = tw.Variable(2.0, name="x2") + 1.0  # <- here
    with tw.GradientTape() as tape:
        y = x2**2
    assert tape.gradient(y, x2) is None
    assert_told(tape.explain(y, x2), 4, test_4_variable_plus_one)


def test_5_a_slice_watched():
    x = tw.constant([1.0, 2.0])
    part = x[0]  # <- here
    with tw.GradientTape() as tape:
        tape.watch(part)
        y = x[0] * 3.0
    assert tape.gradient(y, part) is None
    assert_told(tape.explain(y, part), 5, test_5_a_slice_watched)


def test_5_a_slice_of_a_variable_taken_twice():
    x = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        part = x[0]  # <- here
        y = x[0] * 3.0
    assert tape.gradient(y, part) is None
    assert_told(tape.explain(y, part), 5, test_5_a_slice_of_a_variable_taken_twice)


def test_5_a_copy_watched():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as tape:
        copy = tw.identity(x)  # <- here
        tape.watch(copy)
        y = x * 3.0
    assert tape.gradient(y, copy) is None
    assert_told(tape.explain(y, copy), 5, test_5_a_copy_watched)


def test_6_before_the_tape():
    x = tw.Variable(3.0)
    y = x * x  # <- here
    with tw.GradientTape() as tape:
        z = y * 2.0
    assert tape.gradient(z, x) is None
    told = tape.explain(z, x)
    assert_told(told, 6, test_6_before_the_tape)
    assert "before the tape was entered" in told.text


def test_6_after_the_tape():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    z = y * 2.0  # <- here
    assert tape.gradient(z, x) is None
    told = tape.explain(z, x)
    assert_told(told, 6, test_6_after_the_tape)
    assert "had ended" in told.text


def test_6_in_stop_recording():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        with tape.stop_recording():
            y = x * x  # <- here
        z = y * 2.0
    assert tape.gradient(z, x) is None
    told = tape.explain(z, x)
    assert_told(told, 6, test_6_in_stop_recording)
    assert "stop_recording" in told.text


def test_6_a_source_made_in_stop_recording():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        with tape.stop_recording():
            y = x * x  # <- here
        z = y * 2.0
    assert tape.gradient(z, y) is None
    assert_told(tape.explain(z, y), 6, test_6_a_source_made_in_stop_recording)


def test_6_after_gradient_in_the_block():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
        tape.gradient(y, x)
        z = x * 2.0  # <- here
    told = tape.explain(z, x)
    assert_told(told, 6, test_6_after_gradient_in_the_block)
    assert "persistent" in told.text


def test_6_before_reset():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x  # <- here
        tape.reset()
        z = y + x
        w = y * 2.0
    assert tape.explain(z, x).cause == 0
    assert tape.gradient(w, x) is None
    told = tape.explain(w, x)
    assert_told(told, 6, test_6_before_reset)
    assert "reset" in told.text


def test_6_recorded_on_another_tape():
    x = tw.Variable(3.0)
    with tw.GradientTape() as first:
        y = x * x  # <- here
    with tw.GradientTape() as second:
        z = y * 2.0
    assert second.gradient(z, x) is None
    assert_told(second.explain(z, x), 6, test_6_recorded_on_another_tape)
    assert first.gradient(y, x) is not None


def test_6_a_composite_outside():
    x = tw.Variable(np.ones((2, 2)))
    y = tw.matmul(x, x, transpose_a=True)  # <- here
    with tw.GradientTape() as tape:
        z = y * 2.0
    assert tape.gradient(z, x) is None
    assert_told(tape.explain(z, x), 6, test_6_a_composite_outside)


def test_6_a_function_with_a_gradient_of_its_own_outside():
    @tw.custom_gradient
    def doubled(x):
        return x * 2.0, lambda upstream: upstream * 2.0

    x = tw.Variable(3.0)
    y = doubled(x)  # <- here
    with tw.GradientTape() as tape:
        z = y * 2.0
    assert tape.gradient(z, x) is None
    told = tape.explain(z, x)
    assert_told(told, 6, test_6_a_function_with_a_gradient_of_its_own_outside)
    assert "doubled was called" in told.text


def test_7_numpy_in_the_middle():
    x = tw.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tw.GradientTape() as tape:
        x2 = x**2
        y = np.mean(x2.numpy(), axis=0)  # <- here
        z = tw.reduce_mean(y, axis=0)
    assert tape.gradient(z, x) is None
    told = tape.explain(z, x)
    assert_told(told, 7, test_7_numpy_in_the_middle)
    assert ".numpy()" in told.text
    assert "most likely" not in told.text


def test_7_float():
    x = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        h = float(x * 2.0)  # <- here
        y = tw.constant(3.0) * h
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 7, test_7_float)


def test_7_a_constant_of_a_tensor():
    x = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        h = tw.constant(x * 2.0)  # <- here
        y = h * h
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 7, test_7_a_constant_of_a_tensor)


def through_numpy(h):
    return np.sin(np.asarray(h))  # <- here


def test_7_in_another_function():
    x = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = tw.constant(through_numpy(x * 2.0)) * 3.0
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 7, through_numpy)
    assert "most likely" in told.text


def test_7_the_target_is_plain():
    x = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = (x * 2.0).numpy()  # <- here
    told = tape.explain(y, x)
    assert_told(told, 7, test_7_the_target_is_plain)
    assert "float32" in told.text


def test_7_collected_in_a_list():
    x = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        losses = []
        for factor in (1.0, 2.0):
            losses.append((x * factor).numpy())  # noqa: PERF401 # the loop is the point  # <- here
        y = tw.reduce_sum(losses)
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 7, test_7_collected_in_a_list)


def test_8_cast_to_integers():
    x = tw.Variable(2.5)
    with tw.GradientTape() as tape:
        whole = tw.cast(x, tw.int32)  # <- here
        y = tw.cast(whole, tw.float32) * 2.0
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 8, test_8_cast_to_integers)
    assert "cast" in told.text


def test_8_comparison():
    x = tw.Variable(2.5)
    with tw.GradientTape() as tape:
        right = x > 1.0  # <- here
        accuracy = tw.reduce_mean(tw.cast(right, tw.float32))
    assert tape.gradient(accuracy, x) is None
    assert_told(tape.explain(accuracy, x), 8, test_8_comparison)


def test_8_argmax():
    x = tw.Variable([2.5, 1.0])
    with tw.GradientTape() as tape:
        best = tw.argmax(x)  # <- here
        y = tw.cast(best, tw.float32)
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 8, test_8_argmax)


def test_8_the_condition_of_where():
    x = tw.Variable(2.5)
    a = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = tw.where(x > 1.0, a, 2.0 * a)  # <- here
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 8, test_8_the_condition_of_where)


def test_8_integer_variable():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = tw.Variable(10)
    with tw.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 8, test_8_integer_variable, mark=None)
    assert "int32" in told.text


def test_8_integer_constant_watched():
    x = tw.constant([1, 2])
    with warnings.catch_warnings(), tw.GradientTape() as tape:
        warnings.simplefilter("ignore")
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 8


def test_9_assign_add():
    x0 = tw.Variable(3.0)
    x1 = tw.Variable(0.0, name="total")
    with tw.GradientTape() as tape:
        x1.assign_add(x0)  # <- here
        y = x1**2
    assert tape.gradient(y, x0) is None
    told = tape.explain(y, x0)
    assert_told(told, 9, test_9_assign_add)
    assert "total.assign_add" in told.text


def test_9_assign_of_something_computed():
    x = tw.Variable(3.0)
    cell = tw.Variable(0.0)
    with tw.GradientTape() as tape:
        cell.assign(x * x)  # <- here
        y = cell * 2.0
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 9, test_9_assign_of_something_computed)


def test_9_a_variable_made_of_a_tensor():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        cell = tw.Variable(x * x, name="cell")  # <- here
        y = cell * 2.0
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 9, test_9_a_variable_made_of_a_tensor)


def test_10_stop_gradient():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        h = tw.stop_gradient(x * x)  # <- here
        y = h * 2.0
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 10, test_10_stop_gradient)


def test_10_custom_gradient_returns_none():
    @tw.custom_gradient
    def blind(x):
        return x * 2.0, lambda upstream: None

    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = blind(x * x)  # <- here
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 10, test_10_custom_gradient_returns_none)
    assert "blind" in told.text


def test_10_custom_gradient_before_anybody_asked():
    @tw.custom_gradient
    def blind(x):
        return x * 2.0, lambda upstream: None

    x = tw.Variable(3.0)
    with tw.GradientTape(persistent=True) as tape:
        y = blind(x)  # <- here
    assert_told(tape.explain(y, x), 10, test_10_custom_gradient_before_anybody_asked)


def test_11_not_used():
    x = tw.Variable(3.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = w * w
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 11, test_11_not_used, mark=None)


def test_11_used_for_something_else():
    x = tw.Variable(3.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        x * 5.0  # <- here
        y = w * w
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 11, test_11_used_for_something_else)


def test_11_a_branch_not_taken():
    x = tw.constant(1.0)
    v0 = tw.Variable(2.0)
    v1 = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        if x > 0.0:  # <- here
            y = v0
        else:
            y = v1**2
    assert tape.gradient(y, v1) is None
    assert_told(tape.explain(y, v1), 11, test_11_a_branch_not_taken)


def test_11_pythons_max():
    xs = [tw.Variable(1.0), tw.Variable(2.0), tw.Variable(3.0)]
    with tw.GradientTape() as tape:
        y = max(xs)  # <- here
    told = tape.explain(y, xs)
    assert [part.cause for part in told.parts] == [11, 11, 0]
    assert told.cause == 11
    assert line_of(test_11_pythons_max) in [place.line for place in told.places]


def test_12_another_thread():
    x = tw.Variable(3.0)
    box = []

    def work():
        box.append(x * x)  # <- here

    with tw.GradientTape() as tape:
        thread = threading.Thread(target=work, name="worker")
        thread.start()
        thread.join()
        y = box[0] + 1.0
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 12, test_12_another_thread)
    assert "worker" in told.text


def test_13_inner_gradient_outside_the_outer_tape():
    x = tw.Variable(3.0)
    with tw.GradientTape() as outer, tw.GradientTape() as inner:
        y = x**3
    slope = inner.gradient(y, x)  # <- here
    assert outer.gradient(slope, x) is None
    told = outer.explain(slope, x)
    assert_told(told, 13, test_13_inner_gradient_outside_the_outer_tape)
    assert "inside" in told.text


def test_13_linear():
    w = tw.Variable(2.0)
    b = tw.Variable(1.0)
    x = tw.constant(3.0)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            y = x * w + b
        slope = inner.gradient(y, w)  # <- here
    assert outer.gradient(slope, w) is None
    told = outer.explain(slope, w)
    assert_told(told, 13, test_13_linear)
    assert "linear" in told.text


def test_13_persistent_tape_asked_twice_outside():
    x = tw.Variable(3.0)
    with tw.GradientTape(persistent=True) as tape:
        y = x**3
    slope = tape.gradient(y, x)  # <- here
    assert tape.gradient(slope, x) is None
    assert_told(tape.explain(slope, x), 13, test_13_persistent_tape_asked_twice_outside)


def test_causes_have_numbers_and_slugs():
    assert [int(cause) for cause in Cause] == list(range(14))
    assert Cause(2).slug == "never watched"
