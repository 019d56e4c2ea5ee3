"""The promise about hard points, row by row, through the public calls, in float64 and float32.

Each row: a name, the function, the point, the stated gradient (or value). The op table's own test
reads the rows' special values; this one reads the promise.
"""

import numpy as np
import pytest

import thalweg as tw

INF, NAN = np.inf, np.nan


def max_of(x):
    return tw.reduce_max(x)


GRADIENTS = [
    ("relu(0)", tw.nn.relu, [0.0], [0.0]),
    ("relu(-0.)", tw.nn.relu, [-0.0], [0.0]),
    ("relu6 at 0", tw.nn.relu6, [0.0], [0.0]),
    ("relu6 at 6", tw.nn.relu6, [6.0], [0.0]),
    ("leaky_relu(0; .2)", lambda x: tw.nn.leaky_relu(x, 0.2), [0.0], [0.2]),
    ("abs(0)", tw.abs, [0.0], [0.0]),
    ("sign", tw.sign, [0.0], [0.0]),
    ("floor", tw.floor, [1.0], [0.0]),
    ("round", tw.round, [0.5], [0.0]),
    ("maximum(1,1)", tw.maximum, [1.0, 1.0], [0.5, 0.5]),
    ("minimum tie", tw.minimum, [1.0, 1.0], [0.5, 0.5]),
    ("max([2,2,1])", max_of, [[2.0, 2.0, 1.0]], [[0.5, 0.5, 0.0]]),
    ("clip at low", lambda x: tw.clip_by_value(x, 0.0, 1.0), [0.0], [1.0]),
    ("clip at high", lambda x: tw.clip_by_value(x, 0.0, 1.0), [1.0], [1.0]),
    ("maximum(NaN,1)", tw.maximum, [NAN, 1.0], [NAN, 0.0]),
    ("relu(NaN)", tw.nn.relu, [NAN], [NAN]),
    ("sqrt(0)", tw.sqrt, [0.0], [INF]),
    ("norm([0,0])", tw.norm, [[0.0, 0.0]], [[0.0, 0.0]]),
    ("std([1,1])", tw.math.reduce_std, [[1.0, 1.0]], [[0.0, 0.0]]),
    ("x**0 at 0, int", lambda x: x**0, [0.0], [0.0]),
    ("x**0.0 at 0", lambda x: x**0.0, [0.0], [0.0]),
    ("x**0.5 at 0", lambda x: x**0.5, [0.0], [INF]),
    ("pow(0,0)", tw.pow, [0.0, 0.0], [0.0, 0.0]),
    ("pow(-2,3)", tw.pow, [-2.0, 3.0], [12.0, NAN]),
    ("where(x>0, log x, 0) at 0", lambda x: tw.where(x > 0, tw.math.log(x), 0.0 * x), [0.0], [0.0]),
    ("where(x>0, sqrt(x), 0) at -1", lambda x: tw.where(x > 0, tw.sqrt(x), 0.0 * x), [-1.0], [0.0]),
    ("where(x<15, x, exp(x*x)) at 10", lambda x: tw.where(x < 15, x, tw.exp(x * x)), [10.0], [1.0]),
    ("where(x<15, x, x·exp(x*x)) at 14", lambda x: tw.where(x < 15, x, x * tw.exp(x * x * x)), [14.0], [1.0]),
    ("log(-1)", tw.math.log, [-1.0], [NAN]),
    ("xlogy(0)", lambda x: tw.math.xlogy(x, x), [0.0], [-INF]),
    ("logsumexp([1000,1000])", tw.reduce_logsumexp, [[1000.0, 1000.0]], [[0.5, 0.5]]),
    ("logsumexp([-inf,-inf])", tw.reduce_logsumexp, [[-INF, -INF]], [[NAN, NAN]]),
    ("atan2(0,0)", tw.atan2, [0.0, 0.0], [0.0, 0.0]),
    ("prod([0,2,3])", tw.reduce_prod, [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]]),
    ("cumprod([0,2,0])", tw.math.cumprod, [[0.0, 2.0, 0.0]], [[3.0, 0.0, 0.0]]),
    ("sinc(0)", np.sinc, [0.0], [0.0]),
    ("sigmoid(-1000)", tw.sigmoid, [-1000.0], [0.0]),
    ("BCE at logit 0, label 1", lambda x: tw.nn.sigmoid_cross_entropy_with_logits(labels=tw.ones_like(x), logits=x), [0.0], [-0.5]),
    ("softplus'(0)", tw.nn.softplus, [0.0], [0.5]),
    ("log_sigmoid'(0)", tw.math.log_sigmoid, [0.0], [0.5]),
]  # fmt: skip
SCALED = [
    ("norm([1e200,1e200])", tw.norm, [[1e200, 1e200]], [[0.5**0.5] * 2]),
    ("norm([1e-200,1e-200])", tw.norm, [[1e-200, 1e-200]], [[0.5**0.5] * 2]),
    ("atan2(1e-200,1e-200)", tw.atan2, [1e-200, 1e-200], [5e199, -5e199]),
    ("x/y at 1e-200", tw.divide, [1e-200, 1e-200], [1e200, -1e200]),
    ("hypot 1e200", np.hypot, [1e200, 1e200], [0.5**0.5] * 2),
    ("asinh(1e200)", tw.asinh, [1e200], [1e-200]),
    ("acosh(1e200)", tw.acosh, [1e200], [1e-200]),
    ("rsqrt(1e200)", tw.math.rsqrt, [1e200], [-0.5e-300]),
]


def gradients(function, point, dtype):
    inputs = [tw.constant(np.asarray(value, dtype)) for value in point]
    with tw.GradientTape() as tape:
        tape.watch(inputs)
        answer = function(*inputs)
    return [grad.numpy() for grad in tape.gradient(answer, inputs)]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", GRADIENTS, ids=[row[0] for row in GRADIENTS])
def test_gradient(row, dtype):
    _, function, point, stated = row
    for got, want in zip(gradients(function, point, dtype), stated, strict=True):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, np.asarray(want, dtype), rtol=1e-6, equal_nan=True)


@pytest.mark.parametrize("row", SCALED, ids=[row[0] for row in SCALED])
def test_gradient_at_the_ends_of_the_range(row):
    _, function, point, stated = row
    for got, want in zip(gradients(function, point, "float64"), stated, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)


def test_sigmoid_slope_far_out_in_float32():
    (got,) = gradients(tw.sigmoid, [20.0], "float32")
    np.testing.assert_allclose(got, 2.0611536e-09, rtol=1e-6)


@pytest.mark.parametrize("value", [tw.nn.relu, lambda x: tw.maximum(x, 1.0)])
def test_nan_is_never_hidden(value):
    assert np.isnan(value(tw.constant(NAN)).numpy())


def test_xlogy_at_zero_is_zero():
    assert tw.math.xlogy(tw.constant(0.0), tw.constant(0.0)).numpy() == 0.0


def test_mean_of_many_ones_is_one():
    many = np.ones((2**24 + 2**22, 2), np.float32)
    assert tw.reduce_mean(tw.constant(many), axis=0).numpy().tolist() == [1.0, 1.0]


def test_complex_modulus_and_holomorphic_square():
    z = tw.constant(3 + 4j)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(z)
        modulus, square = tw.abs(z) ** 2, z * z
    np.testing.assert_allclose(tape.gradient(modulus, z).numpy(), 6 + 8j, rtol=4e-16)
    assert tape.gradient(square, z).numpy() == 6 - 8j


def test_sqrt_of_a_square_at_zero_is_documented_nan_or_zero():
    (got,) = gradients(lambda x: tw.sqrt(x * x), [0.0], "float64")
    assert np.isnan(got)  # inf·0: the cotangent that reaches x·x is infinite, not zero


def test_strict_turns_the_strong_zero_off():
    x = tw.constant(0.0)
    with tw.GradientTape(strict=True) as tape:
        tape.watch(x)
        y = tw.where(x > 0, tw.math.log(x), 0.0 * x)
    assert np.isnan(tape.gradient(y, x).numpy())


def test_median_ties_and_sort_ties():
    (got,) = gradients(lambda x: tw.sort(x)[0], [[2.0, 2.0, 3.0]], "float64")
    assert got.tolist() == [1.0, 0.0, 0.0]
