"""The rate said to be the largest that holds: below it the descent holds, above it diverges."""

from __future__ import annotations

import numpy as np
import pytest

from descent.landscapes import line, quadratic
from thalweg.descent.run import Run
from thalweg.descent.solve import solve

# The notes' first program: (x³ + 2x − 3)², from 5.
NOTE = (
    lambda x: (x**3 + 2 * x - 3) ** 2,
    lambda x: 6 * x**5 + 16 * x**3 - 18 * x**2 + 8 * x - 12,
    lambda x: 30 * x**4 + 48 * x**2 - 36 * x + 8,
)
AXES = np.linalg.qr(np.random.default_rng(11).standard_normal((6, 6)))[0]
BOWL = AXES @ np.diag([0.5, 1.0, 2.0, 4.0, 8.0, 50.0]) @ AXES.T
LIMITS = {"gd": 2 / 50, "momentum": 2 * 1.9 / 50, "nesterov": 2 * 1.9 / (1 + 2 * 0.9) / 50}


def go(landscape, start, method, rate, max_steps=20_000):
    run = Run(landscape, np.array(start, dtype=float), max_steps)
    with np.errstate(all="ignore"):
        return solve(run, method, rate)


@pytest.mark.parametrize("method", sorted(LIMITS))
def test_on_a_bowl_it_is_the_largest_eigenvalue_s(method):
    outcome = go(quadratic(BOWL), np.ones(6), method, 1.0)
    assert outcome.verdict.status == "diverged"
    assert outcome.limit.rate == pytest.approx(LIMITS[method], rel=1e-9)
    assert outcome.limit.curvature == pytest.approx(50.0, rel=1e-9)


@pytest.mark.parametrize("method", sorted(LIMITS))
@pytest.mark.parametrize("seed", range(4))
def test_below_it_holds_above_it_diverges(method, seed):
    generator = np.random.default_rng(seed)
    half = generator.standard_normal((4, 4))
    bowl = half @ half.T + 0.1 * np.eye(4)
    start = generator.standard_normal(4)
    limit = go(quadratic(bowl), start, method, 1e3).limit.rate
    assert go(quadratic(bowl), start, method, 0.99 * limit).verdict.status == "converged"
    beyond = go(quadratic(bowl), start, method, 1.01 * limit)
    assert beyond.verdict.status == "diverged"
    assert beyond.limit.rate == pytest.approx(limit, rel=1e-6)


def test_many_numbers_by_products_alone():
    size = 400
    curvatures = np.linspace(1.0, 30.0, size)
    bowl = quadratic(np.diag(curvatures))
    bowl.hv = lambda x, v: curvatures * v
    bowl.h = None
    outcome = go(bowl, np.ones(size), "gd", 1.0)
    # Lanczos' estimate of the largest eigenvalue is never above it.
    assert 2 / 30 <= outcome.limit.rate <= 2 / 30 * 1.01


def test_the_notes_first_program():
    outcome = go(line(*NOTE), [5.0], "gd", 0.01, max_steps=500)
    assert outcome.verdict.status == "diverged"
    # 30·5⁴ + 48·5² − 36·5 + 8
    assert outcome.limit.curvature == 19778.0
    assert outcome.limit.rate == 2 / 19778.0
    for words in ("The rate 0.01 is too large", "x = 5", "19778", "0.0001011"):
        assert words in outcome.verdict.message
    held = go(line(*NOTE), [5.0], "gd", 0.95 * outcome.limit.rate)
    assert held.verdict.status == "converged"
    assert held.end.x[0] == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("start", [2.0, 1.5, 0.0])
def test_from_nearer_the_note_s_rate_holds(start):
    outcome = go(line(*NOTE), [start], "gd", 0.01, max_steps=500)
    assert outcome.verdict.status == "converged"
    assert outcome.end.x[0] == pytest.approx(1.0, abs=1e-8)


def test_curvature_that_grows_along_the_way_counts():
    # A gentle slope that ends in a steep valley: at the start the curvature is 0.02 only.

    def f(x):
        return np.where(x > 0, 0.01 * x * x, 50 * x * x)

    def d(x):
        return np.where(x > 0, 0.02 * x, 100 * x)

    def dd(x):
        return np.where(x > 0, 0.02, 100.0)

    outcome = go(line(f, d, dd), [1.0], "gd", 99.0)
    assert outcome.verdict.status == "diverged"
    assert outcome.limit.rate == 2 / 100.0
    held = go(line(f, d, dd), [-1.0], "gd", 0.95 * outcome.limit.rate, max_steps=100)
    assert held.limit is None
    assert held.end.fun < 0.01


def test_growth_that_is_too_slow_to_overflow_is_told_too():
    outcome = go(line(lambda x: x * x, lambda x: 2 * x, lambda x: 2.0), [1.0], "gd", 1.0001, 50)
    assert outcome.verdict.status == "diverged"
    assert outcome.limit.rate == 1.0


def test_without_a_rate_one_is_chosen_that_holds():
    outcome = go(line(*NOTE), [0.2], "gd", None)
    assert outcome.verdict.status == "converged"
    assert outcome.end.x[0] == pytest.approx(1.0, abs=1e-7)
    assert "was chosen by gd" in outcome.verdict.message


def test_without_second_derivatives_there_is_no_limit_and_still_a_rate():
    bowl = quadratic(BOWL)

    def missing(*_):
        raise LookupError("no second derivative")

    bowl.h = missing
    outcome = go(bowl, np.ones(6), "gd", 1.0)
    assert outcome.verdict.status == "diverged"
    assert outcome.limit is None
    assert "take a smaller one" in outcome.verdict.message
    unasked = go(bowl, np.ones(6), "gd", None)
    assert unasked.end.fun < 0.01 * bowl.f(np.ones(6))


def test_rules_that_scale_their_steps_have_no_such_limit():
    outcome = go(line(*NOTE), [5.0], "adam", 1e9, max_steps=500)
    assert outcome.verdict.status == "diverged"
    assert outcome.limit is None
