"""The solver by itself, on sums of squares with closed-form Jacobians and known minima."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.fit.least_squares import LeastSquares, sum_of_squares
from thalweg.fit.levenberg_marquardt import Strategy, levenberg_marquardt
from thalweg.fit.linear_parameters import linear_parameters, solve_linear
from thalweg.fit.polish import polish, relative_offset
from thalweg.fit.trust_step import damp


class Curve:
    """A model from two plain functions."""

    def __init__(self, names, predict, jacobian):
        self.names = tuple(names)
        self.predict = predict
        self.jacobian = jacobian


def problem(curve, target, low=None, high=None):
    free = np.full(len(curve.names), np.inf)
    target = np.asarray(target, float)
    return LeastSquares(
        curve, target, None, -free if low is None else low, free if high is None else high
    )


# Rosenbrock's valley as residuals: 10(b − a²) and 1 − a, zero at (1, 1).
ROSENBROCK = problem(
    Curve(
        "ab",
        lambda p: np.array([10 * (p[1] - p[0] ** 2), -p[0]]),
        lambda p: np.array([[-20 * p[0], 10.0], [-1.0, 0.0]]),
    ),
    [0.0, -1.0],
)


def decay(x):
    return Curve(
        "ab",
        lambda p: p[0] * np.exp(-p[1] * x),
        lambda p: np.stack([np.exp(-p[1] * x), -p[0] * x * np.exp(-p[1] * x)], axis=1),
    )


@pytest.mark.parametrize("bend", [False, True])
@pytest.mark.parametrize("start", [(-1.2, 1.0), (50.0, -80.0), (0.0, 0.0)])
def test_rosenbrocks_valley_to_the_last_bit(start, bend):
    valley = levenberg_marquardt(ROSENBROCK, np.array(start), Strategy(bend=bend))
    assert polish(ROSENBROCK, valley).params == pytest.approx([1.0, 1.0], abs=1e-15)


def test_powells_singular_sum():
    """Its Jacobian is singular at the minimum 0, where convergence is only linear."""

    def predict(p):
        return np.array(
            [
                p[0] + 10 * p[1],
                np.sqrt(5) * (p[2] - p[3]),
                (p[1] - 2 * p[2]) ** 2,
                np.sqrt(10) * (p[0] - p[3]) ** 2,
            ]
        )

    def jacobian(p):
        u, v = 2 * (p[1] - 2 * p[2]), 2 * np.sqrt(10) * (p[0] - p[3])
        return np.array(
            [[1, 10, 0, 0], [0, 0, np.sqrt(5), -np.sqrt(5)], [0, u, -2 * u, 0], [v, 0, 0, -v]]
        )

    powell = problem(Curve("abcd", predict, jacobian), np.zeros(4))
    valley = levenberg_marquardt(powell, np.array([3.0, -1.0, 0.0, 1.0]))
    assert valley.chisqr < 1e-30


def test_a_large_residual_is_polished_by_newtons_steps():
    """Residuals (a, ka² + 1)·… with curvature above the slope: Gauss-Newton alone diverges."""
    k = 0.45  # S = a² + (k a² + 1)², S'' = 2 + 4k at 0; Gauss-Newton contracts by 2k = 0.9
    curve = Curve(
        "a",
        lambda p: np.array([p[0], k * p[0] ** 2]),
        lambda p: np.array([[1.0], [2 * k * p[0]]]),
    )
    sum_ = problem(curve, [0.0, -1.0])
    valley = polish(sum_, levenberg_marquardt(sum_, np.array([3.0])))
    assert abs(valley.params[0]) < 1e-14
    assert relative_offset(sum_, valley) < 1e-12


def test_points_outside_the_domain_are_rejected_steps():
    """log(a·x) is NaN for a < 0, which the first full step from 20 reaches."""
    x = np.array([1.0, 2.0, 5.0])
    curve = Curve("a", lambda p: np.log(p[0] * x), lambda p: np.full((3, 1), 1 / p[0]))
    sum_ = problem(curve, np.log(0.5 * x))
    with np.errstate(invalid="ignore"):
        assert np.isnan(sum_.residual(np.array([20.0 * (1 - np.log(40))]))).all()
        valley = levenberg_marquardt(sum_, np.array([20.0]), Strategy(radius=100.0))
    assert valley.params[0] == pytest.approx(0.5, rel=1e-12)


def test_overflow_is_a_rejected_step():
    x = np.linspace(0.0, 400.0, 30)
    curve = decay(x)
    sum_ = problem(curve, 2 * np.exp(-0.03 * x))
    valley = polish(sum_, levenberg_marquardt(sum_, np.array([1.0, 0.5])))
    assert valley.params == pytest.approx([2.0, 0.03], rel=1e-10)


def test_a_start_outside_the_domain_is_said():
    x = np.linspace(0.0, 1.0, 5)
    sum_ = problem(decay(x), x)
    assert levenberg_marquardt(sum_, np.array([1.0, -1e4])).reason == "start"


def test_steps_are_counted_and_kept():
    valley = levenberg_marquardt(ROSENBROCK, np.array([-1.2, 1.0]), Strategy(max_steps=3))
    assert (valley.reason, valley.steps) == ("steps", 3)
    assert valley.chisqr < sum_of_squares(ROSENBROCK.residual(np.array([-1.2, 1.0])))


@pytest.mark.parametrize("start", [(1.7, 1.4), (0.2, 3.0), (1.5, 1.0)])
def test_a_corner_of_the_box(start):
    """Rosenbrock's valley in a ≥ 1.5, b ≤ 2: the least is on both bounds but b's gradient."""
    low, high = np.array([1.5, -5.0]), np.array([9.0, 2.0])
    boxed = problem(ROSENBROCK.model, ROSENBROCK.target, low, high)
    valley = polish(boxed, levenberg_marquardt(boxed, np.array(start)))
    assert valley.params == pytest.approx([1.5, 2.0], rel=1e-12)


@pytest.mark.parametrize("radius", [1e-6, 0.3, 2.0, 1e6])
def test_damping_meets_its_radius(radius):
    singular, coefficients = np.array([3.0, 0.5, 1e-3]), np.array([1.0, -2.0, 0.5])
    z, mu = damp(singular, coefficients, radius)
    length = np.linalg.norm(z)
    assert length <= 1.1 * radius
    if mu > 0:
        assert length >= 0.9 * radius
        assert z == pytest.approx(singular * coefficients / (singular**2 + mu))
    else:
        assert z == pytest.approx(coefficients / singular)


def test_linear_parameters_are_found_and_solved_for():
    x = np.linspace(0.0, 3.0, 12)
    curve = Curve(
        ("a", "rate", "c"),
        lambda p: p[0] * np.exp(-p[1] * x) + p[2],
        lambda p: np.stack(
            [np.exp(-p[1] * x), -p[0] * x * np.exp(-p[1] * x), np.ones_like(x)], axis=1
        ),
    )
    sum_ = problem(curve, 4 * np.exp(-0.5 * x) - 1)
    start = np.array([1.0, 0.5, 1.0])
    assert linear_parameters(sum_, start) == [0, 2]
    assert solve_linear(sum_, start, [0, 2]) == pytest.approx([4.0, 0.5, -1.0])


def test_a_product_is_linear_in_one_factor_only():
    x = np.linspace(1.0, 3.0, 12)
    curve = Curve(
        "ab",
        lambda p: p[0] * p[1] * x,
        lambda p: np.stack([p[1] * x, p[0] * x], axis=1),
    )
    assert linear_parameters(problem(curve, x), np.array([1.0, 2.0])) == [0]
