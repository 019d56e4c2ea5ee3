"""What looks like a cause of a None and is not: `tape.explain` must not take it for one."""

from __future__ import annotations

import threading

import numpy as np

import thalweg as tw
from tape.marked_lines import assert_told


def test_2_watched_but_unused_is_not_never_watched():
    x = tw.constant(3.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = w * w
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_2_a_variable_used_only_outside_was_watched_by_itself():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        pass
    y = x * x  # <- here
    assert tape.gradient(y, x) is None
    here = test_2_a_variable_used_only_outside_was_watched_by_itself
    assert_told(tape.explain(y, x), 6, here)


def test_3_an_earlier_use_that_the_target_does_not_need():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        x * x
        tape.watch(x)
        y = x * 2.0
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_3_used_before_the_tape_and_watched_inside():
    x = tw.constant(3.0)
    y = x * x  # <- here
    with tw.GradientTape() as tape:
        tape.watch(x)
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 6, test_3_used_before_the_tape_and_watched_inside)


def test_4_rebound_inside_the_tape_is_an_intermediate_value():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        x = x + 1.0
        y = x * x
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_4_computed_from_constants_is_not_rebound():
    x = tw.constant(3.0) + 1.0
    with tw.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 2


def test_5_a_slice_that_is_used():
    x = tw.constant([1.0, 2.0])
    part = x[0]
    with tw.GradientTape() as tape:
        tape.watch(part)
        y = part * x[0]
    assert tape.gradient(y, part) is not None
    assert tape.explain(y, part).cause == 0


def test_5_a_slice_of_something_else():
    x = tw.constant([1.0, 2.0])
    w = tw.Variable(1.0)
    part = x[0]
    with tw.GradientTape() as tape:
        tape.watch(part)
        y = w * 3.0
    assert tape.gradient(y, part) is None
    assert tape.explain(y, part).cause == 11


def test_6_reentered():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    with tape:
        z = y * 2.0
    assert tape.gradient(z, x) is not None
    assert tape.explain(z, x).cause == 0


def test_6_something_else_before_the_tape():
    x = tw.Variable(3.0)
    w = tw.Variable(2.0)
    x * 5.0
    with tw.GradientTape() as tape:
        y = w * w
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_7_only_printed(capsys):
    x = tw.Variable(3.0)
    c = tw.constant(2.0)
    with tw.GradientTape() as tape:
        h = x * 2.0
        print(h.numpy())
        y = c * 3.0
    assert capsys.readouterr().out
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_7_kept_for_a_report_and_not_computed_with():
    x = tw.Variable(3.0)
    report = []
    with tw.GradientTape() as tape:
        report.append(float(x * 2.0))
        factor = np.float32(5.0)
        y = tw.constant(2.0) * factor
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_7_a_plain_value_of_something_that_does_not_depend_on_the_source():
    x = tw.Variable(3.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        scale = float(w * 2.0)
        y = tw.constant(2.0) * scale
    assert tape.explain(y, x).cause == 11
    assert tape.explain(y, w).cause == 7


def test_7_numpys_functions_on_tensors_stay_in_the_library():
    x = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        y = np.sum(np.multiply(x, x))
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_7_an_escape_beside_a_way_that_is_whole():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * float(x)
    assert float(tape.gradient(y, x)) == 3.0
    assert tape.explain(y, x).cause == 0


def test_8_a_cast_between_floats():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = tw.cast(x, tw.float64) * 2.0
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_8_a_comparison_that_only_chooses_the_branch():
    x = tw.Variable(3.0)
    w = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = w * 2.0 if x > 1.0 else w  # <- here
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert_told(told, 11, test_8_a_comparison_that_only_chooses_the_branch)


def test_8_an_integer_beside():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        tw.cast(x, tw.int32)
        y = x * 2.0
    assert tape.explain(y, x).cause == 0


def test_9_stored_but_not_read():
    x = tw.Variable(3.0)
    cell = tw.Variable(0.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        cell.assign(x * x)
        y = w * w
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_9_stored_after_it_was_read():
    x = tw.Variable(3.0)
    cell = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        y = cell * 2.0
        cell.assign(x * x)
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_9_overwritten_before_it_was_read():
    x = tw.Variable(3.0)
    cell = tw.Variable(1.0)
    with tw.GradientTape() as tape:
        cell.assign(x * x)
        cell.assign(4.0)
        y = cell * 2.0
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_9_the_variable_itself_after_an_assignment():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        x.assign_add(1.0)
        y = x * x
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_10_stop_gradient_on_one_way_of_two():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = tw.stop_gradient(x * x) + x
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_10_beside_a_detour_through_integers_the_first_in_order_is_told():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        whole = tw.cast(tw.cast(x, tw.int32), tw.float32)  # <- here
        y = tw.stop_gradient(x) + whole
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    here = test_10_beside_a_detour_through_integers_the_first_in_order_is_told
    assert_told(told, 8, here, mark=None)
    assert "stop_gradient" in told.text


def test_10_custom_gradient_that_gives_one():
    @tw.custom_gradient
    def doubled(x):
        return x * 2.0, lambda upstream: upstream * 2.0

    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = doubled(x)
    assert tape.explain(y, x).cause == 0
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


def test_12_a_thread_that_did_something_else():
    x = tw.Variable(3.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        thread = threading.Thread(target=lambda: x * x)
        thread.start()
        thread.join()
        y = w * w
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == 11


def test_12_on_another_thread_before_the_tape():
    x = tw.Variable(3.0)
    box = []
    thread = threading.Thread(target=lambda: box.append(x * x))  # <- here
    thread.start()
    thread.join()
    with tw.GradientTape() as tape:
        y = box[0] + 1.0
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 6, test_12_on_another_thread_before_the_tape)


def test_13_nested_and_not_linear():
    x = tw.Variable(3.0)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            y = x**3
        slope = inner.gradient(y, x)
    assert outer.gradient(slope, x) is not None
    assert outer.explain(slope, x).cause == 0


def test_13_a_gradient_taken_for_something_else():
    x = tw.Variable(3.0)
    w = tw.Variable(2.0)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            y = x**3
        inner.gradient(y, x)
        z = w * w
    assert outer.gradient(z, x) is None
    assert outer.explain(z, x).cause == 11
