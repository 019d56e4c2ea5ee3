"""`minimize` and `maximize` as a user calls them: starts of every form, text, targets, callbacks."""

from __future__ import annotations

import json

import numpy as np
import pytest

import thalweg as tw
from thalweg.descent.minimize import maximize, minimize
from thalweg.errors import DescentError, ExpressionError


def bowl(x, y):
    return (x - 1) ** 2 + 10 * (y - 2) ** 2


def test_one_number():
    result = minimize(lambda x: (x - 3) ** 2 + 1, 5.0)
    assert type(result.x) is float
    assert (result.x, result.fun, result.jac) == (3.0, 1.0, 0.0)
    assert result.success is True
    assert result.status == "converged"


def test_as_many_numbers_as_the_function_takes():
    result = minimize(bowl, [0.0, 0.0])
    np.testing.assert_allclose(result.x, [1.0, 2.0], rtol=1e-15)
    assert isinstance(result.x, np.ndarray)


def test_one_array():
    target = np.array([[1.0, -2.0, 3.0]] * 2)
    result = minimize(lambda x: tw.reduce_sum((x - target) ** 2), np.zeros((2, 3)))
    assert result.x.shape == (2, 3)
    np.testing.assert_allclose(result.x, target, rtol=1e-14)


def test_a_mapping_by_keyword_and_as_one_nesting():
    for fun in (bowl, lambda p: bowl(p["x"], p["y"])):
        result = minimize(fun, {"y": 0, "x": 0})
        assert result.x == {"y": 2.0, "x": 1.0}
        assert list(result.x) == ["y", "x"]


def test_a_nesting():
    def fun(p):
        return tw.reduce_sum((p["w"] - 2.0) ** 2) + (p["b"][0] + 1.0) ** 2 + p["b"][1] ** 2

    result = minimize(fun, {"w": np.zeros((2, 2)), "b": (0.0, 5.0)})
    np.testing.assert_allclose(result.x["w"], np.full((2, 2), 2.0), rtol=1e-14)
    assert result.x["b"] == (-1.0, 0.0)
    assert set(result.jac) == {"w", "b"}


def test_numpy_arithmetic_in_the_function():
    result = minimize(lambda x: np.sum(np.square(x - np.arange(3.0))), [5.0, 5.0, 5.0])
    np.testing.assert_allclose(result.x, [0.0, 1.0, 2.0], atol=1e-12)


def test_everything_is_float64():
    result = minimize(lambda x: (x * x - 2.0) ** 2, np.float32(1.0))
    assert result.x == pytest.approx(np.sqrt(2.0), rel=1e-15)


def test_text():
    result = minimize("(x - 1)**2 + 10*(y - 2)**2", {"x": 0, "y": 0})
    assert result.x == {"x": 1.0, "y": 2.0}
    assert minimize("(x - 1)**2", 7).x == {"x": 1.0}
    assert minimize("(x - 1)**2 + (y + 1)**2", [5, 5]).x == {"x": 1.0, "y": -1.0}
    with pytest.raises(ExpressionError, match="y has no start value"):
        minimize("x*y", {"x": 1})
    with pytest.raises(DescentError, match="'z', which the formula does not have"):
        minimize("x*x", {"x": 1, "z": 2})
    with pytest.raises(DescentError, match="has 2 names"):
        minimize("x*y", 1.0)
    with pytest.raises(DescentError, match="has no names"):
        minimize("7", {})


def test_N4_3_auto_reaches_one_to_the_last_bit():
    for fun, start in (
        (lambda x: x**3 + 2 * x - 3, 5.0),
        (lambda x: x**3 + 2 * x - 3, 5),
        ("x**3 + 2*x - 3", {"x": 5}),
    ):
        result = minimize(fun, start, target=0)
        assert result.status == "converged"
        assert (result.x if type(start) is not dict else result.x["x"]) == 1.0
        assert result.fun == result.value == 0.0


def test_N4_3_the_note_s_own_rate_diverges_and_the_rate_that_holds_is_said():
    note = {"method": "gd", "max_steps": 500, "target": 0}
    result = minimize("x**3 + 2*x - 3", {"x": 5}, rate=0.01, **note)
    assert result.status == "diverged"
    assert not result.success
    # 2 over the second derivative of (x³ + 2x − 3)² at 5: 30·5⁴ + 48·5² − 36·5 + 8 = 19778.
    assert result.rate_limit == pytest.approx(2 / 19778, rel=1e-12)
    assert "x = 5 the curvature is 19778" in result.message
    again = minimize(
        "x**3 + 2*x - 3", {"x": 5}, method="gd", rate=0.95 * result.rate_limit, target=0
    )
    assert again.success
    assert again.x["x"] == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("start", [2.0, 1.5, 0.0])
def test_N4_3_from_nearer_the_note_s_rate_does(start):
    result = minimize(lambda x: x**3 + 2 * x - 3, start, method="gd", rate=0.01, target=0)
    assert result.success
    assert result.x == pytest.approx(1.0, abs=1e-8)


def test_N4_4():
    def f(x, y):
        return np.sin(0.5 * x**2 - 0.25 * y**2 + 3) * np.cos(2 * x + 1 - np.exp(y))

    exact = minimize(f, [0.5, 0.5], target=0)
    assert exact.success
    assert abs(exact.value) <= 1e-15
    note = minimize(f, [0.5, 0.5], target=0, method="gd", rate=0.02, max_steps=10_000)
    assert note.success
    assert abs(note.value) < 1e-6


def test_a_target_that_f_does_not_take():
    result = minimize(lambda x: x * x + 1.0, 3.0, target=0)
    assert (result.status, result.success) == ("stationary", False)
    assert "does not take the value 0 here: the nearest that it comes is 1" in result.message
    assert (result.x, result.value) == (pytest.approx(0.0, abs=1e-8), 1.0)
    fading = minimize("exp(x)", {"x": 1}, target=-1)
    assert fading.status == "stationary"
    assert "does not take the value -1 on this way" in fading.message


@pytest.mark.parametrize("method", ["auto", "gd", "lbfgs", "newton"])
@pytest.mark.parametrize(("target", "taken"), [(2.0, True), (-1e-9, False), (-3.0, False)])
def test_a_target_is_reached_only_where_f_takes_it(method, target, taken):
    result = minimize("x**2 + y**2", {"x": 1, "y": 1}, target=target, method=method)
    assert result.success is taken, result.message
    assert result.value == pytest.approx(max(target, 0.0), abs=1e-3)


def test_a_target_inside_bounds():
    result = minimize(lambda x: x * x, 3.0, target=4.0, bounds=(-10.0, -0.5))
    assert result.success
    assert result.x == -2.0


def test_maximize():
    result = maximize(lambda x: 5.0 - (x - 2.0) ** 2, 0.0)
    assert (result.x, result.fun) == (2.0, 5.0)
    assert "A maximum" in result.message
    assert "curves down" in result.message
    up = maximize(lambda x: x * x, 1.0)
    assert up.status == "unbounded"
    assert "rises without end" in up.message
    assert up.fun > 0.0


def test_record():
    result = minimize(bowl, [0.0, 0.0], method="gd", rate=0.04, record=True)
    assert result.path.shape == (result.nit + 1, 2)
    np.testing.assert_array_equal(result.path[0], [0.0, 0.0])
    np.testing.assert_array_equal(result.path[-1], result.x)
    named = minimize("(x - 1)**2", {"x": 0}, record=True)
    assert named.path["x"][0] == 0.0
    assert named.path["x"][-1] == 1.0
    assert "path" not in minimize(bowl, [0.0, 0.0])


def test_one_step_of_descent_is_the_textbook_s():
    result = minimize(bowl, [0.0, 0.0], method="gd", rate=0.01, record=True, max_steps=1)
    np.testing.assert_allclose(result.path[1], [0.02, 0.4], rtol=1e-15)


def test_a_callback_sees_each_step_and_may_stop():
    seen = []

    def watch(state):
        seen.append((state.nit, dict(state.x), state.fun))
        return len(seen) == 3

    result = minimize("(x - 1)**2", {"x": 0}, method="gd", rate=0.1, callback=watch)
    assert result.status == "stopped"
    assert not result.success
    assert [nit for nit, _, _ in seen] == [1, 2, 3]
    assert seen[0][1] == {"x": pytest.approx(0.2)}

    def stop(state):
        raise StopIteration

    for method in ("gd", "bb", "lbfgs", "newton"):
        assert minimize(bowl, [0.0, 0.0], method=method, callback=stop).status == "stopped"
    assert minimize(bowl, [0.0, 0.0], target=1.0, callback=stop).status == "stopped"


def test_an_interrupt_is_passed_on():
    def interrupt(state):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        minimize(bowl, [0.0, 0.0], callback=interrupt)


def test_restarts_find_the_deeper_valley():
    # x⁴/4 − 2x² − x has minima near −1.86 and 2.11; the right one is lower.
    text = "x**4/4 - 2*x**2 - x"
    assert minimize(text, {"x": -2}).x["x"] < 0
    best = minimize(text, {"x": -2}, restarts=8, seed=1)
    assert best.x["x"] == pytest.approx(2.1149075, abs=1e-6)
    assert best.starts == 9
    assert "9 starts" in best.message
    assert minimize(text, {"x": -2}, restarts=8, seed=1).x == best.x
    with pytest.raises(DescentError, match="restarts"):
        minimize(text, {"x": 1}, restarts=-1)


@pytest.mark.parametrize(
    "bounds",
    [
        [(None, 0.5), (3.0, None)],
        {"x": (None, 0.5), "y": (3.0, None)},
        {"x": (-np.inf, 0.5), "y": (3.0, np.inf)},
    ],
)
def test_bounds_in_every_form(bounds):
    start = {"x": 0.0, "y": 4.0} if isinstance(bounds, dict) else [0.0, 4.0]
    result = minimize(bowl, start, bounds=bounds)
    assert result.success
    x = list(result.x.values()) if isinstance(bounds, dict) else result.x
    np.testing.assert_array_equal(x, [0.5, 3.0])


def test_scipy_s_bounds_and_one_pair_for_all():
    from scipy.optimize import Bounds

    assert minimize(lambda x: (x - 5.0) ** 2, 0.0, bounds=(0, 2)).x == 2.0
    np.testing.assert_array_equal(
        minimize(bowl, [0.0, 0.0], bounds=Bounds([-1, -1], [0.5, 0.25])).x, [0.5, 0.25]
    )


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ([(0, 1)] * 3, "3 bounds for 2 numbers"),
        ([(1, 0), (0, 1)], "hold no number"),
        ([5, (0, 1)], "is no pair"),
        ({"z": (0, 1)}, "by name"),
        ([(np.nan, 1), (0, 1)], "nan"),
    ],
)
def test_bounds_that_make_no_sense(bounds, words):
    with pytest.raises(DescentError, match=words):
        minimize(bowl, [0.0, 0.0], bounds=bounds)


@pytest.mark.parametrize(
    ("fun", "start", "words"),
    [
        (lambda x: x, [1.0, 2.0], r"array of shape \(2,\)"),
        (lambda x: None, 1.0, "returned None"),
        (lambda x: "seven", 1.0, "a real number was wanted"),
        (lambda x: x.numpy() * 2.0, 1.0, "left the tape"),
        (lambda x, y, z: x + y + z, [1.0, 2.0], "takes 3 arguments"),
        (lambda x: x * x, "five", "numbers were wanted"),
        (lambda x: x * x, [], "holds no numbers"),
        (3.0, 1.0, "a function or a formula"),
    ],
)
def test_what_cannot_be_minimised_is_said(fun, start, words):
    with pytest.raises(DescentError, match=words):
        minimize(fun, start)


@pytest.mark.parametrize(
    "settings",
    [
        {"max_steps": -1},
        {"max_steps": 1.5},
        {"tol": -1.0},
        {"tol": 2.0},
        {"target": float("nan")},
        {"rate": 0.0, "method": "gd"},
        {"method": "sgd"},
        {"rate": 0.1, "method": "bb"},
    ],
)
def test_settings_that_make_no_sense(settings):
    with pytest.raises(DescentError):
        minimize(bowl, [0.0, 0.0], **settings)


def test_a_constant_is_level_ground():
    result = minimize(lambda x: 7.0, 1.0)
    assert result.status == "converged"
    assert "weak sense" in result.message


def test_the_result_is_a_mapping_with_attributes_and_prints():
    result = minimize("(x - 1)**2", {"x": 0})
    assert result["x"] is result.x
    assert "nit" in result
    assert set(result) >= {"x", "fun", "jac", "nit", "nfev", "njev", "success", "status", "message"}
    assert result.nfev > 0
    assert "success: True" in repr(result)
    with pytest.raises(AttributeError, match="it has: fun"):
        result.hess  # noqa: B018 - reading it is the test
    shown = json.dumps({"x": result.x, "status": result.status, "fun": result.fun})
    assert json.loads(shown)["status"] == "converged"


def test_no_numpy_warning_escapes(recwarn):
    minimize("1/x", {"x": 1})
    minimize("x**9", {"x": 5}, method="gd", rate=10)
    assert [str(w.message) for w in recwarn] == []


def test_counts_are_what_was_asked_of_the_function():
    calls = []

    def fun(x):
        calls.append(1)
        return (x - 1.0) ** 4

    result = minimize(fun, 5.0, method="gd", rate=1e-3, max_steps=10)
    assert result.njev >= 11
    assert len(calls) >= result.nfev
