"""What does a kernel touch, whole or split among threads? Each is found once."""

from __future__ import annotations

from typing import Any, NamedTuple

from thalweg.native.kernels import Buffer, Split
from thalweg.native.parts import Touch, axis_in, regions_of, sizes_of, touches
from thalweg.native.regions import Access, Region, region

__all__ = ["Accesses"]


class _Whole(NamedTuple):
    step: Any  # kept, so that no other kernel gets its number
    found: list[tuple[int, bool, Region]]


class _Parts(NamedTuple):
    step: Any
    found: list[tuple[Touch, Access]]


class Accesses:
    """What kernels touch.

    Args:
        threads: how many there are.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._whole: dict[int, _Whole] = {}
        self._parts: dict[tuple[int, int], _Parts] = {}

    def of_whole(self, step: Any, buffers: list[Buffer]) -> list[tuple[int, bool, Region]]:
        """Every buffer that a kernel touches, whether it writes there, and where."""
        known = self._whole.get(id(step))
        if known is None:
            known = self._whole[id(step)] = _Whole(step, regions_of(step, buffers))
        return known.found

    def of_split(self, split: Split) -> list[tuple[Touch, Access]]:
        """What each thread touches of each view, but for the answers that it reduces to by itself."""
        key = id(split.step), split.axis
        known = self._parts.get(key)
        if known is None:
            known = self._parts[key] = _Parts(split.step, self._touched(split))
        return known.found

    def _touched(self, split: Split) -> list[tuple[Touch, Access]]:
        size, found = sizes_of(split.step)[split.axis], []
        starts = [thread * split.part for thread in range(self._threads)]
        counts = [split.part] * (self._threads - 1) + [size - starts[-1]]
        for place, touch in enumerate(touches(split.step)):
            if split.gathered and touch.reduced:
                continue
            own = axis_in(split.step, place, split.axis)
            parts = zip(starts, counts, strict=True)
            regions = tuple([region(touch.view, start, own, count) for start, count in parts])
            found.append((touch, Access(touch.view.buffer, touch.written, regions)))
        return found
