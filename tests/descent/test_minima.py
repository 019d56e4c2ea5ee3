"""The solvers find published minima, whatever the scale."""

from __future__ import annotations

import numpy as np
import pytest

from descent.landscapes import (
    beale,
    booth,
    himmelblau,
    line,
    quadratic,
    rosenbrock,
    scaled,
    sum_of_distances,
)
from thalweg.descent.run import Run
from thalweg.descent.solve import solve, steps_allowed

STEEP = np.linalg.qr(np.random.default_rng(3).standard_normal((12, 12)))[0]


def go(landscape, start, method="auto", rate=None, **settings):
    steps = steps_allowed(method, landscape.size, settings.pop("max_steps", None))
    run = Run(landscape, np.array(start, dtype=float), steps, **settings)
    with np.errstate(all="ignore"):
        return solve(run, method, rate)


def arrived(outcome, x, tol):
    assert outcome.verdict.status == "converged", outcome.verdict.message
    np.testing.assert_allclose(outcome.end.x, x, rtol=tol, atol=tol)


@pytest.mark.parametrize("method", ["auto", "newton", "lbfgs", "bb", "adam"])
def test_rosenbrock(method):
    arrived(go(rosenbrock(2), [-1.2, 1.0], method), [1.0, 1.0], 1e-7)


def test_rosenbrock_in_ten_numbers():
    for method in ("lbfgs", "bb"):
        arrived(go(rosenbrock(10), np.tile([-1.2, 1.0], 5), method), np.ones(10), 1e-7)


def test_rosenbrock_in_ten_numbers_has_a_second_minimum_which_newton_meets():
    # Shang and Qiu, Evolutionary Computation 14 (2006) 119: one local minimum near (−1, 1, …, 1).
    outcome = go(rosenbrock(10), np.tile([-1.2, 1.0], 5), "newton")
    assert outcome.verdict.status == "converged"
    assert outcome.end.x[0] < 0.0
    assert outcome.end.fun == pytest.approx(3.98658, abs=1e-5)


def test_rosenbrock_in_a_thousand_numbers():
    outcome = go(rosenbrock(1000), np.tile([-1.2, 1.0], 500))
    assert outcome.method == "lbfgs"
    arrived(outcome, np.ones(1000), 1e-7)


@pytest.mark.parametrize("method", ["auto", "lbfgs", "bb", "gd", "momentum", "nesterov", "adam"])
def test_beale(method):
    arrived(go(beale(), [1.0, 1.0], method, max_steps=20_000), [3.0, 0.5], 1e-6)


@pytest.mark.parametrize("method", ["auto", "lbfgs", "bb", "gd", "momentum", "nesterov", "adam"])
def test_booth(method):
    arrived(go(booth(), [0.0, 0.0], method), [1.0, 3.0], 1e-6)


@pytest.mark.parametrize(
    ("start", "minimum"),
    [
        ([3.5, 1.0], [3.0, 2.0]),
        ([-3.0, 3.0], [-2.805118086952745, 3.131312518250573]),
        ([-3.5, -3.0], [-3.7793102533777469, -3.2831859912861694]),
        ([3.5, -1.5], [3.5844283403304917, -1.8481265269644034]),
    ],
)
@pytest.mark.parametrize("method", ["auto", "lbfgs", "bb", "gd"])
def test_himmelblau_s_four_minima(method, start, minimum):
    arrived(go(himmelblau(), start, method), minimum, 1e-6)


@pytest.mark.parametrize("condition", [1e2, 1e6, 1e10])
def test_newton_does_not_care_about_the_condition(condition):
    matrix = STEEP @ np.diag(np.geomspace(1.0, condition, 12)) @ STEEP.T
    b = matrix @ np.ones(12)
    outcome = go(quadratic(matrix, b), np.zeros(12))
    arrived(outcome, np.ones(12), 1e-16 * condition + 1e-10)


@pytest.mark.parametrize("method", ["auto", "lbfgs", "bb"])
@pytest.mark.parametrize("height", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("width", [1e-8, 1.0, 1e8])
def test_neither_height_nor_width_matters(method, height, width):
    valley = scaled(rosenbrock(2), height, width)
    outcome = go(valley, np.array([-1.2, 1.0]) * width, method)
    arrived(outcome, np.ones(2) * width, 1e-7 * width)
    np.testing.assert_allclose(outcome.end.x, np.ones(2) * width, rtol=1e-6)


@pytest.mark.parametrize("method", ["auto", "lbfgs", "bb"])
def test_a_quartic_floor_counts_as_a_minimum(method):
    quartic = line(
        lambda x: (x - 3) ** 4 + 7, lambda x: 4 * (x - 3) ** 3, lambda x: 12 * (x - 3) ** 2
    )
    arrived(go(quartic, [1.0], method), [3.0], 1e-6)


def test_numbers_of_sixteen_orders_apart():
    # (x/1e8 − 1)² + (1e8·y − 1)²: the same bowl in units that do not fit together.
    bowl = quadratic(np.diag([2e-16, 2e16]), [2e-8, 2e8])
    outcome = go(bowl, [3e8, -2e-8])
    np.testing.assert_allclose(outcome.end.x, [1e8, 1e-8], rtol=1e-12)
    assert outcome.verdict.status == "converged"


@pytest.mark.parametrize("method", ["auto", "lbfgs"])
def test_a_kink_is_found_and_named(method):
    arrived(go(line(abs, np.sign, lambda x: 0.0), [3.3], method), [0.0], 1e-12)
    arrived(go(sum_of_distances(np.arange(5.0)), np.full(5, 0.3), method), np.arange(5.0), 1e-9)


def test_a_large_constant_does_not_hide_the_minimum():
    well = line(lambda x: 1e8 + (x - 1) ** 2, lambda x: 2 * (x - 1), lambda x: 2.0)
    for method in ("auto", "lbfgs", "bb", "gd"):
        arrived(go(well, [5.0], method), [1.0], 1e-8)


def test_last_bits_by_newton():
    # x − ln x has its minimum at 1 exactly.
    well = line(lambda x: x - np.log(x), lambda x: 1 - 1 / x, lambda x: 1 / x**2)
    assert go(well, [10.0]).end.x[0] == 1.0
