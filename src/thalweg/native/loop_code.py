"""How is a loop of kernels written down, and how a branch?

What is carried and small lies on the stack, twice: what a turn reads and what it makes; LLVM keeps it in
registers. What is large goes to and fro between two stretches of memory. Rows are pointers that move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from thalweg.native.counted import only_if
from thalweg.native.interrupts import Asking, write_end_if_stopped, write_question
from thalweg.native.kernels import Buffer, Map, View
from thalweg.native.kernels_of_loops import Branches, Inner, Turns, asks_inside
from thalweg.native.lanes import Lanes
from thalweg.native.layout import ON_STACK, rounded
from thalweg.native.listing import Listing
from thalweg.native.machine import Machine
from thalweg.native.map_loops import write_map
from thalweg.native.memory import address, element, row_at
from thalweg.native.views import dense

__all__ = ["STATUS", "TEAM", "THREAD", "Write", "Writer", "write_branches", "write_turns"]

STATUS = -2
"""By which the place of the status is named beside the buffers; -1 names the products' workspace."""

THREAD = -3
"""By which the place of the thread's number is named."""

TEAM = -4
"""By which the memory is named where threads meet."""

Write = Callable[[Listing, Machine, Any, dict[int, str]], None]


class Writer:
    """What all parts of a loop or a branch need: where they are written, for what, by what, for how many."""

    def __init__(
        self, listing: Listing, machine: Machine, pointers: dict[int, str], write: Write,
        threads: int,
    ) -> None:  # fmt: skip
        self.listing, self.machine, self.pointers, self.write = listing, machine, pointers, write
        self.threads = threads
        self.lanes = Lanes(listing, machine, 64, 1)

    def at(self, view: View) -> str:
        """A view's first element."""
        return address(self.lanes, view.dtype, self.pointers[view.buffer], view.offset)

    def copy(self, view: View, to: str) -> None:
        """Move what a view shows to memory where it lies row by row."""
        pointers = {0: self.pointers[view.buffer], 1: to}
        read = View(0, view.offset, view.shape, view.strides, view.dtype)
        target = dense(1, view.shape, view.dtype)
        if 0 not in view.shape:
            kernel = Map(view.shape, {0: read}, [], [(0, target)], [])
            write_map(self.listing, self.machine, kernel, pointers)

    def move(self, to: str, source: str, buffer: Buffer) -> None:
        """Move memory that lies row by row."""
        self.copy_bytes(to, source, buffer.size * buffer.dtype.itemsize)

    def copy_bytes(self, to: str, source: str, size: int) -> None:
        """Move so many bytes."""
        name = "llvm.memcpy.p0.p0.i64"
        self.listing.module.declare(name, f"declare void @{name}(ptr, ptr, i64, i1)")
        self.listing.line(f"call void @{name}(ptr {to}, ptr {source}, i64 {size}, i1 false)")

    def clear(self, view: View) -> None:
        """Zeros all over a view that lies row by row."""
        size = view.dtype.itemsize
        for one in view.shape:
            size *= one
        name = "llvm.memset.p0.i64"
        self.listing.module.declare(name, f"declare void @{name}(ptr, i8, i64, i1)")
        self.listing.line(f"call void @{name}(ptr {self.at(view)}, i8 0, i64 {size}, i1 false)")

    def room(self, buffer: Buffer) -> str:
        """Room on the stack for a buffer."""
        return self.listing.array(max(buffer.size, 1), element(buffer.dtype))

    def asking(self) -> Asking:
        """Whom a loop asks whether to go on."""
        status = self.pointers[STATUS]
        if self.threads == 1:
            return Asking(status)
        return Asking(status, self.threads, self.pointers[THREAD], self.pointers[TEAM])

    def names(self, inner: Inner, memory: str) -> dict[int, str]:
        """The pointers of what is inside, but for inputs and outputs."""
        found = {STATUS: self.pointers[STATUS]}
        if self.threads > 1:
            found |= {THREAD: self.pointers[THREAD], TEAM: self.pointers[TEAM]}
        layout = inner.layout
        for buffer in inner.kernels.buffers:
            number = buffer.number
            if number in inner.constants:
                found[number] = self.at(inner.constants[number])
            elif number in layout.stack:
                found[number] = self.room(buffer)
            elif number in layout.offsets:
                found[number] = self.listing.value(
                    f"getelementptr i8, ptr {memory}, i64 {layout.offsets[number]}"
                )
        found[-1] = self.listing.value(f"getelementptr i8, ptr {memory}, i64 {layout.workspace}")
        return found


def write_turns(
    listing: Listing, machine: Machine, step: Turns, pointers: dict[int, str], write: Write
) -> None:
    """Write a loop.

    Args:
        listing: the function that it becomes part of.
        machine: for which processor.
        step: what is to be done.
        pointers: each buffer's first element.
        write: writes kernels with such pointers.
    """
    _Loop(Writer(listing, machine, pointers, write, step.threads), step).written()


class _Carried:
    """Something that is carried: its views, and where it is read and made."""

    def __init__(self, start: View, end: View, into: Buffer, out: Buffer) -> None:
        self.start, self.end, self.into, self.out = start, end, into, out
        self.small = into.size * into.dtype.itemsize <= ON_STACK
        self.read = self.made = ""


class _Loop:
    def __init__(self, writer: Writer, step: Turns) -> None:
        self.to, self.step, self.listing = writer, step, writer.listing
        kernels = step.body.kernels
        self.inputs = {one.place: one for one in kernels.buffers if one.kind == "input"}
        self.outputs = {one.place: one for one in kernels.buffers if one.kind == "output"}
        self.carried = [
            _Carried(start, end, self.inputs[at], self.outputs[at])
            for at, (start, end) in enumerate(zip(step.start, step.ends, strict=True))
        ]
        self.large = [one for one in self.carried if not one.small]

    def written(self) -> None:
        """The whole loop."""
        step, listing = self.step, self.listing
        memory = self.to.at(step.memory)
        inside = self.to.names(step.body, memory)
        test = {}
        if step.condition is not None:
            behind = rounded(step.body.layout.bytes)
            far = listing.value(f"getelementptr i8, ptr {memory}, i64 {behind}")
            test = self.to.names(step.condition, far)
        offset = sum([rounded(one.layout.bytes) for one in step.inner()])
        for one in self.carried:
            if one.small:
                one.read, one.made = self.to.room(one.into), self.to.room(one.out)
            else:
                one.read = listing.value(f"getelementptr i8, ptr {memory}, i64 {offset}")
                one.made = self.to.at(one.end)
                offset += rounded(one.into.size * one.into.dtype.itemsize)
            self.to.copy(one.start, one.read)
        whole = self._whole()
        if step.count is not None or step.condition is not None:
            for view in step.stacks:
                self.to.clear(view)
        with self._turns(whole, test) as turn:
            self._turn(turn, whole, inside)
        self._ended(whole)

    def _whole(self) -> str:
        """How many turns there are at most; empty for any number."""
        step, listing = self.step, self.listing
        if step.count is None:
            return str(step.turns) if step.turns >= 0 else ""
        count = listing.value(f"load i64, ptr {self.to.at(step.count)}, align 8")
        count = listing.call("llvm.smax.i64", "i64", ("i64", count), ("i64", "0"))
        if step.turns < 0:
            return count
        return listing.call("llvm.smin.i64", "i64", ("i64", count), ("i64", str(step.turns)))

    @contextmanager
    def _turns(self, whole: str, test: dict[int, str]) -> Iterator[str]:
        listing = self.listing
        before, head, body, latch, after = listing.block, *(listing.label() for _ in range(4))
        turn, following = f"%{listing.label()}", f"%{listing.label()}"
        turned = [(f"%{listing.label()}", f"%{listing.label()}") for _ in self.large]
        listing.line(f"br label %{head}")
        listing.begin(head)
        listing.line(f"{turn} = phi i64 [ 0, %{before} ], [ {following}, %{latch} ]")
        for one, (now, then) in zip(self.large, turned, strict=True):
            listing.line(f"{now} = phi ptr [ {one.read}, %{before} ], [ {then}, %{latch} ]")
            listing.line(f"{then} = phi ptr [ {one.made}, %{before} ], [ {now}, %{latch} ]")
            one.read, one.made = now, then
        self.turn = turn
        if whole:
            more = listing.value(f"icmp slt i64 {turn}, {whole}")
            if test:
                asked = listing.label()
                listing.line(f"br i1 {more}, label %{asked}, label %{after}")
                listing.begin(asked)
        if test:
            more = self._asked(test)
        listing.line(f"br i1 {more}, label %{body}, label %{after}")
        listing.begin(body)
        yield turn
        if asks_inside(self.step):
            write_end_if_stopped(listing, self.to.pointers[STATUS], after)
        if self.step.asks:
            write_question(listing, turn, self.step.asks, self.to.asking(), after)
        listing.line(f"br label %{latch}")
        listing.begin(latch)
        listing.line(f"{following} = add i64 {turn}, 1")
        listing.line(f"br label %{head}")
        listing.begin(after)

    def _asked(self, test: dict[int, str]) -> str:
        """Whether the condition holds."""
        condition = self.step.condition
        assert condition is not None  # noqa: S101 # it is asked
        given = [*[one.read for one in self.carried], *self._still()]
        answer = self.listing.room("[1 x i8]", 8)
        for buffer in condition.kernels.buffers:
            if buffer.kind == "input":
                test[buffer.number] = given[buffer.place]
            elif buffer.kind == "output":
                test[buffer.number] = answer
        self.to.write(self.listing, self.to.machine, condition.kernels, test)
        found = self.listing.value(f"load i8, ptr {answer}, align 1")
        return self.listing.value(f"icmp ne i8 {found}, 0")

    def _still(self) -> list[str]:
        # The offset is the view's, by which the kernels inside read.
        return [self.to.pointers[view.buffer] for view in self.step.still]

    def _turn(self, turn: str, whole: str, inside: dict[int, str]) -> None:
        step, listing = self.step, self.listing
        row = turn
        if step.backward and (step.cut or step.stacks):
            row = listing.value(f"sub i64 {whole}, {turn}")
            row = listing.value(f"sub i64 {row}, 1")
        for one in self.carried:
            inside[one.into.number], inside[one.out.number] = one.read, one.made
        first = len(self.carried)
        for place, view in enumerate(step.cut, first):
            inside[self.inputs[place].number] = self._row(view, row)
        for place, pointer in enumerate(self._still(), first + len(step.cut)):
            inside[self.inputs[place].number] = pointer
        for place, view in enumerate(step.stacks, first):
            inside[self.outputs[place].number] = self._row(view, row)
        self.to.write(listing, self.to.machine, step.body.kernels, inside)
        for one in self.carried:
            if one.small and one.into.size:
                self.small(one.read, one.made, one.into)

    def small(self, to: str, source: str, buffer: Buffer) -> None:
        """Move a small buffer's elements as one vector, which LLVM sees through."""
        kind = element(buffer.dtype)
        kind = f"<{buffer.size} x {kind}>" if buffer.size > 1 else kind
        found = self.listing.value(f"load {kind}, ptr {source}, align {buffer.dtype.itemsize}")
        self.listing.line(f"store {kind} {found}, ptr {to}, align {buffer.dtype.itemsize}")

    def _row(self, view: View, row: str) -> str:
        return row_at(self.to.lanes, view, self.to.pointers, row, view.strides[0])

    def _ended(self, whole: str) -> None:
        """Bring what was carried to where it is wanted."""
        step, listing = self.step, self.listing
        for one in self.carried:
            end = self.to.at(one.end)
            if one.small:
                if one.into.size:
                    self.small(end, one.read, one.into)
            else:
                there = listing.value(f"icmp ne ptr {one.read}, {end}")
                with only_if(listing, there):
                    self.to.move(end, one.read, one.into)
        if step.out_count is not None:
            listing.line(f"store i64 {self.turn}, ptr {self.to.at(step.out_count)}, align 8")


def write_branches(
    listing: Listing, machine: Machine, step: Branches, pointers: dict[int, str], write: Write
) -> None:
    """Write branches, of which one runs; see `write_turns`."""
    to = Writer(listing, machine, pointers, write, step.threads)
    kind = element(step.which.dtype)
    which = listing.value(
        f"load {kind}, ptr {to.at(step.which)}, align {step.which.dtype.itemsize}"
    )
    if kind != "i64":
        verb = "zext" if step.which.dtype.kind in "bu" else "sext"
        which = listing.value(f"{verb} {kind} {which} to i64")
    last = len(step.branches) - 1
    which = listing.call("llvm.smax.i64", "i64", ("i64", which), ("i64", "0"))
    which = listing.call("llvm.smin.i64", "i64", ("i64", which), ("i64", str(last)))
    memory = to.at(step.memory)
    names = [to.names(one, memory) for one in step.branches]
    labels, after = [listing.label() for _ in step.branches], listing.label()
    others = " ".join(f"i64 {at}, label %{label}" for at, label in enumerate(labels[:-1]))
    listing.line(f"switch i64 {which}, label %{labels[-1]} [ {others} ]")
    for inner, inside, label in zip(step.branches, names, labels, strict=True):
        listing.begin(label)
        for buffer in inner.kernels.buffers:
            if buffer.kind == "input":
                inside[buffer.number] = pointers[step.given[buffer.place].buffer]
            elif buffer.kind == "output":
                inside[buffer.number] = to.at(step.outs[buffer.place])
        write(listing, machine, inner.kernels, inside)
        listing.line(f"br label %{after}")
    listing.begin(after)
