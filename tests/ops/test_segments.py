"""Segments, bins and confusions: values by plain loops, derivatives by differences of those loops."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from ops.against_differences import check

SORTED = np.array([0, 0, 2, 2, 2, 3])
UNSORTED = np.array([[2, -1, 0], [2, 2, 4]])
REDUCERS = {
    "sum": (np.sum, 0.0), "mean": (np.mean, 0.0), "max": (np.max, 0.0), "min": (np.min, 0.0),
    "prod": (np.prod, 1.0), "sqrt_n": (lambda rows, axis: np.sum(rows, axis) / np.sqrt(len(rows)), 0.0),
}  # fmt: skip


def by_loop(data, ids, count, reduce, nothing):
    """One segment after the other."""
    rows = data.reshape((ids.size, *data.shape[ids.ndim :]))
    found = [rows[ids.reshape(-1) == number] for number in range(count)]
    empty = np.full(rows.shape[1:], nothing)
    return np.stack([reduce(one, axis=0) if len(one) else empty for one in found])


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod"])
@pytest.mark.parametrize("behind", [(), (2,), (2, 2)])
def test_ascending_segments(name, behind):
    reduce, nothing = REDUCERS[name]
    ours = getattr(tw.math, f"segment_{name}")
    check(
        f"segment_{name}{behind}",
        lambda x: ours(x, SORTED),
        lambda x: by_loop(x, SORTED, 4, reduce, nothing),
        (6, *behind),
    )


@pytest.mark.parametrize("name", REDUCERS)
@pytest.mark.parametrize("behind", [(), (2,)])
def test_unsorted_segments_drop_negative_numbers(name, behind):
    reduce, nothing = REDUCERS[name]
    least, most = np.finfo(float).min, np.finfo(float).max
    nothing = {"max": least, "min": most}.get(name, nothing)
    ours = getattr(tw.math, f"unsorted_segment_{name}")
    check(
        f"unsorted_segment_{name}{behind}",
        lambda x: ours(x, UNSORTED, 5),
        lambda x: by_loop(x, UNSORTED, 5, reduce, nothing),
        (2, 3, *behind),
    )


def test_products_with_zeros():
    for zeros in ([1.0, 0.0, 3.0, 2.0], [0.0, 0.0, 3.0, 0.0]):
        check(
            f"segment_prod {zeros}",
            lambda x: tw.math.segment_prod(x, [0, 0, 0, 1]),
            lambda x: by_loop(x, np.array([0, 0, 0, 1]), 2, np.prod, 1.0),
            np.array(zeros),
        )


def test_a_long_segment_beside_many_short_ones():
    ids = np.sort(np.concatenate([np.zeros(1000, int), np.arange(3000)]))
    x = tw.Variable(np.full(len(ids), 1.001))
    with tw.GradientTape() as tape:
        y = tw.math.segment_prod(x, ids)
    assert y.numpy()[0] == pytest.approx(1.001**1001, rel=1e-12)
    assert tape.gradient(y, x).numpy()[[0, -1]] == pytest.approx([1.001**1000, 1.0], rel=1e-12)


@pytest.mark.parametrize(
    "name", ["segment_sum", "segment_mean", "segment_max", "segment_min", "segment_prod"]
)
def test_nothing_at_all(name):
    ids = np.zeros(0, int)
    assert getattr(tw.math, name)(np.zeros((0, 3)), ids).shape == (0, 3)
    assert getattr(tw.math, f"unsorted_{name}")(np.zeros((0, 3)), ids, 2).shape == (2, 3)


def test_ties_share_and_a_nan_is_told():
    v = tw.Variable([3.0, 3.0, 1.0, np.nan, 2.0])
    for name, expected in (
        ("segment_max", [0.5, 0.5, 0.0, np.nan, 0.0]),
        ("segment_min", [0.0, 0.0, 1.0, np.nan, 0.0]),
    ):
        with tw.GradientTape() as tape:
            y = getattr(tw.math, name)(v, [0, 0, 0, 2, 2])
        np.testing.assert_array_equal(tape.gradient(y, v).numpy(), np.float32(expected))
        assert np.isnan(y.numpy()[2])
        assert y.numpy()[1] == 0.0


def test_whole_numbers():
    assert tw.math.segment_mean([4, 5, -4, -5], [0, 0, 1, 1]).numpy().tolist() == [4, -4]
    assert tw.math.unsorted_segment_max([1, 5], [1, 1], 2).numpy().tolist() == [-(2**31), 5]
    assert tw.math.segment_sum(np.array([200, 100], np.uint8), [0, 1]).dtype == tw.uint8


def test_float32_sums_keep_their_digits():
    ones = np.full(2**21, 0.1, np.float32)
    total = tw.math.unsorted_segment_sum(ones, np.zeros(len(ones), int), 1).numpy()[0]
    assert total == np.float32(np.float64(np.float32(0.1)) * 2**21)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m: m.segment_sum([1.0, 2.0], [1, 0]), ValueError, "segment_sum: .* not increasing: 1 at 0 and then 0"),
        (lambda m: m.segment_max([1.0, 2.0], [-1, 0]), IndexError, "segment_max: segment_ids.0. is -1"),
        (lambda m: m.segment_min([1.0, 2.0], [0]), tw.ShapeError, "one number for each row"),
        (lambda m: m.segment_mean([[1.0]], [[0]]), tw.ShapeError, "one number for each row"),
        (lambda m: m.segment_sum(1.0, 0), tw.ShapeError, "one number for each row"),
        (lambda m: m.segment_sum([1.0], [0.0]), tw.DTypeError, "whole numbers, not float32"),
        (lambda m: m.unsorted_segment_mean([1.0, 2.0], [0, 7], 3), IndexError, r"unsorted_segment_mean: segment_ids\[1\] is 7"),
        (lambda m: m.unsorted_segment_prod([1.0, 2.0], [0], 3), tw.ShapeError, "unsorted_segment_prod: data"),
        (lambda m: m.unsorted_segment_max([1j], [0], 1), tw.DTypeError, "unsorted_segment_max"),
        (lambda m: m.bincount([1, -1]), ValueError, "negative, and -1 came"),
        (lambda m: m.bincount([0.5]), tw.DTypeError, "bincount takes whole numbers"),
        (lambda m: m.bincount([1], axis=1), ValueError, "only 0 and -1"),
        (lambda m: m.bincount([1], weights=[1.0], binary_output=True), ValueError, "exclude each other"),
        (lambda m: m.bincount([1], weights=[1.0, 2.0]), tw.ShapeError, "weights of shape"),
        (lambda m: m.bincount([[[1]]], axis=-1), tw.ShapeError, "one or two axes"),
        (lambda m: m.confusion_matrix([1, 2], [2, 2], 2), ValueError, "labels hold 2"),
        (lambda m: m.confusion_matrix([1, 2], [-2, 2]), ValueError, "predictions hold -2"),
        (lambda m: m.confusion_matrix([1], [1, 2]), tw.ShapeError, "one shape"),
        (lambda m: m.confusion_matrix([[1, 2]], [[1, 2]]), tw.ShapeError, "one shape"),
        (lambda m: m.confusion_matrix([1], [1], weights=[1, 2]), tw.ShapeError, "weights of shape"),
        (lambda m: m.polyval(tw.constant([1.0]), 2.0), ValueError, "unstack"),
        (lambda m: m.cumulative_logsumexp([1, 2]), tw.DTypeError, "floats, not int32"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call(tw.math)


BINNED = np.array([[1, 1, 4], [0, 3, 1]])


def test_bins_as_tensorflow_has_them():
    count = tw.math.bincount
    assert count(BINNED).numpy().tolist() == [1, 3, 0, 1, 1]
    assert count(BINNED).dtype == tw.int32
    assert count(BINNED, minlength=7, dtype=tw.float64).numpy().tolist() == [1, 3, 0, 1, 1, 0, 0]
    assert count(BINNED, maxlength=2).numpy().tolist() == [1, 3]
    assert count(BINNED, minlength=9, maxlength=2).shape == (2,)
    assert count(BINNED, axis=-1).numpy().tolist() == [[0, 2, 0, 0, 1], [1, 1, 0, 1, 0]]
    assert count(BINNED, axis=-1, maxlength=2).numpy().tolist() == [[0, 2], [1, 1]]
    assert count(BINNED, axis=-1, binary_output=True).numpy().tolist() == [
        [0, 1, 0, 0, 1],
        [1, 1, 0, 1, 0],
    ]
    assert count(3).numpy().tolist() == [0, 0, 0, 1]
    assert count(np.zeros(0, int)).shape == (0,)


def test_weights_of_bins_have_a_gradient():
    check(
        "bincount", lambda w: tw.math.bincount(BINNED, w * w, maxlength=4),
        lambda w: np.bincount(BINNED.ravel(), (w * w).ravel())[:4], (2, 3),
    )  # fmt: skip
    check(
        "bincount by rows", lambda w: tw.math.bincount(BINNED, w * w, axis=-1),
        lambda w: np.stack([np.bincount(one, own * own, 5) for one, own in zip(BINNED, w, strict=True)]),
        (2, 3),
    )  # fmt: skip


def test_numpys_bincount_on_tensors():
    x, w = np.array([1, 1, 3]), np.array([0.5, 2.0, 3.0])
    assert np.bincount(tw.constant(x)).numpy().tolist() == np.bincount(x).tolist()
    assert np.bincount(tw.constant(x)).dtype == np.int64
    np.testing.assert_array_equal(np.bincount(x, tw.constant(w), 6).numpy(), np.bincount(x, w, 6))


def test_confusions():
    of = tw.math.confusion_matrix
    assert of([1, 2, 2], [2, 2, 0]).numpy().tolist() == [[0, 0, 0], [0, 0, 1], [1, 0, 1]]
    assert of([[1], [0]], [1, 0], 3).shape == (3, 3)
    assert of([1, 2], [2, 2], weights=[0.5, 2.0]).numpy().tolist() == [[0] * 3, [0] * 3, [0, 0, 2]]
    w = tw.Variable([0.5, 0.25])
    with tw.GradientTape() as tape:
        y = of([1, 2], [2, 2], weights=w, dtype=tw.float32)[1] * 3.0
    assert tape.gradient(y, w).numpy().tolist() == [3.0, 0.0]


def test_polynomials():
    check(
        "polyval", lambda a, b, x: tw.math.polyval([a, 2.0, b], x), lambda a, b, x: a * x * x + 2 * x + b,
        (), (3,), (3,),
    )  # fmt: skip
    assert tw.math.polyval([1, 2], tw.constant([2.0])).dtype == tw.float32
    assert float(tw.math.polyval([], 3.0)) == 0.0
    assert tw.math.polyval([5.0], tw.zeros([3])).shape == ()
    assert np.polyval([5.0], tw.zeros([3])).shape == (3,)


def test_angles():
    z = tw.constant([3 + 4j, -1 + 0j, complex(-1, -0.0), 0j, -2j])
    np.testing.assert_array_equal(tw.math.angle(z).numpy(), np.angle(z.numpy()))
    real = tw.constant([0.0, -0.0, -1.0, 2.0, np.nan, -np.inf])
    np.testing.assert_array_equal(
        tw.math.angle(real).numpy(), np.float32([0, 0, np.pi, 0, np.nan, np.pi])
    )
    assert float(np.angle(tw.constant(-0.0))) == np.float32(np.pi)
    np.testing.assert_allclose(np.angle(z, deg=True).numpy(), np.angle(z.numpy(), deg=True))
    with tw.GradientTape() as tape:
        tape.watch([z, real])
        y = [tw.math.angle(z), tw.math.angle(real)]
    grads, none = tape.gradient(y, [z, real])
    # i·z/|z|²: along a circle the angle grows by 1/|z|.
    np.testing.assert_allclose(grads.numpy(), [(-4 + 3j) / 25, -1j, -1j, 0, 0.5], atol=1e-16)
    assert none.numpy()[:4].tolist() == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_cumulative_logsumexp(exclusive, reverse):
    def numpys(x):
        turned = np.flip(x, 1) if reverse else x
        sums = np.stack([np.log(np.exp(turned[:, : k + 1]).sum(1)) for k in range(5)], 1)
        if exclusive:
            sums = sums[:, :-1]
        return np.flip(sums, 1) if reverse else sums

    def ours(x):
        sums = tw.math.cumulative_logsumexp(x, 1, exclusive, reverse)
        if exclusive:  # the sum of nothing
            return sums[:, :-1] if reverse else sums[:, 1:]
        return sums

    check(f"clse {exclusive} {reverse}", ours, numpys, (2, 5))


def test_nothing_yet_is_no_share_in_later_sums():
    v = tw.Variable([-np.inf, -np.inf, 1000.0, 999.0])
    for kind in ({}, {"exclusive": True, "reverse": True}):
        with tw.GradientTape() as tape:
            y = tw.math.cumulative_logsumexp(v, **kind)
            last = y[0] if kind else y[-1]
        share = 1 / (1 + np.exp(-1.0))
        expected = [0.0, 0.0, share, 1 - share]
        np.testing.assert_allclose(tape.gradient(last, v).numpy(), expected, rtol=1e-6)
    assert tw.math.cumulative_logsumexp(v, exclusive=True).numpy()[0] == -np.inf
