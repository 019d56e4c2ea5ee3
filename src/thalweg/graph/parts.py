"""Which part of an array does a basic index name, and in which shape?"""

from __future__ import annotations

from typing import Any

__all__ = ["Part", "part_of"]

Part = tuple[tuple[int, int, int], ...]
"""Where to start, how many to take and how far to step, for each axis of the array."""


def part_of(shape: tuple[int, ...], index: tuple[Any, ...]) -> tuple[Part, tuple[int, ...]]:
    """The part that numbers, slices, `...` and None name, and the shape that it has.

    Args:
        shape: the array's.
        index: as NumPy takes it, within bounds; no arrays.

    >>> part_of((3, 4), (1, slice(None, None, -2)))
    (((1, 1, 1), (3, 2, -2)), (2,))
    """
    rank = len(shape)
    named = sum(one is not None and one is not Ellipsis for one in index)
    if not any(one is Ellipsis for one in index):
        index = (*index, ...)
    parts: list[tuple[int, int, int]] = []
    sizes: list[int] = []
    for one in index:
        if one is None:
            sizes.append(1)
        elif one is Ellipsis:
            for size in shape[len(parts) : len(parts) + rank - named]:
                parts.append((0, size, 1))
                sizes.append(size)
        elif isinstance(one, slice):
            start, stop, step = one.indices(shape[len(parts)])
            count = len(range(start, stop, step))
            parts.append((start if count else 0, count, step))
            sizes.append(count)
        else:
            parts.append((int(one) % shape[len(parts)], 1, 1))
    return tuple(parts), tuple(sizes)
