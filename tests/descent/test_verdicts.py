"""Only a minimum is called one; every other end has its own word and its reason."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from descent.landscapes import Landscape, line, plane, quadratic, rosenbrock
from thalweg.descent.run import Run
from thalweg.descent.solve import METHODS, solve, steps_allowed
from thalweg.errors import DescentError

SEARCHES = ["auto", "lbfgs", "bb"]


def nan_below(x, value):
    return value if x >= 0 else np.nan


CUBIC = (lambda x: x**3, lambda x: 3 * x * x, lambda x: 6 * x)
HILL = (lambda x: -x * x, lambda x: -2 * x, lambda x: -2.0)
FADING = (lambda x: np.exp(-x), lambda x: -np.exp(-x), lambda x: np.exp(-x))
LOG = (np.log, lambda x: nan_below(x, 1 / x), lambda x: -1 / x**2)
ROOT = (np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x: -0.25 * x**-1.5)


def go(landscape, start, method="auto", rate=None, max_steps=None):
    run = Run(
        landscape,
        np.array(start, dtype=float),
        steps_allowed(method, landscape.size, max_steps),
    )
    with np.errstate(all="ignore"):
        outcome = solve(run, method, rate)
    return outcome, outcome.verdict.status, outcome.verdict.message


def double_well():
    """x² + y⁴ − 2y²: a saddle at the origin, minima of −1 at (0, ±1)."""
    return plane(
        lambda x, y: x * x + y**4 - 2 * y * y,
        lambda x, y: 2 * x,
        lambda x, y: 4 * y**3 - 4 * y,
        lambda x, y: 2.0,
        lambda x, y: 0.0,
        lambda x, y: 12 * y * y - 4,
    )


@pytest.mark.parametrize("method", ["gd", "momentum", "nesterov", "adam", "rmsprop", "bb"])
def test_a_saddle_is_not_a_minimum(method):
    _, status, message = go(double_well(), [1.0, 0.0], method)
    assert status == "stationary"
    assert not status.success
    assert "saddle" in message
    assert "(0, 1)" in message
    assert "curvature -4" in message


@pytest.mark.parametrize("method", ["auto", "newton", "lbfgs"])
@pytest.mark.parametrize("start", [[1.0, 0.0], [0.0, 0.0]])
def test_newton_and_lbfgs_leave_a_saddle(method, start):
    outcome, status, _ = go(double_well(), start, method)
    assert status == "converged"
    np.testing.assert_allclose(np.abs(outcome.end.x), [0.0, 1.0], atol=1e-7)


def test_a_maximum_is_not_a_minimum():
    _, status, message = go(line(*HILL), [0.0], "gd")
    assert status == "stationary"
    assert "a maximum" in message


@pytest.mark.parametrize(("method", "start"), [("bb", 1.0), ("gd", 0.0), ("adam", 0.0)])
def test_an_inflection_is_not_a_minimum(method, start):
    _, status, message = go(line(*CUBIC), [start], method)
    assert status == "stationary"
    assert "falls further on one side" in message


@pytest.mark.parametrize("method", ["auto", "lbfgs"])
@pytest.mark.parametrize(
    ("landscape", "start"),
    [
        (CUBIC, 1.0),
        (HILL, 1.0),
        (HILL, 0.0),
        ((lambda x: x, lambda x: 1.0, lambda x: 0.0), 1.0),
        ((lambda x: -np.sqrt(x), lambda x: -0.5 / np.sqrt(x), lambda x: 0.25 * x**-1.5), 1.0),
        ((lambda x: -np.log(x), lambda x: -1 / x, lambda x: 1 / x**2), 1.0),
        (LOG, 1.0),
    ],
)
def test_without_a_floor_it_is_unbounded(method, landscape, start):
    _, status, message = go(line(*landscape), [start], method)
    assert status == "unbounded"
    assert "falls without end" in message


def test_a_saddle_without_a_floor_is_unbounded():
    assert go(quadratic(np.diag([2.0, -2.0])), [1.0, 0.0])[1] == "unbounded"


@pytest.mark.parametrize("method", SEARCHES)
@pytest.mark.parametrize("floor", [0.0, 1.0])
def test_a_slope_that_dies_out_is_not_a_minimum(method, floor):
    f, d, dd = FADING
    _, status, message = go(line(lambda x: f(x) + floor, d, dd), [0.0], method)
    assert status == "stationary"
    assert "dies out" in message


@pytest.mark.parametrize("method", SEARCHES)
def test_one_over_x_has_no_minimum(method):
    _, status, _ = go(line(lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3), [1.0], method)
    assert status == "stationary"


def test_underflow_does_not_make_a_minimum():
    # One long step into the region where exp(−x), its slope and its curvature are all 0.
    _, status, message = go(line(*FADING), [0.0], "gd", rate=1000.0)
    assert status == "stationary"
    assert "dies out" in message


@pytest.mark.parametrize("start", [-1.5, 1.2])
def test_a_floor_that_is_reached_smoothly_is_still_a_floor(start):
    # exp(−1/x²) has a minimum at 0 where all its derivatives are 0.
    flat = line(
        lambda x: np.exp(-1 / x**2),
        lambda x: np.exp(-1 / x**2) * 2 / x**3 if x else 0.0,
        lambda x: np.exp(-1 / x**2) * (4 / x**6 - 6 / x**4) if x else 0.0,
    )
    outcome, status, _ = go(flat, [start], "lbfgs")
    assert status == "converged"
    assert outcome.end.fun == 0.0


def test_a_rest_on_the_way_does_not_make_the_end_look_like_a_fading_slope():
    # x⁶ − x³ from far out: a long stay near the inflection at 0, then the minimum at 2^(−1/3).
    well = line(lambda x: x**6 - x**3, lambda x: 6 * x**5 - 3 * x**2, lambda x: 30 * x**4 - 6 * x)
    for start in (-3.029, -1.0, -2.5, -10.0):
        outcome, status, message = go(well, [start])
        assert status == "converged", message
        assert outcome.end.x[0] == pytest.approx(0.5 ** (1 / 3), rel=1e-12)


@pytest.mark.parametrize("method", ["auto", "lbfgs"])
@pytest.mark.parametrize("start", [0.3, 1.9, -2.4])
def test_the_lower_end_of_a_jump_is_a_minimum(method, start):
    saw = line(lambda x: x - np.floor(x), lambda x: 1.0, lambda x: 0.0)
    outcome, status, message = go(saw, [start], method)
    assert status == "converged"
    assert "kink" in message
    assert outcome.end.fun == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("method", ["gd", "adam", *SEARCHES])
def test_level_ground_is_a_minimum_in_the_weak_sense(method):
    level = Landscape(2, lambda x: 7.0, lambda x: np.zeros(2), lambda x: np.zeros((2, 2)))
    _, status, message = go(level, [1.0, 2.0], method)
    assert status == "converged"
    assert "weak sense" in message


@pytest.mark.parametrize("method", ["gd", *SEARCHES])
def test_a_valley_with_a_level_floor(method):
    outcome, status, _ = go(quadratic([[2.0, 2.0], [2.0, 2.0]], [2.0, 2.0]), [3.0, 4.0], method)
    assert status == "converged"
    assert np.sum(outcome.end.x) == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("method", ["newton", "lbfgs", "bb", "gd", "adam"])
def test_a_start_outside_the_domain(method):
    _, status, message = go(line(*LOG), [-1.0], method)
    assert status == "left_domain"
    assert "At the start, x = -1, f is nan" in message


def test_a_rate_that_leads_out_of_the_domain():
    outcome, status, message = go(line(*LOG), [1.0], "gd", rate=0.9)
    assert status == "left_domain"
    assert "nan" in message
    assert np.isfinite(outcome.end.fun)


@pytest.mark.parametrize("method", SEARCHES)
@pytest.mark.parametrize("slant", [1.0, 0.25])
def test_an_edge_away_from_zero_is_no_maximum(method, slant):
    """√(x − 1) + slant·x: beside 1 the slope is large, and rounding x changes it by as much."""
    edge = line(
        lambda x: np.sqrt(x - 1.0) + slant * x,
        lambda x: 0.5 / np.sqrt(x - 1.0) + slant,
        lambda x: -0.25 * (x - 1.0) ** -1.5,
    )
    outcome, status, message = go(edge, [2.0], method)
    assert status == "left_domain"
    assert "edge of f's domain" in message
    assert outcome.end.x[0] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("method", SEARCHES)
def test_a_way_down_that_ends_at_the_domain_s_edge(method):
    _, status, message = go(line(*ROOT), [1.0], method)
    assert status == "left_domain"
    assert "edge of f's domain" in message


@pytest.mark.parametrize("method", ["gd", "adam", "newton", "lbfgs", "bb"])
def test_out_of_steps(method):
    outcome, status, message = go(rosenbrock(2), [-1.2, 1.0], method, max_steps=3)
    assert status == "out_of_steps"
    assert "3 steps were not enough" in message
    assert outcome.end.nit == 3


def test_no_steps_at_all():
    outcome, status, _ = go(rosenbrock(2), [-1.2, 1.0], "gd", max_steps=0)
    assert (status, outcome.end.nit) == ("out_of_steps", 0)
    assert go(rosenbrock(2), [1.0, 1.0], "gd", max_steps=0)[1] == "converged"


def test_a_gradient_that_is_not_f_s_own_is_not_believed():
    wrong = line(lambda x: (x - 1) ** 2, lambda x: -2 * (x - 1), lambda x: 2.0)
    _, status, message = go(wrong, [3.0], "lbfgs")
    assert status == "stationary"
    assert "gradient may not be its own" in message


def test_auto_says_what_it_picked():
    assert "(auto picked newton)" in go(rosenbrock(2), [-1.2, 1.0])[2]
    assert "(auto picked lbfgs)" in go(rosenbrock(100), np.zeros(100), max_steps=2000)[2]


def test_without_second_derivatives_auto_takes_lbfgs():
    bowl = quadratic(np.eye(2))

    def missing(*_):
        raise LookupError("no second derivative")

    bowl.h = missing
    outcome, status, message = go(bowl, [1.0, 2.0])
    assert outcome.method == "lbfgs"
    assert status == "converged"
    assert "could not be found out" in message


def test_wrong_words():
    bowl = quadratic(np.eye(2))
    with pytest.raises(DescentError, match="no method 'steepest'"):
        go(bowl, [1.0, 1.0], "steepest")
    with pytest.raises(DescentError, match="takes no rate"):
        go(bowl, [1.0, 1.0], "newton", rate=0.1)
    with pytest.raises(DescentError, match="must be a positive number"):
        go(bowl, [1.0, 1.0], "gd", rate=-0.1)
    assert len(METHODS) == len(set(METHODS)) == 10


@pytest.mark.parametrize("method", ["auto", "lbfgs"])
@pytest.mark.parametrize(
    ("formula", "start"),
    [("1/x", -1), ("tan(x)", 1), ("x + 1/x", 0.5), ("-1/abs(x - 0.3)", 1), ("log(abs(x))", 3)],
)
def test_a_pole_is_no_minimum(formula, start, method):
    result = tw.minimize(formula, {"x": start}, method=method)
    assert result.status in ("unbounded", "converged"), result.message
    if formula == "x + 1/x":
        assert (result.status, result.x["x"]) == ("converged", pytest.approx(1.0))
    else:
        assert result.status == "unbounded", result.message


def test_a_cusp_is_no_pole():
    result = tw.minimize("sqrt(abs(x))", {"x": 1})
    assert result.success
    assert result.x["x"] == pytest.approx(0.0, abs=1e-15)


def test_where_f_is_huge_nothing_is_excused_as_rounding():
    """exp has no minimum, cosh has one at 0; at 700 both are 1e304, and their squares overflow."""
    for note in ({}, {"method": "gd", "rate": 1.0}):
        assert tw.minimize("exp(x)", {"x": 700}, **note).status == "stationary"
    bowl = tw.minimize("cosh(x)", {"x": 700})
    assert (bowl.status, bowl.x["x"]) == ("converged", pytest.approx(0.0, abs=1e-8))


def test_a_slope_that_dies_out_and_comes_back_is_followed():
    """exp(−x) + εx has its minimum at −ln ε, far beyond where exp alone could be seen to fall."""
    result = tw.minimize("exp(-x) + 1e-30*x", {"x": 1})
    assert (result.status, result.x["x"]) == ("converged", pytest.approx(30 * np.log(10)))


def test_a_rate_that_goes_to_and_fro_is_told():
    result = tw.minimize("abs(x)", {"x": 1}, method="gd", rate=0.3, max_steps=50)
    assert result.status == "out_of_steps"
    assert "the slope points back" in result.message
