"""Every function of the vector mathematics keeps its bound on every machine this processor can be."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.vector_math.exact import EXACT, OF_SCIPY, answers
from benchmarks.vector_math.points import points
from benchmarks.vector_math.stated import BOUNDS, SPECIAL
from benchmarks.vector_math.units import apart, from_digits
from benchmarks.vector_math.worst import worst
from native.runnable import DTYPES, RUNNABLE
from thalweg.native.array_loop import array_function
from thalweg.native.vector_math import FUNCTIONS

COUNT = 1500
TWO_UNITS = ("exp", "log", "tanh", "sigmoid", "sin", "cos")
each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
each_machine = pytest.mark.parametrize("machine", RUNNABLE)


@cache
def asked(name, dtype):
    """The points and mpmath's answers, which are the same for every machine."""
    columns = points(name, dtype, COUNT)
    return columns, from_digits(answers(name, *columns), dtype)


def bound(name, dtype):
    return BOUNDS[name][DTYPES.index(dtype)]


def test_every_function_has_a_bound_special_values_and_an_oracle():
    assert set(FUNCTIONS) == set(BOUNDS) == set(SPECIAL) == set(EXACT)


def test_what_training_uses_most_is_within_two_units():
    assert max(max(BOUNDS[name]) for name in TWO_UNITS) <= 2


@each_machine
@each_dtype
@each_function
def test_within_its_bound(name, dtype, machine):
    columns, exact = asked(name, dtype)
    errors = apart(array_function(name, 8 * dtype.itemsize, machine)(*columns), exact)
    at = errors.argmax()
    assert errors[at] <= bound(name, dtype), [float(c[at]).hex() for c in columns]


@pytest.mark.parametrize("vectors", [0, 2])
@pytest.mark.parametrize("machine", ["host", "baseline"])
@each_dtype
@each_function
def test_scalars_and_wider_vectors_give_the_same_floats(name, dtype, machine, vectors):
    columns, _ = asked(name, dtype)
    bits = 8 * dtype.itemsize
    expected = array_function(name, bits, machine)(*columns)
    found = array_function(name, bits, machine, vectors)(*columns)
    assert found.tobytes() == expected.tobytes()


def special(name, dtype):
    """The stated special values as columns and answers; float64's denormals are not float32's."""
    rows = np.array(SPECIAL[name], np.float64)
    with np.errstate(over="ignore"):
        rounded = rows.astype(dtype)
    return [np.ascontiguousarray(c) for c in rounded[:, :-1].T], rounded[:, -1]


@each_machine
@each_dtype
@each_function
def test_special_values(name, dtype, machine):
    columns, stated = special(name, dtype)
    found = array_function(name, 8 * dtype.itemsize, machine)(*columns)
    same = (found == stated) & (np.signbit(found) == np.signbit(stated))
    with np.errstate(invalid="ignore"):
        close = (np.abs(found - stated) <= np.abs(np.spacing(stated))) & (name in ROUNDED)
    wrong = ~(same | close | (np.isnan(found) & np.isnan(stated)))
    assert not wrong.any(), [
        (*(c[k] for c in columns), found[k], stated[k]) for k in wrong.nonzero()[0]
    ]


# Of these some special answers are multiples of π or a logarithm, rounded.
ROUNDED = (
    "logaddexp",
    "hypot",
    "acos",
    "asin",
    "atan",
    "atan2",
    "softplus",
    "log10",
    "pow",
    "normal_pdf",
)


@each_function
def test_numpy_agrees_on_the_special_values(name):
    """What is stated is what NumPy and SciPy answer, so compiled and eager code are the same there."""
    if not hasattr(np, name):
        import scipy.special as sp

        function = {
            "sigmoid": sp.expit,
            "softplus": lambda x: np.logaddexp(0, x),
            "erf": sp.erf,
            "erfc": sp.erfc,
            "erfcx": sp.erfcx,
            "gaussian": lambda x: np.exp(-x * x),
            "normal_pdf": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
            "normal_cdf": sp.ndtr,
            "gelu_slope": lambda x: np.where(
                np.isneginf(x) | (x < -99),
                -0.0,
                sp.ndtr(x) + np.where(np.isinf(x), 0, x) * np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
            ),
            "gelu": lambda x: np.where(sp.ndtr(x) == 0, 0.0, x * sp.ndtr(x)),
            "rsqrt": lambda x: 1 / np.sqrt(x),
        }[name]
    else:
        function = getattr(np, name)
    columns, stated = special(name, np.dtype(np.float64))
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(function(*columns), stated, rtol=1e-15)


@pytest.mark.sweep
@each_machine
@each_dtype
@each_function
def test_within_its_bound_at_millions_of_points(name, dtype, machine):
    """Every 64th float32, and four million float64; against mpmath where no wider float is there."""
    slow = dtype == np.float64 and name in OF_SCIPY
    count = 50_000 if slow else 1 << (26 if dtype == np.float32 else 22)
    found = worst(name, dtype, machine, count)
    assert found.count > count / 8
    assert found.units <= bound(name, dtype), [part.hex() for part in found.place]
