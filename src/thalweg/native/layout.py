"""Where does a program's memory lie?

Inputs, outputs and constants come from outside, in a table of pointers. What nobody outside sees lies on
the stack where it is small, so that LLVM can keep it in registers, and otherwise in one arena, in which
values that are never needed at once share memory.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Any

from thalweg.native.kernels import Buffer, Kernels, Map, Products, View, Zeros
from thalweg.native.machine import Machine
from thalweg.native.matrix_product import workspace_bytes
from thalweg.native.product import Product

__all__ = ["ON_STACK", "Layout", "buffers_of", "lay_out", "product_of"]

ON_STACK = 512
"""Values of at most so many bytes lie on the stack."""

STACK = 1 << 16
"""All that lies on the stack has at most so many bytes: threads have little of it."""


@dataclass(frozen=True)
class Layout:
    """Where buffers lie.

    Attributes:
        slots: the place in the table of each input, output and constant.
        offsets: bytes from the arena's beginning, of scratch buffers.
        stack: scratch buffers that lie on the stack.
        bytes: the arena's size.
        workspace: where in the arena the matrix products pack their operands.
        constants: the arrays of the constants, in the order of the table.
        given: how many inputs and outputs there are.
    """

    slots: dict[int, int]
    offsets: dict[int, int]
    stack: frozenset[int]
    bytes: int
    workspace: int
    constants: tuple[Any, ...]
    given: int

    @property
    def arena(self) -> int:
        """The arena's place in the table."""
        return self.given + len(self.constants)


def lay_out(kernels: Kernels, machine: Machine, inputs: int, outputs: int) -> Layout:
    """Decide where every buffer lies; those that are never needed at once share memory."""
    slots: dict[int, int] = {}
    constants: list[Any] = []
    for buffer in kernels.buffers:
        if buffer.kind == "input":
            slots[buffer.number] = buffer.place
        elif buffer.kind == "output":
            slots[buffer.number] = inputs + buffer.place
        elif buffer.kind == "constant":
            slots[buffer.number] = inputs + outputs + len(constants)
            constants.append(buffer.value)
    first, last = _lives(kernels)
    stack: set[int] = set()
    room, large = STACK, []
    for buffer in kernels.buffers:
        if buffer.kind == "scratch" and buffer.number in first:
            size = _rounded(_bytes(buffer))
            if _bytes(buffer) <= ON_STACK and size <= room:
                stack.add(buffer.number)
                room -= size
            else:
                large.append((first[buffer.number], last[buffer.number], size, buffer.number))
    offsets, workspace = _shared(large)
    products = [product_of(step)[0] for step in kernels.steps if isinstance(step, Products)]
    packed = max([workspace_bytes(one, machine) for one in products], default=0)
    size, given = workspace + packed, inputs + outputs
    return Layout(slots, offsets, frozenset(stack), size, workspace, tuple(constants), given)


def _bytes(buffer: Buffer) -> int:
    return buffer.size * buffer.dtype.itemsize


def _rounded(size: int) -> int:
    return -(-size // 64) * 64


def _shared(wanted: list[tuple[int, int, int, int]]) -> tuple[dict[int, int], int]:
    """Offsets of stretches that are needed from a step to a step, and the bytes of all of them.

    In the order of time: each takes the smallest gap in which it fits, or the end.
    """
    offsets: dict[int, int] = {}
    ends: list[tuple[int, int, int]] = []
    gaps = _Gaps()
    for begin, end, size, number in sorted(wanted):
        while ends and ends[0][0] < begin:
            _, at, there = heapq.heappop(ends)
            gaps.give(at, there)
        offsets[number] = gaps.take(size)
        heapq.heappush(ends, (end, offsets[number], size))
    return offsets, gaps.top


class _Gaps:
    """Free stretches of a memory that grows at its end."""

    def __init__(self) -> None:
        self.top = 0
        self._by_size: list[tuple[int, int]] = []
        self._begins: dict[int, int] = {}
        self._ends: dict[int, int] = {}

    def take(self, size: int) -> int:
        """The beginning of a stretch that is free."""
        place = bisect_left(self._by_size, (size, -1))
        if size == 0:
            return 0
        if place == len(self._by_size):
            at = self.top - self._ends.get(self.top, 0)
            if at < self.top:
                self._drop(at)
            self.top = at + size
            return at
        have, at = self._by_size[place]
        self._drop(at)
        if have > size:
            self._add(at + size, have - size)
        return at

    def give(self, at: int, size: int) -> None:
        """Free a stretch, and join it with what is free beside it."""
        if size == 0:
            return
        before, after = self._ends.get(at, 0), self._begins.get(at + size, 0)
        if before:
            self._drop(at - before)
        if after:
            self._drop(at + size)
        self._add(at - before, before + size + after)

    def _add(self, at: int, size: int) -> None:
        insort(self._by_size, (size, at))
        self._begins[at] = size
        self._ends[at + size] = size

    def _drop(self, at: int) -> None:
        size = self._begins.pop(at)
        del self._ends[at + size]
        del self._by_size[bisect_left(self._by_size, (size, at))]


def buffers_of(step: Any) -> list[int]:
    """The buffers that a step touches."""
    if isinstance(step, Map):
        views = [
            *step.reads.values(),
            *(view for _, view in step.writes),
            *(one.out for one in step.reductions),
            *(one.partial for one in step.reductions if one.partial is not None),
        ]
        return [view.buffer for view in views]
    if isinstance(step, Zeros):
        return [step.buffer]
    return [view.buffer for view in vars(step).values() if isinstance(view, View)]


def _lives(kernels: Kernels) -> tuple[dict[int, int], dict[int, int]]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for place, step in enumerate(kernels.steps):
        for number in buffers_of(step):
            first.setdefault(number, place)
            last[number] = place
    return first, last


def product_of(step: Products) -> tuple[Product, int]:
    """A product of matrices as the generator takes it, and how many of them there are."""
    (count, m, k), n = step.a.shape, step.b.shape[2]
    pairs = [view.strides[1:] for view in (step.a, step.b, step.out)]
    a, b, c = [(int(one[0]), int(one[1])) for one in pairs]
    bits = step.a.dtype.itemsize * 8
    return Product(m, n, k, bits, a, b, c, step.alpha, step.accumulate), count
