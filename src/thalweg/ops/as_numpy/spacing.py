"""NumPy's evenly spaced numbers between two ends, gradients to both."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.ops.arithmetic import abs as magnitude
from thalweg.ops.arithmetic import power
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.exponential import exp, log
from thalweg.ops.movement import broadcast_to, moved_axis


def _ends(start: Any, stop: Any, weak: bool = True) -> tuple[Any, Any]:
    """Both ends in one float dtype and one shape; a Python number may be weak."""
    kinds = [
        one if weak and isinstance(one, int | float | complex) else value(one).dtype
        for one in (start, stop)
    ]
    kind = np.result_type(*kinds, 0.0)
    start, stop = value(start), value(stop)
    shape = np.broadcast_shapes(shape_of(start), shape_of(stop))
    return broadcast_to(cast_to(start, kind), shape), broadcast_to(cast_to(stop, kind), shape)


def _spread(start: Any, stop: Any, num: Any, endpoint: bool) -> tuple[Any, Any]:
    count = int(static(num))
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    steps = count - 1 if endpoint else count
    step = (stop - start) / steps if steps > 0 else np.nan
    kind = np.dtype(start.dtype)
    shares = (np.arange(count) / max(steps, 1)).astype(np.finfo(kind).dtype)
    shares = shares.reshape((count,) + (1,) * len(shape_of(start)))
    # Either end is met exactly: the share of the other is 0 there.
    return start * (1 - shares) + stop * shares, step


@form()
def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, *, device: Any = None,
) -> Any:  # fmt: skip
    """Evenly spaced."""
    numbers, step = _spread(*_ends(start, stop), num, endpoint)
    numbers = moved_axis(numbers, 0, axis) if axis else numbers
    numbers = _cast_down(numbers, dtype)
    return (numbers, step) if retstep else numbers


def _cast_down(numbers: Any, dtype: Any) -> Any:
    """In the dtype asked for; whole numbers are rounded down, as NumPy does."""
    if dtype is None or np.dtype(dtype).kind not in "iu":
        return cast_to(numbers, dtype)
    return np.floor(plain(numbers)).astype(dtype)


@form()
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None,
    axis: int = 0,
) -> Any:  # fmt: skip
    """Powers of a base with evenly spaced exponents."""
    exponents = _spread(*_ends(start, stop), num, endpoint)[0]
    base = base if np.isscalar(base) else value(base)
    numbers = power(base, exponents)
    return cast_to(moved_axis(numbers, 0, axis) if axis else numbers, dtype)


@form()
def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """In a constant ratio."""
    first, last = _ends(start, stop, weak=False)
    if first.dtype.kind == "c":
        raise TypeError("np.geomspace of a Tensor takes real ends")
    if np.any(plain(first) * plain(last) <= 0):
        raise ValueError("np.geomspace of a Tensor takes ends of one sign, neither of them 0")
    signs = np.sign(plain(first))
    numbers = exp(_spread(log(magnitude(first)), log(magnitude(last)), num, endpoint)[0]) * signs
    return cast_to(moved_axis(numbers, 0, axis) if axis else numbers, dtype)
