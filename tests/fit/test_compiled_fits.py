"""Fits whose models run in machine code have the parameters, errors and words of fits in Python."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import thalweg as tw
from nist.problems import example_problems
from thalweg.descent import may_compile
from thalweg.fit.curve_fit import curve_fit
from thalweg.transform import worth

X = np.linspace(0.1, 4.0, 40)
RNG = np.random.default_rng(2)
Y = 3.0 * np.exp(-0.7 * X) + 0.5 + 0.01 * RNG.normal(size=X.size)
WAVES = np.sin(1.3 * X) * 2.0 - 0.4 + 0.02 * RNG.normal(size=X.size)


@pytest.fixture
def eager_to_compile(monkeypatch):
    """Machine code as soon as it may be, by the rule that otherwise waits until it pays."""
    monkeypatch.setattr(worth, "TRACED_AT", 1e-3)
    monkeypatch.setattr(worth, "MADE_AT", 0.0)
    monkeypatch.setattr(worth, "MADE_FOR_A_NODE", 0.0)


def decay(x, a, b, c):
    return a * tw.exp(-b * x) + c


def five(x, a, b, c, d, e):
    return a * np.exp(-b * x) + c + d * np.sin(e * x)


def scalar(x, level):
    return level * 2.0


FITS = {
    "a formula": ("y = a*exp(-b*x) + c", Y, {"a": 1, "b": 1, "c": 0}, {}),
    "a callable": (decay, Y, {"a": 1, "b": 1, "c": 0}, {}),
    "five parameters": (five, Y, [1.0, 1.0, 0.0, 0.1, 1.0], {}),
    "guessed": ("y = a*sin(w*x) + c", WAVES, None, {}),
    "bounds": (decay, Y, {"a": 1, "b": 1, "c": 1}, {"bounds": {"c": (0.6, None)}}),
    "sigma": (decay, Y, {"a": 1, "b": 1, "c": 0}, {"sigma": 0.01 + 0.01 * X, "absolute_sigma": True}),
    "one number for all rows": (scalar, Y, {"level": 0.0}, {}),
    "leaves its domain": ("y = log(a - x) + b", Y, {"a": 5, "b": 0}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", FITS)
def test_parameters_errors_and_words_are_those_of_python(name):
    model, y, start, more = FITS[name]
    one, other = (curve_fit(model, X, y, start, jit_compile=jit, **more) for jit in (False, True))
    assert one.why_not_compiled == "jit_compile is False"
    assert other.why_not_compiled == ""
    assert (other.status, other.guessed, other.at_bound) == (one.status, one.guessed, one.at_bound)
    for key in one.params:
        assert other.params[key] == pytest.approx(one.params[key], rel=1e-7, abs=1e-9)
        assert other.stderr[key] == pytest.approx(one.stderr[key], rel=1e-5, abs=1e-9, nan_ok=True)
    assert other.chisqr == pytest.approx(one.chisqr, rel=1e-9)
    np.testing.assert_allclose(other.predict(X), one.predict(X), rtol=1e-6)


@pytest.mark.parametrize("problem", example_problems(), ids=lambda problem: problem.name)
def test_certified_digits_hold_in_machine_code(problem):
    for start in problem.starts:
        fit = curve_fit(problem.formula, dict(problem.table.columns), start=start, jit_compile=True)
        assert fit.why_not_compiled == ""
        for name, certified in problem.certified.items():
            assert fit.params[name] == pytest.approx(certified, rel=1e-8)
            assert fit.stderr[name] == pytest.approx(problem.stderr[name], rel=1e-6)


def test_a_short_fit_stays_in_python_and_a_long_one_does_not():
    short = curve_fit(decay, X, Y, {"a": 1, "b": 1, "c": 0})
    assert short.why_not_compiled == may_compile.EARLY
    # A small network has sixteen parameters, and a Jacobian takes as many sweeps.
    grid = np.linspace(-1, 1, 60)
    target = grid**2 - 0.5 + 0.05 * RNG.normal(size=grid.size)

    def network(x, *w):
        hidden = [tw.tanh(w[k] * x + w[k + 5]) for k in range(5)]
        return sum(one * w[k + 10] for k, one in enumerate(hidden)) + w[15]

    start = np.linspace(-1.0, 1.2, 16)
    one, other = (
        curve_fit(network, grid, target, start, max_steps=600, jit_compile=jit)
        for jit in (False, None)
    )
    assert other.why_not_compiled == ""
    assert other.chisqr == pytest.approx(one.chisqr, rel=1e-2)


def test_effects_are_not_lost(eager_to_compile):
    calls = []

    def counted(x, a, b):
        calls.append(1)
        return a * tw.exp(-b * x)

    fit = curve_fit(counted, X, Y, {"a": 1, "b": 1})
    assert "calls.append" in fit.why_not_compiled
    assert len(calls) >= fit.nfev


def test_data_that_a_callback_changes_are_read_anew(eager_to_compile):
    def run(jit):
        shift = np.zeros(X.size)

        def moved(step):
            shift[:] = 0.01 * step.step

        return curve_fit(
            lambda x, a, b: a * tw.exp(-b * x) + shift, X, Y, {"a": 1, "b": 1}, callback=moved,
            max_steps=6, jit_compile=jit,
        )  # fmt: skip

    one, other = run(False), run(None)
    assert "shift changes during the search" in other.why_not_compiled
    assert other.params == pytest.approx(one.params, rel=1e-9)


def test_a_jacobian_by_hand_is_kept(eager_to_compile):
    asked = []

    def slopes(x, a, b):
        asked.append(1)
        return np.column_stack([np.exp(-b * x), -a * x * np.exp(-b * x)])

    fit = curve_fit(lambda x, a, b: a * np.exp(-b * x), X, Y, [1.0, 1.0], jac=slopes)
    assert fit.success
    assert len(asked) == fit.njev


def test_a_compiled_fit_is_pickled():
    fit = curve_fit(decay, X, Y, {"a": 1, "b": 1, "c": 0}, jit_compile=True)
    again = pickle.loads(pickle.dumps(fit))  # noqa: S301 # our own bytes
    assert again.params == fit.params
    np.testing.assert_array_equal(again.predict(X), fit.predict(X))


def test_many_short_fits_pay_as_one_long_one_does():
    rng = np.random.default_rng(5)
    told = []
    for _ in range(25):
        noisy = Y + 0.01 * rng.normal(size=X.size)
        fit = curve_fit(five, X, noisy, [2.5, 0.8, 0.4, 0.1, 1.0])
        told.append(fit.why_not_compiled)
        wanted = curve_fit(five, X, noisy, [2.5, 0.8, 0.4, 0.1, 1.0], jit_compile=False)
        assert fit.chisqr == pytest.approx(wanted.chisqr, rel=1e-6)
    assert told[0] == may_compile.EARLY
    assert told[-1] == ""
    # Other data are not taken for these.
    other = curve_fit(five, X + 0.5, Y, [2.5, 0.8, 0.4, 0.1, 1.0])
    wanted = curve_fit(five, X + 0.5, Y, [2.5, 0.8, 0.4, 0.1, 1.0], jit_compile=False)
    assert other.chisqr == pytest.approx(wanted.chisqr, rel=1e-9)
