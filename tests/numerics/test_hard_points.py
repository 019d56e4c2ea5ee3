"""The promise about hard points, row by row, through the public calls, in float64 and float32.

The op table's own test reads the rows' special values; this one reads the promise that the page of
numerics prints, and what a gradient at one point cannot show.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from pages.promises import every_promise, is_as_stated

ROWS = [(promise, dtype) for promise in every_promise() for dtype in promise.dtypes]


def gradients(function, inputs):
    tensors = [tw.constant(one) for one in inputs]
    with tw.GradientTape() as tape:
        tape.watch(tensors)
        answer = function(*tensors)
    return [grad.numpy() for grad in tape.gradient(answer, tensors)]


@pytest.mark.parametrize(
    ("promise", "dtype"), ROWS, ids=[f"{promise.point}-{dtype}" for promise, dtype in ROWS]
)
def test_promise(promise, dtype):
    inputs = promise.inputs(dtype)
    if promise.gradient is None:
        came = [promise.ours(*[tw.constant(one) for one in inputs]).numpy()]
    else:
        came = gradients(promise.ours, inputs)
        assert [one.dtype for one in came] == [one.dtype for one in inputs]
    for got, stated in zip(came, promise.stated, strict=True):
        assert is_as_stated(got, stated, dtype), (got, stated)


def test_no_two_promises_are_called_the_same():
    points = [promise.point for promise in every_promise()]
    assert len(points) == len(set(points))


@pytest.mark.parametrize(
    ("came", "stated", "same"),
    [(0.5, 0.5, True), (0.5000000000000275, 0.5, False), (np.nan, 0.0, False), (0.0, np.nan, False),
     (np.nan, np.nan, True), (-np.inf, np.inf, False), (-0.0, 0.0, True), (1e-300, 0.0, False),
     (None, 0.0, False), ("ZeroDivisionError", 0.0, False), ([0.5, 0.5], 0.5, False), (6 + 8j, 6 - 8j, False)],
)  # fmt: skip
def test_what_counts_as_the_stated_answer(came, stated, same):
    assert is_as_stated(came, stated, "float64") is same


def test_strict_turns_the_strong_zero_off():
    x = tw.constant(0.0)
    with tw.GradientTape(strict=True) as tape:
        tape.watch(x)
        y = tw.where(x > 0, tw.math.log(x), 0.0 * x)
    assert np.isnan(tape.gradient(y, x).numpy())


def test_pow_does_not_compute_what_nobody_asks_for():
    x = tw.constant(-2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x ** tw.constant(3.0)
    assert tape.gradient(y, x).numpy() == 12.0
