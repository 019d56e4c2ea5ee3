"""Formulas against Python's own reading of the same text, and against stated values."""

from __future__ import annotations

import cmath
import math

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expressions.formula_strategies import formula_text
from thalweg.errors import ExpressionError
from thalweg.expressions import as_function, parse

PYTHON_NAMES = {
    "__builtins__": {},
    "sin": math.sin,
    "exp": math.exp,
    "atan": math.atan,
    "abs": abs,
    "atan2": math.atan2,
    "hypot": math.hypot,
    "pi": math.pi,
    "e": math.e,
}


def python_value(text, values):
    """The oracle: Python reads the same text. Only text built by the strategy comes here."""
    try:
        value = eval(text, dict(PYTHON_NAMES), dict(values))  # noqa: S307 -- the strategy's own text, the oracle
    except (ZeroDivisionError, OverflowError, ValueError, TypeError):
        return None
    if isinstance(value, complex) or not math.isfinite(value):
        return None
    return value


@settings(max_examples=400, deadline=None)
@given(formula_text, st.floats(-3, 3), st.floats(0.1, 3), st.floats(-3, 3))
def test_a_formula_means_what_python_says(text, x, y, b1):
    values = {"x": x, "y": y, "b1": b1}
    wanted = python_value(text, values)
    assume(wanted is not None)
    try:
        expression = parse(text)
    except ExpressionError:
        # Python may drop an infinity on the way (atan(inf)); such a constant is refused.
        assume(False)
    got = expression.evaluate(values)
    # Sums of ill-conditioned sines magnify the last bit of pow and exp: compare where a
    # neighbouring input gives nearly the same value.
    nudged = python_value(text, {k: v * (1 + 4e-16) for k, v in values.items()})
    assume(nudged is not None and math.isclose(nudged, wanted, rel_tol=1e-12, abs_tol=1e-250))
    assert math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-250)
    assert as_function(expression, ["b1", "x", "y"])(b1, x, y) == got


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-x**2", -9.0),
        ("2**-1", 0.5),
        ("2**3**2", 512.0),
        ("2**-x**2", 2.0**-9),
        ("2**-x*3", 0.375),
        ("2**+x*3", 24.0),
        ("-x*-x", 9.0),
        ("x - 1 - 1", 1.0),
        ("12/x/2", 2.0),
        ("--x", 3.0),
        ("-+-+x", 3.0),
        ("- 2 ** 2", -4.0),
        ("(-2)**2", 4.0),
        (" x\t*\n2\r\n", 6.0),
        ("007", 7.0),
        ("5.", 5.0),
        (".5e1", 5.0),
        ("1E+2", 100.0),
        ("ln(e)", 1.0),
        ("arctan2(1, 1)*4", math.pi),
        ("max(x, min(1, 2))", 3.0),
        ("pow(x, 3) - x**3", 0.0),
        ("sin (pi/2)", 1.0),
        ("((x))", 3.0),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("9007199254740993", 9007199254740992.0),
    ],
)
def test_stated_values(text, wanted):
    got = parse(text).evaluate({"x": 3.0})
    assert isinstance(got, np.float64)
    assert got == wanted


@pytest.mark.parametrize(
    ("text", "x", "wanted"),
    [
        ("1/x", 0.0, math.inf),
        ("1/x", -0.0, -math.inf),
        ("x/x", 0.0, math.nan),
        ("x**(1/3)", -8.0, math.nan),
        ("x**0.5", -1.0, math.nan),
        ("x**-1", 0.0, math.inf),
        ("x**x**x", 9.0, math.inf),
        ("exp(x)", 1e4, math.inf),
        ("log(x)", 0.0, -math.inf),
        ("log(x)", -1.0, math.nan),
        ("sqrt(x)", -1.0, math.nan),
        ("x*0", math.inf, math.nan),
        ("x**0", math.nan, 1.0),
        ("2**x", 1e6, math.inf),
        ("0**x", -1.0, math.inf),
    ],
)
@pytest.mark.filterwarnings("error")
def test_numbers_leave_the_domain_quietly(text, x, wanted):
    for value in (x, np.float32(x), np.array([x])):
        got = parse(text).evaluate({"x": value})
        assert np.array_equal(np.ravel(got), [wanted], equal_nan=True)


@pytest.mark.parametrize("value", [2, True, np.int8(2), np.float32(2), [1, 2], np.arange(1, 3)])
def test_every_real_number_is_computed_in_float64(value):
    got = parse("x**-2").evaluate({"x": value})
    assert got.dtype == np.float64
    assert np.array_equal(got, np.asarray(value, dtype=np.float64) ** -2.0)


@pytest.mark.parametrize(
    "value",
    [
        1j,
        np.complex64(1),
        np.array([1j]),
        "2",
        None,
        b"2",
        {},
        object(),
        10**400,
        [[1], [2, 3]],
        np.array(["a"]),
        np.array([None]),
    ],
)
def test_what_is_no_real_number_is_refused(value):
    with pytest.raises(ExpressionError):
        parse("x + 1").evaluate({"x": value})


def test_constants_are_exact_whatever_the_table_of_functions_does():
    coarse = {"sqrt": lambda value: np.sqrt(np.float32(value)), "log": np.log}
    got = parse("sqrt(2)*x").evaluate({"x": 1.0}, coarse)
    assert got == math.sqrt(2.0)


def test_whole_exponents_stay_whole_and_others_do_not():
    class Power:
        def __rtruediv__(self, other):
            return NotImplemented

        def __pow__(self, exponent):
            return exponent

    for text, wanted in [("x**3", 3), ("x**-2", -2), ("x**(4/2)", 2), ("x**2.5", 2.5)]:
        got = parse(text).evaluate({"x": Power()})
        assert got == wanted
        assert isinstance(got, type(wanted))
    assert type(parse("x**1e300").evaluate({"x": Power()})) is np.float64


def test_values_with_their_own_arithmetic_are_used_as_they_are():
    with mpmath.workprec(53):  # other tests of the process work with more
        third = mpmath.mpf(1) / 3
        assert parse("x**2 + 1").evaluate({"x": third}) == third**2 + 1


def test_arrays_broadcast():
    x = np.linspace(0.0, 1.0, 5)
    b = np.array([[1.0], [2.0]])
    got = parse("b*exp(-x)").evaluate({"x": x, "b": b})
    assert np.array_equal(got, b * np.exp(-x))


def test_a_complex_step_of_the_oracle_agrees_with_the_tree():
    # The same tree through other arithmetic: cmath's functions on Python's complex numbers.
    class Complex:
        def __init__(self, value):
            self.value = value

        def __rtruediv__(self, other):
            return Complex(other / self.value)

        def __mul__(self, other):
            return Complex(self.value * getattr(other, "value", other))

        __rmul__ = __mul__

        def __neg__(self):
            return Complex(-self.value)

        def __add__(self, other):
            return Complex(self.value + getattr(other, "value", other))

        __radd__ = __add__

    functions = {"exp": lambda z: Complex(cmath.exp(z.value))}
    got = parse("2*x*exp(-x) + 1/x").evaluate({"x": Complex(1.5 + 1e-30j)}, functions)
    derivative = 2 * math.exp(-1.5) * (1 - 1.5) - 1 / 1.5**2
    assert math.isclose(got.value.imag / 1e-30, derivative, rel_tol=1e-14)
