"""`tape.explain` on programs that people wrote: the notes, TensorFlow's guide, its issue tracker."""

from __future__ import annotations

import warnings

import numpy as np

import thalweg as tf
from tape.marked_lines import assert_told
from thalweg.tape.explain import explain_missing


def test_note_a_value_computed_before_the_tape():
    w = tf.constant(1.0)
    x = tf.constant(2.0)
    y = x * w  # <- here
    with tf.GradientTape() as tape:
        tape.watch([w])
        y2 = x * w
    grad1 = tape.gradient(y, [w])
    assert grad1 == [None]
    assert_told(tape.explain(y, [w]), 6, test_note_a_value_computed_before_the_tape)
    assert tape.explain(y2, [w]).cause == 0


def test_note_second_order_of_something_linear():
    w = tf.Variable(1.0)
    x = tf.constant(2.0)
    b = tf.Variable(0.0)
    with tf.GradientTape() as t1:
        with tf.GradientTape() as t2:
            y = x * w + b
        dy_dw, dy_db = t2.gradient(y, [w, b])  # <- here
    assert t1.gradient(dy_dw, w) is None
    assert_told(t1.explain(dy_dw, w), 13, test_note_second_order_of_something_linear)
    assert t1.explain(dy_db, b).cause == 13


def test_guide_what_is_watched():
    x0 = tf.Variable(3.0, name="x0")
    x1 = tf.Variable(3.0, name="x1", trainable=False)
    x2 = tf.Variable(2.0, name="x2") + 1.0
    x3 = tf.constant(3.0, name="x3")
    with tf.GradientTape() as tape:
        y = (x0**2) + (x1**2) + (x2**2)
    grad = tape.gradient(y, [x0, x1, x2, x3])
    assert [one is None for one in grad] == [False, True, True, True]
    told = tape.explain(y, [x0, x1, x2, x3])
    assert [part.cause for part in told.parts] == [0, 2, 4, 2]
    assert "Variable 'x1'" in told.text
    assert "Variable 'x2'" in told.text


def test_guide_not_watched_by_the_tape():
    x0 = tf.Variable(0.0)
    x1 = tf.Variable(10.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x1)
        y0 = x0 * x0  # <- here
        y1 = x1 * x1
        ys = tf.reduce_sum(y0 + y1)
    assert tape.gradient(ys, {"x0": x0, "x1": x1})["x0"] is None
    told = tape.explain(ys, {"x0": x0, "x1": x1})
    assert [part.cause for part in told.parts] == [2, 0]
    assert_told(told.parts[0], 2, test_guide_not_watched_by_the_tape)


def test_guide_unconnected():
    x = tf.Variable(2.0)
    y = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        z = y * y
    assert tape.gradient(z, x) is None
    assert tape.explain(z, x).cause == 11


def test_guide_1_replaced_a_variable_with_a_tensor():
    x = tf.Variable(2.0)
    told = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x + 1
        tape.gradient(y, x)
        told.append(tape.explain(y, x))
        x = x + 1  # <- here
    assert told[0].cause == 0
    assert_told(told[1], 4, test_guide_1_replaced_a_variable_with_a_tensor)


def test_guide_2_calculations_outside():
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]], dtype=tf.float32)
    with tf.GradientTape() as tape:
        x2 = x**2
        y = np.mean(np.asarray(x2), axis=0)  # <- here
        y = tf.reduce_mean(y, axis=0)
    assert tape.gradient(y, x) is None
    assert_told(tape.explain(y, x), 7, test_guide_2_calculations_outside)


def test_guide_3_an_integer():
    x = tf.constant(10)
    with warnings.catch_warnings(), tf.GradientTape() as tape:
        warnings.simplefilter("ignore")
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert told.cause == 8
    assert "int32" in told.text


def test_guide_4_a_stateful_object():
    x0 = tf.Variable(3.0)
    x1 = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        x1.assign_add(x0)  # <- here
        y = x1**2
    assert tape.gradient(y, x0) is None
    assert_told(tape.explain(y, x0), 9, test_guide_4_a_stateful_object)


def test_guide_the_condition_has_no_gradient():
    x = tf.constant(1.0)
    v0 = tf.Variable(2.0)
    v1 = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        if x > 0.0:  # <- here
            result = v0
        else:
            result = v1**2
    here = test_guide_the_condition_has_no_gradient
    assert tape.gradient(result, [v0, v1, x])[1:] == [None, None]
    told = tape.explain(result, [v0, v1, x])
    assert [part.cause for part in told.parts] == [0, 11, 11]
    assert_told(told.parts[1], 11, here)


def test_guide_reset_and_stop_recording():
    x = tf.Variable(2.0)
    y = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        x_sq = x * x
        with tape.stop_recording():
            y_sq = y * y  # <- here
        z = x_sq + y_sq
    assert tape.gradient(z, y) is None
    assert_told(tape.explain(z, y), 6, test_guide_reset_and_stop_recording)
    assert tape.explain(z, x).cause == 0


def test_issue_a_loss_written_in_numpy():
    weights = tf.Variable(np.ones(3))
    data = np.arange(3.0)

    def loss_of(prediction):
        residual = prediction.numpy() - data  # <- here
        return tf.constant(float(np.sum(residual**2)))

    with tf.GradientTape() as tape:
        loss = loss_of(weights * 2.0)
    assert tape.gradient(loss, weights) is None
    assert_told(tape.explain(loss, weights), 7, test_issue_a_loss_written_in_numpy)


def test_issue_rounded_predictions():
    w = tf.Variable([0.2, 0.8])
    labels = tf.constant([0.0, 1.0])
    with tf.GradientTape() as tape:
        predictions = tf.cast(w > 0.5, tf.float32)  # <- here
        loss = tf.reduce_mean(tf.square(predictions - labels))
    assert tape.gradient(loss, w) is None
    assert_told(tape.explain(loss, w), 8, test_issue_rounded_predictions)


def test_issue_the_loss_is_computed_after_the_block():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        prediction = w * 3.0
    loss = tf.reduce_sum(prediction)  # <- here
    assert tape.gradient(loss, w) is None
    assert_told(tape.explain(loss, w), 6, test_issue_the_loss_is_computed_after_the_block)


def test_issue_weights_assembled_in_a_variable():
    parts = [tf.Variable(1.0), tf.Variable(2.0)]
    with tf.GradientTape() as tape:
        whole = tf.Variable(tf.stack(parts), name="whole")  # <- here
        loss = tf.reduce_sum(whole * whole)
    assert tape.gradient(loss, parts) == [None, None]
    told = tape.explain(loss, parts)
    assert [part.cause for part in told.parts] == [9, 9]
    assert_told(told.parts[0], 9, test_issue_weights_assembled_in_a_variable)


def test_missing_ones_are_told_to_optimizers():
    w = tf.Variable(1.0, name="w")
    unused = tf.Variable(1.0, name="unused")
    frozen = tf.Variable(1.0, name="frozen", trainable=False)
    with tf.GradientTape() as tape:
        loss = w * w * frozen
    tape.gradient(loss, [w, unused, frozen])
    text = explain_missing(tape, loss, [w, unused, frozen])
    assert len(text.split("\n\n")) == 2
    assert "Variable 'unused'" in text
    assert "Variable 'frozen'" in text
    assert "Variable 'w'" not in text
    assert explain_missing(tape, loss, [w]) == ""
