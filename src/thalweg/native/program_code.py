"""How do kernels become one function, and where does its memory lie?

The function takes a table of pointers: inputs, outputs, constants and the arena, in which values lie
that nobody outside sees. Small values lie on the stack, where LLVM keeps them in registers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from thalweg.native.counted import counted
from thalweg.native.kernels import Buffer, Kernels, Map, Products, Zeros
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.map_loops import write_map
from thalweg.native.matrix_product import define_product, shares, workspace_bytes
from thalweg.native.memory import address, element
from thalweg.native.product import Product
from thalweg.native.rows_code import write_rows

__all__ = [
    "ENTRY",
    "Layout",
    "lay_out",
    "write_loop",
    "write_pointers",
    "write_program",
    "write_steps",
]

ENTRY = "run"
ON_STACK = 512
"""Values of at most so many bytes lie on the stack."""

INLINE = 64
"""Loops over at most so many elements are part of the function; larger ones are functions of their own."""


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
    """

    slots: dict[int, int]
    offsets: dict[int, int]
    stack: frozenset[int]
    bytes: int
    workspace: int
    constants: tuple[Any, ...]

    @property
    def arena(self) -> int:
        """The arena's place in the table."""
        return len(self.slots)


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
    scratch = [one for one in kernels.buffers if one.kind == "scratch" and one.number in first]
    stack = frozenset(one.number for one in scratch if one.size * one.dtype.itemsize <= ON_STACK)
    offsets: dict[int, int] = {}
    placed: list[tuple[int, int, Buffer]] = []
    for buffer in sorted(scratch, key=lambda one: -one.size * one.dtype.itemsize):
        if buffer.number in stack:
            continue
        size = _rounded(buffer.size * buffer.dtype.itemsize)
        taken = sorted(
            (begin, end) for begin, end, other in placed
            if first[other.number] <= last[buffer.number] and first[buffer.number] <= last[other.number]
        )  # fmt: skip
        begin = 0
        for low, high in taken:
            if begin + size <= low:
                break
            begin = max(begin, high)
        offsets[buffer.number] = begin
        placed.append((begin, begin + size, buffer))
    workspace = max([end for _, end, _ in placed], default=0)
    products = [_product(step, machine)[0] for step in kernels.steps if isinstance(step, Products)]
    room = max([workspace_bytes(one, machine) for one in products], default=0)
    return Layout(slots, offsets, stack, workspace + room, workspace, tuple(constants))


def _rounded(size: int) -> int:
    return -(-size // 64) * 64


def _views(step: Any) -> list[int]:
    """The buffers that a step touches."""
    if isinstance(step, Map):
        views = [
            *step.reads.values(),
            *(view for _, view in step.writes),
            *(one.out for one in step.reductions),
        ]
        return [view.buffer for view in views]
    if isinstance(step, Zeros):
        return [step.buffer]
    return [view.buffer for view in vars(step).values()]


def _lives(kernels: Kernels) -> tuple[dict[int, int], dict[int, int]]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for place, step in enumerate(kernels.steps):
        for number in _views(step):
            first.setdefault(number, place)
            last[number] = place
    return first, last


def write_program(module: Module, machine: Machine, kernels: Kernels, layout: Layout) -> None:
    """Write the function `i32 run(ptr table)` that does everything once; 0 means that all went well."""
    listing = Listing(module)
    pointers = write_pointers(listing, kernels, layout, "%x0")
    status = listing.room("i32", 4)
    listing.line(f"store i32 0, ptr {status}, align 4")
    write_steps(listing, machine, kernels, pointers, status)
    listing.line(f"ret i32 {listing.value(f'load i32, ptr {status}, align 4')}")
    module.define(ENTRY, listing.function(ENTRY, "i32", "ptr", attributes="nounwind"))


def write_loop(
    module: Module, machine: Machine, kernels: Kernels, layout: Layout, states: dict[int, int]
) -> None:
    """Write the function `i32 run(ptr table, i64 steps)` that does everything so many times.

    What one round makes of a state the next one reads. Small states stay on the stack, where LLVM keeps
    them in registers, and come back into the input's memory at the end; large ones go to and fro
    between the input's memory and the output's, and after an odd number of rounds lie in the output's.
    Other outputs are a row for each round.

    Args:
        module: where it is defined.
        machine: for which processor.
        kernels: what one round does.
        layout: where buffers lie.
        states: the places of outputs by those of the inputs that they become.
    """
    listing = Listing(module)
    pointers = write_pointers(listing, kernels, layout, "%x0")
    status = listing.room("i32", 4)
    listing.line(f"store i32 0, ptr {status}, align 4")
    inputs = {one.place: one for one in kernels.buffers if one.kind == "input"}
    outputs = {one.place: one for one in kernels.buffers if one.kind == "output"}
    small: list[tuple[Buffer, str, Buffer, str, str]] = []
    large: list[tuple[Buffer, str, Buffer, str]] = []
    for source, target in states.items():
        into, out = inputs[source], outputs[target]
        if into.size * into.dtype.itemsize <= ON_STACK:
            kind = f"[{max(into.size, 1)} x {element(into.dtype)}]"
            rooms = listing.room(kind, 64), listing.room(kind, 64)
            _copy(listing, rooms[0], pointers[into.number], into)
            small.append((into, rooms[0], out, rooms[1], pointers[into.number]))
            pointers[into.number], pointers[out.number] = rooms
        else:
            large.append((into, pointers[into.number], out, pointers[out.number]))
    rows = [one for one in outputs.values() if one.place not in states.values()]
    before, head, body, after = listing.block, *(listing.label() for _ in range(3))
    index, following = f"%{listing.label()}", f"%{listing.label()}"
    turned = [(f"%{listing.label()}", f"%{listing.label()}") for _ in large]
    latch = listing.label()
    listing.line(f"br label %{head}")
    listing.begin(head)
    listing.line(f"{index} = phi i64 [ 0, %{before} ], [ {following}, %{latch} ]")
    for (into, there, out, beside), (now, then) in zip(large, turned, strict=True):
        listing.line(f"{now} = phi ptr [ {there}, %{before} ], [ {then}, %{latch} ]")
        listing.line(f"{then} = phi ptr [ {beside}, %{before} ], [ {now}, %{latch} ]")
        pointers[into.number], pointers[out.number] = now, then
    goes_on = listing.value(f"icmp slt i64 {index}, %x1")
    listing.line(f"br i1 {goes_on}, label %{body}, label %{after}")
    listing.begin(body)
    starts = {one.number: pointers[one.number] for one in rows}
    lanes = Lanes(listing, machine, 64, 1)
    for one in rows:
        far = listing.value(f"mul i64 {index}, {one.size}")
        pointers[one.number] = address(lanes, one.dtype, starts[one.number], far)
    write_steps(listing, machine, kernels, pointers, status)
    for into, room, _, made, _ in small:
        _copy(listing, room, made, into)
    listing.line(f"br label %{latch}")
    listing.begin(latch)
    listing.line(f"{following} = add i64 {index}, 1")
    listing.line(f"br label %{head}")
    listing.begin(after)
    for into, room, _, _, home in small:
        _copy(listing, home, room, into)
    listing.line(f"ret i32 {listing.value(f'load i32, ptr {status}, align 4')}")
    module.define(ENTRY, listing.function(ENTRY, "i32", "ptr", "i64", attributes="nounwind"))


def _copy(listing: Listing, to: str, source: str, buffer: Buffer) -> None:
    """Move a small buffer's elements."""
    kind = (
        f"<{buffer.size} x {element(buffer.dtype)}>" if buffer.size > 1 else element(buffer.dtype)
    )
    if buffer.size:
        found = listing.value(f"load {kind}, ptr {source}, align {buffer.dtype.itemsize}")
        listing.line(f"store {kind} {found}, ptr {to}, align {buffer.dtype.itemsize}")


def write_pointers(
    listing: Listing, kernels: Kernels, layout: Layout, table: str
) -> dict[int, str]:
    """Find each buffer's first element; -1 stands for the products' workspace."""
    pointers: dict[int, str] = {}

    def slot(place: int) -> str:
        there = listing.value(f"getelementptr ptr, ptr {table}, i64 {place}")
        return listing.value(f"load ptr, ptr {there}, align 8")

    arena = slot(layout.arena) if layout.bytes else "null"
    for buffer in kernels.buffers:
        number = buffer.number
        if number in layout.slots:
            pointers[number] = slot(layout.slots[number])
        elif number in layout.stack:
            pointers[number] = listing.room(
                f"[{max(buffer.size, 1)} x {element(buffer.dtype)}]", 64
            )
        elif number in layout.offsets:
            pointers[number] = listing.value(
                f"getelementptr i8, ptr {arena}, i64 {layout.offsets[number]}"
            )
    pointers[-1] = (
        listing.value(f"getelementptr i8, ptr {arena}, i64 {layout.workspace}")
        if layout.bytes
        else "null"
    )
    return pointers


def write_steps(
    listing: Listing, machine: Machine, kernels: Kernels, pointers: dict[int, str], status: str
) -> None:
    """Write what is to be done, one kernel after the other; `status` tells what went wrong."""
    for step in kernels.steps:
        if isinstance(step, Map):
            _write_map(listing, machine, step, pointers)
        elif isinstance(step, Products):
            _write_products(listing, machine, step, pointers)
        elif isinstance(step, Zeros):
            _write_zeros(listing, kernels.buffers[step.buffer], pointers)
        else:
            write_rows(listing, machine, step, pointers, status)


def _write_map(listing: Listing, machine: Machine, step: Map, pointers: dict[int, str]) -> None:
    if math.prod(step.shape) <= INLINE:
        write_map(listing, machine, step, pointers)
        return
    used = sorted(set(_views(step)))
    apart = Listing(listing.module)
    write_map(apart, machine, step, {number: f"%x{place}" for place, number in enumerate(used)})
    apart.line("ret void")
    count = 0
    while listing.module.defines(f"map{count}"):
        count += 1
    # Its own function: what LLVM does takes longer than in proportion to a function's length.
    text = apart.function(
        f"map{count}", "internal void", *["ptr"] * len(used), attributes="nounwind noinline"
    )
    listing.module.define(f"map{count}", text)
    given = ", ".join(f"ptr {pointers[number]}" for number in used)
    listing.line(f"call void @map{count}({given})")


def _product(step: Products, machine: Machine) -> tuple[Product, int]:
    (count, m, k), n = step.a.shape, step.b.shape[2]
    pairs = [view.strides[1:] for view in (step.a, step.b, step.out)]
    a, b, c = [(int(one[0]), int(one[1])) for one in pairs]
    return Product(m, n, k, step.a.dtype.itemsize * 8, a, b, c), count


def _write_products(
    listing: Listing, machine: Machine, step: Products, pointers: dict[int, str]
) -> None:
    product, count = _product(step, machine)
    if not count or not product.m or not product.n:
        return
    symbol = define_product(listing.module, machine, product)
    ((_, total),) = shares(product, machine, 1)
    lanes = Lanes(listing, machine, product.bits, 1)

    def call(index: str | int) -> None:
        given = []
        for view in (step.out, step.a, step.b):
            pointer = address(lanes, view.dtype, pointers[view.buffer], view.offset)
            by = view.strides[0]
            if index != 0 and by:
                pointer = address(
                    lanes, view.dtype, pointer, listing.value(f"mul i64 {index}, {by}")
                )
            given.append(f"ptr {pointer}")
        listing.line(
            f"call void @{symbol}({', '.join(given)}, ptr {pointers[-1]}, i64 0, i64 {total})"
        )

    if count == 1:
        call(0)
    else:
        with counted(listing, "0", str(count), 1) as index:
            call(index)


def _write_zeros(listing: Listing, buffer: Buffer, pointers: dict[int, str]) -> None:
    size = buffer.size * buffer.dtype.itemsize
    listing.module.declare(
        "llvm.memset.p0.i64", "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"
    )
    listing.line(
        f"call void @llvm.memset.p0.i64(ptr {pointers[buffer.number]}, i8 0, i64 {size}, i1 false)"
    )
