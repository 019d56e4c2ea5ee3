"""Roots to the last bit, and honest words where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

import thalweg as tw
from thalweg.descent.bracket import between, look_around
from thalweg.descent.find_root import find_root
from thalweg.errors import DescentError


def within_a_bit(x, exact):
    assert abs(x - exact) <= math.ulp(exact), (x, exact)


def test_one_equation():
    result = find_root("x**2 - 2", {"x": 1})
    assert result.success
    within_a_bit(result.x["x"], math.sqrt(2))
    assert find_root(lambda x: x**3 + 2 * x - 3, 5.0).x == 1.0


@pytest.mark.parametrize("scale", [1e-150, 1e-8, 1.0, 1e8, 1e150])
def test_any_scale(scale):
    result = find_root(lambda x: x * x / scale**2 - 2.0, 3.0 * scale)
    assert result.success
    assert result.x == pytest.approx(math.sqrt(2) * scale, rel=1e-15)


def test_a_cycle_of_plain_newton_is_broken():
    # From 0 Newton's method on x³ − 2x + 2 goes 0, 1, 0, 1 … for ever.
    result = find_root("x**3 - 2*x + 2", {"x": 0})
    assert result.success
    assert result.x["x"] == pytest.approx(-1.7692923542386314, rel=1e-15)


@pytest.mark.parametrize("power", [2, 3, 7])
def test_roots_of_any_order(power):
    result = find_root(lambda x: (x - 1.0) ** power, 5.0)
    assert result.success
    assert result.x == pytest.approx(1.0, abs=1e-6)


def test_systems():
    circle = ["x**2 + y**2 - 4", "x - y"]
    result = find_root(circle, {"x": 1, "y": 3})
    assert result.success
    for name in "xy":
        assert result.x[name] == pytest.approx(math.sqrt(2), rel=1e-15)
    assert result.fun.shape == (2,)
    as_list = find_root(lambda x, y: [x * x + y * y - 4.0, x - y], [1.0, 3.0])
    as_array = find_root(lambda v: tw.stack([v[0] ** 2 + v[1] ** 2 - 4.0, v[0] - v[1]]), [1.0, 3.0])
    np.testing.assert_allclose(as_list.x, [math.sqrt(2)] * 2, rtol=1e-15)
    np.testing.assert_allclose(as_array.x, as_list.x, rtol=1e-15)


def test_powell_s_singular_function():
    # Moré, Garbow and Hillstrom, problem 13: the Jacobian is singular at the root, 0.
    def f(a, b, c, d):
        return [a + 10 * b, 5**0.5 * (c - d), (b - 2 * c) ** 2, 10**0.5 * (a - d) ** 2]

    result = find_root(f, [3.0, -1.0, 0.0, 1.0])
    assert result.success
    np.testing.assert_allclose(result.x, np.zeros(4), atol=1e-7)


def test_fewer_equations_than_unknowns():
    result = find_root("x + y - 1", {"x": 1, "y": 3})
    assert result.success
    # The nearest point of the line is (−0.5, 1.5) in the measure of the start's own sizes, 1 and 3.
    assert result.x["x"] + result.x["y"] == pytest.approx(1.0, abs=1e-15)


def test_no_root_is_said_with_the_lowest_value():
    result = find_root("x**2 + 1", {"x": 1})
    assert result.status == "stationary"
    assert not result.success
    assert result.message == "No root found: |f| has a minimum of 1 at x = 0."
    system = find_root(["x**2 + y**2 + 4", "x - y"], {"x": 1, "y": 3})
    assert system.status == "stationary"
    assert "minimum of 4" in system.message
    assert find_root(lambda x: 7.0, 1.0).status == "stationary"


def test_a_function_that_only_fades_has_no_root():
    result = find_root("1/x", {"x": 1})
    assert result.status == "stationary"
    assert "runs off" in result.message


def test_brackets():
    result = find_root("x**2 - 2", bracket=(0, 5))
    assert result.success
    within_a_bit(result.x["x"], math.sqrt(2))
    assert find_root(lambda x: x**9, bracket=(-1.0, 2.0)).success
    assert find_root(lambda x: x - 2.0, bracket=(2.0, 5.0)).x == 2.0


def test_a_pole_or_a_jump_is_no_root():
    for fun in ("1/x", "x/abs(x)"):
        result = find_root(fun, bracket=(-1.0, 2.0))
        assert result.status == "stationary"
        assert "a jump or a pole" in result.message


def test_wrong_questions():
    with pytest.raises(DescentError, match="a start, or a bracket"):
        find_root("x")
    with pytest.raises(DescentError, match="different signs"):
        find_root("x**2 - 2", bracket=(2, 5))
    with pytest.raises(DescentError, match="one unknown"):
        find_root("x*y - 2", {"x": 1, "y": 1}, bracket=(2, 5))
    with pytest.raises(DescentError, match="a function or a formula"):
        find_root(3.0, 1.0)


def test_where_f_is_no_number():
    result = find_root(lambda x: (x - 2.0) / (x - x), 1.0)
    assert result.status == "left_domain"


def test_path_and_callback():
    result = find_root(lambda x: x**3 + 2 * x - 3, 5.0, record=True)
    assert result.path[0] == 5.0
    assert result.path[-1] == 1.0
    assert len(result.path) == result.nit + 1
    stopped = find_root(lambda x: x * x - 2.0, 1.0, callback=lambda state: state.nit == 2)
    assert (stopped.status, stopped.nit) == ("stopped", 2)


def test_out_of_steps():
    assert find_root("x**2 - 2", {"x": 1e6}, max_steps=2).status in ("out_of_steps", "converged")
    assert find_root(["x**2 - 2", "y**2 - 2"], [1e6, 1e6], max_steps=2).status == "out_of_steps"


@pytest.mark.parametrize(
    ("f", "a", "b", "root"),
    [
        (lambda x: (math.cos(x) - x, -math.sin(x) - 1), 0.0, 1.0, 0.7390851332151607),
        (lambda x: (math.exp(x) - 1e10, math.exp(x)), 0.0, 100.0, 23.025850929940457),
        (lambda x: (math.atan(x), 1 / (1 + x * x)), -1e6, 3.0, 0.0),
        (lambda x: (math.copysign(abs(x) ** (1 / 3), x), 1.0), -1.0, 8.0, 0.0),
    ],
)
def test_between_two_signs(f, a, b, root):
    found = between(f, a, b, 400)
    assert found.reason == "root"
    assert abs(found.x - root) <= 2 * math.ulp(root) + 1e-25


def test_looking_around_goes_far_and_skips_what_is_no_number():
    assert look_around(lambda x: x - 1e5, 0.0, 1.0) is not None
    assert look_around(lambda x: x * x + 1, 0.0, 1.0) is None
    found = look_around(lambda x: math.nan if x < 0 else x - 3.0, 0.5, 1.0)
    assert found[0] < 3.0 <= found[1]


def test_values_that_left_the_tape_are_no_roots_missed():
    def circle_and_line(v):
        return np.array([v[0] ** 2 + v[1] ** 2 - 1, v[0] - v[1]])

    with pytest.raises(DescentError, match=r"left the tape \(a NumPy conversion at .*find_root"):
        find_root(circle_and_line, [1.0, 0.5])
    with pytest.raises(DescentError, match=r"left the tape \(float\(\)"):
        find_root(lambda x: math.tanh(x) + 2, 0.0)
    # A change of sign is found without a gradient, with a bracket and without.
    assert find_root(lambda x: math.cos(x), 1.0).x == math.pi / 2
    assert find_root(lambda x: math.cos(x), bracket=(1.0, 2.0)).x == math.pi / 2
