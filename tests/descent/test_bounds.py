"""Bounds: kept at every point that is visited, and the minimum on them is found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import lsq_linear

import thalweg as tw
from descent.landscapes import Landscape, beale, line, quadratic, rosenbrock
from thalweg.descent.run import Run
from thalweg.descent.solve import solve, steps_allowed

SEARCHES = ["newton", "lbfgs", "bb"]


def go(landscape, start, box, method, rate=None, max_steps=None):
    lower, upper = (np.broadcast_to(np.asarray(b, float), (landscape.size,)) for b in box)
    run = Run(
        landscape,
        np.clip(np.array(start, dtype=float), lower, upper),
        steps_allowed(method, landscape.size, max_steps),
        lower=lower,
        upper=upper,
        path=[],
    )
    with np.errstate(all="ignore"):
        outcome = solve(run, method, rate)
    assert all(np.all((lower <= x) & (x <= upper)) for x in run.path)
    return outcome


@pytest.mark.parametrize("method", [*SEARCHES, "gd", "momentum", "nesterov", "adam"])
def test_a_line_rests_on_its_bound(method):
    outcome = go(line(lambda x: x, lambda x: 1.0, lambda x: 0.0), [1.0], (0.25, 2.0), method)
    assert outcome.verdict.status == "converged"
    assert outcome.end.x[0] == 0.25
    assert "bound" in outcome.verdict.message


@pytest.mark.parametrize("method", SEARCHES)
def test_rosenbrock_with_its_minimum_outside(method):
    # x ≤ 0.8: the minimum over y is at y = x², so that (0.8, 0.64) with (1 − 0.8)² = 0.04.
    outcome = go(rosenbrock(2), [-1.2, 1.0], ([-2.0, -2.0], [0.8, 2.0]), method)
    assert outcome.verdict.status == "converged", outcome.verdict.message
    np.testing.assert_allclose(outcome.end.x, [0.8, 0.64], atol=1e-7)
    assert outcome.end.fun == pytest.approx(0.04, rel=1e-9)


@pytest.mark.parametrize("method", SEARCHES)
def test_bounds_that_are_not_reached_change_nothing(method):
    outcome = go(beale(), [1.0, 1.0], (-4.5, 4.5), method)
    assert outcome.verdict.status == "converged"
    np.testing.assert_allclose(outcome.end.x, [3.0, 0.5], atol=1e-6)


@pytest.mark.parametrize("method", SEARCHES)
@pytest.mark.parametrize("seed", range(6))
def test_least_squares_in_a_box_as_scipy_solves_it(method, seed):
    generator = np.random.default_rng(seed)
    A, b = generator.standard_normal((12, 8)), 3 * generator.standard_normal(12)
    lower, upper = -generator.random(8), generator.random(8)
    best = lsq_linear(A, b, (lower, upper), tol=1e-14).x
    outcome = go(quadratic(A.T @ A, A.T @ b), np.zeros(8), (lower, upper), method)
    assert outcome.verdict.status == "converged", outcome.verdict.message
    np.testing.assert_allclose(outcome.end.x, best, atol=1e-6)
    assert np.any((outcome.end.x == lower) | (outcome.end.x == upper))


@pytest.mark.parametrize("method", SEARCHES)
def test_bounds_keep_it_inside_the_domain(method):
    root = line(np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x: -0.25 * x**-1.5)
    outcome = go(root, [1.0], (1e-6, np.inf), method)
    assert outcome.verdict.status == "converged"
    assert outcome.end.x[0] == 1e-6


def test_a_number_that_is_held_fast():
    outcome = go(rosenbrock(2), [0.5, 0.0], ([0.5, -1.0], [0.5, 1.0]), "newton")
    assert outcome.verdict.status == "converged"
    np.testing.assert_allclose(outcome.end.x, [0.5, 0.25], atol=1e-12)


@pytest.mark.parametrize("method", SEARCHES)
def test_a_saddle_that_a_bound_makes_a_minimum(method):
    # x² − y² with y held at its upper bound.
    outcome = go(quadratic(np.diag([2.0, -2.0])), [1.0, 0.5], ([-5.0, 0.1], [5.0, 1.0]), method)
    assert outcome.verdict.status == "converged"
    np.testing.assert_allclose(outcome.end.x, [0.0, 1.0], atol=1e-8)


@pytest.mark.parametrize("method", ["lbfgs", "bb"])
def test_many_numbers(method):
    size = 500
    centre = np.linspace(-2.0, 2.0, size)
    bowl = Landscape(
        size,
        lambda x: np.sum((x - centre) ** 2),
        lambda x: 2 * (x - centre),
        None,
        lambda x, v: 2 * v,
    )
    outcome = go(bowl, np.zeros(size), (-1.0, 1.0), method)
    assert outcome.verdict.status == "converged"
    np.testing.assert_allclose(outcome.end.x, np.clip(centre, -1, 1), atol=1e-9)


def test_rows_of_bounds_are_pairs_and_two_arrays_are_refused():
    """Two pairs for two numbers, and lows and highs, look alike: one of them is taken."""

    def bowl(v):
        return tw.reduce_sum((v - 3.0) ** 2)

    rows = [[0.0, 1.0], [2.0, 5.0]]
    for bounds in (rows, [tuple(row) for row in rows], np.array(rows)):
        np.testing.assert_allclose(tw.minimize(bowl, np.ones(2), bounds=bounds).x, [1.0, 3.0])
    lows, highs = np.array([0.0, 0.0]), np.array([1.0, 5.0])
    for bounds in ((lows, highs), [lows, highs]):
        with pytest.raises(tw.DescentError, match=r"column_stack"):
            tw.minimize(bowl, np.ones(2), bounds=bounds)
    stacked = np.column_stack([lows, highs])
    np.testing.assert_allclose(tw.minimize(bowl, np.ones(2), bounds=stacked).x, [1.0, 3.0])


@pytest.mark.parametrize("f", ["sqrt(x)", lambda x: tw.sqrt(x[0])])
def test_a_slope_without_end_leads_to_the_bound_itself(f):
    found = tw.minimize(f, [1.0], bounds=[(0, None)])
    (x,) = found.x.values() if isinstance(found.x, dict) else found.x
    assert x == 0.0
    assert found.fun == 0.0
    assert found.status == "converged"
    assert "bound" in found.message


@pytest.mark.parametrize("method", ["auto", "lbfgs"])
def test_a_cusp_is_met_at_its_point(method):
    found = tw.minimize(lambda x: tw.abs(x) ** 0.1, 1.0, method=method)
    assert found.x == 0.0
    assert found.fun == 0.0
    assert found.status == "converged"


def test_a_list_in_a_mapping_is_an_array():
    found = tw.minimize(
        lambda p: tw.reduce_sum((p["b"] - 2.0) ** 2) + p["a"] ** 2, {"a": 1.0, "b": [1.0, 1.0]}
    )
    assert isinstance(found.x["b"], np.ndarray)
    np.testing.assert_allclose(found.x["b"], [2.0, 2.0])


@pytest.mark.parametrize("method", ["lbfgs", "bb"])
@pytest.mark.parametrize("orders", [8, 12])
def test_scales_far_apart_are_no_false_minimum(method, orders):
    """Where it says that it converged, each number is right to what its own curvature lets one see."""
    scales = np.array([10.0**orders, 10.0**-orders])
    found = tw.minimize(
        lambda x: tw.reduce_sum((x * scales - 1.0) ** 2), np.zeros(2), method=method
    )
    if found.status == "converged":
        np.testing.assert_allclose(found.x * scales, [1.0, 1.0], rtol=1e-6)
    else:
        assert not found.success
