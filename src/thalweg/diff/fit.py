"""Fitting a cotangent to its value: summed where the value was broadcast, expanded, cast.

Rules do not mention broadcasting: whatever shape a rule returns that the value's shape broadcasts
to, or that broadcasts to it, is made right here.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.complex_numbers import real
from thalweg.ops.movement import broadcast_to, reshape
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.summation import accumulate, narrowed

Spec = tuple[Any, ...]
"""Shape and dtype; of a computed value also op, inputs' keys and call site: they outlive the sweep."""


def fit(g: Any, spec: Spec) -> Any:
    """A cotangent (array or Tensor) in the shape and dtype of its value."""
    shape, dtype = spec[:2]
    raw = g.array if isinstance(g, Handle) else g
    if raw.dtype is not dtype and raw.dtype != dtype:
        if raw.dtype.kind == "c" and dtype.kind != "c":
            g = real(g)
        g = cast(g, dtype)
    if raw.shape == shape:
        return g
    if g is raw:
        return _raw(g, raw.shape, shape)
    return _reshaped(g, raw.shape, shape)


def _raw(g: Any, came: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """The frequent cases, on arrays: a bias was broadcast along rows, a sum is spread out."""
    lead = len(came) - len(shape)
    if lead > 0 and came[lead:] == shape:
        return narrowed(accumulate(g, LEADING[lead], False), g.dtype)
    summed = _stretched(came, shape) if lead == 0 else ()
    if summed:
        return narrowed(accumulate(g, summed, True), g.dtype)
    if not came:
        spread = np.empty(shape, g.dtype)
        spread[...] = g
        return spread
    return _reshaped(g, came, shape)


LEADING = tuple(tuple(range(rank)) for rank in range(65))


@functools.lru_cache(maxsize=256)
def _stretched(came: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes along which a value was broadcast, of as many axes as it has; none if it was not."""
    if 0 in came:
        return ()
    summed = tuple([place for place, size in enumerate(shape) if size != came[place]])
    return summed if all([shape[place] == 1 for place in summed]) else ()


def _reshaped(g: Any, came: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    lead = len(came) - len(shape)
    if lead < 0:
        came = (1,) * -lead + came
        g = reshape(g, came)
        lead = 0
    summed = tuple(
        place
        for place, size in enumerate(came)
        if place < lead or (shape[place - lead] == 1 and size != 1)
    )
    if summed:
        g = reduce_sum(g, summed, True)
        came = tuple(1 if place in summed else size for place, size in enumerate(came))
    if lead:
        came = came[lead:]
        g = reshape(g, came)
    if came != shape:
        try:
            g = broadcast_to(g, shape)
        except ValueError as error:
            raise ShapeError(
                f"a gradient of shape {came} does not fit a value of shape {shape}"
            ) from error
    return g
