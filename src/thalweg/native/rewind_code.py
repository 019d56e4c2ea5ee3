"""How is the way back through a loop written down, of which a few states are kept?

What is to be done stands in a table: keep the state, take one that was kept, go on some turns, go back
through one. States are blocks of memory; the one that is there and the next change places by their
pointers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from thalweg.graph.schedule import GO, KEEP, TAKE
from thalweg.native.counted import counted
from thalweg.native.interrupts import write_end_if_stopped, write_question
from thalweg.native.kernels import Kernels, View
from thalweg.native.kernels_of_loops import Rewinding, asks_inside
from thalweg.native.layout import rounded
from thalweg.native.listing import Listing
from thalweg.native.loop_code import STATUS, Write, Writer
from thalweg.native.machine import Machine
from thalweg.native.memory import address, row_at

__all__ = ["write_rewinding"]


def write_rewinding(
    listing: Listing, machine: Machine, step: Rewinding, pointers: dict[int, str], write: Write
) -> None:
    """Write the way back; see `loop_code.write_turns`."""
    _Way(Writer(listing, machine, pointers, write, step.threads), step).written()


def _size(views: Sequence[View]) -> int:
    return sum([rounded(math.prod(view.shape) * view.dtype.itemsize) for view in views])


class _Block:
    """Several values in one stretch of memory, twice: those that are there, and the next."""

    def __init__(self, to: Writer, views: Sequence[View], memory: str, offset: int) -> None:
        self.to, self.views, self.size = to, views, _size(views)
        listing = to.listing
        self.rooms = [listing.room("ptr", 8) for _ in range(2)]
        for at, room in enumerate(self.rooms):
            there = offset + at * self.size
            pointer = listing.value(f"getelementptr i8, ptr {memory}, i64 {there}")
            listing.line(f"store ptr {pointer}, ptr {room}, align 8")
        for view, pointer in zip(views, self.pointers(0), strict=True):
            to.copy(view, pointer)

    def pointers(self, which: int) -> list[str]:
        """Where the values lie now, of those that are there (0) or of the next (1)."""
        base, found, offset = self.base(which), [], 0
        for view in self.views:
            found.append(self.to.listing.value(f"getelementptr i8, ptr {base}, i64 {offset}"))
            offset += _size([view])
        return found

    def base(self, which: int) -> str:
        """Where the stretch begins."""
        return self.to.listing.value(f"load ptr, ptr {self.rooms[which]}, align 8")

    def turn(self) -> None:
        """The next are there now."""
        now, then = self.base(0), self.base(1)
        self.to.listing.line(f"store ptr {then}, ptr {self.rooms[0]}, align 8")
        self.to.listing.line(f"store ptr {now}, ptr {self.rooms[1]}, align 8")


class _Way:
    def __init__(self, to: Writer, step: Rewinding) -> None:
        self.to, self.step, self.listing = to, step, to.listing
        self.memory = to.at(step.memory)
        start = max([rounded(one.layout.bytes) for one in step.inner()])
        self.state = _Block(to, step.start, self.memory, start)
        start += 2 * self.state.size
        self.carry = _Block(to, step.carry, self.memory, start)
        start += 2 * self.carry.size
        self.slots = self.listing.value(f"getelementptr i8, ptr {self.memory}, i64 {start}")
        self.names = [to.names(one, self.memory) for one in step.inner()]
        self.passed = self.listing.room("i64", 8) if step.asks else ""

    def written(self) -> None:
        """All that is in the table, one after the other."""
        listing, step = self.listing, self.step
        todo = self.to.at(step.actions)
        if self.passed:
            listing.line(f"store i64 0, ptr {self.passed}, align 8")
        over = listing.label()
        with counted(listing, "0", str(step.actions.shape[0]), 1, over) as index:
            row = listing.value(f"mul i64 {index}, 3")
            base = listing.value(f"getelementptr i64, ptr {todo}, i64 {row}")
            what, first, second = [
                listing.value(f"load i64, ptr {address(self.to.lanes, step.actions.dtype, base, k)}, align 8")
                for k in range(3)
            ]  # fmt: skip
            labels, after = [listing.label() for _ in range(4)], listing.label()
            cases = " ".join(f"i64 {at}, label %{labels[at]}" for at in (KEEP, TAKE, GO))
            listing.line(f"switch i64 {what}, label %{labels[3]} [ {cases} ]")
            for at, label in enumerate(labels):
                listing.begin(label)
                if at in (KEEP, TAKE):
                    self._moved(first, kept=at == KEEP)
                elif at == GO:
                    gone = listing.label()
                    with counted(listing, first, second, 1, gone) as turn:
                        self._on(turn)
                        self._asked(gone)
                    if step.asks or asks_inside(step):
                        write_end_if_stopped(listing, self.to.pointers[STATUS], over)
                else:
                    self._back(first)
                    self._asked(over)
                listing.line(f"br label %{after}")
            listing.begin(after)
        for view, pointer in zip(step.ends, self.carry.pointers(0), strict=True):
            self.to.copy_bytes(self.to.at(view), pointer, _bytes(view))

    def _asked(self, after: str) -> None:
        """Leave for a block after a turn, there or back, if that is what was said."""
        listing, step = self.listing, self.step
        if asks_inside(step):
            write_end_if_stopped(listing, self.to.pointers[STATUS], after)
        if self.passed:
            turn = listing.value(f"load i64, ptr {self.passed}, align 8")
            following = listing.value(f"add i64 {turn}, 1")
            listing.line(f"store i64 {following}, ptr {self.passed}, align 8")
            write_question(listing, turn, step.asks, self.to.asking(), after)

    def _moved(self, slot: str, *, kept: bool) -> None:
        far = self.listing.value(f"mul i64 {slot}, {self.state.size}")
        there = self.listing.value(f"getelementptr i8, ptr {self.slots}, i64 {far}")
        here = self.state.base(0)
        to, source = (there, here) if kept else (here, there)
        self.to.copy_bytes(to, source, self.state.size)

    def _row(self, turn: str) -> str:
        last = self.step.turns - 1
        return self.listing.value(f"sub i64 {last}, {turn}") if self.step.backward else turn

    def _rows(self, views: Sequence[View], row: str) -> list[str]:
        to = self.to
        return [row_at(to.lanes, view, to.pointers, row, view.strides[0]) for view in views]

    def _still(self) -> list[str]:
        return [self.to.pointers[view.buffer] for view in self.step.still]

    def _on(self, turn: str) -> None:
        """One turn of the loop."""
        rows = self._rows(self.step.cut, self._row(turn))
        given = [*self.state.pointers(0), *rows, *self._still()]
        self._write(self.step.body.kernels, self.names[0], given, self.state.pointers(1))
        self.state.turn()

    def _back(self, turn: str) -> None:
        """One turn of the way back."""
        step, row = self.step, self._row(turn)
        rows = self._rows([*step.cut, *step.own], row)
        given = [*self.carry.pointers(0), *self.state.pointers(0), *rows, *self._still()]
        made = [*self.carry.pointers(1), *self._rows(step.stacks, row)]
        self._write(step.back.kernels, self.names[1], given, made)
        self.carry.turn()

    def _write(
        self, kernels: Kernels, names: dict[int, str], given: list[str], made: list[str]
    ) -> None:
        for buffer in kernels.buffers:
            if buffer.kind == "input":
                names[buffer.number] = given[buffer.place]
            elif buffer.kind == "output":
                names[buffer.number] = made[buffer.place]
        self.to.write(self.listing, self.to.machine, kernels, names)


def _bytes(view: View) -> int:
    return math.prod(view.shape) * view.dtype.itemsize
