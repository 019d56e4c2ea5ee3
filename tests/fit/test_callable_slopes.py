"""A callable's Jacobian by one sweep over rows, by sweeps a parameter, and by a loop of them, is the one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

import thalweg as tw
from thalweg.descent.may_compile import Search
from thalweg.fit.callable_model import CallableModel
from thalweg.fit.callable_slopes import slopes_row_by_row

X = np.linspace(0.1, 4.0, 60)
AT = np.array([1.3, 0.4, -0.7])


def by_complex_step(function, params):
    """The Jacobian of a function written in NumPy, to the last digits."""
    along = [params + 1e-30j * axis for axis in np.eye(params.size)]
    return np.column_stack([np.imag(function(*one)) / 1e-30 for one in along])


def test_rows_of_their_own_take_one_sweep():
    def model(log, sin):
        return lambda a, b, c: a * log(X + b * b) - sin(c * X) / (1.0 + a * a)

    found = slopes_row_by_row(model(tw.math.log, tw.sin), AT, model(np.log, np.sin)(*AT))
    assert found is not None
    wanted = by_complex_step(model(np.log, np.sin), AT)
    np.testing.assert_allclose(np.column_stack(found[0]), wanted, rtol=1e-13, atol=1e-14)


def mixed(a, b, c):
    return tw.cumsum(a * X) + b


def summed(a, b, c):
    return a * X - tw.reduce_sum(b * X) + c


def stacked(a, b, c):
    return tw.tensordot(tw.stack([a, b, c]), tw.constant(np.stack([X, X**2, X**3])), 1)


def branching(a, b, c):
    return a * X if a > 0 else b * X


def neighbours(a, b, c):
    values = a * X + b
    return values + c * tw.roll(values, 1, 0)


def by_the_shape(a, b, c):
    return a * X * (2.0 if np.ndim(b) else 1.0)


@pytest.mark.parametrize("function", [mixed, summed, stacked, branching, neighbours, by_the_shape])
def test_what_is_no_function_of_single_rows_is_seen(function):
    value = np.broadcast_to(np.asarray(function(*AT)), X.shape)
    assert slopes_row_by_row(function, AT, value.astype(np.float64)) is None


def test_models_of_all_kinds_have_their_jacobian(monkeypatch):
    monkeypatch.setattr("thalweg.fit.callable_slopes.WORTH_READING", 0.0)
    kinds = {
        mixed: lambda a, b, c: np.cumsum(a * X) + b,
        summed: lambda a, b, c: a * X - np.sum(b * X) + c,
        stacked: lambda a, b, c: a * X + b * X**2 + c * X**3,
        neighbours: lambda a, b, c: a * X + b + c * np.roll(a * X + b, 1),
    }
    for function, in_numpy in kinds.items():
        search = Search(None, function, given=(X,))
        model = CallableModel(
            lambda x, *w, f=function: f(*w), ("a", "b", "c"), X, X.size, None, search
        )
        found = model.jacobian(AT)
        np.testing.assert_allclose(found, by_complex_step(in_numpy, AT), rtol=1e-13, atol=1e-13)


def test_a_function_with_effects_is_called_with_numbers_alone():
    met = []
    wide = np.linspace(0.0, 1.0, 20_000)

    def watched(x, a, b):
        met.append(np.shape(a))
        return a * tw.exp(-b * x)

    fit = tw.curve_fit(watched, wide, 2.0 * np.exp(-0.5 * wide), [1.0, 1.0])
    assert fit.success
    assert set(met) == {()}


def pendulum(sin, scan, x, w, damping, angle, speed):
    def force(angle, speed):
        return -w * w * sin(angle) - damping * speed

    def turn(state, _):
        angle, speed = state
        k1, l1 = speed, force(angle, speed)
        k2, l2 = speed + 0.05 * l1, force(angle + 0.05 * k1, speed + 0.05 * l1)
        k3, l3 = speed + 0.05 * l2, force(angle + 0.05 * k2, speed + 0.05 * l2)
        k4, l4 = speed + 0.1 * l3, force(angle + 0.1 * k3, speed + 0.1 * l3)
        return (
            angle + (k1 + 2.0 * k2 + 2.0 * k3 + k4) * (0.1 / 6),
            speed + (l1 + 2.0 * l2 + 2.0 * l3 + l4) * (0.1 / 6),
        )

    return scan(turn, x.size, (angle, speed))


def in_python(turn, count, state):
    met = []
    for _ in range(count):
        state = turn(state, 0)
        met.append(state[0])
    return np.array(met)


def in_a_scan(turn, count, state):
    return tw.scan(turn, tw.range(count), initializer=state)[0]


def swinging(x, w, damping, angle, speed):
    return pendulum(tw.sin, in_a_scan, x, w, damping, angle, speed)


def plainly(x, *params):
    return pendulum(np.sin, in_python, x, *params)


def test_a_long_loop_is_compiled_at_its_first_jacobian(monkeypatch):
    times = np.arange(1, 201) * 0.1
    truth, start = np.array([1.3, 0.1, 1.0, 0.0]), np.array([1.25, 0.08, 0.9, 0.05])
    measured = plainly(times, *truth) + 0.01 * np.random.default_rng(3).normal(size=times.size)
    monkeypatch.setattr("thalweg.fit.callable_slopes.parameter_slopes", pytest.fail)
    search = Search(None, swinging, given=(times,))
    model = CallableModel(swinging, ("w", "d", "a", "s"), times, times.size, None, search)
    wanted = by_complex_step(lambda *p: plainly(times, *p), start)
    np.testing.assert_allclose(model.jacobian(start), wanted, rtol=1e-9, atol=1e-10)
    fit = tw.curve_fit(swinging, times, measured, start)
    assert fit.why_not_compiled == ""
    theirs, covariance = optimize.curve_fit(plainly, times, measured, start)
    np.testing.assert_allclose([*fit.params.values()], theirs, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose([*fit.stderr.values()], np.sqrt(np.diagonal(covariance)), rtol=1e-3)


def test_machine_code_of_an_earlier_fit_answers_the_first_call_too():
    times = np.arange(1, 201) * 0.1
    measured = plainly(times, 1.3, 0.1, 1.0, 0.0)

    def again(x, w, damping):
        return pendulum(tw.sin, in_a_scan, x, w, damping, tw.constant(1.0, tw.float64), 0.0 * w)

    one, other = (tw.curve_fit(again, times, measured, [1.25, 0.08]) for _ in range(2))
    assert one.why_not_compiled == other.why_not_compiled == ""
    assert other.params == pytest.approx(one.params, rel=1e-9)
    assert one.params["w"] == pytest.approx(1.3, rel=1e-9)
    python = tw.curve_fit(again, times, measured, [1.25, 0.08], jit_compile=False)
    assert python.params == pytest.approx(one.params, rel=1e-9)
