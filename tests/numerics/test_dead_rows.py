"""Rows that `where` leaves out send nothing back, though softmax or a product of them is no number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

INF = np.inf
GOOD = [[1.0, 2.0, 0.5], [0.3, -0.2, 0.1]]
DEAD = [[-INF, -INF, -INF], [INF, INF, 0.0], [np.nan, 1.0, 2.0]]
X = np.array([GOOD[0], *DEAD, GOOD[1]])
ALIVE = np.array([True, False, False, False, True])

FUNCTIONS: dict[str, Any] = {
    "softmax": lambda x: tw.nn.softmax(x)[:, 0],
    "log_softmax": lambda x: tw.nn.log_softmax(x)[:, 0],
    "reduce_logsumexp": lambda x: tw.reduce_logsumexp(x, -1),
    "reduce_prod": lambda x: tw.reduce_prod(x, -1),
    "cumprod": lambda x: tw.math.cumprod(x, -1)[:, -1],
}


def derivatives(f: Any, point: Any, alive: Any) -> tuple[Any, Any, Any, Any]:
    """First, second (reverse over reverse, forward over reverse) and the tangent."""
    x, direction = tw.constant(point), np.full_like(point, 0.7)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = tw.where(alive, f(x), 0.0)
        first = inner.gradient(y, x)
        along = tw.reduce_sum(first * direction)
    second = outer.gradient(along, x)
    with tw.autodiff.ForwardAccumulator(x, direction) as forward:
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.where(alive, f(x), 0.0)
        slope = tape.gradient(y, x)
    pushed = forward.jvp(slope, unconnected_gradients="zero")
    return first.numpy(), second.numpy(), pushed.numpy(), forward.jvp(y).numpy()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_dead_rows_send_nothing_and_living_rows_what_they_send_alone(name: str) -> None:
    f = FUNCTIONS[name]
    found = derivatives(f, X, ALIVE)
    alone = derivatives(f, np.array(GOOD), np.array([True, True]))
    for whole, part in zip(found, alone, strict=True):
        assert np.array_equal(whole[~ALIVE], np.zeros_like(whole[~ALIVE]))
        np.testing.assert_allclose(whole[ALIVE], part, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_living_row_hides_no_nan(name: str) -> None:
    x = tw.constant(np.array([[np.nan, 1.0, 2.0]]))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = FUNCTIONS[name](x)
    assert np.isnan(tape.gradient(y, x).numpy()).any()
