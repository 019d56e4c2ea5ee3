"""How does indexing by arrays become rows of a table and their numbers, and how is it turned back?

`x[index]` by NumPy's rules: slices cut first; the arrays together then number the rows of a table whose
rows are what the other axes hold. Numbers from behind count from the end. A number that is outside
becomes -1, which names no row: the machine code does not touch it, and Python says what is wrong.

Symbols come in and go out, by their methods and NumPy's functions alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["added_at", "is_advanced", "set_at", "taken"]


def is_advanced(index: tuple[Any, ...]) -> bool:
    """Whether an index holds arrays."""
    return any(isinstance(one, list) or hasattr(one, "dtype") for one in index)


class _Table:
    """An index as NumPy reads it, of an array of some shape.

    Attributes:
        cut: the index without its arrays, each of which stands as a whole axis.
        axes: of the cut array, those that arrays number.
        order: of the cut array's axes: those first.
        numbers: the row's number for each element of the arrays' common shape.
        sizes: of those axes.
        rest: the shape of a row.
        first: before which axis of a row the arrays' axes stand in the answer.
    """

    def __init__(self, shape: tuple[int, ...], index: tuple[Any, ...]) -> None:
        given = _spread(shape, index)
        self.cut = tuple([slice(None) if hasattr(one, "dtype") else one for one in given])
        sizes = _cut_shape(shape, self.cut)
        self.axes = [axis for axis, one in enumerate(given) if hasattr(one, "dtype")]
        arrays = [one for one in given if hasattr(one, "dtype")]
        others = [axis for axis in range(len(sizes)) if axis not in self.axes]
        self.order = (*self.axes, *others)
        self.sizes = tuple([sizes[axis] for axis in self.axes])
        self.rest = tuple([sizes[axis] for axis in others])
        self.numbers = _numbers(arrays, self.sizes)
        apart = self.axes[-1] - self.axes[0] >= len(self.axes)
        self.first = 0 if apart else self.axes[0]

    def rows(self, x: Any) -> Any:
        """The table: a row for each number."""
        return x[self.cut].transpose(self.order).reshape((math.prod(self.sizes), *self.rest))

    def back(self, rows: Any, shape: tuple[int, ...]) -> Any:
        """The table as an array of the whole shape, with zeros beyond the cut."""
        there = rows.reshape((*self.sizes, *self.rest)).transpose(_turned_back(self.order))
        return there if there.shape == shape else there.put_at(shape, self.cut)

    def _perm(self) -> tuple[int, ...]:
        """The axes of numbers and rows in the order in which the answer has them."""
        count, rank = len(self.numbers.shape), len(self.rest)
        places = range(count, count + rank)
        return (*places[: self.first], *range(count), *places[self.first :])

    def answer(self, found: Any) -> Any:
        """What was taken, with the arrays' axes where NumPy has them."""
        return found.transpose(self._perm())

    def listed(self, x: Any) -> Any:
        """What is to be put, of the answer's shape or one that broadcasts to it: rows, by number."""
        shape = (*self.numbers.shape, *self.rest)
        perm = self._perm()
        whole = np.broadcast_to(x, tuple([shape[axis] for axis in perm]))
        return whole.transpose(_turned_back(perm))


def _turned_back(perm: tuple[int, ...]) -> tuple[int, ...]:
    return tuple([perm.index(axis) for axis in range(len(perm))])


def _spread(shape: tuple[int, ...], index: tuple[Any, ...]) -> list[Any]:
    """The index with an entry for each axis of the array, and None; numbers beside arrays are arrays."""
    parts: list[Any] = []
    for one in index:
        if isinstance(one, list):
            one = np.array(one, np.intp) if not one else np.array(one)
        if isinstance(one, np.ndarray) and one.dtype.kind == "b":
            parts += one.nonzero()
        elif isinstance(one, int | np.integer) and not isinstance(one, bool):
            parts.append(np.array(one))
        else:
            parts.append(one)
    for one in parts:
        if hasattr(one, "dtype") and one.dtype.kind not in "iu":
            raise TypeError("places that are known by truth values alone have no machine code")
    whole = [slice(None)] * (len(shape) - sum(one is not None and one is not ... for one in parts))
    dots = [place for place, one in enumerate(parts) if one is ...]
    at = dots[0] if dots else len(parts)
    return [*parts[:at], *whole, *parts[at + 1 :]]


def _cut_shape(shape: tuple[int, ...], cut: tuple[Any, ...]) -> tuple[int, ...]:
    rest = iter(shape)
    return tuple([1 if one is None else len(range(*one.indices(next(rest)))) for one in cut])


def _numbers(arrays: list[Any], sizes: tuple[int, ...]) -> Any:
    """One number for a place of several axes; -1 where a place is outside its axis."""
    total: Any = None
    inside: Any = None
    for place, (one, size) in enumerate(zip(arrays, sizes, strict=True)):
        step = math.prod(sizes[place + 1 :])
        at = np.where(one < 0, one.astype(np.int64) + size, one.astype(np.int64))
        if isinstance(one, np.ndarray | np.generic):
            if one.size and not 0 <= at.min() <= at.max() < size:
                raise IndexError(f"a number is out of bounds for an axis of size {size}")
        elif len(arrays) == 1:
            return at  # whoever takes the rows sees whether they are there
        else:
            fine = np.logical_and(at >= 0, at < size)
            inside = fine if inside is None else np.logical_and(inside, fine)
        total = at * step if total is None else total + at * step
    return total if inside is None else np.where(inside, total, -1)


def taken(x: Any, index: tuple[Any, ...]) -> Any:
    """`x[index]`, where the index holds arrays."""
    table = _Table(x.shape, index)
    return table.answer(table.rows(x).taken_rows(table.numbers))


def added_at(x: Any, shape: tuple[int, ...], index: tuple[Any, ...]) -> Any:
    """Zeros of a shape with `x` added at such an index; what comes twice is added twice."""
    table = _Table(shape, index)
    rows = table.listed(x).added_rows(table.numbers, math.prod(table.sizes))
    return table.back(rows, shape)


def set_at(x: Any, index: tuple[Any, ...], values: Any) -> Any:
    """`x` with values in place of what stands at such an index; of several the last one stands."""
    table = _Table(x.shape, index)
    if table.cut != (slice(None),) * len(x.shape):
        raise TypeError("it sets what slices cut out of an array")
    listed = table.listed(values)
    count = math.prod(table.numbers.shape)
    flat = listed.reshape((count, *table.rest))
    if not count:
        return x
    order = np.arange(count).reshape(table.numbers.shape)
    last = x.like(order).extreme_rows(table.numbers, math.prod(table.sizes), "max")
    found = flat.taken_rows(np.where(last < 0, 0, last))
    chosen = (last >= 0).reshape((*last.shape, *(1,) * len(table.rest)))
    return table.back(np.where(chosen, found, table.rows(x)), x.shape)
