"""The study notes' programs, as they are written, with the import changed; one test a ledger row.

The oracle is each note's own formula, worked out in NumPy.
"""

import numpy as np
import pytest

import thalweg as tf


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def mse_of_softmax(x, w, b, y):
    """Gradients of mean((softmax(x·w + b) - y)²) over all entries, by hand."""
    p = softmax(x @ w + b)
    upstream = 2 * (p - y) / p.size
    slope = p * (upstream - (upstream * p).sum(axis=1, keepdims=True))
    return x.T @ slope, slope.sum(axis=0)


def test_n0_2_the_words_of_the_tape():
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        loss = w * w
    [w_grad] = tape.gradient(loss, [w])
    assert w_grad.numpy() == 6.0


def test_n0_4_mse_of_a_softmax():
    x = tf.random.normal([2, 4])
    w = tf.random.normal([4, 3])
    b = tf.zeros([3])
    y = tf.constant([2, 0])
    with tf.GradientTape() as tape:
        tape.watch([w, b])
        prob = tf.nn.softmax(x @ w + b, axis=1)
        loss = tf.reduce_mean(tf.losses.MSE(tf.one_hot(y, depth=3), prob))
    grads = tape.gradient(loss, [w, b])
    print(grads[0])
    by_w, by_b = mse_of_softmax(
        x.numpy().astype(float), w.numpy().astype(float), b.numpy(), np.eye(3)[[2, 0]]
    )
    np.testing.assert_allclose(grads[0].numpy(), by_w, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(grads[1].numpy(), by_b, rtol=2e-5, atol=1e-7)
    assert grads[0].dtype == tf.float32


def test_n0_5_cross_entropy_from_logits():
    x = tf.random.normal([2, 4])
    w = tf.random.normal([4, 3])
    b = tf.zeros([3])
    y = tf.constant([2, 0])
    with tf.GradientTape() as tape:
        tape.watch([w, b])
        logits = x @ w + b
        loss = tf.reduce_mean(
            tf.losses.categorical_crossentropy(tf.one_hot(y, depth=3), logits, from_logits=True)
        )
    grads = tape.gradient(loss, [w, b])
    p = softmax(logits.numpy().astype(float))
    slope = (p - np.eye(3)[[2, 0]]) / 2
    np.testing.assert_allclose(grads[0].numpy(), x.numpy().T @ slope, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(grads[1].numpy(), slope.sum(axis=0), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("program", ["n0_6", "n3_2"])
def test_n0_6_and_n3_2_the_perceptron_with_one_output(program):
    x = tf.random.normal([1, 3])
    w = tf.ones([3, 1])
    b = tf.ones([1])
    y = tf.constant([1])
    with tf.GradientTape() as tape:
        tape.watch([w, b])
        logits = tf.sigmoid(x @ w + b)
        loss = tf.reduce_mean(tf.losses.MSE(y, logits))
    grads = tape.gradient(loss, [w, b])
    o = float(logits.numpy()[0, 0])
    # the note's E is ½(O - t)²; the program's loss is (O - t)², hence the 2
    by_w = 2 * (o - 1) * o * (1 - o) * x.numpy()[0]
    np.testing.assert_allclose(grads[0].numpy()[:, 0], by_w, rtol=2e-5)
    np.testing.assert_allclose(grads[1].numpy(), [2 * (o - 1) * o * (1 - o)], rtol=2e-5)


def test_n0_7_the_perceptron_with_several_outputs():
    x = tf.random.normal([2, 4])
    w = tf.ones([4, 3])
    b = tf.ones([3])
    y = tf.constant([2, 0])
    with tf.GradientTape() as tape:
        tape.watch([w, b])
        prob = tf.nn.softmax(x @ w + b, axis=1)
        loss = tf.reduce_mean(tf.losses.MSE(tf.one_hot(y, depth=3), prob))
    grads = tape.gradient(loss, [w, b])
    by_w, _ = mse_of_softmax(x.numpy().astype(float), np.ones((4, 3)), 1.0, np.eye(3)[[2, 0]])
    np.testing.assert_allclose(grads[0].numpy(), by_w, rtol=2e-5, atol=1e-7)


def test_n2_2_a_value_from_before_the_tape_has_no_gradient():
    w = tf.constant(1.0)
    x = tf.constant(2.0)
    y = x * w
    with tf.GradientTape() as tape:
        tape.watch([w])
        y2 = x * w
    grad1 = tape.gradient(y, [w])
    assert grad1 == [None]
    assert y2.numpy() == 2.0
    assert "test_notes.py" in str(tape.explain(y, w))


def test_n2_3_a_second_gradient_is_refused_in_both_wordings():
    w, x = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([w])
        y2 = x * w
    assert tape.gradient(y2, [w])[0].numpy() == 2.0
    with pytest.raises(RuntimeError) as caught:
        tape.gradient(y2, [w])
    words = str(caught.value)
    assert "GradientTape.gradient can only be called once on non-persistent tapes." in words
    assert words.startswith("A non-persistent GradientTape can only be used to compute one set of")


def test_n2_4_a_persistent_tape_allows_it():
    w, x = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([w])
        y2 = x * w
    assert tape.gradient(y2, [w])[0].numpy() == 2.0
    assert tape.gradient(y2, [w])[0].numpy() == 2.0


def test_n2_5_second_order_of_a_line_is_none():
    x, w, b = tf.constant(2.0), tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape() as t1:
        with tf.GradientTape() as t2:
            y = x * w + b
        dy_dw, dy_db = t2.gradient(y, [w, b])
    d2y_dw2 = t1.gradient(dy_dw, w)
    assert (dy_dw.numpy(), dy_db.numpy(), d2y_dw2) == (2.0, 1.0, None)


def test_n0_3_tanh_is_two_sigmoids():
    x = tf.linspace(-8.0, 8.0, 101)
    np.testing.assert_allclose(tf.tanh(x).numpy(), (2 * tf.sigmoid(2 * x) - 1).numpy(), atol=3e-7)


def test_n4_3_descends_to_one():
    found = tf.minimize("x**3 + 2*x - 3", {"x": 5.0}, target=0)
    assert found.success
    assert found.x["x"] == 1.0


def test_n4_3_the_notes_own_rate_diverges_and_the_one_that_holds_is_named():
    found = tf.minimize("x**3 + 2*x - 3", {"x": 5.0}, target=0, method="gd", rate=0.01)
    assert not found.success
    assert str(found.status) == "diverged"
    limit = found.rate_limit
    again = tf.minimize(
        "x**3 + 2*x - 3", {"x": 5.0}, target=0, method="gd", rate=0.9 * limit, max_steps=200_000
    )
    assert again.success, again.message
    assert abs(again.x["x"] - 1.0) < 1e-6


def test_n4_4_two_variables():
    found = tf.minimize(
        "sin(x**2/2 - y**2/4 + 3) * cos(2*x + 1 - exp(y))", {"x": 0.5, "y": 0.1}, target=0
    )
    x, y = found.x["x"], found.x["y"]
    value = np.sin(x**2 / 2 - y**2 / 4 + 3) * np.cos(2 * x + 1 - np.exp(y))
    assert found.success
    assert abs(value) < 1e-12
