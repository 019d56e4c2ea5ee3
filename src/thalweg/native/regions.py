"""Which elements of a buffer does each thread touch, and can two of them get in each other's way?"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from thalweg.native.kernels import View

__all__ = ["Access", "Region", "in_each_others_way", "interleaved", "region"]


class Region(NamedTuple):
    """Elements of a buffer: from an offset on, so many along each stride.

    Attributes:
        offset: of the first element.
        steps: stride and count of each axis, without those that say nothing.
        low: the first element.
        high: the last one.
    """

    offset: int
    steps: tuple[tuple[int, int], ...]
    low: int
    high: int

    def moved(self, far: int) -> Region:
        """The same so many elements further."""
        return Region(self.offset + far, self.steps, self.low + far, self.high + far)


class Access(NamedTuple):
    """What threads touch in a buffer.

    Attributes:
        buffer: its number.
        written: whether they write.
        regions: of each thread; None where it touches nothing.
    """

    buffer: int
    written: bool
    regions: tuple[Region | None, ...]


def region(view: View, start: int = 0, axis: int | None = None, size: int | None = None) -> Region:
    """A view's elements, or those from a place of an axis on."""
    offset, steps = view.offset, []
    before = behind = 0
    for place, (count, stride) in enumerate(zip(view.shape, view.strides, strict=True)):
        if place == axis and size is not None:
            offset, count = offset + start * stride, size  # of this axis, a part
        if count > 1 and stride:
            steps.append((stride, count))
            if stride < 0:
                before += stride * (count - 1)
            else:
                behind += stride * (count - 1)
    return Region(offset, tuple(steps), offset + before, offset + behind)


def in_each_others_way(first: Access, second: Access) -> bool:
    """Whether one thread writes what another reads or writes, if nobody waits in between."""
    if first.buffer != second.buffer or not (first.written or second.written):
        return False
    for thread, one in enumerate(first.regions):
        for mate, other in enumerate(second.regions):
            if thread == mate or one is None or other is None:
                continue
            if one.low <= other.high and other.low <= one.high and _overlap(one, other):
                return True
    return False


def interleaved(access: Access) -> bool:
    """Whether what one thread touches lies between what another does."""
    found = sorted([(one.low, one.high) for one in access.regions if one is not None and one.steps])
    return any(end > begin for (_, end), (begin, _) in itertools.pairwise(found))


def _overlap(first: Region, second: Region) -> bool:
    """Whether two regions whose bounds meet may share an element: no only where that is certain."""
    strides = sorted({stride for one in (first, second) for stride, _ in one.steps}, reverse=True)
    if not strides or strides[-1] <= 0:
        return True
    if any(large % small for large, small in itertools.pairwise(strides)):
        return True
    places = [_coordinates(one, strides) for one in (first, second)]
    if places[0] is None or places[1] is None:
        return True
    return all(
        begin < stop and start < end
        for (begin, end), (start, stop) in zip(*places, strict=True)
    )  # fmt: skip


def _coordinates(one: Region, strides: list[int]) -> list[tuple[int, int]] | None:
    """First and last place, exclusive, along each stride; None where an axis runs over the next."""
    rest, found = one.offset, []
    counts = dict(one.steps)
    if len(counts) < len(one.steps):
        return None
    above = math.inf
    for stride in strides:
        begin, rest = divmod(rest, stride)
        end = begin + counts.get(stride, 1)
        if end > above:
            return None
        found.append((begin, end))
        # Between two elements of this axis so many of the next have room.
        following = [small for small in strides if small < stride]
        above = stride // following[0] if following else 1
    return None if rest else found
