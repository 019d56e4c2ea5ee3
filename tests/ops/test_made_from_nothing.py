"""Tensors made from a shape or from a seed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import thalweg as tw
from thalweg.errors import ShapeError


def same(a, b):
    return np.array_equal(a.numpy(), b.numpy())


def test_dtypes_and_shapes_are_tensorflows():
    assert tw.zeros([2, 3]).dtype == tw.float32
    assert tw.ones(4, "int32").numpy().tolist() == [1, 1, 1, 1]
    assert tw.zeros(tw.constant([2, 1])).shape == (2, 1)
    assert tw.fill([2], 7).dtype == tw.int32
    assert tw.eye(2, 3, batch_shape=[4]).shape == (4, 2, 3)
    assert tw.linalg.eye(2).dtype == tw.float32
    assert tw.range(2, 11, 3).numpy().tolist() == [2, 5, 8]
    assert tw.range(3, 0, -1).dtype == tw.int32
    assert tw.range(0.0, 1.0, 0.25).dtype == tw.float32
    assert tw.range(tw.constant(3.0, tw.float64)).dtype == tw.float64
    assert tw.sequence_mask([1, 2], 3, tw.int32).numpy().tolist() == [[1, 0, 0], [1, 1, 0]]


def test_set_floatx_is_followed():
    tw.set_floatx("float64")
    try:
        assert tw.zeros([1]).dtype == tw.random.normal([1]).dtype == tw.float64
    finally:
        tw.set_floatx("float32")


@pytest.mark.parametrize("shape", [[-1], [1.5], "ab"])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(ShapeError, match="whole numbers"):
        tw.zeros(shape)


def test_steps_of_zero_are_refused():
    with pytest.raises(ValueError, match="delta"):
        tw.range(0, 1, 0)


def test_fill_passes_a_gradient():
    v = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(tw.fill([3, 2], v))
    assert float(tape.gradient(y, v)) == 6.0


@pytest.mark.parametrize("own", [None, 5])
def test_a_seed_repeats_and_each_call_draws_new_numbers(own):
    tw.random.set_seed(3)
    first = [tw.random.normal([4], seed=own) for _ in range(3)]
    tw.random.set_seed(3)
    again = [tw.random.normal([4], seed=own) for _ in range(3)]
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not same(first[0], first[1])
    tw.random.set_seed(4)
    assert not same(first[0], tw.random.normal([4], seed=own))


def test_stateless_numbers_depend_on_the_seed_alone():
    for call in (tw.random.stateless_normal, tw.random.stateless_uniform):
        assert same(call([5], [1, 2]), call([5], seed=(1, 2)))
        assert not same(call([5], [1, 2]), call([5], [2, 1]))


def test_generators_have_streams_of_their_own():
    one, two = (tw.random.Generator.from_seed(9) for _ in range(2))
    tw.random.normal([3])
    assert same(one.normal([3]), two.normal([3]))
    assert same(one.uniform([3]), two.uniform([3]))
    left, right = one.split(2)
    assert not same(left.normal([3]), right.normal([3]))


def drawn(call, *args, **named):
    tw.random.set_seed(11)
    return call([20000], *args, **named, dtype="float64").numpy()


def test_distributions_against_scipys():
    cases = (
        (drawn(tw.random.normal, 1.0, 2.0), stats.norm(1.0, 2.0)),
        (drawn(tw.random.uniform, -1.0, 3.0), stats.uniform(-1.0, 4.0)),
        (drawn(tw.random.truncated_normal, 1.0, 2.0), stats.truncnorm(-2, 2, 1.0, 2.0)),
        (drawn(tw.random.gamma, 2.0, 0.5), stats.gamma(2.0, scale=2.0)),
    )
    for numbers, law in cases:
        assert stats.kstest(numbers, law.cdf).pvalue > 1e-3
    counts = drawn(tw.random.poisson, 3.0)
    seen = np.bincount(counts.astype(int), minlength=20)[:9]
    assert (
        stats.chisquare(
            [*seen, len(counts) - seen.sum()],
            [*(stats.poisson(3.0).pmf(range(9)) * 20000), stats.poisson(3.0).sf(8) * 20000],
        ).pvalue
        > 1e-3
    )
    classes = tw.random.categorical([[0.0, np.log(3.0)]], 20000, seed=1).numpy()
    assert abs(classes.mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 20000)


def test_uniform_keeps_below_its_upper_end_and_takes_integers():
    half = tw.random.uniform([50000], 0.0, 1.0, dtype="float16", seed=1).numpy()
    assert half.min() >= 0
    assert half.max() < 1
    whole = tw.random.uniform([1000], 2, 5, dtype=tw.int32, seed=1).numpy()
    assert set(whole.tolist()) == {2, 3, 4}
    with pytest.raises(ValueError, match="maxval"):
        tw.random.uniform([1], dtype=tw.int32)


def test_gradients_reach_mean_and_deviation():
    mean, deviation = tw.Variable(1.0), tw.Variable(2.0)
    with tw.GradientTape() as tape:
        numbers = tw.random.stateless_normal([3], [1, 2], mean, deviation)
        total = tw.reduce_sum(numbers)
    noise = tw.random.stateless_normal([3], [1, 2]).numpy()
    by_mean, by_deviation = tape.gradient(total, [mean, deviation])
    assert float(by_mean) == 3.0
    np.testing.assert_allclose(float(by_deviation), noise.sum(), rtol=1e-6)


def test_shuffle_moves_rows_and_their_gradients():
    v = tw.Variable(np.arange(12.0).reshape(6, 2))
    with tw.GradientTape() as tape:
        moved = tw.random.shuffle(v, seed=2)
        y = tw.reduce_sum(moved * np.arange(6.0)[:, None])
    rows = moved.numpy()[:, 0] / 2
    assert sorted(rows) == [0, 1, 2, 3, 4, 5]
    assert tape.gradient(y, v).numpy()[rows.astype(int), 0].tolist() == [0, 1, 2, 3, 4, 5]
