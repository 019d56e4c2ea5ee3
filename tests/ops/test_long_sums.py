"""Long sums keep their digits along every axis, in every layout; the stated bound holds."""

from __future__ import annotations

import math

import numpy as np
import pytest

import thalweg as tw
from thalweg.ops.summation import FOLD

SHAPE = (700, 3, 130)
AXES = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
ORDERS = [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)]


def bound(count, dtype):
    """What the module on summation states, in units of Σ|x|."""
    folds = max(math.ceil(math.log(max(count, 2), FOLD)), 1)
    return FOLD * folds * float(np.finfo(dtype).eps)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sums_stay_within_the_bound_in_every_layout(axis, order, dtype):
    rng = np.random.default_rng(7)
    x = rng.uniform(0.0, 1.0, SHAPE).astype(dtype).transpose(order)
    exact = np.apply_over_axes(np.sum, x.astype(np.longdouble), axis)
    count = math.prod(x.shape[one] for one in axis)
    came = tw.reduce_sum(tw.constant(x), axis, keepdims=True).numpy()
    assert came.dtype == dtype
    assert came.shape == exact.shape
    assert np.all(np.abs(came - exact) <= bound(count, dtype) * exact)


@pytest.mark.parametrize("axis", AXES)
def test_strided_and_broadcast_arrays_are_added_as_well(axis):
    rng = np.random.default_rng(8)
    x = rng.uniform(-1.0, 1.0, (600, 3, 130)).astype(np.float32)
    for view in (x[::-2], x[:, :, ::3], np.broadcast_to(x[:, :, :1], x.shape)):
        came = tw.reduce_sum(tw.constant(view), axis).numpy()
        exact = np.sum(view.astype(np.float64), axis=axis)
        size = np.sum(np.abs(view.astype(np.float64)), axis=axis)
        count = math.prod(view.shape[one] for one in axis)
        assert np.all(np.abs(came - exact) <= bound(count, np.float32) * size)


def test_sums_by_rows_that_numpy_loses():
    x = np.ones((2**24 + 2**22, 2), np.float32)
    assert np.mean(x, axis=0)[0] == np.float32(0.8)
    assert tw.reduce_mean(tw.constant(x), axis=0).numpy().tolist() == [1.0, 1.0]
    assert tw.reduce_sum(tw.constant(x), axis=0).numpy().tolist() == [2.0**24 + 2**22] * 2


def test_float16_is_added_in_float32():
    x = np.ones((5000, 2), np.float16)
    assert np.sum(x, axis=0)[0] == 2048
    assert tw.reduce_sum(tw.constant(x), axis=0).numpy().tolist() == [5000.0, 5000.0]
    assert tw.reduce_mean(tw.constant(x * 60), axis=0).numpy().tolist() == [60.0, 60.0]


def test_running_sums_of_float32_are_rounded_once():
    x = np.full(2**20, 0.1, np.float32)
    exact = np.cumsum(x.astype(np.float64)).astype(np.float32)
    assert np.array_equal(tw.cumsum(tw.constant(x)).numpy(), exact)


def test_infinities_and_nan_pass_through_a_fold():
    x = np.ones((1000, 2), np.float32)
    x[7, 0] = np.inf
    x[9, 1] = np.nan
    came = tw.reduce_sum(tw.constant(x), axis=0).numpy()
    assert came[0] == np.inf
    assert np.isnan(came[1])
