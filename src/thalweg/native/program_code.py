"""How do kernels become one function?

It takes a table of pointers: inputs, outputs, constants and the arena. What is short becomes part of
it; what is long becomes functions of their own, which it calls.
"""

from __future__ import annotations

import math

from thalweg.native.by_number_code import write_by_number
from thalweg.native.counted import counted
from thalweg.native.kernels import Buffer, Kernels, Map, Products, Zeros
from thalweg.native.lanes import Lanes
from thalweg.native.layout import ON_STACK, Layout, lay_out, product_of
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.map_loops import write_map
from thalweg.native.matrix_product import define_product, shares
from thalweg.native.memory import address, element
from thalweg.native.product_ending import Ending

__all__ = [
    "ENTRY",
    "ON_STACK",
    "Layout",
    "lay_out",
    "write_loop",
    "write_pointers",
    "write_program",
    "write_steps",
]

ENTRY = "run"

INLINE = 64
"""Loops over at most so many elements are part of the function; larger ones are functions of their own."""


LONG = 1500
PART = 600
"""After so many lines what follows becomes functions of their own, each of so many: what LLVM does takes
longer than in proportion to a function's length, and as long for a function of one line as for fifty."""

MANY = 60
"""A loop over more nodes begins a function."""

_STATUS = -2
"""By which the place of the status is named beside the buffers; -1 names the products' workspace."""


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
        if target not in outputs:  # updated where it lies
            continue
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


class _Arguments(dict[int, str]):
    """Names for the pointers that a function of its own needs, given as they are asked for."""

    def __missing__(self, number: int) -> str:
        self[number] = f"%x{len(self)}"
        return self[number]


def write_steps(
    listing: Listing, machine: Machine, kernels: Kernels, pointers: dict[int, str], status: str
) -> None:
    """Write what is to be done, one kernel after the other; `status` tells what went wrong."""
    whole, end = {**pointers, _STATUS: status}, len(listing) + LONG
    here, names = listing, whole
    for step in kernels.steps:
        apart = len(listing) > end or _is_large(step)
        full = len(here) > PART or (isinstance(step, Map) and len(step.nodes) > MANY)
        if here is not listing and (full or not apart):
            _call(listing, whole, here, names)
            here, names = listing, whole
        if here is listing and apart:
            here, names = Listing(listing.module), _Arguments()
        if isinstance(step, Map):
            write_map(here, machine, step, names)
        elif isinstance(step, Products):
            _write_products(here, machine, step, names)
        elif isinstance(step, Zeros):
            _write_zeros(here, kernels.buffers[step.buffer], names)
        else:
            write_by_number(here, machine, step, names, names[_STATUS])
    if here is not listing:
        _call(listing, whole, here, names)


def _is_large(step: object) -> bool:
    return isinstance(step, Map) and math.prod(step.shape) > INLINE


def _call(
    listing: Listing, pointers: dict[int, str], apart: Listing, names: dict[int, str]
) -> None:
    """Define a function of its own, and call it."""
    apart.line("ret void")
    name = listing.module.fresh("part")
    kinds = ["ptr"] * len(names)
    text = apart.function(name, "internal void", *kinds, attributes="nounwind noinline")
    listing.module.define(name, text)
    given = ", ".join(f"ptr {pointers[number]}" for number in names)
    listing.line(f"call void @{name}({given})")


def _write_products(
    listing: Listing, machine: Machine, step: Products, pointers: dict[int, str]
) -> None:
    product, count = product_of(step)
    if not count or not product.m or not product.n:
        return
    scaled = Ending(extras=1, scale=0) if step.scale is not None else None
    symbol = define_product(listing.module, machine, product, scaled)
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
        given += [f"ptr {pointers[-1]}", "i64 0", f"i64 {total}"]
        if step.scale is not None:
            there = pointers[step.scale.buffer]
            given.append(f"ptr {address(lanes, step.scale.dtype, there, step.scale.offset)}")
        listing.line(f"call void @{symbol}({', '.join(given)})")

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
