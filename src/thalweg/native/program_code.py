"""How do kernels become one function?

It takes a table of pointers: inputs, outputs, constants and the arena. What is short becomes part of
it; what is long becomes functions of their own, which it calls.
"""

from __future__ import annotations

import math
from typing import Any

from thalweg.native.barrier import barrier
from thalweg.native.by_number_code import write_by_number
from thalweg.native.counted import each, only_if
from thalweg.native.interrupts import (
    Asking,
    lines_of,
    status_room,
    write_answer,
    write_end_if_agreed,
    write_end_if_stopped,
    write_last_round,
)
from thalweg.native.kernels import Alone, Barrier, Buffer, Kernels, Map, Products, Split, Zeros
from thalweg.native.kernels_of_loops import Branches, Rewinding, Turns, holds_one_that_asks
from thalweg.native.lanes import Lanes
from thalweg.native.layout import ON_STACK, Layout, lay_out, product_of
from thalweg.native.listing import Listing, Module
from thalweg.native.loop_code import STATUS, TEAM, THREAD, write_branches, write_turns
from thalweg.native.machine import Machine
from thalweg.native.map_loops import write_map
from thalweg.native.matrix_product import define_product, shares
from thalweg.native.memory import address, element, row_at
from thalweg.native.pointer_tables import pointer_at
from thalweg.native.product_ending import Ending
from thalweg.native.rewind_code import write_rewinding
from thalweg.native.split_code import write_split
from thalweg.native.states_code import States

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

LONG_INSIDE = 6000
"""Inside a loop: what is carried there stays in registers as long as no other function sees it."""

MANY = 60
"""A loop over more nodes begins a function."""


def write_program(module: Module, machine: Machine, kernels: Kernels, layout: Layout) -> None:
    """Write the function `i32 run(ptr table, i64 thread, i64 rounds)` that does everything once.

    It answers 0 if all went well, whatever the rounds. As many threads must enter as the kernels are for, each with its number.
    """
    listing = Listing(module)
    pointers = write_pointers(listing, kernels, layout, "%x0", "%x1")
    write_steps(listing, machine, kernels, pointers)
    write_answer(listing, pointers[STATUS])
    module.define(ENTRY, listing.function(ENTRY, "i32", "ptr", "i64", "i64", attributes="nounwind"))


def write_loop(
    module: Module, machine: Machine, kernels: Kernels, layout: Layout, states: dict[int, int]
) -> None:
    """Write the function `i32 run(ptr table, i64 thread, i64 steps)` that does everything so many times.

    What one round makes of a state the next one reads (`states_code`). Other outputs are a row for each
    round.

    Args:
        module: where it is defined.
        machine: for which processor.
        kernels: what one round does.
        layout: where buffers lie.
        states: the places of outputs by those of the inputs that they become.
    """
    listing = Listing(module)
    pointers = write_pointers(listing, kernels, layout, "%x0", "%x1")
    carried = States(listing, kernels, states, pointers)
    before, head, body, after, latch = listing.block, *(listing.label() for _ in range(4))
    index, following = f"%{listing.label()}", f"%{listing.label()}"
    listing.line(f"br label %{head}")
    listing.begin(head)
    listing.line(f"{index} = phi i64 [ 0, %{before} ], [ {following}, %{latch} ]")
    carried.begin_round(before, latch)
    goes_on = listing.value(f"icmp slt i64 {index}, %x2")
    listing.line(f"br i1 {goes_on}, label %{body}, label %{after}")
    listing.begin(body)
    lanes = Lanes(listing, machine, 64, 1)
    for one in carried.rows:
        far = listing.value(f"mul i64 {index}, {one.size}")
        pointers[one.number] = address(lanes, one.dtype, pointers[one.number], far)
    write_steps(listing, machine, kernels, pointers)
    carried.end_round()
    _write_end_of_round(listing, machine, kernels, pointers, index, after)
    listing.line(f"br label %{latch}")
    listing.begin(latch)
    listing.line(f"{following} = add i64 {index}, 1")
    listing.line(f"br label %{head}")
    listing.begin(after)
    with only_if(listing, listing.value("icmp eq i64 %x1, 0")):
        carried.go_home()
    write_answer(listing, pointers[STATUS])
    module.define(ENTRY, listing.function(ENTRY, "i32", "ptr", "i64", "i64", attributes="nounwind"))


def _write_end_of_round(
    listing: Listing, machine: Machine, kernels: Kernels, pointers: dict[int, str],
    index: str, after: str,
) -> None:  # fmt: skip
    """Threads wait for each other; where a loop inside was told to end, this round is the last."""
    asks = holds_one_that_asks(kernels)
    if kernels.threads == 1:
        if asks:
            write_end_if_stopped(listing, pointers[STATUS], after)
        return
    if asks:
        together = Asking(pointers[STATUS], kernels.threads, pointers[THREAD], pointers[TEAM])
        write_last_round(listing, together, index)
    barrier(listing, machine, pointers[TEAM], "%x1", kernels.threads)
    if asks:
        write_end_if_agreed(listing, together, index, after)


def write_pointers(
    listing: Listing, kernels: Kernels, layout: Layout, table: str, thread: str
) -> dict[int, str]:
    """Find each buffer's first element, and what else steps need; -1 is the products' workspace."""
    pointers: dict[int, str] = {}

    status, number_of_thread = status_room(listing), listing.room("i64", 8)
    listing.line(f"store i64 {thread}, ptr {number_of_thread}, align 8")
    pointers[STATUS], pointers[THREAD] = status, number_of_thread
    arena = pointer_at(listing, table, layout.arena) if layout.bytes else "null"
    if layout.bytes and kernels.threads > 1:
        far = listing.value(f"mul i64 {thread}, {layout.bytes}")
        arena = listing.value(f"getelementptr i8, ptr {arena}, i64 {far}")
    if kernels.threads > 1:
        pointers[TEAM] = pointer_at(listing, table, layout.common)
        common = listing.value(
            f"getelementptr i8, ptr {pointers[TEAM]}, i64 {lines_of(kernels.threads)}"
        )
    for buffer in kernels.buffers:
        number = buffer.number
        if number in layout.slots:
            pointers[number] = pointer_at(listing, table, layout.slots[number])
        elif number in layout.stack:
            pointers[number] = listing.array(max(buffer.size, 1), element(buffer.dtype))
        elif number in layout.offsets:
            pointers[number] = listing.value(
                f"getelementptr i8, ptr {arena}, i64 {layout.offsets[number]}"
            )
        elif number in layout.shared:
            pointers[number] = listing.value(
                f"getelementptr i8, ptr {common}, i64 {layout.shared[number]}"
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
    listing: Listing, machine: Machine, kernels: Kernels, pointers: dict[int, str],
    inside: bool = False,
) -> None:  # fmt: skip
    """Write what is to be done, one kernel after the other; `inside` a loop or a branch, or not."""
    end = len(listing) + (LONG_INSIDE if inside else LONG)
    here, names = listing, pointers
    for step in kernels.steps:
        apart = len(listing) > end or _is_large(step, inside)
        full = len(here) > PART or (isinstance(step, Map) and len(step.nodes) > MANY)
        if here is not listing and (full or not apart):
            _call(listing, pointers, here, names)
            here, names = listing, pointers
        if here is listing and apart:
            here, names = Listing(listing.module), _Arguments()
        _write_step(here, machine, kernels, step, names)
    if here is not listing:
        _call(listing, pointers, here, names)


def _write_step(
    here: Listing, machine: Machine, kernels: Kernels, step: Any, names: dict[int, str]
) -> None:
    if isinstance(step, Barrier):
        thread = here.value(f"load i64, ptr {names[THREAD]}, align 8")
        barrier(here, machine, names[TEAM], thread, kernels.threads)
    elif isinstance(step, Alone):
        thread = here.value(f"load i64, ptr {names[THREAD]}, align 8")
        with only_if(here, here.value(f"icmp eq i64 {thread}, 0")):
            _write_step(here, machine, kernels, step.step, names)
    elif isinstance(step, Split):

        def write(part: Any, pointers: dict[int, str]) -> None:
            _write_step(here, machine, kernels, part, pointers)

        thread = here.value(f"load i64, ptr {names[THREAD]}, align 8")
        write_split(here, step, kernels, thread, names, write)
    elif isinstance(step, Map):
        write_map(here, machine, step, names)
    elif isinstance(step, Products):
        _write_products(here, machine, step, names)
    elif isinstance(step, Zeros):
        _write_zeros(here, kernels.buffers[step.buffer], names)
    elif isinstance(step, Turns):
        write_turns(here, machine, step, names, _write_inside)
    elif isinstance(step, Branches):
        write_branches(here, machine, step, names, _write_inside)
    elif isinstance(step, Rewinding):
        write_rewinding(here, machine, step, names, _write_inside)
    else:
        write_by_number(here, machine, step, names, names[STATUS])


def _write_inside(
    listing: Listing, machine: Machine, kernels: Kernels, pointers: dict[int, str]
) -> None:
    write_steps(listing, machine, kernels, pointers, inside=True)


def _is_large(step: Any, inside: bool) -> bool:
    if isinstance(step, Split | Alone):
        return _is_large(step.step, inside)
    if isinstance(step, Turns | Rewinding):
        return not inside
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

    with each(listing, count) as index:
        given = [
            f"ptr {row_at(lanes, view, pointers, index, view.strides[0])}"
            for view in (step.out, step.a, step.b)
        ]
        given += [f"ptr {pointers[-1]}", "i64 0", f"i64 {total}"]
        if step.scale is not None:
            there = pointers[step.scale.buffer]
            given.append(f"ptr {address(lanes, step.scale.dtype, there, step.scale.offset)}")
        listing.line(f"call void @{symbol}({', '.join(given)})")


def _write_zeros(listing: Listing, buffer: Buffer, pointers: dict[int, str]) -> None:
    size = buffer.size * buffer.dtype.itemsize
    listing.module.declare(
        "llvm.memset.p0.i64", "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"
    )
    listing.line(
        f"call void @llvm.memset.p0.i64(ptr {pointers[buffer.number]}, i8 0, i64 {size}, i1 false)"
    )
