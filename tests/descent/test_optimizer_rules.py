"""The pure rules against the papers' recursions, number by number in 50 digits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from thalweg.optimizers import adagrad, adam, rmsprop, sgd

GRADS = np.random.default_rng(7).standard_normal((25, 3)) * [1.0, 1e-3, 1e3]
START = np.array([1.0, -2.0, 0.5])


def run(rule, first, **settings):
    params, state = START.copy(), rule.init(START, **first)
    for grad in GRADS:
        params, state = rule.update(grad, state, params, **settings)
    return params


def exact(step, **memory):
    """Go the same way with one number at a time; `step(g, memory, t)` gives what to take off."""
    out = []
    with mp.workdps(50):
        for column, x in zip(GRADS.T, START, strict=True):
            x, kept = mp.mpf(float(x)), {k: mp.mpf(v) for k, v in memory.items()}
            for t, g in enumerate(column, start=1):
                x -= step(mp.mpf(float(g)), kept, t)
            out.append(float(x))
    return np.array(out)


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13 * np.max(np.abs(b)))


def test_plain_descent():
    close(run(sgd, {}, learning_rate=0.1), START - 0.1 * GRADS.sum(axis=0))


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_and_nesterov(nesterov):
    def step(g, kept, t):
        kept["v"] = mp.mpf("0.9") * kept["v"] - mp.mpf("0.1") * g
        return -(mp.mpf("0.9") * kept["v"] - mp.mpf("0.1") * g) if nesterov else -kept["v"]

    ours = run(sgd, {"momentum": 0.9}, learning_rate=0.1, momentum=0.9, nesterov=nesterov)
    close(ours, exact(step, v=0))


def test_nesterov_is_the_gradient_at_the_point_ahead():
    # Sutskever's first form: v ← μv − α∇f(x + μv), x ← x + v; the rule keeps y = x + μv instead.
    def slope(x):
        return np.array([2.0, 20.0]) * x

    x, v = np.array([1.0, 1.0]), np.zeros(2)
    y, state = x.copy(), sgd.init(x, momentum=0.8)
    for _ in range(30):
        v = 0.8 * v - 0.02 * slope(x + 0.8 * v)
        x = x + v
        y, state = sgd.update(slope(y), state, y, learning_rate=0.02, momentum=0.8, nesterov=True)
        np.testing.assert_allclose(y, x + 0.8 * v, rtol=1e-12)


def test_adagrad():
    def step(g, kept, t):
        kept["a"] += g * g
        return mp.mpf("0.1") * g / mp.sqrt(kept["a"] + mp.mpf("1e-7"))

    close(run(adagrad, {}, learning_rate=0.1), exact(step, a="0.1"))


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_rmsprop(centered, momentum):
    def step(g, kept, t):
        rho = mp.mpf("0.9")
        kept["s"] = rho * kept["s"] + (1 - rho) * g * g
        kept["m"] = rho * kept["m"] + (1 - rho) * g
        under = kept["s"] + mp.mpf("1e-7") - (kept["m"] ** 2 if centered else 0)
        kept["u"] = mp.mpf(momentum) * kept["u"] + mp.mpf("0.01") * g / mp.sqrt(under)
        return kept["u"]

    first = {"centered": centered, "momentum": momentum}
    ours = run(rmsprop, first, learning_rate=0.01, momentum=momentum)
    np.testing.assert_allclose(ours, exact(step, s=0, m=0, u=0), rtol=1e-10)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam(amsgrad):
    def step(g, kept, t):
        b1, b2 = mp.mpf("0.9"), mp.mpf("0.999")
        kept["m"] = b1 * kept["m"] + (1 - b1) * g
        kept["v"] = b2 * kept["v"] + (1 - b2) * g * g
        kept["w"] = max(kept["w"], kept["v"])
        rate = mp.mpf("0.01") * mp.sqrt(1 - b2**t) / (1 - b1**t)
        return rate * kept["m"] / (mp.sqrt(kept["w"] if amsgrad else kept["v"]) + mp.mpf("1e-7"))

    ours = run(adam, {"amsgrad": amsgrad}, learning_rate=0.01)
    np.testing.assert_allclose(ours, exact(step, m=0, v=0, w=0), rtol=1e-12)


def test_adam_s_first_step_has_the_rate_s_length_whatever_the_slope():
    new, _ = adam.update(
        np.array([1e-100, 3.0, -1e150]),
        adam.init(np.zeros(3)),
        np.zeros(3),
        learning_rate=0.5,
        epsilon=0.0,
    )
    np.testing.assert_allclose(new, [-0.5, -0.5, 0.5], rtol=1e-12)


@pytest.mark.parametrize("rule", [sgd, adagrad, rmsprop, adam])
def test_rules_write_to_nothing_they_are_given_and_keep_the_dtype(rule):
    params = np.ones(4, np.float32)
    grad = np.full(4, 0.25, np.float32)
    state = rule.init(params)
    before = [None if part is None else np.copy(part) for part in state]
    new, _ = rule.update(grad, state, params)
    assert new.dtype == np.float32
    np.testing.assert_array_equal(params, np.ones(4))
    np.testing.assert_array_equal(grad, np.full(4, 0.25))
    for now, then in zip(state, before, strict=True):
        assert (now is None) == (then is None)
        if now is not None:
            np.testing.assert_array_equal(now, then)
