"""How does a `Map` become loops over vectors?

The innermost axis is walked in whole vectors, and what is left at its end in one vector of which the
first lanes count. A reduction along the innermost axis gathers in vectors that stay in registers; along
another it gathers in memory, long sums of floats block by block.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from thalweg.graph.graph import Node
from thalweg.native.counted import counted
from thalweg.native.expression import Vector, constant, sin_and_cos, weight_of, write
from thalweg.native.folding import folded
from thalweg.native.kernels import Map, Reduction, View
from thalweg.native.lanes import Lanes, Masks, select
from thalweg.native.listing import Listing
from thalweg.native.loop_axes import CHAIN, chain_of, merged, views_of
from thalweg.native.machine import Machine
from thalweg.native.memory import address, fetch, put
from thalweg.native.place import mask
from thalweg.native.reducing import COMBINED, neutral
from thalweg.native.sines_beside_cosines import sines_beside_cosines

__all__ = ["write_map"]

UNROLLED = 4
"""Loops of at most so many rounds are written out; a reduction gathers in so many vectors at once."""

SIDE_BY_SIDE = 3
HEAVY, HEAVIEST = 20, 60
"""So many vectors are computed side by side where nodes weigh so much: the chain of two or three functions
is so long that a processor does not see its end and the next one's beginning at once. Heavier loops have
enough to do side by side."""

ADDED = 64
"""A block of a long sum is about so many additions."""

WRITTEN_OUT = 16
"""Loops within loops are written out at most so many times in all."""

BLOCK = 1 << 14
"""A longer sum is added block by block, so that its rounding errors do not add up."""

_TOTAL, _PART, _SUM = range(3)
_TWO_SUM = [
    ("add", (_TOTAL, _PART)),
    ("subtract", (_SUM, _TOTAL)),  # 3: what came to the total
    ("subtract", (_SUM, 3)),
    ("subtract", (_TOTAL, 4)),
    ("subtract", (_PART, 3)),
    ("add", (5, 6)),  # 7: what was lost
    ("isnan", (7,)),
    ("constant", ()),
    ("select", (8, 9, 7)),
]
_LOST = 10


@dataclass
class _Operand:
    """A view on its way through the loops: where it is, and how far it steps along each axis."""

    view: View
    strides: list[int]
    constant: int
    offset: str = ""

    def moved(self, listing: Listing, axis: int, index: str | int) -> _Operand:
        """The same at a place of an axis."""
        step = self.strides[axis]
        if step == 0 or index == 0:
            return self
        if isinstance(index, int):
            return _Operand(self.view, self.strides, self.constant + index * step, self.offset)
        far = index if step == 1 else listing.value(f"mul i64 {index}, {step}")
        offset = listing.value(f"add i64 {self.offset}, {far}") if self.offset else far
        return _Operand(self.view, self.strides, self.constant, offset)


@dataclass
class _Place:
    """A vector of places: where its operands lie, what its reductions gather in, what is known of it."""

    operands: list[_Operand]
    rooms: dict[int, str]
    values: dict[int, Vector] = field(default_factory=dict)


def write_map(listing: Listing, machine: Machine, kernel: Map, pointers: dict[int, str]) -> None:
    """Write a kernel's loops.

    Args:
        listing: the function that they become part of.
        machine: for which processor.
        kernel: what to do.
        pointers: each buffer's first element.
    """
    _Loops(listing, machine, kernel, pointers).write()


class _Loops:
    def __init__(
        self, listing: Listing, machine: Machine, kernel: Map, pointers: dict[int, str]
    ) -> None:
        self.listing, self.kernel, self.pointers = listing, kernel, pointers
        views = views_of(kernel)
        self.sizes, strides = merged(kernel.shape, [view.strides for view in views])
        self.operands = [
            _Operand(view, steps, view.offset) for view, steps in zip(views, strides, strict=True)
        ]
        self.reads = dict(zip(kernel.reads, range(len(kernel.reads)), strict=True))
        self.writes = len(kernel.reads)
        self.reduced = self.writes + len(kernel.writes)
        kinds = [view.dtype.itemsize for view in views] + [
            node.dtype.itemsize for _, node in kernel.nodes
        ]
        bits = 64 if 8 in kinds else 32
        self.inner = self.sizes[-1]
        width = min(machine.lanes(bits), 1 << max(self.inner - 1, 0).bit_length())
        self.lanes = Lanes(listing, machine, bits, width)
        self.beside = sines_beside_cosines(kernel)
        self.counted = self._counted()
        self.blocks = self._blocks()

    def _counted(self) -> list[bool]:
        """Which axes become loops; the others are written out, the inner ones first."""
        found, copies = [False] * len(self.sizes), 1
        for axis in range(len(self.sizes) - 2, -1, -1):
            copies *= self.sizes[axis]
            if self.sizes[axis] > UNROLLED or copies > WRITTEN_OUT:
                found[axis], copies = True, copies // max(self.sizes[axis], 1)
        return found

    def _blocks(self) -> dict[int, tuple[int, list[int]]]:
        """By axes: how many rounds a block has, and which reductions are added up after each block.

        What is added is added to `partial`, and that, after a block, to the sum.
        """
        found: dict[int, tuple[int, list[int]]] = {}
        for place, one in enumerate(self.kernel.reductions):
            operand = self.operands[self.reduced + place]
            chain = chain_of(self.sizes, operand.strides)
            if one.partial is None or chain <= CHAIN:
                continue
            axis = operand.strides.index(0)
            rounds = max(1, ADDED * self.sizes[axis] // chain)
            before, places = found.get(axis, (rounds, []))
            found[axis] = (min(rounds, before), [*places, place])
            self.operands[self.reduced + place] = replace(operand, view=one.partial)
        return found

    def write(self) -> None:
        """Write all loops."""
        for place, one in enumerate(self.kernel.reductions):
            if not self._is_direct(place) or 0 in self.kernel.shape:
                self._fill(one, one.out)
                if one.partial is not None:
                    self._fill(one, one.partial)
        if 0 not in self.kernel.shape:
            self._outer(0, self.operands)

    def _along(self, place: int) -> bool:
        """Whether a reduction runs along the innermost axis."""
        return self.operands[self.reduced + place].strides[-1] == 0

    def _is_direct(self, place: int) -> bool:
        """Whether each answer of a reduction is complete after one walk of the innermost axis."""
        strides = self.operands[self.reduced + place].strides
        return strides[-1] == 0 and 0 not in strides[:-1] and self.inner <= BLOCK

    def _fill(self, one: Reduction, out: View) -> None:
        """Write what a reduction begins with."""
        size = math.prod([n for n, step in zip(out.shape, out.strides, strict=True) if step])
        width = min(self.lanes.width, 1 << max(size - 1, 0).bit_length())
        lanes = Lanes(self.listing, self.lanes.machine, self.lanes.bits, width)
        value = constant(lanes, neutral(one.kind, out.dtype), out.dtype)

        def store(start: str | int, count: int) -> None:
            begin = address(lanes, out.dtype, self.pointers[out.buffer], out.offset)
            put(lanes, out.dtype, address(lanes, out.dtype, begin, start), 1, count, value)

        whole = size // width * width
        if whole > UNROLLED * width:
            with counted(self.listing, "0", str(whole), width) as index:
                store(index, width)
        else:
            for start in range(0, whole, width):
                store(start, width)
        if size > whole:
            store(whole, size - whole)

    def _outer(self, axis: int, operands: list[_Operand]) -> None:
        if axis == len(self.sizes) - 1:
            self._walk(operands)
            return
        size = self.sizes[axis]
        if axis not in self.blocks:
            self._rounds(axis, operands, size)
            return
        rounds, places = self.blocks[axis]
        whole = size // rounds * rounds
        with counted(self.listing, "0", str(whole), rounds) as start:
            there = [one.moved(self.listing, axis, start) for one in operands]
            self._rounds(axis, there, rounds)
            self._add_up(axis, there, places)
        if size > whole:
            there = [one.moved(self.listing, axis, whole) for one in operands]
            self._rounds(axis, there, size - whole)
            self._add_up(axis, there, places)

    def _rounds(self, axis: int, operands: list[_Operand], count: int) -> None:
        """So many rounds of an axis."""
        if self.counted[axis] and count > 1:
            with counted(self.listing, "0", str(count), 1) as index:
                self._outer(axis + 1, [one.moved(self.listing, axis, index) for one in operands])
        else:
            for place in range(count):
                self._outer(axis + 1, [one.moved(self.listing, axis, place) for one in operands])

    def _add_up(self, axis: int, operands: list[_Operand], places: list[int]) -> None:
        """Add the sums of a block to the sums of all, and begin the next with what the rounding lost.

        Knuth's two-sum says what that is, exactly; where a sum is infinite it says NaN.
        """
        for place in places:
            operand = operands[self.reduced + place]
            out = self.kernel.reductions[place].out
            inner = [k for k in range(axis + 1, len(self.sizes)) if operand.strides[k]]
            shape = tuple([self.sizes[k] for k in inner])
            steps = tuple([operand.strides[k] for k in inner])
            total, part = [View(k, 0, shape, steps, out.dtype) for k in (_TOTAL, _PART)]
            pointers = {
                _TOTAL: self._pointer(replace(operand, view=out)),
                _PART: self._pointer(operand),
            }
            nodes = [
                (number, Node(op, inputs, (0,) if op == "constant" else (), shape, out.dtype))
                for number, (op, inputs) in enumerate(_TWO_SUM, 2)
            ]
            writes = [(_SUM, total), (_LOST, part)]
            kernel = Map(shape, {_TOTAL: total, _PART: part}, nodes, writes, [])
            write_map(self.listing, self.lanes.machine, kernel, pointers)

    def _walk(self, operands: list[_Operand]) -> None:
        """The innermost axis, in blocks where it is long and something is added up along it."""
        blocks = any(self._along(place) for place in range(len(self.kernel.reductions)))
        whole, rest = (
            divmod(self.inner, BLOCK) if blocks and self.inner > BLOCK else (0, self.inner)
        )
        if whole:
            with counted(self.listing, "0", str(whole * BLOCK), BLOCK) as start:
                self._stretch([one.moved(self.listing, -1, start) for one in operands], BLOCK)
        if rest:
            self._stretch([one.moved(self.listing, -1, whole * BLOCK) for one in operands], rest)

    def _stretch(self, operands: list[_Operand], count: int) -> None:
        """So many elements of the innermost axis."""
        width = self.lanes.width
        full, rest = divmod(count, width)
        along = [place for place in range(len(self.kernel.reductions)) if self._along(place)]
        copies = self._side_by_side(full, bool(along))
        gathered = {place: [self._gathering(place) for _ in range(copies)] for place in along}
        looped = 0
        if full > UNROLLED:
            looped = full // copies * copies
            with counted(self.listing, "0", str(looped * width), copies * width) as index:
                here = [one.moved(self.listing, -1, index) for one in operands]
                self._vectors(
                    [
                        _Place(
                            [one.moved(self.listing, -1, copy * width) for one in here],
                            {place: rooms[copy] for place, rooms in gathered.items()},
                        )
                        for copy in range(copies)
                    ],
                    width,
                )
        first = {place: rooms[0] for place, rooms in gathered.items()}
        for step in range(looped, full):
            there = [one.moved(self.listing, -1, step * width) for one in operands]
            self._vectors([_Place(there, first)], width)
        if rest:
            there = [one.moved(self.listing, -1, full * width) for one in operands]
            self._vectors([_Place(there, first)], rest)
        for place, rooms in gathered.items():
            self._finish(place, rooms, operands[self.reduced + place])

    def _side_by_side(self, full: int, along: bool) -> int:
        """How many vectors are computed side by side, so that the processor need not wait for one."""
        if full < 2 * UNROLLED:
            return 1
        if along and len(self.kernel.nodes) <= 12:
            return UNROLLED
        weight = sum([weight_of(node.op) for _, node in self.kernel.nodes])
        return SIDE_BY_SIDE if HEAVY <= weight <= HEAVIEST else 1

    def _gathering(self, place: int) -> str:
        """Room for what a reduction has gathered so far, in a vector."""
        one = self.kernel.reductions[place]
        start = constant(self.lanes, neutral(one.kind, one.out.dtype), one.out.dtype)
        room = self.listing.room(start.kind, 64)
        self.listing.line(f"store {start.kind} {start.name}, ptr {room}, align 64")
        return room

    def _vectors(self, places: list[_Place], present: int) -> None:
        """Vectors of places, node by node side by side: read, compute, write, gather."""
        for number, node in self.kernel.nodes:
            for place in places:
                self._compute(place, number, node, present)
        for place in places:
            self._deliver(place, present)

    def _value(self, place: _Place, number: int, present: int) -> Vector:
        if number not in place.values:
            operand = place.operands[self.reads[number]]
            place.values[number] = fetch(
                self.lanes, operand.view.dtype, self._pointer(operand), operand.strides[-1], present
            )
        return place.values[number]

    def _compute(self, place: _Place, number: int, node: Node, present: int) -> None:
        values = place.values
        if node.op == "constant":
            values[number] = constant(self.lanes, node.attributes[0], node.dtype)
        elif number not in self.beside:
            given = [self._value(place, at, present) for at in node.inputs]
            values[number] = write(node.op, given, node.attributes)
        elif number not in values:
            angle = self._value(place, node.inputs[0], present)
            both = sin_and_cos(angle)  # type: ignore[arg-type]  # an angle
            values[number] = both.pop(node.op)
            (values[self.beside[number]],) = both.values()

    def _deliver(self, place: _Place, present: int) -> None:
        lanes = self.lanes
        for at, (number, view) in enumerate(self.kernel.writes):
            operand = place.operands[self.writes + at]
            value = self._value(place, number, present)
            put(lanes, view.dtype, self._pointer(operand), operand.strides[-1], present, value)
        for at, one in enumerate(self.kernel.reductions):
            value = self._value(place, one.node, present)
            if at in place.rooms:
                self._gather(one, value, place.rooms[at], present)
            else:
                operand = place.operands[self.reduced + at]
                pointer, step = self._pointer(operand), operand.strides[-1]
                before = fetch(lanes, one.out.dtype, pointer, step, present)
                after = write(COMBINED[one.kind], [before, value], ())
                put(lanes, one.out.dtype, pointer, step, present, after)

    def _pointer(self, operand: _Operand) -> str:
        view = operand.view
        pointer = address(self.lanes, view.dtype, self.pointers[view.buffer], operand.offset or 0)
        return address(self.lanes, view.dtype, pointer, operand.constant)

    def _gather(self, one: Reduction, value: Vector, room: str, present: int) -> None:
        lanes = self.lanes
        if present < lanes.width:
            nothing = constant(lanes, neutral(one.kind, one.out.dtype), one.out.dtype)
            value = select(Masks(lanes, mask(lanes, present)), value, nothing)  # type: ignore[type-var]  # alike
        before = _loaded(value, room)
        after = write(COMBINED[one.kind], [before, value], ())
        self.listing.line(f"store {after.kind} {after.name}, ptr {room}, align 64")

    def _finish(self, place: int, rooms: list[str], operand: _Operand) -> None:
        """Bring the vectors of a reduction together in one number, and write it."""
        one = self.kernel.reductions[place]
        like = constant(self.lanes, 0, one.out.dtype)
        parts = [_loaded(like, room) for room in rooms]
        while len(parts) > 1:
            paired = zip(parts[::2], parts[1::2], strict=False)
            odd = parts[len(parts) // 2 * 2 :]
            parts = [*[write(COMBINED[one.kind], pair, ()) for pair in paired], *odd]
        total = folded(parts[0], COMBINED[one.kind])
        pointer = self._pointer(operand)
        if not self._is_direct(place):
            before = fetch(total.lanes, one.out.dtype, pointer, 1, 1)
            total = write(COMBINED[one.kind], [before, total], ())
        put(total.lanes, one.out.dtype, pointer, 1, 1, total)


def _loaded(like: Vector, room: str) -> Vector:
    lanes = like.lanes
    return type(like)(lanes, lanes.listing.value(f"load {like.kind}, ptr {room}, align 64"))
