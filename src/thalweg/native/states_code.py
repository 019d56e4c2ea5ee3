"""How do states go from one round of a loop in machine code to the next?

Small states stay on the stack, where LLVM keeps them in registers, and come back into the input's memory at
the end. Large ones go to and fro between the input's memory and the output's, and after an odd number of
rounds lie in the output's.
"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.native.kernels import Buffer, Kernels
from thalweg.native.layout import ON_STACK
from thalweg.native.listing import Listing
from thalweg.native.memory import element

__all__ = ["States"]


class _Small(NamedTuple):
    """A state on the stack: where a round reads it, where it makes the next, and where the input lies."""

    buffer: Buffer
    room: str
    made: str
    home: str


class _Large(NamedTuple):
    """A state in memory: the buffer that is read, the one that is written, and where they lie at first."""

    read: Buffer
    written: Buffer
    here: str
    there: str


class States:
    """The states of one loop.

    Args:
        listing: where their code goes.
        kernels: what one round does.
        states: the places of outputs by those of the inputs that they become.
        pointers: where buffers lie; small states move onto the stack at once.

    Attributes:
        rows: the outputs that become no state: a row for each round.
    """

    def __init__(
        self, listing: Listing, kernels: Kernels, states: dict[int, int], pointers: dict[int, str]
    ) -> None:
        self._listing, self._pointers = listing, pointers
        inputs = {one.place: one for one in kernels.buffers if one.kind == "input"}
        outputs = {one.place: one for one in kernels.buffers if one.kind == "output"}
        self._small: list[_Small] = []
        self._large: list[_Large] = []
        for source, target in states.items():
            if target not in outputs:  # updated where it lies
                continue
            into, out = inputs[source], outputs[target]
            here, there = pointers[into.number], pointers[out.number]
            if into.size * into.dtype.itemsize > ON_STACK:
                self._large.append(_Large(into, out, here, there))
                continue
            kind = f"[{max(into.size, 1)} x {element(into.dtype)}]"
            room, made = listing.room(kind, 64), listing.room(kind, 64)
            _copy(listing, room, here, into)
            self._small.append(_Small(into, room, made, here))
            pointers[into.number], pointers[out.number] = room, made
        self.rows = [one for one in outputs.values() if one.place not in states.values()]

    def begin_round(self, before: str, latch: str) -> None:
        """Write where large states lie in this round.

        Args:
            before: the block that comes before the first round.
            latch: the one that ends each.
        """
        listing = self._listing
        for one in self._large:
            now, then = f"%{listing.label()}", f"%{listing.label()}"
            listing.line(f"{now} = phi ptr [ {one.here}, %{before} ], [ {then}, %{latch} ]")
            listing.line(f"{then} = phi ptr [ {one.there}, %{before} ], [ {now}, %{latch} ]")
            self._pointers[one.read.number], self._pointers[one.written.number] = now, then

    def end_round(self) -> None:
        """Write what makes the next round read what this one made."""
        for one in self._small:
            _copy(self._listing, one.room, one.made, one.buffer)

    def go_home(self) -> None:
        """Write what brings small states into the inputs' memory."""
        for one in self._small:
            _copy(self._listing, one.home, one.room, one.buffer)


def _copy(listing: Listing, to: str, source: str, buffer: Buffer) -> None:
    """Move a small buffer's elements."""
    kind = (
        f"<{buffer.size} x {element(buffer.dtype)}>" if buffer.size > 1 else element(buffer.dtype)
    )
    if buffer.size:
        found = listing.value(f"load {kind}, ptr {source}, align {buffer.dtype.itemsize}")
        listing.line(f"store {kind} {found}, ptr {to}, align {buffer.dtype.itemsize}")
