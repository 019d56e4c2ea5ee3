"""Rows that `where` leaves out send nothing back, though what was made of them is no number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

INF = np.inf
GOOD = [[1.0, 2.0, 0.5], [0.3, -0.2, 0.1]]
DEAD = [
    [-INF, -INF, -INF], [INF, INF, 0.0], [np.nan, 1.0, 2.0], [0.0, 0.0, 0.0], [INF, -INF, 1.0],
    [1e300, 1e300, 1e300],
]  # fmt: skip
X = np.array([GOOD[0], *DEAD, GOOD[1]])
ALIVE = np.array([True, *[False] * len(DEAD), True])
SHARES = np.array([0.2, 0.3, 0.5])


def classes(x: Any) -> Any:
    return np.ones(x.shape[:1], int)


def row_by_row(f: Any) -> Any:
    """A function of segments, each row a segment of its own."""
    return lambda x: f(tw.reshape(x, [-1]), np.repeat(np.arange(len(x)), 3), len(x))


FUNCTIONS: dict[str, Any] = {
    "softmax": lambda x: tw.nn.softmax(x)[:, 0],
    "log_softmax": lambda x: tw.nn.log_softmax(x)[:, 0],
    "reduce_logsumexp": lambda x: tw.reduce_logsumexp(x, -1),
    "reduce_prod": lambda x: tw.reduce_prod(x, -1),
    "cumprod": lambda x: tw.math.cumprod(x, -1)[:, -1],
    "cumsum": lambda x: tw.cumsum(x, -1)[:, -1],
    "cumulative_logsumexp": lambda x: tw.math.cumulative_logsumexp(x, -1)[:, -1],
    "softmax cross-entropy": lambda x: tw.nn.softmax_cross_entropy_with_logits(SHARES + 0 * x, x),
    "labels of it": lambda x: tw.nn.softmax_cross_entropy_with_logits(x, x),
    "sparse cross-entropy": lambda x: tw.nn.sparse_softmax_cross_entropy_with_logits(classes(x), x),
    "sparse, of shares": lambda x: tw.losses.sparse_categorical_crossentropy(classes(x), x),
    "categorical, of shares": lambda x: tw.losses.categorical_crossentropy(SHARES + 0 * x, x),
    "binary, of shares": lambda x: tw.losses.binary_crossentropy(SHARES, x),
    "binary, of logits": lambda x: tw.losses.binary_crossentropy(SHARES, x, from_logits=True),
    "kld": lambda x: tw.losses.kld(SHARES, x),
    "mse": lambda x: tw.losses.mse(SHARES, x),
    "mse, of the truth": lambda x: tw.losses.mse(x, SHARES),
    "mae": lambda x: tw.losses.mae(SHARES, x),
    "msle": lambda x: tw.losses.msle(SHARES, x),
    "huber": lambda x: tw.losses.huber(SHARES, x),
    "log_cosh": lambda x: tw.losses.log_cosh(SHARES, x),
    "cosine": lambda x: tw.losses.cosine_similarity(SHARES, x),
    "hinge": lambda x: tw.losses.hinge(SHARES, x),
    "squared hinge": lambda x: tw.losses.squared_hinge(SHARES, x),
    "categorical hinge": lambda x: tw.losses.categorical_hinge(SHARES, x),
    "l2_normalize": lambda x: tw.linalg.l2_normalize(x, -1)[:, 0],
    "normalize": lambda x: tw.linalg.normalize(x, axis=-1)[0][:, 0],
    "norm": lambda x: tw.norm(x, axis=-1),
    "norm 1": lambda x: tw.norm(x, ord=1, axis=-1),
    "norm 3": lambda x: tw.norm(x, ord=3, axis=-1),
    "norm inf": lambda x: tw.norm(x, ord=INF, axis=-1),
    "clip_by_norm": lambda x: tw.clip_by_norm(x, 1.0, axes=[-1])[:, 0],
    "reduce_mean": lambda x: tw.reduce_mean(x, -1),
    "reduce_std": lambda x: tw.math.reduce_std(x, -1),
    "reduce_variance": lambda x: tw.math.reduce_variance(x, -1),
    "reduce_max": lambda x: tw.reduce_max(x, -1),
    "reduce_min": lambda x: tw.reduce_min(x, -1),
    "reduce_euclidean_norm": lambda x: tw.math.reduce_euclidean_norm(x, -1),
    "sort": lambda x: tw.sort(x, -1)[:, 0],
    "cross": lambda x: tw.linalg.cross(x, SHARES + 0 * x)[:, 0],
    "segment max": row_by_row(tw.math.unsorted_segment_max),
    "segment min": row_by_row(tw.math.unsorted_segment_min),
    "segment prod": row_by_row(tw.math.unsorted_segment_prod),
    "segment mean": row_by_row(tw.math.unsorted_segment_mean),
    "lbeta": tw.math.lbeta,
}
KEEPS_NO_NAN = {"sort", "cumsum", "reduce_mean", "segment mean"}
"""Linear in what they take: the gradient of a living row has no NaN to show."""


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
    second = outer.gradient(along, x, unconnected_gradients="zero")
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


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - KEEPS_NO_NAN))
def test_a_living_row_hides_no_nan(name: str) -> None:
    x = tw.constant(np.array([[np.nan, 1.0, 2.0]]))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = FUNCTIONS[name](x)
    assert np.isnan(tape.gradient(y, x).numpy()).any()
