"""Indexing by whole numbers of Tensors, for who writes down what is computed: as ops, not as numbers.

Eager code takes an index's numbers out and indexes with them, which is quickest. Written down they
would be the numbers of this call for ever; so here the index becomes `take`, and the numbers an input.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.ops.casting import cast
from thalweg.ops.gathering import take
from thalweg.ops.indexing import from_front, getitem
from thalweg.ops.movement import reshape

__all__ = ["part_by_rows"]


def part_by_rows(x: Any, index: Any) -> Any:
    """The part that an index with Tensors in it names, by ops; None where numbers must be seen.

    Args:
        x: a Tensor or a Variable.
        index: whole numbers of Tensors beside numbers, slices, None and `...`.
    """
    given = index if isinstance(index, tuple) else (index,)
    places = [at for at, one in enumerate(given) if isinstance(one, Handle)]
    if not places or not all(_plain(one) for one in given):
        return None
    numbers = [at for at, one in enumerate(given) if isinstance(one, Handle | int | np.integer)]
    together = numbers[-1] - numbers[0] < len(numbers)
    alone = all(given[at].ndim == 0 for at in places)
    if not together and not alone:
        return None  # the axes of an index that is apart come first
    whole = sum(one is not None and one is not Ellipsis for one in given)
    if whole > len(x.shape):
        return None  # Python says so
    cut = tuple([slice(None) if isinstance(one, Handle) else one for one in given])
    part = x if _says_nothing(cut) else getitem.behind(x, cut)
    axes = _axes(cut, places, len(x.shape))
    if alone:
        for done, (axis, at) in enumerate(zip(axes, places, strict=True)):
            part = take.eager(part, given[at], axis - done)
        return part
    if len(axes) == 1:
        return take.eager(part, given[places[0]], axes[0])
    return _jointly(part, [given[at] for at in places], axes[0])


def _plain(one: Any) -> bool:
    """Whether an index is a whole number, of a Tensor or not, a slice of numbers, None or `...`."""
    if isinstance(one, Handle):
        return bool(one.array.dtype.kind in "iu")
    if isinstance(one, slice):
        ends = (one.start, one.stop, one.step)
        return all(end is None or isinstance(end, int | np.integer) for end in ends)
    return one is None or one is Ellipsis or (
        isinstance(one, int | np.integer) and not isinstance(one, bool)
    )  # fmt: skip


def _says_nothing(cut: tuple[Any, ...]) -> bool:
    return all(one is Ellipsis or one == slice(None) for one in cut if one is not None) and (
        None not in cut
    )


def _axes(cut: tuple[Any, ...], places: list[int], rank: int) -> list[int]:
    """Which axes of the cut array stand where the Tensors were."""
    named = sum(one is not None and one is not Ellipsis for one in cut)
    axis, found = 0, []
    for at, one in enumerate(cut):
        if at in places:
            found.append(axis)
        if one is Ellipsis:
            axis += rank - named
        elif one is None or isinstance(one, slice):
            axis += 1
    return found


def _jointly(part: Any, indices: list[Any], first: int) -> Any:
    """Several axes that lie together as one, and one number for the place in all of them."""
    sizes = tuple(part.shape[first : first + len(indices)])
    number: Any = None
    for one, size in zip(indices, sizes, strict=True):
        wide = from_front.eager(cast.eager(one, np.int64), size)
        number = wide if number is None else number * size + wide
    shape = (*part.shape[:first], int(np.prod(sizes)), *part.shape[first + len(sizes) :])
    return take.eager(reshape.eager(part, shape), number, first)
