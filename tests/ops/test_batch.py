"""Biases, batch normalization and dropout: values by hand, derivatives by differences."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from ops.against_differences import check


@pytest.mark.parametrize("data_format", [None, "NHWC", "N..C", "NWC"])
def test_a_bias_for_the_last_axis(data_format):
    check(
        f"bias_add {data_format}", lambda x, b: tw.nn.bias_add(x, b * b, data_format),
        lambda x, b: x + b * b, (2, 3, 4), (4,),
    )  # fmt: skip


@pytest.mark.parametrize("data_format", ["NCHW", "NC..", "NCW"])
def test_a_bias_for_the_second_axis(data_format):
    check(
        f"bias_add {data_format}", lambda x, b: tw.nn.bias_add(x, b * b, data_format),
        lambda x, b: x + (b * b)[:, None], (2, 3, 4), (3,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "bias", "data_format", "error", "words"),
    [
        ((3,), (3,), None, tw.ShapeError, "at least two axes"),
        ((2, 1), (2,), None, tw.ShapeError, r"\(1,\), one for each channel of axis 1"),
        ((2, 3), (1, 3), None, tw.ShapeError, "one for each channel"),
        ((2, 3, 4), (4,), "NCW", tw.ShapeError, "axis 1"),
        ((2, 3), (3,), "WXYZ", ValueError, "data_format is 'N...C'"),
        ((2, 3), (3,), 5, ValueError, "data_format is 'N...C'"),
    ],
)
def test_biases_that_do_not_fit(value, bias, data_format, error, words):
    with pytest.raises(error, match=words):
        tw.nn.bias_add(tw.zeros(value), tw.zeros(bias), data_format)


@pytest.mark.parametrize("with_offset", [False, True])
@pytest.mark.parametrize("with_scale", [False, True])
def test_batch_normalization(with_offset, with_scale):
    def formula(root):
        def normalized(x, m, v, b, s):
            factor = (s if with_scale else 1.0) / root(v * v + 1e-3)
            return (x - m) * factor + (b if with_offset else 0.0)

        return normalized

    def ours(x, m, v, b, s):
        offset, scale = (b if with_offset else None), (s if with_scale else None)
        return tw.nn.batch_normalization(x, m, v * v, offset, scale, 1e-3)

    check(f"bn {with_offset} {with_scale}", ours, formula(np.sqrt), (3, 2), (2,), (2,), (2,), (2,))


def test_a_large_mean_costs_no_digits():
    x = tw.constant([1e8 + 8, 1e8 - 8])
    y = tw.nn.batch_normalization(x, 1e8, 64.0, 0.5, 1.0, 0.0)
    assert y.numpy().tolist() == [1.5, -0.5]


def test_dropout_keeps_the_mean_and_repeats_with_a_seed():
    x = tw.ones([20000], tw.float64)
    tw.random.set_seed(5)
    first = tw.nn.dropout(x, 0.25, seed=3)
    second = tw.nn.dropout(x, 0.25, seed=3)
    tw.random.set_seed(5)
    again = tw.nn.dropout(x, 0.25, seed=3)
    np.testing.assert_array_equal(first.numpy(), again.numpy())
    assert (first.numpy() != second.numpy()).any()
    assert set(first.numpy().tolist()) == {0.0, 1 / 0.75}
    # 20000 draws: the share of those dropped has the standard deviation 0.003.
    assert abs(float(tw.reduce_mean(first)) - 1) < 5 * 0.003 / 0.75


def test_the_gradient_of_dropout_is_what_it_scaled_by():
    x = tw.Variable(np.linspace(1, 2, 12).reshape(3, 4))
    with tw.GradientTape() as tape:
        y = tw.nn.dropout(x, 0.5, seed=1)
    np.testing.assert_allclose(tape.gradient(y, x).numpy() * x.numpy(), y.numpy(), rtol=1e-15)


def test_a_rate_of_zero_is_exact_and_still_recorded():
    x = tw.Variable([np.nan, -0.0, np.inf, 1.5])
    with tw.GradientTape() as tape:
        y = tw.nn.dropout(x, 0)
    assert y.numpy().tobytes() == x.numpy().tobytes()
    assert tape.gradient(y, x).numpy().tolist() == [1.0] * 4


def test_what_is_dropped_is_zero_whatever_it_was():
    x = tw.Variable(np.full(200, np.nan))
    with tw.GradientTape() as tape:
        y = tw.nn.dropout(x * x, 0.5)
    gone = ~np.isnan(y.numpy())
    assert (y.numpy()[gone] == 0).all()
    assert gone.any()
    assert not gone.all()
    slope = tape.gradient(y, x).numpy()
    np.testing.assert_array_equal(np.isnan(slope), ~gone)
    assert (slope[gone] == 0).all()


@pytest.mark.parametrize("noise", [[50, 1], [None, 1], (np.int64(50), 1)])
def test_whole_rows_are_dropped_together(noise):
    y = tw.nn.dropout(tw.ones([50, 7]), 0.5, noise_shape=noise).numpy()
    assert (y == y[:, :1]).all()
    assert set(y[:, 0].tolist()) == {0.0, 2.0}


def test_a_tensors_rate_has_a_gradient():
    rate = tw.Variable(0.5, dtype=tw.float64)
    with tw.GradientTape() as tape:
        y = tw.nn.dropout(tw.ones([100], tw.float64), rate)
    kept = np.count_nonzero(y.numpy())
    assert float(tape.gradient(y, rate)) == pytest.approx(kept / 0.5**2)


@pytest.mark.parametrize(
    ("x", "rate", "noise", "error", "words"),
    [
        ([1.0], 1.0, None, ValueError, "from 0 up and below 1, not 1.0"),
        ([1.0], -0.1, None, ValueError, "below 1, not -0.1"),
        ([1.0], "a", None, ValueError, "rate is a number"),
        ([1.0], np.nan, None, ValueError, "rate is a number"),
        ([1], 0.5, None, tw.DTypeError, "takes floats, not int32"),
        ([1.0, 2.0], 0.5, [3], tw.ShapeError, r"noise_shape \[3\] does not broadcast"),
        ([1.0, 2.0], 0.5, [2, 2], tw.ShapeError, "does not broadcast"),
        ([1.0, 2.0], 0.5, [-1], tw.ShapeError, "whole numbers from 0 up"),
    ],
)
def test_dropouts_that_are_refused(x, rate, noise, error, words):
    with pytest.raises(error, match=words):
        tw.nn.dropout(x, rate, noise_shape=noise)


@pytest.mark.parametrize("dtype", [tw.float16, tw.float32, tw.float64])
def test_dtypes_stay(dtype):
    x = tw.ones([4, 2], dtype)
    assert tw.nn.dropout(x, 0.5).dtype == dtype
    assert tw.nn.bias_add(x, tw.ones([2], dtype)).dtype == dtype
    assert tw.nn.batch_normalization(x, x[0], x[0], 0.5, 2.0, 1e-3).dtype == dtype
