"""Plain operations, roundings and conversions answer as NumPy's do, bit for bit, on every machine."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from benchmarks.vector_math.points import by_bits
from native.one_vector import apply
from native.runnable import DTYPES, RUNNABLE
from thalweg.native import conversion, floats_as_numpy, rounding, wholes_as_numpy
from thalweg.native.lanes import select

each_machine = pytest.mark.parametrize("machine", RUNNABLE)
each_float = pytest.mark.parametrize("dtype", DTYPES, ids=str)
each_whole = pytest.mark.parametrize("dtype", [np.dtype(np.int32), np.dtype(np.int64)], ids=str)

PLAIN = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1.0, -1.0, 3.0, -3.0, 7.25, 1e10, -1e10]
ODD = [np.inf, -np.inf, np.nan, 2.0**23, 2.0**23 - 0.5, 2.0**31, -(2.0**31), 2.0**52 - 0.5, 2.0**63]


def floats(dtype):
    """Every pair of some plain and odd numbers, and pairs drawn by their bits."""
    some = np.array([*PLAIN, *ODD, -(2.0**63), 0.49999997, 2.0**51 + 0.5, 1e-40], dtype)
    x, y = (part.ravel() for part in np.meshgrid(some, some))
    drawn = by_bits(800, dtype, 3)
    with np.errstate(over="ignore"):
        near = (drawn[::-1] * 37.0).astype(dtype)
    return np.concatenate([x, drawn, drawn]), np.concatenate([y, drawn[::-1], near])


def wholes(dtype):
    """Every pair of small numbers and of those at the ends of the range."""
    ends = np.iinfo(dtype)
    some = np.array([*range(-9, 10), 1000, -12345, ends.min, ends.min + 1, ends.max], dtype)
    x, y = (part.ravel() for part in np.meshgrid(some, some))
    return x, y


def same(found, wanted):
    """Bit for bit, but for what a NaN carries."""
    assert found.dtype == wanted.dtype
    fine = found == wanted
    if found.dtype.kind == "f":
        fine &= np.signbit(found) == np.signbit(wanted)
        fine |= np.isnan(found) & np.isnan(wanted)
    return fine.all(), found[~fine], wanted[~fine], (~fine).nonzero()[0]


FLOAT_PAIRS = {
    "add": (operator.add, np.add),
    "subtract": (operator.sub, np.subtract),
    "multiply": (operator.mul, np.multiply),
    "divide": (operator.truediv, np.divide),
    "maximum": (floats_as_numpy.maximum, np.maximum),
    "minimum": (floats_as_numpy.minimum, np.minimum),
    "remainder": (floats_as_numpy.remainder, np.remainder),
    "floor_divide": (floats_as_numpy.floor_divide, np.floor_divide),
    "copysign": (lambda x, y: x.with_sign_of(y), np.copysign),
    "less": (operator.lt, np.less),
    "less_equal": (operator.le, np.less_equal),
    "greater": (operator.gt, np.greater),
    "greater_equal": (operator.ge, np.greater_equal),
    "equal": (lambda x, y: x.equals(y), np.equal),
    "not_equal": (lambda x, y: x.differs(y), np.not_equal),
    "where": (lambda x, y: select(x < y, x, y), lambda x, y: np.where(x < y, x, y)),
}
FLOATS = {
    "negative": (operator.neg, np.negative),
    "absolute": (lambda x: x.magnitude(), np.absolute),
    "sign": (floats_as_numpy.sign, np.sign),
    "signbit": (floats_as_numpy.sign_bit, np.signbit),
    "isnan": (lambda x: x.is_nan(), np.isnan),
    "isinf": (floats_as_numpy.is_infinite, np.isinf),
    "isfinite": (floats_as_numpy.is_finite, np.isfinite),
    "floor": (rounding.floor, np.floor),
    "ceil": (rounding.ceil, np.ceil),
    "rint": (rounding.rint, np.rint),
    "trunc": (rounding.trunc, np.trunc),
    "sqrt": (lambda x: x.square_root(), np.sqrt),
}
WHOLE_PAIRS = {
    "add": (operator.add, np.add),
    "subtract": (operator.sub, np.subtract),
    "multiply": (operator.mul, np.multiply),
    "floor_divide": (wholes_as_numpy.floor_divide, np.floor_divide),
    "remainder": (wholes_as_numpy.remainder, np.remainder),
    "maximum": (wholes_as_numpy.maximum, np.maximum),
    "minimum": (wholes_as_numpy.minimum, np.minimum),
    "and": (operator.and_, np.bitwise_and),
    "or": (operator.or_, np.bitwise_or),
    "xor": (operator.xor, np.bitwise_xor),
    "less": (operator.lt, np.less),
    "less_equal": (operator.le, np.less_equal),
    "greater": (operator.gt, np.greater),
    "greater_equal": (operator.ge, np.greater_equal),
    "equal": (lambda x, y: x.equals(y), np.equal),
    "not_equal": (lambda x, y: x.differs(y), np.not_equal),
    "where": (lambda x, y: select(x < y, x, y), lambda x, y: np.where(x < y, x, y)),
}
WHOLES = {
    "negative": (operator.neg, np.negative),
    "absolute": (wholes_as_numpy.absolute, np.absolute),
    "sign": (wholes_as_numpy.sign, np.sign),
}


def compare(write, function, machine, *columns, width=None):
    with np.errstate(all="ignore"):
        wanted = function(*columns)
    fine, *where = same(apply(write, machine, *columns, width=width), wanted)
    assert fine, (where, [c[where[-1]] for c in columns])


@each_machine
@each_float
@pytest.mark.parametrize("name", FLOAT_PAIRS)
def test_two_floats(name, dtype, machine):
    compare(*FLOAT_PAIRS[name], machine, *floats(dtype))


@each_machine
@each_float
@pytest.mark.parametrize("name", FLOATS)
def test_one_float(name, dtype, machine):
    compare(*FLOATS[name], machine, np.unique(floats(dtype)[0]))


@each_machine
@each_whole
@pytest.mark.parametrize("name", WHOLE_PAIRS)
def test_two_whole_numbers(name, dtype, machine):
    compare(*WHOLE_PAIRS[name], machine, *wholes(dtype))


@each_machine
@each_whole
@pytest.mark.parametrize("name", WHOLES)
def test_one_whole_number(name, dtype, machine):
    compare(*WHOLES[name], machine, np.unique(wholes(dtype)[0]))


@each_machine
@pytest.mark.parametrize("width", [None, 1, 2])
@pytest.mark.parametrize("to", [*"fd", *"il", "?"])
@pytest.mark.parametrize("of", [*"fd", *"il", "?"])
def test_conversions(of, to, width, machine):
    of, to = np.dtype(of), np.dtype(to)
    numbers = {
        "f": lambda: np.unique(floats(of)[0]),
        "i": lambda: np.unique(wholes(of)[0]),
        "b": lambda: np.array([True, False, True, True]),
    }[of.kind]()
    beside = np.zeros(len(numbers), np.float32)

    def write(x, _):
        if to.kind == "b":
            return conversion.to_truth(x)
        bits = 8 * to.itemsize
        return (conversion.to_floats if to.kind == "f" else conversion.to_wholes)(x, bits)

    compare(write, lambda x, _: x.astype(to), machine, numbers, beside, width=width)


@each_machine
@pytest.mark.parametrize("name", ["and", "or", "xor"])
def test_two_truth_values(name, machine):
    x = np.array([True, False, True, False] * 5)
    y = np.array([True, True, False, False] * 5)
    beside = np.zeros(len(x), np.float32)
    function = getattr(operator, f"{name}_" if name != "xor" else name)
    compare(lambda a, b, _: function(a, b), lambda a, b, _: function(a, b), machine, x, y, beside)
    compare(
        lambda a, b, _: ~select(a, b, a), lambda a, b, _: ~np.where(a, b, a), machine, x, y, beside
    )


@each_machine
def test_small_quotients_of_floats_that_whole_numbers_hold(machine):
    x, y = (part.ravel().astype(np.float32) for part in np.mgrid[-40:41, -9:10])
    compare(floats_as_numpy.remainder, np.remainder, machine, x, y)
    compare(floats_as_numpy.floor_divide, np.floor_divide, machine, x, y)
    compare(floats_as_numpy.remainder, np.remainder, machine, x / 8, y / 4)
