"""Elements that `where` leaves out send nothing back, whatever they hold: first and second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

INF = np.inf
DEAD = np.array([np.nan, INF, -INF, 0.0, -1.0, 1e200, -1e200])
LIVE = 0.7

FUNCTIONS: dict[str, Any] = {
    "abs": tw.abs,
    "maximum": lambda x: tw.maximum(x, 0.1),
    "minimum": lambda x: tw.minimum(2.0, x),
    "clip": lambda x: tw.clip_by_value(x, -1.0, 1.0),
    "relu": tw.nn.relu,
    "relu6": tw.nn.relu6,
    "leaky_relu": tw.nn.leaky_relu,
    "elu": tw.nn.elu,
    "selu": tw.nn.selu,
    "silu": tw.nn.silu,
    "silu, beta 3": lambda x: tw.nn.silu(x, 3.0),
    "gelu": tw.nn.gelu,
    "gelu, approximate": lambda x: tw.nn.gelu(x, approximate=True),
    "tanh": tw.tanh,
    "sigmoid": tw.sigmoid,
    "softplus": tw.math.softplus,
    "log_sigmoid": tw.math.log_sigmoid,
    "softsign": tw.math.softsign,
    "sin": tw.sin,
    "power": lambda x: x**1.5,
    "x to the x": lambda x: x**x,
    "xlogy": lambda x: tw.math.xlogy(x, x),
    "xdivy": lambda x: tw.math.xdivy(x, x),
    "x log x": lambda x: x * tw.math.log(x),
    "logaddexp": lambda x: np.logaddexp(x, x),
    "logaddexp of x and 0": lambda x: np.logaddexp(x, 0.0),
    "bce from logits": lambda x: tw.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=x),
    "polygamma": lambda x: tw.math.polygamma(1.0, x),
    "logsumexp of itself": lambda x: tw.reduce_logsumexp(tw.stack([x, x], -1), -1),
}


def derivatives(f: Any, point: Any, alive: Any) -> list[Any]:
    """First order, then second order by two sweeps, and by tangents through a sweep."""
    x, way = tw.constant(point), tw.ones_like(point)

    def slope() -> Any:
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.where(alive, f(x), 0.0)
        return tape.gradient(y, x)

    with tw.GradientTape() as outer:
        outer.watch(x)
        first = slope()
    second = outer.gradient(first, x, unconnected_gradients="zero")
    with tw.autodiff.ForwardAccumulator(x, way) as forward:
        moved = slope()
    pushed = forward.jvp(moved, unconnected_gradients="zero")
    return [first.numpy(), second.numpy(), pushed.numpy()]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_is_left_out_sends_nothing(name: str, dtype: str) -> None:
    f = FUNCTIONS[name]
    with np.errstate(all="ignore"):
        point = np.array([*DEAD, LIVE]).astype(dtype)
    alive = np.arange(len(point)) == len(DEAD)
    together = derivatives(f, point, alive)
    alone = derivatives(f, point[-1:], alive[-1:])
    for whole, part in zip(together, alone, strict=True):
        np.testing.assert_array_equal(whole[:-1], np.zeros(len(DEAD), dtype))
        np.testing.assert_allclose(whole[-1:], part, rtol=1e-6 if dtype == "float32" else 1e-14)
    for one in point:
        for found in derivatives(f, one, np.bool_(False)):
            np.testing.assert_array_equal(found, 0.0)


@pytest.mark.parametrize("name", ["abs", "relu", "tanh", "sigmoid", "gelu", "clip", "maximum"])
def test_what_is_taken_hides_no_nan(name: str) -> None:
    point = np.array([np.nan, LIVE])
    first, _, _ = derivatives(FUNCTIONS[name], point, np.array([True, True]))
    assert np.isnan(first[0])
    assert np.isfinite(first[1])


def test_a_missing_measurement_leaves_the_fit_of_the_others() -> None:
    p, y = np.array([2.0, 3.0]), np.array([1.0, np.nan])

    def loss(p: Any) -> Any:
        return tw.reduce_sum(tw.where(np.isnan(y), 0.0, tw.abs(p - y)))

    np.testing.assert_array_equal(tw.grad(loss)(p), [1.0, 0.0])
    np.testing.assert_array_equal(tw.hessian(loss)(p), np.zeros((2, 2)))
