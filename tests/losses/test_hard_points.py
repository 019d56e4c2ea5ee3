"""Losses where composed formulas go wrong: kinks, saturation, whole numbers, unlike shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest

import thalweg as tw
from thalweg import losses

pytestmark = pytest.mark.filterwarnings(
    r"ignore::RuntimeWarning:thalweg\..*"
)  # values, not warnings


def slope(loss, y, p, **named):
    x = tw.Variable(np.asarray(p))
    with tw.GradientTape() as tape:
        value = tw.reduce_mean(loss(y, x, **named))
    return value.numpy(), tape.gradient(value, x).numpy()


def test_cross_entropy_from_logits_has_gradient_p_minus_y():
    logits = np.random.default_rng(0).normal(size=(5, 3))
    y = np.eye(3)[[0, 1, 2, 2, 0]]
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    _, came = slope(losses.categorical_crossentropy, y, logits, from_logits=True)
    np.testing.assert_allclose(came, (p - y) / 5, rtol=1e-13, atol=1e-17)
    _, sparse = slope(losses.sparse_categorical_crossentropy, y.argmax(1), logits, from_logits=True)
    np.testing.assert_allclose(sparse, (p - y) / 5, rtol=1e-13, atol=1e-17)


def test_binary_cross_entropy_from_logits():
    assert slope(losses.binary_crossentropy, [1], [0.0], from_logits=True)[1].tolist() == [-0.5]
    value, came = slope(losses.binary_crossentropy, [1], [50.0], from_logits=True)
    assert value == pytest.approx(math.exp(-50), rel=1e-15)
    assert came[0] == pytest.approx(-math.exp(-50), rel=1e-15)
    value, came = slope(losses.binary_crossentropy, [0], [1e300], from_logits=True)
    assert value == 1e300
    assert came[0] == 1.0


def test_huge_logits_neither_overflow_nor_hide_the_mistake():
    value, came = slope(losses.categorical_crossentropy, [[0, 1]], [[1e300, 0.0]], from_logits=True)
    assert value == 1e300
    assert came.tolist() == [[1.0, -1.0]]


def test_probabilities_are_held_off_zero_and_one():
    value, came = slope(losses.categorical_crossentropy, [[1, 0]], [[0.0, 1.0]])
    assert value == pytest.approx(-math.log(1e-7), rel=1e-15)
    assert np.array_equal(came, [[0.0, 0.0]])
    value, came = slope(losses.binary_crossentropy, [1.0, 0.0], [0.0, 1.0])
    assert value == pytest.approx(-math.log(1e-7), rel=1e-9)
    assert np.array_equal(came, [0.0, 0.0])


@pytest.mark.parametrize(
    ("loss", "y", "p", "wanted"),
    [
        (losses.MAE, [1.0], [1.0], 0.0),
        (losses.MAPE, [1.0], [1.0], 0.0),
        (losses.hinge, [1.0], [1.0], 0.0),
        (losses.squared_hinge, [-1.0], [-1.0], 0.0),
        (losses.huber, [0.0], [1.0], 1.0),
        (losses.huber, [0.0], [-1e300], -1.0),
        (losses.log_cosh, [0.0], [1e-12], 1e-12),
        (losses.log_cosh, [0.0], [1e300], 1.0),
        (losses.MSLE, [1.0], [-1.0], 0.0),
    ],
)
def test_slopes_at_kinks_and_far_out(loss, y, p, wanted):
    assert slope(loss, y, p)[1].tolist() == [wanted]


def test_log_cosh_of_a_small_error_does_not_cancel():
    assert float(losses.log_cosh(np.array([0.0]), np.array([1e-8]))) == pytest.approx(
        5e-17, rel=1e-12
    )


def test_cosine_of_huge_and_tiny_vectors():
    y = np.array([3.0, 4.0])
    for scale in (1e-5, 1.0, 1e200, 1e300):
        came = float(losses.cosine_similarity(y, scale * np.array([4.0, 3.0])))
        assert came == pytest.approx(-0.96, rel=1e-15)
    assert float(losses.cosine_similarity(y, np.zeros(2))) == 0.0


def test_a_truth_without_the_last_axis_of_one_does_not_spread():
    y = np.array([1.0, 2.0, 3.0])
    p = np.array([[1.0], [2.0], [5.0]])
    assert losses.MSE(y, p).numpy().tolist() == [0.0, 0.0, 4.0]
    assert losses.MSE(p, y).numpy().tolist() == [0.0, 0.0, 4.0]
    assert losses.MSE(y, y).shape == ()


def test_whole_numbers_are_read_in_the_predictions_dtype():
    came = losses.MSE(tw.constant([1]), tw.constant([[0.25]]))
    assert came.dtype == np.float32
    assert came.numpy().tolist() == [0.5625]
    assert losses.MAE([1, 2], [2, 4]).numpy() == np.float32(1.5)


def test_the_truth_can_be_differentiated_too():
    y = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        cost = losses.MSE(y, [0.0, 0.0])
    assert tape.gradient(cost, y).numpy().tolist() == [1.0, 2.0]


def test_nan_is_not_hidden():
    for loss in (losses.MSE, losses.MAE, losses.hinge, losses.huber, losses.log_cosh):
        value, came = slope(loss, [1.0, 1.0], [np.nan, 0.5])
        assert np.isnan(value)
        assert np.isnan(came[0])
        assert not np.isnan(came[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: losses.MSE(1.0, 2.0), "no axes"),
        (lambda: losses.MSE([1.0, 2.0], [1.0, 2.0, 3.0]), "broadcast"),
        (lambda: losses.categorical_crossentropy([1, 0], [[0.5, 0.5]]), "same shape"),
        (
            lambda: losses.sparse_categorical_crossentropy([2], [[0.5, 0.5]]),
            "outside the valid range",
        ),
        (lambda: losses.sparse_categorical_crossentropy([0], [[0.5, 0.5]], axis=0), "axis"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_an_axis_that_is_a_truth_value_is_refused():
    with pytest.raises(TypeError, match="bool"):
        losses.categorical_crossentropy([[1.0, 0.0]], [[0.5, 0.5]], axis=True)


def test_one_class_alone_is_warned_of():
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        losses.categorical_crossentropy([[1.0]], [[0.5]])
