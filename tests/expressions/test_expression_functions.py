"""The table of functions against mpmath at 50 digits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from thalweg.expressions import CONSTANTS, FUNCTIONS, NUMPY_FUNCTIONS, find_function, parse

mp = mpmath.mp.clone()
mp.dps = 50

EXACT = {
    "abs": mp.fabs,
    "sign": mp.sign,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "minimum": min,
    "maximum": max,
    "square": lambda x: x * x,
    "relu": lambda x: max(x, mp.mpf(0)),
    "pow": mp.power,
    "hypot": mp.hypot,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "log2": lambda x: mp.log(x, 2),
    "log10": mp.log10,
    "log1p": lambda x: mp.log(1 + x),
    "expm1": lambda x: mp.expm1(x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
}
INNER = (-0.9, -0.3, -1e-9, 1e-9, 0.2, 0.7)
POSITIVE = (1e-300, 1e-9, 0.3, 1.5, 40.0, 1e300)
ABOVE_ONE = (1.0001, 1.5, 40.0, 1e6)
WIDE = (-36.0, -3.3, -1.2, -1e-9, 1e-9, 0.4, 1.7, 2.0, 30.0)
POINTS = {
    **dict.fromkeys(("asin", "acos", "atanh", "log1p"), INNER),
    **dict.fromkeys(("log", "log2", "log10", "sqrt", "pow"), POSITIVE),
    "acosh": ABOVE_ONE,
}


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_a_function_is_right_under_each_of_its_names(row):
    exact = EXACT.get(row.name) or getattr(mp, row.name)
    second = 1.3 if row.name != "pow" else 0.9
    for x in POINTS.get(row.name, WIDE):
        values = (x, second)[: len(row.arguments)]
        wanted = float(exact(*map(mp.mpf, values)))
        for name in (row.name, *row.aliases):
            expression = parse(f"{name}({', '.join('ab'[: len(values)])})")
            got = expression.evaluate(dict(zip("ab", values, strict=False)))
            assert math.isclose(got, wanted, rel_tol=1e-14), (name, values)
            array = NUMPY_FUNCTIONS[row.name](*(np.array([v]) for v in values))
            assert math.isclose(array[0], wanted, rel_tol=1e-14)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "relu", "erf"])
@pytest.mark.filterwarnings("error")
def test_own_forms_hold_at_the_ends(name):
    limits = {
        "sigmoid": (0.0, 1.0),
        "softplus": (0.0, None),
        "relu": (0.0, None),
        "erf": (-1.0, 1.0),
    }
    low, high = limits[name]
    for far in (1e3, 1e308, math.inf):
        values = np.array([-far, far])
        got = parse(f"{name}(x)").evaluate({"x": values})
        assert got[0] == low
        assert got[1] == (far if high is None else high)
    for value in (math.nan, np.array([math.nan])):
        assert np.all(np.isnan(parse(f"{name}(x)").evaluate({"x": value})))


def test_no_name_stands_for_two_things():
    names = [name for row in FUNCTIONS for name in (row.name, *row.aliases)] + list(CONSTANTS)
    assert len(names) == len(set(names))
    assert len(FUNCTIONS) == len({row.op for row in FUNCTIONS}) >= 30
    assert find_function("lambda") is None


def test_constants():
    assert parse("pi").evaluate({}) == math.pi
    assert parse("e").evaluate({}) == math.e
