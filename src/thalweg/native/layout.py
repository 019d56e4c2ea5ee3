"""Where does a program's memory lie?

Inputs, outputs and constants come from outside, in a table of pointers. What nobody outside sees lies on
the stack where it is small, so that LLVM can keep it in registers, and otherwise in an arena, in which
values that are never needed at once share memory. Each thread has an arena; what all of them see lies in
one more, and memory there goes to another value only after all have waited for each other.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Any

from thalweg.native.kernels import Alone, Barrier, Buffer, Kernels, Products, Split, View, Zeros
from thalweg.native.kernels_of_loops import Branches, Rewinding, Turns
from thalweg.native.machine import Machine
from thalweg.native.matrix_product import workspace_bytes
from thalweg.native.parts import part_of, sizes_of, touches
from thalweg.native.product import Product

__all__ = ["ON_STACK", "Layout", "buffers_of", "lay_out", "product_of", "rounded", "split_products"]

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
        bytes: the size of a thread's arena.
        workspace: where in the arena the matrix products pack their operands.
        shared: bytes from the beginning of what all threads see, of shared buffers.
        shared_bytes: how much that is.
        constants: the arrays of the constants, in the order of the table.
        given: how many inputs and outputs there are.
    """

    slots: dict[int, int]
    offsets: dict[int, int]
    stack: frozenset[int]
    bytes: int
    workspace: int
    shared: dict[int, int]
    shared_bytes: int
    constants: tuple[Any, ...]
    given: int

    @property
    def arena(self) -> int:
        """The place in the table of the arenas, one after the other."""
        return self.given + len(self.constants)

    @property
    def common(self) -> int:
        """The place in the table of what all threads see; where they meet lies before its beginning."""
        return self.arena + 1

    @property
    def fixed(self) -> int:
        """How many pointers of the table are the same in each call."""
        return len(self.constants) + 2


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
    held = _inside(kernels, machine)
    first, last, epoch = _lives(kernels)
    stack: set[int] = set()
    room, large, common = STACK, [], []
    for buffer in kernels.buffers:
        if buffer.kind == "shared" and buffer.number in first:
            begin, end = epoch[first[buffer.number]], epoch[last[buffer.number]]
            size = rounded(held.get(buffer.number, _bytes(buffer)))
            common.append((begin, end, size, buffer.number))
        elif buffer.kind == "scratch" and buffer.number in first:
            size = rounded(held.get(buffer.number, _bytes(buffer)))
            if size <= min(ON_STACK, room) and not held.get(buffer.number):
                stack.add(buffer.number)
                room -= size
            else:
                large.append((first[buffer.number], last[buffer.number], size, buffer.number))
    offsets, workspace = _shared(large)
    shared, shared_bytes = _shared(common)
    products = [
        product_of(one)[0]
        for step in kernels.steps
        for one in (_products_of(step, kernels.threads))
    ]
    packed = max([workspace_bytes(one, machine) for one in products], default=0)
    size, given = workspace + packed, inputs + outputs
    return Layout(
        slots, offsets, frozenset(stack), size, workspace, shared, shared_bytes,
        tuple(constants), given,
    )  # fmt: skip


def _inside(kernels: Kernels, machine: Machine) -> dict[int, int]:
    """Lay out what loops and branches hold: how many bytes each needs, by the number of its memory."""
    found: dict[int, int] = {}
    for one in kernels.steps:
        step = one.step if isinstance(one, Alone) else one
        if isinstance(step, Turns | Branches | Rewinding):
            for inner in step.inner():
                inner.layout = lay_out(inner.kernels, machine, 0, 0)
            sizes = [rounded(inner.layout.bytes) for inner in step.inner()]
            found[step.memory.buffer] = sum(sizes) if isinstance(step, Turns) else max(sizes)
            if isinstance(step, Rewinding):
                states, cotangents = [sum([rounded(_bytes_of(view)) for view in some])
                                   for some in (step.start, step.carry)]  # fmt: skip
                found[step.memory.buffer] += (2 + step.kept) * states + 2 * cotangents
            if isinstance(step, Turns):
                carried = [_bytes(buffer) for buffer in step.body.kernels.buffers
                           if buffer.kind == "input" and buffer.place < len(step.start)]  # fmt: skip
                large = [rounded(size) for size in carried if size > ON_STACK]
                found[step.memory.buffer] += sum(large)
    _tell(kernels, kernels.threads)  # last: inside, each is laid out as one thread's
    return found


def _tell(kernels: Kernels, threads: int) -> None:
    """Tell loops how many threads run them, each by itself: where one is told to end, all must end."""
    for one in kernels.steps:
        step = one.step if isinstance(one, Alone) else one
        if isinstance(step, Turns | Branches | Rewinding):
            step.threads = threads
            for inner in step.inner():
                _tell(inner.kernels, threads)


def _products_of(step: Any, threads: int) -> list[Products]:
    """The products of matrices that a thread may compute in a step."""
    if isinstance(step, Split) and isinstance(step.step, Products):
        return [part for part, _ in split_products(step, threads)]
    if isinstance(step, Alone | Split):
        return _products_of(step.step, threads)
    return [step] if isinstance(step, Products) else []


def split_products(split: Split, threads: int) -> list[tuple[Products, int]]:
    """What each thread computes of a product, and what the last does: with the first place of each.

    The first of the two is every thread's but the last one's, which must be moved to its place.
    """
    start = split.part * (threads - 1)
    rest = sizes_of(split.step)[split.axis] - start
    parts = [part_of(split.step, split.axis, 0, split.part)]
    return [(parts[0], 0), (part_of(split.step, split.axis, start, rest), start)]


def _bytes_of(view: View) -> int:
    return math.prod(view.shape) * view.dtype.itemsize


def _bytes(buffer: Buffer) -> int:
    return buffer.size * buffer.dtype.itemsize


def rounded(size: int) -> int:
    """So many bytes that what follows begins with a line of memory."""
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
    if isinstance(step, Barrier):
        return []
    if isinstance(step, Split | Alone):
        return buffers_of(step.step)
    if isinstance(step, Zeros):
        return [step.buffer]
    return [touch.view.buffer for touch in touches(step)]


def _lives(kernels: Kernels) -> tuple[dict[int, int], dict[int, int], list[int]]:
    """By buffers, the first and the last step that touches them; and how many barriers were before."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    epoch = [0]
    for place, step in enumerate(kernels.steps):
        epoch.append(epoch[-1] + isinstance(step, Barrier))
        for number in buffers_of(step):
            first.setdefault(number, place)
            last[number] = place
    return first, last, epoch


def product_of(step: Products) -> tuple[Product, int]:
    """A product of matrices as the generator takes it, and how many of them there are."""
    (count, m, k), n = step.a.shape, step.b.shape[2]
    pairs = [view.strides[1:] for view in (step.a, step.b, step.out)]
    a, b, c = [(int(one[0]), int(one[1])) for one in pairs]
    bits = step.a.dtype.itemsize * 8
    return Product(m, n, k, bits, a, b, c, step.alpha, step.accumulate), count
