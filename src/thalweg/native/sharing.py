"""Which thread does what, and where do they wait for each other?

All threads run the whole program. What is long they share: each does its part of an axis. What is short
each of them does in full, in memory of its own, for that takes less time than to wait for another; only
what goes into memory that all of them see is done by the first alone. Before a thread reads what another
has written, or writes what another has read, all wait.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from thalweg.graph.graph import Node
from thalweg.native.expression import weight_of
from thalweg.native.kernels import (
    Alone,
    Barrier,
    Buffer,
    Kernels,
    Map,
    Products,
    Reduction,
    Split,
    View,
    Zeros,
)
from thalweg.native.parts import Touch, axis_in, sizes_of, touches
from thalweg.native.reducing import COMBINED
from thalweg.native.regions import Access, in_each_others_way, interleaved, region
from thalweg.native.views import dense

__all__ = ["share", "work_to_share"]

LONG_MAP = 8192
"""Loops of so many operations on elements are shared."""

LONG_PRODUCT = 1 << 16
"""Products of so many multiplications are shared."""

GATHERED = 4096
"""Threads reduce along one axis together where there are at most so many answers."""

LINE = 64
"""Parts of the last axis are whole lines of memory, in bytes, and whole vectors."""

FOREIGN = 2
"""Bytes that another thread has just touched count so many times more than others."""

WAIT = 4096
"""What a barrier counts beside them, in bytes."""


def work_to_share(kernels: Kernels) -> int:
    """About how many operations on elements could be shared among threads."""
    return sum([_work(step) for step in kernels.steps if _is_long(step)])


def share(kernels: Kernels, threads: int, own: Mapping[int, Any]) -> Kernels:
    """Say which thread does what.

    Args:
        kernels: what is to be done, by one thread.
        threads: how many there are.
        own: the buffers from outside that each thread has in memory of its own, by their numbers.

    Returns:
        The same with kernels split or done by the first thread, and with barriers; the kernels as they
        came for one thread, or where nothing is long enough.
    """
    if threads == 1 or not any(map(_is_long, kernels.steps)):
        return kernels
    first = _Sharing(kernels, threads, own, {})
    found = first.shared()
    # In a loop a round finds memory as the one before has left it.
    return _Sharing(kernels, threads, own, first.latest).shared() if own else found


def _work(step: Any) -> int:
    if isinstance(step, Map):
        weights = [weight_of(node.op) for _, node in step.nodes]
        return math.prod(step.shape) * (1 + sum(weights) + len(step.reductions))
    if isinstance(step, Products):
        return math.prod(step.a.shape) * step.b.shape[2] // 4
    return 0


def _is_long(step: Any) -> bool:
    if isinstance(step, Products):
        return _work(step) * 4 >= LONG_PRODUCT
    return isinstance(step, Map) and _work(step) >= LONG_MAP


class _Sharing:
    """One walk over the kernels, that decides step by step.

    Args:
        kernels: what is to be done.
        threads: how many there are.
        own: see `share`.
        before: what was touched in the round before, by buffer.
    """

    def __init__(
        self, kernels: Kernels, threads: int, own: Mapping[int, Any],
        before: Mapping[int, list[Access]],
    ) -> None:  # fmt: skip
        self.threads, self.own = threads, own
        self.buffers = list(kernels.buffers)
        self.steps = [self._as_map(step) for step in kernels.steps]
        self.done: list[Any] = []
        self.since: list[Access] = []  # what was touched since the last barrier
        self.latest = {number: list(found) for number, found in before.items()}
        writers = Counter(number for step in self.steps for number in _written(step))
        self.common = {number for number, times in writers.items() if times > 1}
        self.common |= {
            touch.view.buffer
            for step in self.steps
            for touch in (touches(step) if isinstance(step, Map) and _is_long(step) else ())
            if touch.written and not self._may_gather(step, touch)
        }
        self.common -= {*own}

    def _as_map(self, step: Any) -> Any:
        """Zeros as a loop, which can be split, where they are many."""
        if not isinstance(step, Zeros) or self.buffers[step.buffer].size < LONG_MAP:
            return step
        buffer = self.buffers[step.buffer]
        shape, dtype = (buffer.size,), buffer.dtype
        zero = Node("constant", (), (dtype.type(0),), (), dtype)
        return Map(shape, {}, [(0, zero)], [(0, dense(step.buffer, shape, dtype))], [])

    def shared(self) -> Kernels:
        """All steps, one after the other."""
        for step in self.steps:
            if not (_is_long(step) and self._split(step)):
                self._whole(step)
        for number in self.common:
            if self.buffers[number].kind == "scratch":
                self.buffers[number] = replace(self.buffers[number], kind="shared")
        return Kernels(self.buffers, self.done, self.threads)

    def _whole(self, step: Any) -> None:
        """What is not split: all do it, or the first alone where all would see it."""
        written = _written(step)
        for_all = any(self._is_common(number) for number in written)
        if for_all:
            # What is written beside it must be seen by all as well.
            self.common |= {one for one in written if self.buffers[one].kind == "scratch"}
        mine = [0] if for_all else range(self.threads)
        found = [
            Access(
                number,
                wrote,
                tuple([where if thread in mine else None for thread in range(self.threads)]),
            )
            for number, wrote, where in _all_of(step, self.buffers)
            if self._is_common(number)
        ]
        self._add(Alone(step) if for_all else step, found)

    def _is_common(self, number: int) -> bool:
        """Whether all threads see what is written there."""
        kind = self.buffers[number].kind
        return number in self.common or (kind in ("input", "output") and number not in self.own)

    def _add(self, step: Any, found: list[Access]) -> None:
        if self._must_wait(found):
            self.done.append(Barrier())
            self.since = []
        self.done.append(step)
        self.since += found
        for access in found:
            if access.written:
                self.latest[access.buffer] = []
            self.latest.setdefault(access.buffer, []).append(access)

    def _must_wait(self, found: list[Access]) -> bool:
        return any(in_each_others_way(old, new) for old in self.since for new in found)

    def _split(self, step: Any) -> bool:
        """Split a kernel along the axis that costs least; whether there is one."""
        ways = list(self._ways(step))
        if not ways:
            return False
        _, _, split = min(ways, key=lambda way: way[:2])
        if split.gathered:
            self._gather(split)
            return True
        if isinstance(step, Products):
            self.common |= {step.out.buffer} - {*self.own}
        self._add(split, self._touched(split))
        return True

    def _ways(self, step: Any) -> Iterator[tuple[float, int, Split]]:
        """The ways to split a kernel: cost, preference, and how."""
        for axis, size in enumerate(sizes_of(step)):
            part = self._part(step, axis, size)
            gathered = self._gathers(step, axis)
            if not part or gathered is None:
                continue
            split = Split(step, axis, part, gathered)
            written = [touch for touch in touches(step) if touch.written]
            parts = [touch.view for touch in written if gathered and touch.reduced]
            if all(self._can_be_common(step, one) for one in written if one.view not in parts):
                answers = sum([self._bytes(view) for view in parts])
                yield self._cost(split) + gathered * 2 * WAIT + 5 * answers, axis, split

    def _bytes(self, view: View) -> int:
        return self.buffers[view.buffer].size * view.dtype.itemsize

    def _can_be_common(self, step: Any, touch: Touch) -> bool:
        number = touch.view.buffer
        return self._is_common(number) or (isinstance(step, Products) and number not in self.own)

    def _part(self, step: Any, axis: int, size: int) -> int:
        """How many places of an axis are each thread's; 0 where the axis is too short."""
        if isinstance(step, Products):
            line = max(LINE // step.out.dtype.itemsize, 1) if axis == 2 else 1
        else:  # along the last axis whole vectors
            line = LINE if axis == len(step.shape) - 1 else 1
        return size // (self.threads * line) * line

    def _gathers(self, step: Any, axis: int) -> bool | None:
        """Whether the threads reduce along an axis; None where it cannot be split for it."""
        if isinstance(step, Products):
            if axis < 3:
                return False
            whole = dense(step.out.buffer, step.out.shape, step.out.dtype)
            fine = step.out == whole and self.buffers[step.out.buffer].size == math.prod(
                whole.shape
            )
            return True if fine and not step.accumulate else None
        along = [axis in one.axes for one in step.reductions]
        if not any(along):
            fine = all(self._lies_together(one, axis) for one in step.reductions)
            return False if fine else None
        small = [
            all(along) and one.out.offset == 0 and self.buffers[one.out.buffer].size <= GATHERED
            for one in step.reductions
        ]
        return True if all(small) else None

    def _lies_together(self, one: Reduction, axis: int) -> bool:
        """Whether a part of the answers lies in one piece: no axis before it is kept."""
        return all(
            size == 1 or place in one.axes for place, size in enumerate(one.out.shape[:axis])
        )

    def _may_gather(self, step: Any, touch: Touch) -> bool:
        """Whether what a reduction writes may be brought together from parts instead."""
        return touch.reduced and not any(
            self._part(step, axis, size) and self._gathers(step, axis) is False
            for axis, size in enumerate(step.shape)
        )

    def _touched(self, split: Split, own_as_well: bool = False) -> list[Access]:
        """What threads touch of what all of them see, or of all."""
        sizes, found = sizes_of(split.step), []
        for place, touch in enumerate(touches(split.step)):
            number = touch.view.buffer
            seen = (
                own_as_well
                or self._is_common(number)
                or (touch.written and self._can_be_common(split.step, touch))
            )
            if not seen or (split.gathered and touch.reduced):
                continue
            own = axis_in(split.step, place, split.axis)
            regions = []
            for thread in range(self.threads):
                start = thread * split.part
                many = split.part
                if thread == self.threads - 1:
                    many = sizes[split.axis] - start
                regions.append(region(touch.view, start, own, many))
            found.append(Access(number, touch.written, tuple(regions)))
        return found

    def _cost(self, split: Split) -> float:
        """Bytes that the last thread reads and writes, those from another thread more than once.

        What lies between another thread's is as dear: processors read ahead.
        """
        cost: float = WAIT * self._must_wait(self._touched(split))
        for access in self._touched(split, own_as_well=True):
            mine = access.regions[-1]
            if mine is not None:
                size = math.prod([many for _, many in mine.steps]) * (1 + access.written)
                before = self.latest.get(access.buffer, [])
                foreign = any(in_each_others_way(old, access) for old in before)
                size *= self.buffers[access.buffer].dtype.itemsize
                cost += size * (1 + FOREIGN * (foreign or interleaved(access)))
        return cost

    def _gather(self, split: Split) -> None:
        """Each thread reduces its part, then all bring the parts together, each for itself."""
        step, parts = split.step, self.threads
        if isinstance(step, Products):
            self._gather_products(split)
            return
        rest = sizes_of(step)[split.axis] - parts * split.part
        parts += rest > 0  # what is left over has a place of its own
        reductions, ends = [], []
        for one in step.reductions:
            size = self.buffers[one.out.buffer].size
            made = Buffer(len(self.buffers), "scratch", size * parts, one.out.dtype)
            self.buffers.append(made)
            self.common.add(made.number)
            partial = one.partial
            if partial is not None:
                again = replace(made, number=len(self.buffers))
                self.buffers.append(again)
                self.common.add(again.number)
                partial = replace(partial, buffer=again.number)
            reductions.append(
                replace(one, out=replace(one.out, buffer=made.number), partial=partial)
            )
            ends.append(_together(one.out, one.kind, made.number, size, parts))
        whole = replace(split, step=replace(step, reductions=reductions))
        found = self._touched(whole)
        for one in reductions:
            size = self.buffers[one.out.buffer].size // parts
            regions = []
            for thread in range(self.threads):
                many = size * (1 + (thread == self.threads - 1 and rest > 0))
                regions.append(region(dense(one.out.buffer, (many,), one.out.dtype)))
                regions[-1] = regions[-1]._replace(offset=thread * size)
            found.append(Access(one.out.buffer, True, tuple(regions)))
        self._add(whole, found)
        for end in ends:
            self._whole(end)

    def _gather_products(self, split: Split) -> None:
        """Each thread sums its part of a product; then the parts are added."""
        out = split.step.out
        size = self.buffers[out.buffer].size
        made = Buffer(len(self.buffers), "scratch", size * self.threads, out.dtype)
        self.buffers.append(made)
        self.common.add(made.number)
        whole = replace(split, step=replace(split.step, out=replace(out, buffer=made.number)))
        each = region(dense(made.number, (size,), out.dtype))
        regions = [each._replace(offset=thread * size) for thread in range(self.threads)]
        self._add(whole, [*self._touched(split), Access(made.number, True, tuple(regions))])
        end = _together(out, "sum", made.number, size, self.threads)
        if _is_long(end):
            self.common |= {out.buffer} - {*self.own}
        if not (_is_long(end) and self._split(end)):
            self._whole(end)


def _written(step: Any) -> set[int]:
    if isinstance(step, Zeros):
        return {step.buffer}
    return {touch.view.buffer for touch in touches(step) if touch.written}


def _all_of(step: Any, buffers: list[Buffer]) -> list[tuple[int, bool, Any]]:
    """Every buffer that a kernel touches, whether it writes there, and where."""
    if isinstance(step, Zeros):
        buffer = buffers[step.buffer]
        return [(step.buffer, True, region(dense(step.buffer, (buffer.size,), buffer.dtype)))]
    return [(touch.view.buffer, touch.written, region(touch.view)) for touch in touches(step)]


def _together(out: View, kind: str, gathered: int, size: int, parts: int) -> Map:
    """The loop that brings the parts of a reduction together where it was to be written."""
    dtype, numbers = out.dtype, count(parts)
    # As rows, where they are, so that who reads them next by rows is the thread that wrote them.
    shape = out.shape[1:] if len(out.shape) == 3 and size == math.prod(out.shape) else (size,)
    if math.prod(shape) != size:
        shape = (size,)
    whole = dense(out.buffer, shape, dtype)
    reads = {
        part: replace(dense(gathered, shape, dtype), offset=part * size) for part in range(parts)
    }
    nodes: list[tuple[int, Any]] = []
    last = 0
    for part in range(1, parts):
        made = next(numbers)
        nodes.append((made, Node(COMBINED[kind], (last, part), (), shape, dtype)))
        last = made
    return Map(shape, reads, nodes, [(last, whole)], [])
