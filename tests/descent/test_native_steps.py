"""Steps that machine code takes are the steps of Python: the same path, counts, tests and words."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

import thalweg as tw
from thalweg.descent import native_steps


def rosenbrock(x):
    return tw.reduce_sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


GOAL = tw.Variable(1.5, dtype="float64")

DESCENTS = {
    "two numbers": (
        lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        [-1.2, 1.0],
        {"rate": 1e-4},
    ),
    "a target": ("x**3 + 2*x - 3", {"x": 1.5}, {"target": 0, "rate": 1e-4}),
    "ten numbers": (rosenbrock, np.full(10, -0.5), {"rate": 1e-4}),
    "bounds": (rosenbrock, np.full(3, 0.5), {"rate": 1e-3, "bounds": (0, 0.9)}),
    "a Variable": (lambda x: (x - GOAL) ** 2, 5.0, {"rate": 0.01}),
    "too large a rate": (lambda x: (x**3 + 2 * x - 3) ** 2, 5.0, {"rate": 0.01}),
    "a logarithm": (lambda x: x - tw.math.log(x), 3.0, {"rate": 0.001}),
    "leaves its domain": (lambda x: tw.sqrt(x), 1.0, {"rate": 0.01}),
    "no end": (lambda x: -x * x, 1.0, {"rate": 0.01}),
    "dies out": (lambda x: tw.exp(-x), 0.0, {"rate": 0.1}),
}


@pytest.fixture
def taken(monkeypatch):
    """How many steps machine code took."""
    steps, real = [], native_steps.NativeSteps.leap

    def counted(self, *given):
        found = real(self, *given)
        steps.append(0 if found is None else found.steps)
        return found

    monkeypatch.setattr(native_steps.NativeSteps, "leap", counted)
    return steps


@pytest.mark.parametrize("method", ["gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])
@pytest.mark.parametrize("name", DESCENTS)
def test_steps_are_those_of_python(name, method, taken):
    fun, start, settings = DESCENTS[name]
    one, other = (
        tw.minimize(
            fun, start, method=method, max_steps=2000, record=True, jit_compile=jit, **settings
        )
        for jit in (False, True)
    )
    if one.nit > 200:
        assert sum(taken) > 0.2 * one.nit
    assert other.status == one.status
    assert (other.nit, other.nfev, other.njev) == (one.nit, one.nfev, one.njev)
    letters = ["".join(c for c in r.message if c.isalpha()) for r in (one, other)]
    assert letters[0] == letters[1]
    paths = [r.path["x"] if isinstance(r.path, dict) else r.path for r in (one, other)]
    assert paths[0].shape == paths[1].shape
    np.testing.assert_allclose(paths[1], paths[0], rtol=1e-9, atol=1e-12)
    assert other.fun == pytest.approx(one.fun, rel=1e-9, abs=1e-300)


def test_uphill_and_without_a_path(taken):
    one, other = (
        tw.maximize(
            lambda x: x * tw.exp(-x), 0.1, method="gd", rate=1e-3, max_steps=3000, jit_compile=jit
        )
        for jit in (False, True)
    )
    assert sum(taken) > 2000
    assert (other.nit, other.message) == (one.nit, one.message)
    assert other.x == pytest.approx(one.x, rel=1e-12)


def test_a_callback_is_called_after_each_step(taken):
    seen = []
    tw.minimize(
        lambda x: (x - 1) ** 2, 5.0, method="gd", rate=1e-3, max_steps=500, jit_compile=True,
        callback=lambda state: seen.append(state.nit),
    )  # fmt: skip
    assert seen == list(range(1, 501))
    assert not taken


def test_it_waits_until_it_pays(taken):
    settings = {"method": "gd", "rate": 1e-9, "start": [-1.2, 1.0]}

    def f(x, y):
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    tw.minimize(f, max_steps=4000, **settings)
    assert sum(taken) == 0
    tw.minimize(f, max_steps=40_000, **settings)
    assert sum(taken) > 20_000


@pytest.mark.skipif(os.name == "nt", reason="os.kill ends the process there")
def test_ctrl_c_is_heard():
    def interrupt():
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=interrupt)
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        tw.minimize(
            lambda x: tw.reduce_sum(tw.sin(x)), np.ones(50), method="gd", rate=1e-12,
            max_steps=10**9, jit_compile=True,
        )  # fmt: skip
    sender.join()
