"""The oracle itself, against closed forms; and the comparison by units in the last place."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.testing.differences import derivative, widest_step
from thalweg.testing.mismatch import Judge, MismatchError


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda t: np.exp(1 + t), np.e),
        (lambda t: np.sin(3 * t), 3.0),
        (lambda t: 1 / (0.5 + t), -4.0),
        (lambda t: np.float64(7.0), 0.0),
    ],
)
def test_slopes_to_eleven_digits(function, slope):
    came, error = derivative(function)
    assert abs(came - slope) <= 1e-11 * max(1, abs(slope))
    assert error < 1e-10


def test_extended_precision_gives_more_digits():
    if np.finfo(np.longdouble).eps == np.finfo(np.float64).eps:
        pytest.skip("long double is double here")
    came, _ = derivative(lambda t: np.exp(np.longdouble(1) + t))
    assert abs(came - np.exp(np.longdouble(1))) < 1e-15


def test_a_kink_at_the_point_has_no_small_error():
    came, error = derivative(lambda t: np.array([abs(t - 1e-5), t]))
    assert error[0] > 1e-4
    assert error[1] < 1e-12
    assert abs(came[1] - 1) < 1e-12


def test_steps_that_leave_the_domain_are_passed_over():
    with np.errstate(invalid="ignore"):
        came, error = derivative(lambda t: np.log(0.02 + t))
    assert abs(came - 50) < 1e-5
    assert error < 1e-3


def test_where_nothing_is_finite_the_error_is_infinite():
    came, error = derivative(lambda t: np.array([np.nan]))
    assert np.isnan(came).all()
    assert np.isinf(error).all()


def test_steps_are_powers_of_two_below_a_sixteenth_of_the_domain():
    assert widest_step([(-3.0, 3.0)]) == 2.0**-4
    assert widest_step([(-3.0, 3.0), (0.1, 0.4)]) == 2.0**-6
    assert widest_step([]) == 2.0**-4


def units_off(came, expected, most=4, **kinds):
    try:
        Judge("it").ulps("here", came, expected, most, **kinds)
    except MismatchError:
        return True
    return False


def test_units_in_the_last_place():
    one = np.float64(1.0)
    assert not units_off(one + 4 * np.spacing(one), one)
    assert units_off(one + 5 * np.spacing(one), one)
    assert units_off(np.float32(1) + np.float32(1e-6), np.float64(1))
    assert not units_off(np.array([1.0, 1e-20]), np.array([1.0, 2e-20]), beside=1.0)
    assert units_off(np.array([1.0, 1e-20]), np.array([1.0, 2e-20]))


def test_infinities_and_nan_are_right_only_in_their_places():
    inf, nan = np.inf, np.nan
    assert not units_off(np.array([inf, nan, 1.0]), np.array([inf, nan, 1.0]))
    for came in ([-inf, nan], [1e308, nan], [nan, nan], [inf, inf], [inf, 0.0]):
        assert units_off(np.array(came), np.array([inf, nan]))
    assert not units_off(np.float32(inf), np.float64(1e300))  # too large for float32
    assert units_off(np.float32(inf), np.float64(1e30))
