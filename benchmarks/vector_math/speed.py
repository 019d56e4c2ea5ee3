"""How many nanoseconds does an element take, beside NumPy's and SciPy's own functions, on one thread?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from benchmarks.interleave import Timing, side_by_side
from benchmarks.vector_math.points import DOMAINS
from thalweg.native.array_loop import array_function
from thalweg.native.vector_math import FUNCTIONS

# Small enough for the nearest cache but one, large enough that the call itself does not count.
SIZE = 8192
ROUNDS = 9
PLAIN = {"low": 0.1, "high": 4.0}


def rival(name: str) -> Callable[..., Any]:
    """The function as NumPy's users have it."""
    theirs = {
        "sigmoid": scipy.special.expit,
        "softplus": lambda x, out: np.logaddexp(0, x, out=out),
        "rsqrt": lambda x, out: np.reciprocal(np.sqrt(x, out=out), out=out),
        "erf": scipy.special.erf,
        "erfc": scipy.special.erfc,
        "erfcx": scipy.special.erfcx,
        "gaussian": lambda x, out: np.exp(-x * x, out=out),
        "normal_pdf": lambda x, out: np.divide(np.exp(-x * x / 2), np.sqrt(2 * np.pi), out=out),
        "normal_cdf": scipy.special.ndtr,
        "gelu_slope": lambda x, out: np.add(
            scipy.special.ndtr(x), x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi), out=out
        ),
        "gelu": lambda x, out: np.multiply(x, scipy.special.ndtr(x), out=out),
    }
    return theirs[name] if name in theirs else getattr(np, name)


def inputs(name: str, dtype: np.dtype) -> list[np.ndarray]:
    """Numbers from where the function does most; no denormals, no ends of the range."""
    rng = np.random.default_rng(0)
    domain = DOMAINS.get(name)
    low = max(domain.low, -10.0) if domain else PLAIN["low"]
    high = min(domain.high, 10.0) if domain else PLAIN["high"]
    return [rng.uniform(low, high, SIZE).astype(dtype) for _ in range(FUNCTIONS[name].arguments)]


def compared(name: str, dtype: np.dtype) -> dict[str, Timing]:
    """Seconds an element."""
    columns = inputs(name, dtype)
    out = np.empty(SIZE, dtype)
    theirs = rival(name)
    calls: dict[str, Callable[[], object]] = {"numpy": lambda: theirs(*columns, out=out)}
    for label, vectors in (("thalweg", 1), ("two vectors at once", 2)):
        enter = array_function(name, 8 * dtype.itemsize, "host", vectors).enter
        places = [one.ctypes.data for one in (out, *columns)]
        calls[label] = lambda enter=enter, places=places: enter(SIZE, *places)
    with np.errstate(all="ignore"):
        found = side_by_side(calls, rounds=ROUNDS)
    return {key: Timing(*(part / SIZE for part in one)) for key, one in found.items()}
