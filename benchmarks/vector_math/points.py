"""At which points are the functions asked?

Floats of every size drawn by their bits, numbers drawn from where the function does most, and the
neighbours of its borders: of the seams between two formulas, of the ends where it over- or underflows,
of multiples of π/2 for the trigonometric ones. Zeros are not among them, but among the special values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

NEIGHBOURS = 4
LAYOUT = {np.dtype(np.float32): (23, 127), np.dtype(np.float64): (52, 1023)}


@dataclass(frozen=True)
class Domain:
    """Where a function of one argument is asked.

    Attributes:
        low, high: the numbers drawn evenly.
        borders: places whose neighbours are asked too.
        without: between these nothing is asked, for terms cancel there and the answer comes to 0.
        least, most: the domain's ends; what is beyond them is among the special values.
    """

    low: float
    high: float
    borders: tuple[float, ...] = ()
    least: float = -math.inf
    most: float = math.inf
    without: tuple[float, float] = (0.0, 0.0)
    log_spread: tuple[float, float] = field(default=(2.0**-12, 2.0**12))


_EXP = (-745.13321910194122, -708.3964185322641, 709.782712893384, -103.97208, -87.33655, 88.72284)
_TURNS = tuple(
    k * math.pi / 4 for k in (*range(1, 33), 63, 129, 1e3, 12345, 3e6 / math.pi * 4, 1e8, 1e15)
)
# Multiples of π/2 that floats come nearest to (Muller, Elementary Functions, section 11.2, found by
# continued fractions): 6381956970095103·2^797, and for float32 16367173·2^72.
_HARDEST = (math.ldexp(6381956970095103, 797), math.ldexp(16367173, 72), 2.0**16, 3.0e6)
_ONES = (1.0, 0.5, 2.0, math.sqrt(0.5), math.sqrt(2.0), 4.0, 0.25, 10.0, 100.0)

DOMAINS = {
    "exp": Domain(-110, 95, _EXP),
    "exp2": Domain(-160, 130, (-1074.5, -1022, 1024, -149.5, -126, 128, 0.5, -0.5)),
    "expm1": Domain(-40, 40, (*_EXP, -37.4, -17.4, 0.3465735902799726, -0.3465735902799726)),
    "log": Domain(0, 4, _ONES, least=0),
    "log2": Domain(0, 4, _ONES, least=0),
    "log10": Domain(0, 4, _ONES, least=0),
    "log1p": Domain(-1, 3, (-1.0, -0.5, 1.0, -0.2928932188134524, 0.41421356237309515), least=-1),
    "sin": Domain(-50, 50, (*_TURNS, *_HARDEST)),
    "cos": Domain(-50, 50, (*_TURNS, *_HARDEST)),
    "tan": Domain(-50, 50, (*_TURNS, *_HARDEST)),
    "asin": Domain(-1, 1, (0.5, 1.0, -0.5, -1.0), least=-1, most=1),
    "acos": Domain(-1, 1, (0.5, 1.0, -0.5, -1.0), least=-1, most=1),
    "atan": Domain(-10, 10, (1.0, math.sqrt(2) - 1, math.sqrt(2) + 1, 2.0**60)),
    "sinh": Domain(-20, 20, (710.4758600739439, 89.41599, 0.34657359, 21.0)),
    "cosh": Domain(-20, 20, (710.4758600739439, 89.41599, 0.34657359, 21.0)),
    "tanh": Domain(-12, 12, (0.34657359, 9.01, 10.0, 19.06, 20.0)),
    "asinh": Domain(-20, 20, (2.0**-9, 2.0**28, 1.0)),
    "acosh": Domain(1, 20, (1.0, 2.0**28, 2.0), least=1),
    "atanh": Domain(-1, 1, (2.0**-9, 1.0, -1.0, 0.5), least=-1, most=1),
    "sigmoid": Domain(-40, 40, (*_EXP, 37.0, 17.0)),
    "softplus": Domain(-40, 40, (*_EXP, 37.0, 17.0)),
    "erf": Domain(-6, 6, (0.921875, 3.92, 3.95, 5.92, 5.95)),
    "erfc": Domain(-6, 28, (26.543, 27.226, 10.054, 9.19, 27.3, 10.1, 4.0)),
    "erfcx": Domain(-27, 30, (-26.6287, -9.382, -26.7, 2.0**60)),
    "gaussian": Domain(-27, 27, (10.2, 9.3, 26.6, 27.3)),
    "normal_pdf": Domain(-38, 38, (14.3, 13.1, 37.6, 38.6)),
    "normal_cdf": Domain(-38, 8, (14.2, 37.5, 38.5, 4.9434)),
    "gelu": Domain(-38, 8, (14.2, 37.5, 38.5, 4.9434)),
    "gelu_slope": Domain(-38, 8, (14.2, 37.5, 38.5, 4.9434), without=(-1.2, -0.4)),
    "sqrt": Domain(0, 4, _ONES, least=0),
    "rsqrt": Domain(0, 4, _ONES, least=0),
    "cbrt": Domain(-30, 30, (1.0, 8.0, 27.0, math.sqrt(8.0), math.sqrt(0.125))),
}


def by_bits(count: int, dtype: np.dtype, seed: int) -> np.ndarray:
    """Finite floats of every size and both signs, denormals among them."""
    kind = f"u{dtype.itemsize}"
    drawn = np.random.default_rng(seed).integers(0, np.iinfo(kind).max, 2 * count, kind, True)
    floats = drawn.view(dtype)
    denormal = (drawn >> np.array(LAYOUT[dtype][0] + 1, kind))[: count // 16].view(dtype)
    return np.concatenate([denormal, floats[np.isfinite(floats)][: count - len(denormal)]])


def around(places: tuple[float, ...], dtype: np.dtype) -> np.ndarray:
    """The floats next to some places, on both sides, and their negatives."""
    kind = f"i{dtype.itemsize}"
    with np.errstate(over="ignore"):
        here = np.abs(np.array(places, np.float64)).astype(dtype)
    here = here[np.isfinite(here)]
    steps = np.arange(-NEIGHBOURS, NEIGHBOURS + 1, dtype=kind)
    near = (here.view(kind)[:, None] + steps).ravel()
    near = near[near > 0].view(dtype)
    near = near[np.isfinite(near)]
    return np.concatenate([near, -near])


def inside(name: str, drawn: np.ndarray) -> np.ndarray:
    """Those that are finite, not zero, and in the function's domain, where its terms do not cancel."""
    domain = DOMAINS[name]
    fine = (drawn >= domain.least) & (drawn <= domain.most) & np.isfinite(drawn) & (drawn != 0)
    low, high = domain.without
    return drawn[fine & ((drawn < low) | (drawn > high))]


def points(name: str, dtype: np.dtype, count: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """The finite points at which a function is asked, a column an argument; about `count` of them."""
    if name == "pow":
        return _of_pow(dtype, count, seed)
    if name == "logaddexp":
        return _of_logaddexp(dtype, count, seed)
    if name in ("atan2", "hypot"):
        return _of_pairs(dtype, count, seed)
    if name == "fmod":
        x, y = _of_pairs(dtype, count, seed)
        # A rest of 0 has the sign of x, which digits do not know; such are among the special values.
        some = np.fmod(x, y) != 0
        return x[some], y[some]
    domain = DOMAINS[name]
    rng = np.random.default_rng(seed)
    even = rng.uniform(domain.low, domain.high, count // 2).astype(dtype)
    small, large = np.log2(domain.log_spread)
    spread = np.exp2(rng.uniform(small, large, count // 4)) * rng.choice([-1.0, 1.0], count // 4)
    _, bias = LAYOUT[dtype]
    ends = (0.0, 2.0 ** (1 - bias), float(np.finfo(dtype).max), *domain.borders)
    asked = np.concatenate(
        [even, spread.astype(dtype), by_bits(count // 4, dtype, seed), around(ends, dtype)]
    )
    return (inside(name, asked),)


def _of_pow(dtype: np.dtype, count: int, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    mantissa, bias = LAYOUT[dtype]
    part = count // 6
    # Any base, and an exponent that brings the answer into the range or just out of it.
    base = np.abs(by_bits(2 * part, dtype, seed))
    base = base[(base > 0) & (base != 1)][:part]
    goal = rng.uniform(-1.05, 1.02, part) * (bias + mantissa * 0.5)
    into = (goal[: len(base)] / np.log2(base.astype(np.float64))).astype(dtype)
    # Bases next to 1 with huge exponents.
    near = (1 + rng.choice([-1, 1], part) * np.exp2(-rng.uniform(1, mantissa, part))).astype(dtype)
    huge = (rng.uniform(-bias, bias, part) / np.log2(near.astype(np.float64))).astype(dtype)
    # Whole and half powers of both signs, of negative bases where they have an answer.
    middle = rng.uniform(-30, 30, part).astype(dtype)
    whole = rng.integers(-40, 40, part).astype(dtype)
    half = np.abs(rng.uniform(0.01, 100, part)).astype(dtype)
    halves = (rng.integers(-30, 30, part) / 2).astype(dtype)
    # Near-whole exponents, odd and even ones among the largest, and the ends of the range.
    almost = around(tuple(float(k) for k in range(1, 20)), dtype)
    largest = around(tuple(2.0**k for k in range(mantissa - 2, mantissa + 3)), dtype)
    one = np.array(1, dtype)
    unit = np.tile(np.nextafter(one, [0, 2]).astype(dtype), len(largest))[: len(largest)]
    tiny = np.exp2(rng.uniform(-20, 20, part)).astype(dtype)
    bases = [base, near, middle, half, np.full(len(almost), 1.7, dtype), -unit, unit, tiny]
    powers = [
        into,
        huge,
        whole,
        halves,
        almost,
        largest,
        largest,
        rng.normal(0, 9, part).astype(dtype),
    ]
    x, y = np.concatenate(bases), np.concatenate(powers)
    fine = np.isfinite(x) & np.isfinite(y) & ((x > 0) | ((x < 0) & (y == np.trunc(y))))
    return x[fine], y[fine]


def _of_pairs(dtype: np.dtype, count: int, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    part = count // 4
    y = [rng.normal(0, 1, part).astype(dtype), by_bits(part, dtype, seed)]
    x = [rng.normal(0, 1, part).astype(dtype), by_bits(part, dtype, seed + 1)]
    # One size, and the seams of the three directions.
    size = by_bits(part, dtype, seed + 2)
    ratio = rng.uniform(-8, 8, part).astype(dtype)
    seams = around((1.0, math.sqrt(2.0) - 1, math.sqrt(2.0) + 1), dtype)
    ends = around((0.0, 2.0 ** (1 - LAYOUT[dtype][1]), float(np.finfo(dtype).max), 1.0), dtype)
    with np.errstate(over="ignore"):
        product = size * ratio[: len(size)]
    y += [product, seams, np.repeat(ends, len(ends))]
    x += [size, np.ones(len(seams), dtype), np.tile(ends, len(ends))]
    one, other = np.concatenate(y), np.concatenate(x)
    fine = np.isfinite(one) & np.isfinite(other) & (one != 0) & (other != 0)
    return one[fine], other[fine]


def _of_logaddexp(dtype: np.dtype, count: int, seed: int) -> tuple[np.ndarray, ...]:
    """Where the larger number is not negative, for else the answer may nearly cancel."""
    rng = np.random.default_rng(seed)
    part = count // 2
    larger = np.abs(
        np.concatenate([rng.normal(0, 20, part).astype(dtype), by_bits(part, dtype, seed)])
    )
    less = np.abs(np.concatenate([rng.normal(0, 20, part), np.exp2(rng.uniform(-60, 10, part))]))
    with np.errstate(over="ignore"):
        smaller = (larger[: 2 * part] - less).astype(dtype)
    fine = np.isfinite(smaller)
    return larger[: 2 * part][fine], smaller[fine]
