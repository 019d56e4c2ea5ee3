"""The pieces the solvers stand on, each against an oracle of its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from descent.landscapes import beale, line, quadratic, rosenbrock
from thalweg.descent.gauss_newton import newton_length
from thalweg.descent.lanczos import extreme_curvatures
from thalweg.descent.lbfgs import _two_loops
from thalweg.descent.line_search import Landing, wolfe_step
from thalweg.descent.noise import measured_noise
from thalweg.descent.problem import Negated, SquaredMiss
from thalweg.descent.run import Run
from thalweg.descent.spectrum import Spectrum
from thalweg.descent.trust_region import model_step

numbers = st.floats(-100, 100).map(lambda x: round(x, 3))


@given(
    curvatures=st.lists(numbers, min_size=1, max_size=5),
    slopes=st.lists(numbers, min_size=5, max_size=5),
    radius=st.floats(1e-3, 1e3),
)
def test_no_point_of_the_ball_is_lower_than_the_model_step(curvatures, slopes, radius):
    h = np.sort(np.array(curvatures))
    g = np.array(slopes[: h.size])
    step = model_step(h, g, radius)
    assert np.linalg.norm(step) <= 1.011 * radius

    def model(s):
        return s @ g + 0.5 * np.sum(h * s * s, axis=-1)

    generator = np.random.default_rng(0)
    there = generator.standard_normal((2000, h.size))
    there *= radius * generator.random((2000, 1)) / np.linalg.norm(there, axis=1, keepdims=True)
    # The radius is met to 1 in 100, which costs at most a few in 100 of the fall.
    assert model(step) <= 0.95 * np.min(model(there), initial=0.0) + 1e-9


def test_the_hard_case_spends_the_radius_along_the_lowest_curvature():
    step = model_step(np.array([-2.0, 1.0]), np.array([0.0, 0.5]), 3.0)
    assert np.linalg.norm(step) == pytest.approx(3.0)
    assert step[1] == pytest.approx(-0.5 / 3.0)


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_lanczos_is_exact_with_as_many_products_as_numbers(size):
    half = np.random.default_rng(size).standard_normal((size, size))
    matrix = half + half.T
    low, low_axis, high, high_axis = extreme_curvatures(lambda v: matrix @ v, size, turns=size)
    values = np.linalg.eigvalsh(matrix)
    np.testing.assert_allclose([low, high], values[[0, -1]], atol=1e-12 * size)
    for value, axis in ((low, low_axis), (high, high_axis)):
        np.testing.assert_allclose(matrix @ axis, value * axis, atol=1e-10 * size)


def test_lanczos_stays_inside_the_spectrum():
    values = np.linspace(-1.0, 5.0, 300)
    low, _, high, _ = extreme_curvatures(lambda v: values * v, 300)
    assert -1.0 <= low < -0.99
    assert 4.99 < high <= 5.0


@pytest.mark.parametrize("first", [1e-6, 1e-2, 1.0, 1e3])
@pytest.mark.parametrize("landscape", [beale(), rosenbrock(2)], ids=["beale", "rosenbrock"])
def test_the_line_search_meets_the_strong_wolfe_conditions(landscape, first):
    x = np.array([-1.2, 1.0])
    value, gradient = landscape.value_and_gradient(x)
    fall = -float(gradient @ gradient)
    landed = wolfe_step(landscape, Landing(0.0, x, value, gradient, fall), -gradient, first)
    assert landed.fun <= value + 1e-4 * landed.distance * fall
    assert abs(landed.slope) <= 0.9 * abs(fall)
    np.testing.assert_array_equal(landed.x, x - landed.distance * gradient)


def test_the_line_search_keeps_out_of_where_f_is_no_number():
    log = line(
        lambda x: x - np.log(x), lambda x: 1 - 1 / x if x > 0 else np.nan, lambda x: 1 / x**2
    )
    here = Landing(0.0, np.array([10.0]), 10 - np.log(10), np.array([0.9]), -0.9)
    with np.errstate(all="ignore"):
        landed = wolfe_step(log, here, np.array([-1.0]), 100.0)
    assert 0.0 < landed.x[0] < 10.0
    assert landed.fun < here.fun


def test_the_line_search_says_so_when_nothing_is_lower():
    uphill = line(lambda x: abs(x), lambda x: -np.sign(x), lambda x: 0.0)
    here = Landing(0.0, np.array([1.0]), 1.0, np.array([-1.0]), -1.0)
    assert wolfe_step(uphill, here, np.array([1.0]), 1.0) is None


def test_two_loops_is_the_bfgs_matrix():
    generator = np.random.default_rng(5)
    half = generator.standard_normal((4, 4))
    bend = half @ half.T + np.eye(4)
    pairs = []
    for _ in range(3):
        s = generator.standard_normal(4)
        y = bend @ s
        pairs.append((s, y, 1.0 / (s @ y)))
    s, y, rho = pairs[-1]
    inverse = np.eye(4) * (s @ y) / (y @ y)
    for s, y, rho in pairs:
        left = np.eye(4) - rho * np.outer(s, y)
        inverse = left @ inverse @ left.T + rho * np.outer(s, s)
    g = generator.standard_normal(4)
    np.testing.assert_allclose(_two_loops(g, pairs), inverse @ g, rtol=1e-10)


def test_noise_is_measured_and_a_smooth_line_has_none():
    clean = line(lambda x: 3.0 * x, lambda x: 3.0, lambda x: 0.0)
    run = Run(clean, np.array([1.0]), 1)
    assert measured_noise(run, run.start, np.array([1.0])) <= 1e-15
    # 1 + x − 1 in numbers of size 1e6 loses all below 1e-10.
    rough = line(lambda x: (x + 1e6) - 1e6, lambda x: 1.0, lambda x: 0.0)
    run = Run(rough, np.array([1.0]), 1)
    # The spacing of float64 at 1e6 is 1.2e-10; over 1e-13 the value jumps by nothing or by that.
    values = [rough.value(np.array([1.0 + k * 1e-10])) for k in range(-4, 5)]
    assert len(set(values)) > 1


@pytest.mark.parametrize("lowest", [1.0, 1e-6, 1e-13, 1e-18, 0.0])
def test_newton_s_step_is_the_shortest_that_least_squares_has(lowest):
    rng = np.random.default_rng(3)
    left, right = (np.linalg.qr(rng.normal(size=(12, 12)))[0] for _ in range(2))
    values = np.geomspace(1.0, max(lowest, 1e-3), 12)
    values[-1] = lowest
    jacobian, residual = left @ np.diag(values) @ right, rng.normal(size=12)
    kept = values > 12 * np.finfo(np.float64).eps
    wanted = -(right.T[:, kept] / values[kept]) @ (left.T[kept] @ residual)
    error = np.linalg.norm(newton_length(jacobian, residual) - wanted)
    condition = values[kept].max() / values[kept].min()
    assert error <= 100 * np.finfo(np.float64).eps * condition * np.linalg.norm(wanted)


def test_remaining_step_is_newton_s():
    bowl = quadratic(np.diag([2.0, 8.0]), [2.0, 16.0])  # minimum at (1, 2)
    x = np.array([1.5, 2.5])
    run = Run(bowl, x, 1)
    spectrum = Spectrum(run, x, bowl.value_and_gradient(x)[1], bowl.hessian(x))
    assert spectrum.length == pytest.approx(0.5)
    assert spectrum.remaining == pytest.approx(0.5 / 1.5)
    assert spectrum.gain == pytest.approx(bowl.value(x) - bowl.value(np.array([1.0, 2.0])))


@pytest.mark.parametrize("wrap", [Negated, lambda inner: SquaredMiss(inner, 2.5)])
def test_wrapped_problems_have_the_derivatives_of_their_values(wrap):
    problem = wrap(beale())
    x, v = np.array([1.3, 0.2]), np.array([0.4, -0.7])
    value, gradient = problem.value_and_gradient(x)
    assert value == problem.value(x)
    np.testing.assert_allclose(gradient, approx_fprime(x, problem.value), rtol=1e-5)
    slopes = [problem.value_and_gradient(x + d)[1] for d in (1e-6 * v, -1e-6 * v)]
    np.testing.assert_allclose(problem.hvp(x, v), (slopes[0] - slopes[1]) / 2e-6, rtol=1e-6)
    np.testing.assert_allclose(problem.hessian(x) @ v, problem.hvp(x, v), rtol=1e-12)
    assert problem.nfev == problem.inner.nfev > 0
