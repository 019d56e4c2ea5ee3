"""The measure of errors, against numbers worked out by hand."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from benchmarks.vector_math.points import DOMAINS, points
from benchmarks.vector_math.units import apart, from_digits, from_wider
from native.runnable import DTYPES
from thalweg.native.vector_math import FUNCTIONS

F32, F64 = DTYPES
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def off(answer, exact, dtype):
    return float(apart(np.array([answer], dtype), from_digits([mp.mpf(exact)], dtype))[0])


@pytest.mark.parametrize(
    ("answer", "exact", "units"),
    [
        (1.0, 1.0, 0.0),
        (1 + 2**-23, 1.0, 1.0),
        (1.0, 1 + mp.ldexp(1, -24), 0.5),
        (1 + 2**-22, 1 + mp.ldexp(1, -25), 1.75),
        (1.0, 1 - mp.ldexp(1, -24), 1.0),
        (-3.0, -3 - mp.ldexp(1, -23), 0.5),
        (0.0, 2.0**-149, 1.0),
        (0.0, 2.0**-151, 0.25),
        (2.0**-149, -(2.0**-149), 2.0),
        (np.inf, 3.4028234663852886e38, 1.0),
        (3.4028234663852886e38, mp.ldexp(1, 128), 1.0),
        (np.inf, mp.ldexp(1, 3000), 0.0),
        (-0.0, 2.0**-151, np.inf),
        (np.nan, 1.0, np.inf),
        (1.0, mp.nan, np.inf),
        (np.nan, mp.nan, 0.0),
        (-1.0, 1.0, 2.0 * 127 * 2**23),
    ],
)
def test_units_of_float32(answer, exact, units):
    assert off(answer, exact, F32) == units


def test_units_of_float64():
    assert off(1 + 2**-52, 1.0, F64) == 1.0
    assert off(0.0, mp.ldexp(1, -1074), F64) == 1.0
    assert off(-np.inf, -np.finfo(F64).max, F64) == 1.0


def test_a_wider_float_gives_the_same_as_digits():
    exact = [1 / 3, 1.0 - 2.0**-26, -(2.0**-130) / 3, 1e39, 0.1]
    wide = from_wider(np.array(exact), F32)
    digits = from_digits([mp.mpf(one) for one in exact], F32)
    np.testing.assert_array_equal(wide.nearest, digits.nearest)
    answers = np.array([1 / 3, 1, 0, np.inf, 0.2], F32)
    np.testing.assert_allclose(apart(answers, wide), apart(answers, digits), rtol=1e-9)


@each_dtype
@pytest.mark.parametrize("name", FUNCTIONS)
def test_points_are_finite_inside_and_of_every_size(name, dtype):
    columns = points(name, dtype, 1500)
    assert len(columns) == FUNCTIONS[name].arguments
    assert len(columns[0]) > 700
    for column in columns:
        assert column.dtype == dtype
        assert np.isfinite(column).all()
    if name in DOMAINS:
        (x,) = columns
        least = DOMAINS[name].least
        assert x.min() >= least
        assert x.max() <= DOMAINS[name].most
        if least < 1:
            assert ((x > 0) & (x < np.finfo(dtype).tiny)).any(), "no denormal is among them"
