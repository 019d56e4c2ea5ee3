"""Can a value be seen in the memory of another, without moving a number?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.native.kernels import View

__all__ = ["dense", "reshaped", "seen", "sliced"]


def dense(buffer: int, shape: Sequence[int], dtype: np.dtype[Any]) -> View:
    """A view of a whole buffer, row by row."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return View(buffer, 0, tuple(shape), tuple(reversed(strides)), dtype)


def seen(view: View, op: str, attributes: Sequence[Any]) -> View | None:
    """What a primitive that moves elements makes of a view; None where they must be copied first."""
    if op == "reshape":
        return reshaped(view, attributes[0])
    if op == "transpose":
        (perm,) = attributes
        shape, strides = [tuple([one[axis] for axis in perm]) for one in (view.shape, view.strides)]
        return View(view.buffer, view.offset, shape, strides, view.dtype)
    if op == "broadcast":
        (shape,) = attributes
        strides = tuple(
            [0 if have != want else step
             for have, want, step in zip(view.shape, shape, view.strides, strict=True)]
        )  # fmt: skip
        return View(view.buffer, view.offset, shape, strides, view.dtype)
    if op == "slice":
        return sliced(view, attributes[0])
    return None


def sliced(view: View, parts: Sequence[tuple[int, int, int]]) -> View:
    """A part of a view: of each axis from where on, how many elements, and how far apart."""
    shape = tuple([count for _, count, _ in parts])
    if 0 in shape:
        return View(view.buffer, 0, shape, (0,) * len(shape), view.dtype)
    starts = [start * step for (start, _, _), step in zip(parts, view.strides, strict=True)]
    strides = tuple([by * step for (_, _, by), step in zip(parts, view.strides, strict=True)])
    return View(view.buffer, view.offset + sum(starts), shape, strides, view.dtype)


def reshaped(view: View, shape: tuple[int, ...]) -> View | None:
    """The same elements in another shape, where strides can say it."""
    if 0 in shape:
        return View(view.buffer, view.offset, shape, (0,) * len(shape), view.dtype)
    # From the last axis on, those together that lie one behind the other; each axis that is wanted
    # must then be a part of one of them.
    have: list[tuple[int, int]] = []
    for size, step in zip(reversed(view.shape), reversed(view.strides), strict=True):
        if have and step == have[-1][0] * have[-1][1]:
            have[-1] = (have[-1][0] * size, have[-1][1])
        elif size != 1:
            have.append((size, step))
    strides: list[int] = []
    place = 0
    for wanted in reversed([size for size in shape if size != 1]):
        count, step = have[place]
        if count % wanted:
            return None
        strides.append(step)
        have[place] = (count // wanted, step * wanted)
        place += count == wanted
    found = iter(reversed(strides))
    full = tuple([0 if size == 1 else next(found) for size in shape])
    return View(view.buffer, view.offset, shape, full, view.dtype)
