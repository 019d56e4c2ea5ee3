"""Where is a function's error largest?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.vector_math.exact import answers, wider
from benchmarks.vector_math.points import inside, points
from benchmarks.vector_math.units import Exact, apart, from_digits, from_wider
from thalweg.native.array_loop import array_function
from thalweg.native.vector_math import FUNCTIONS

CHUNK = 1 << 20


class Worst(NamedTuple):
    """The largest error in units of the last place, where it is, and among how many points."""

    units: float
    place: tuple[float, ...]
    count: int


def worst(name: str, dtype: np.dtype, machine: str, count: int, digits: bool = False) -> Worst:
    """Look for the largest error at finite points inside a function's domain.

    Args:
        name: one of the library's functions.
        dtype: float32 or float64.
        machine: see `thalweg.native.machine.machine`.
        count: about how many points. For float32 and one argument they are spread evenly over the
            bits: 2^32 means every float.
        digits: ask mpmath and not a wider float.
    """
    function = array_function(name, 8 * dtype.itemsize, machine, 1)
    wide = None if digits else wider(name, dtype)
    found = Worst(-1.0, (), 0)
    for columns in _chunks(name, dtype, count):
        exact = _exact(name, dtype, columns, wide)
        errors = apart(function(*columns), exact)
        at = int(errors.argmax())
        total = found.count + errors.size
        if errors[at] > found.units:
            found = Worst(float(errors[at]), tuple(float(c[at]) for c in columns), total)
        found = found._replace(count=total)
    return found


def _exact(name: str, dtype: np.dtype, columns: tuple[np.ndarray, ...], wide: object) -> Exact:
    if not callable(wide):
        return from_digits(answers(name, *columns), dtype)
    with np.errstate(all="ignore"):
        return from_wider(wide(*columns), dtype)


def _chunks(name: str, dtype: np.dtype, count: int) -> Iterator[tuple[np.ndarray, ...]]:
    """The points, in pieces that fit the caches' neighbourhood; the chosen ones come first."""
    yield points(name, dtype, min(count, CHUNK))
    if dtype == np.float32 and FUNCTIONS[name].arguments == 1:
        stride = max(1, (1 << 32) // count)
        for start in range(0, 1 << 32, CHUNK * stride):
            bits = np.arange(start, min(start + CHUNK * stride, 1 << 32), stride, dtype=np.uint32)
            drawn = inside(name, bits.view(np.float32))
            if drawn.size:
                yield (drawn,)
        return
    for seed in range(2, 2 + count // CHUNK):
        yield points(name, dtype, CHUNK, seed)
