"""Over which axes does a `Map` loop, in which order, and how long do its sums become?

Axes of one element are left out, and axes that lie one behind the other in every view become one.
"""

from __future__ import annotations

import math

from thalweg.native.kernels import Map, View

__all__ = ["CHAIN", "chain_of", "merged", "views_of"]

CHAIN = 512
"""A sum to which more numbers are added one after the other, in memory, is added block by block."""


def views_of(kernel: Map) -> list[View]:
    """Every view of a kernel: what it reads, what it writes, what it reduces to."""
    return [
        *kernel.reads.values(),
        *(view for _, view in kernel.writes),
        *(one.out for one in kernel.reductions),
    ]


def merged(
    shape: tuple[int, ...], strides: list[tuple[int, ...]]
) -> tuple[list[int], list[list[int]]]:
    """Sizes and strides with axes of one element left out, and axes that lie together as one.

    The axis along which most elements lie one after the other comes last.
    """
    axes = [axis for axis, size in enumerate(shape) if size != 1]
    groups: list[list[int]] = []
    for axis in axes:
        behind = groups[-1][-1] if groups else -1
        if groups and all(one[behind] == one[axis] * shape[axis] for one in strides):
            groups[-1].append(axis)
        else:
            groups.append([axis])
    sizes = [math.prod([shape[axis] for axis in group]) for group in groups] or [1]
    steps = [[one[group[-1]] for group in groups] or [0] for one in strides]
    many = [math.prod(n for n, step in zip(sizes, one, strict=True) if step) for one in steps]
    unit = [
        sum(n for one, n in zip(steps, many, strict=True) if one[place] == 1)
        for place in range(len(sizes))
    ]
    last = max(range(len(sizes)), key=lambda place: (unit[place], place))
    order = [*(place for place in range(len(sizes)) if place != last), last]
    return [sizes[place] for place in order], [[one[place] for place in order] for one in steps]


def chain_of(sizes: list[int], strides: list[int]) -> int:
    """How often something is added to an element of a reduction: once for each walk of the last axis."""
    return math.prod(
        [size for size, step in zip(sizes[:-1], strides[:-1], strict=True) if not step]
    )
