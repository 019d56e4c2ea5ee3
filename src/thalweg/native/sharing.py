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
from typing import Any, NamedTuple

from thalweg.graph.graph import Node
from thalweg.native.accesses import Accesses
from thalweg.native.among_zeros import zeros_over
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
from thalweg.native.long_work import is_long, is_long_fill
from thalweg.native.parts import sizes_of, touches, written_by
from thalweg.native.reducing import COMBINED
from thalweg.native.regions import Access, in_each_others_way, interleaved, region
from thalweg.native.turns_of_kernels import Queue
from thalweg.native.views import dense

__all__ = ["share"]

SEEN = 16
"""So many kernels whose turn it could be are looked at."""

GATHERED = 4096
"""Threads reduce along one axis together where there are at most so many answers."""

LINE = 64
"""Parts of the last axis are whole lines of memory, in bytes, and whole vectors."""

FOREIGN = 2
"""Bytes that another thread has just touched count so many times more than others."""

WAIT = 4096
"""What a barrier counts beside them, in bytes."""


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
    if threads == 1 or not any(map(is_long, kernels.steps)):
        return kernels
    first = _Sharing(kernels, threads, own)
    found = first.shared()
    # In a loop a round finds memory as the one before has left it.
    return _Sharing(kernels, threads, own, first).shared() if own else found


class _Way(NamedTuple):
    """How a kernel could be done next.

    Attributes:
        split: how it is split; None where it is done whole.
        found: what is touched then.
        wait: whether threads must wait before.
    """

    split: Split | None
    found: list[Access]
    wait: bool


def _gathers(way: _Way) -> bool:
    return way.split is not None and way.split.gathered


class _Sharing:
    """One walk over the kernels, that decides step by step.

    Kernels that need nothing of each other may change places: those come first before which nobody has
    to wait.

    Args:
        kernels: what is to be done.
        threads: how many there are.
        own: see `share`.
        round_before: the walk over the same kernels that says what was touched in the round before.
    """

    def __init__(
        self, kernels: Kernels, threads: int, own: Mapping[int, Any],
        round_before: _Sharing | None = None,
    ) -> None:  # fmt: skip
        self.threads, self.own = threads, own
        self.buffers = list(kernels.buffers)
        self.steps = [self._as_map(step) for step in kernels.steps]
        self.steps += [self._brought_out(number) for number in self._beside_own()]
        self.done: list[Any] = []
        self.since: dict[int, list[Access]] = {}  # what was touched since the last barrier
        self.accesses: Accesses = Accesses(threads)
        self.latest: dict[int, list[Access]] = {}
        if round_before is not None:
            self.accesses = round_before.accesses
            self.latest = {number: [*found] for number, found in round_before.latest.items()}
        writers = Counter(number for step in self.steps for number in written_by(step))
        self.several = {number for number, times in writers.items() if times > 1}
        self.common: set[int] = set()  # who writes there for all must do so each time
        known = -1
        while known < len(self.common):
            known = len(self.common)
            for step in self.steps:
                written = written_by(step)
                if is_long(step) or any(self._is_common(number) for number in written):
                    self.common |= (written & self.several) - {*own}

    def _as_map(self, step: Any) -> Any:
        """Zeros as a loop, which can be split, where they are many."""
        if not isinstance(step, Zeros) or not is_long_fill(self.buffers[step.buffer].size):
            return step
        buffer = self.buffers[step.buffer]
        return zeros_over(dense(step.buffer, (buffer.size,), buffer.dtype))

    def _beside_own(self) -> list[int]:
        """Outputs that one kernel writes beside what each thread must have in memory of its own."""
        found = set()
        for step in self.steps:
            written = written_by(step)
            if written & {*self.own}:
                found |= written - {*self.own}
        return sorted(number for number in found if self.buffers[number].kind == "output")

    def _brought_out(self, number: int) -> Map:
        """Such an output becomes each thread's own as well; this copies it to where all see it."""
        inside = self.buffers[number]
        self.buffers[number] = replace(inside, kind="scratch")
        self.buffers.append(replace(inside, number=len(self.buffers)))
        shape = (inside.size,)
        here, there = (dense(one, shape, inside.dtype) for one in (number, len(self.buffers) - 1))
        return Map(shape, {0: here}, [], [(0, there)], [])

    def shared(self) -> Kernels:
        """All steps, in an order in which few wait."""
        queue = Queue(self.steps)
        while queue.ready:
            found = [(place, self._way(queue.step(place))) for place in queue.ready[:SEEN]]
            place, way = next((one for one in found if not one[1].wait), found[0])
            queue.done(place, self._do(queue.step(place), way))
        for number in self.common:
            if self.buffers[number].kind == "scratch":
                self.buffers[number] = replace(self.buffers[number], kind="shared")
        return Kernels(self.buffers, self.done, self.threads)

    def _way(self, step: Any) -> _Way:
        """How a kernel is done best if it is done next.

        What is long is split; what is short is not, unless nobody then has to wait.
        """
        if isinstance(step, Map | Products):
            ways = list(self._ways(step))
            if is_long(step):
                if ways:
                    return min(ways, key=lambda one: one[:2])[2]
            elif self._whole(step).wait:
                quick = [one for one in ways if not one[2].wait and not _gathers(one[2])]
                if quick:
                    return min(quick, key=lambda one: one[:2])[2]
        return self._whole(step)

    def _whole(self, step: Any) -> _Way:
        """What is not split: all do it, or the first alone where all would see it."""
        mine = [0] if self._is_for_all(step) else range(self.threads)
        written = written_by(step)
        found = [
            Access(
                number,
                wrote,
                tuple([where if thread in mine else None for thread in range(self.threads)]),
            )
            for number, wrote, where in self.accesses.of_whole(step, self.buffers)
            if self._is_common(number) or (len(mine) == 1 and number in written)
        ]
        return _Way(None, found, self._must_wait(found))

    def _is_for_all(self, step: Any) -> bool:
        return any(self._is_common(number) for number in written_by(step))

    def _do(self, step: Any, way: _Way) -> list[Map]:
        """Put a kernel at the end; returns what must be done before others read what it makes."""
        written, ends = written_by(step), list[Map]()
        if way.split is None:
            done = step
            if self._is_for_all(step):  # then what is written beside it must be seen by all, too
                if written & {*self.own}:
                    raise AssertionError("the first thread alone cannot write what each must have")
                done = Alone(step)
                self.common |= written - {*self.own}
        elif way.split.gathered:
            done, found, ends = self._gather(way.split)
            way = way._replace(found=[*way.found, *found])
            self.common |= written - {one.writes[0][1].buffer for one in ends} - {*self.own}
        else:
            done = way.split
            self.common |= written - {*self.own}
        if way.wait:
            self.done.append(Barrier())
            self.since = {}
        self.done.append(done)
        for access in way.found:
            self.since.setdefault(access.buffer, []).append(access)
            if access.written:
                self.latest[access.buffer] = []
            self.latest.setdefault(access.buffer, []).append(access)
        return ends

    def _is_common(self, number: int) -> bool:
        """Whether all threads see what is written there."""
        kind = self.buffers[number].kind
        return number in self.common or (kind in ("input", "output") and number not in self.own)

    def _must_wait(self, found: list[Access]) -> bool:
        return any(
            in_each_others_way(old, new) for new in found for old in self.since.get(new.buffer, ())
        )

    def _ways(self, step: Any) -> Iterator[tuple[float, int, _Way]]:
        """The ways to split a kernel: cost, preference, and how."""
        for axis, size in enumerate(sizes_of(step)):
            part = self._part(step, axis, size)
            gathered = self._gathers(step, axis)
            if not part or gathered is None:
                continue
            split = Split(step, axis, part, gathered)
            written = [touch for touch in touches(step) if touch.written]
            parts = [touch.view for touch in written if gathered and touch.reduced]
            if all(self._can_be_common(one.view) for one in written if one.view not in parts):
                found = self._touched(split)
                way = _Way(split, found, self._must_wait(found))
                cost = self._cost(split) + WAIT * way.wait
                answers = sum([self._bytes(view) for view in parts])
                yield cost + gathered * 2 * WAIT + 5 * answers, axis, way

    def _bytes(self, view: View) -> int:
        return self.buffers[view.buffer].size * view.dtype.itemsize

    def _can_be_common(self, view: View) -> bool:
        number = view.buffer
        return self._is_common(number) or (number not in self.own and number not in self.several)

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

    def _touched(self, split: Split) -> list[Access]:
        """What threads touch of what all of them see."""
        return [
            access
            for touch, access in self.accesses.of_split(split)
            if (
                self._is_common(access.buffer)
                or (touch.written and self._can_be_common(touch.view))
            )
        ]

    def _cost(self, split: Split) -> float:
        """Bytes that the last thread reads and writes, those from another thread more than once.

        What lies between another thread's is as dear: processors read ahead.
        """
        cost = 0.0
        for _, access in self.accesses.of_split(split):
            mine = access.regions[-1]
            if mine is not None:
                size = math.prod([many for _, many in mine.steps]) * (1 + access.written)
                before = self.latest.get(access.buffer, [])
                foreign = any(in_each_others_way(old, access) for old in before)
                size *= self.buffers[access.buffer].dtype.itemsize
                cost += size * (1 + FOREIGN * (foreign or interleaved(access)))
        return cost

    def _gather(self, split: Split) -> tuple[Split, list[Access], list[Map]]:
        """Each thread reduces its part; what that is, what is touched, and what brings all together."""
        step, parts = split.step, self.threads
        found: list[Access] = []
        if isinstance(step, Products):
            number, end = self._parts(step.out, "sum", parts, 0, found)
            return (
                replace(split, step=replace(step, out=replace(step.out, buffer=number))),
                found,
                [end],
            )
        rest = sizes_of(step)[split.axis] - parts * split.part
        reductions, ends = [], []
        for one in step.reductions:
            number, end = self._parts(one.out, one.kind, parts, rest, found)
            partial = one.partial
            if partial is not None:
                again, _ = self._parts(partial, one.kind, parts, rest, found)
                partial = replace(partial, buffer=again)
            reductions.append(replace(one, out=replace(one.out, buffer=number), partial=partial))
            ends.append(end)
        return replace(split, step=replace(step, reductions=reductions)), found, ends

    def _parts(
        self, out: View, kind: str, parts: int, rest: int, found: list[Access]
    ) -> tuple[int, Map]:
        """Memory for the answers of each thread, and one more for what is left over."""
        size, many = self.buffers[out.buffer].size, parts + (rest > 0)
        made = Buffer(len(self.buffers), "scratch", size * many, out.dtype)
        self.buffers.append(made)
        self.common.add(made.number)
        regions = []
        for thread in range(parts):
            last = thread == parts - 1 and rest > 0
            each = region(dense(made.number, (size * (1 + last),), out.dtype))
            regions.append(each.moved(thread * size))
        found.append(Access(made.number, True, tuple(regions)))
        return made.number, _together(out, kind, made.number, size, many)


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
