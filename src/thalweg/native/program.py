"""One program in machine code, for one thread or several: its memory, and how threads enter it."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from thalweg.native.barrier import yielding
from thalweg.native.compiling import load, object_code
from thalweg.native.interrupts import asking, lines_of, words_told
from thalweg.native.kernels import Kernels
from thalweg.native.layout import Layout
from thalweg.native.listing import Module
from thalweg.native.machine import Machine
from thalweg.native.program_code import ENTRY, lay_out
from thalweg.native.python_objects import start_of
from thalweg.native.sharing import share
from thalweg.native.team import BUSY, team_of

__all__ = ["Program", "Programs", "Table", "in_lines"]

_LARGE = 4096


def in_lines(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """A new array that begins with a line of memory if it is large: threads share no line then."""
    size = math.prod(shape) * dtype.itemsize
    if size < _LARGE:
        return np.empty(shape, dtype)
    room = np.empty(size + 64, np.uint8)
    start = -start_of(room) % 64
    return room[start : start + size].view(dtype).reshape(shape)


class Table:
    """The pointers that machine code is given: inputs, outputs, constants, arenas, what all see."""

    def __init__(self, layout: Layout, given: int, threads: int = 1) -> None:
        self._constants = [np.ascontiguousarray(one) for one in layout.constants]
        self._arenas = np.empty(layout.bytes * threads + 64, np.uint8)
        lines = lines_of(threads)
        self._common = np.empty(layout.shared_bytes + lines + 64, np.uint8)
        self._common[: lines + 64] = 0
        fixed = [one.ctypes.data for one in self._constants]
        fixed += [one.ctypes.data + -one.ctypes.data % 64 for one in (self._arenas, self._common)]
        self.pointers = (ctypes.c_void_p * (given + len(fixed)))()
        for place, pointer in enumerate(fixed, given):
            self.pointers[place] = pointer
        self.address = ctypes.addressof(self.pointers)
        self._told = words_told(fixed[-1], threads)

    def begin(self) -> None:
        """Forget that threads were told to end."""
        self._told[:] = 0, 0

    def fill(self, arrays: Sequence[Any]) -> None:
        """Write the pointers of inputs and outputs."""
        for place, array in enumerate(arrays):
            self.pointers[place] = start_of(array)


class Program:
    """Machine code.

    Attributes:
        threads: how many must enter it.
        layout: what its table holds.
        code: the functions.
        address: of the one that does all.
    """

    def __init__(
        self, text: str, layout: Layout, target: Machine, threads: int,
        names: Sequence[str] = (), imports: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        found = {**(imports or {}), **(yielding() if threads > 1 else {}), **asking(text)}
        self.code = load(object_code(text, target), [ENTRY, *names], found)
        self.threads, self.layout = threads, layout
        self.address = self.code.address(ENTRY)
        enter = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        self._enter = enter(self.address)

    def run(self, table: Table, rounds: int) -> int | None:
        """Run it; None where its threads are not to be had, and then nothing was touched."""
        if self.threads == 1:
            return int(self._enter(table.address, 0, rounds))
        team = team_of(self.threads)
        if team is None:
            return None
        table.begin()
        status = team.enter(self.address, table.address, rounds)
        return None if status == BUSY else status


class Programs:
    """The same kernels for several threads, and for one where the others are busy.

    Args:
        kernels: what is to be done.
        target: for which processor.
        given: how many inputs and outputs there are.
        many: how many threads may share the work.
        own: the buffers from outside that each thread has in memory of its own.
        write: writes the program into a module.
    """

    def __init__(
        self, kernels: Kernels, target: Machine, given: tuple[int, int], many: int,
        own: Mapping[int, Any], write: Callable[[Module, Machine, Kernels, Layout], None],
    ) -> None:  # fmt: skip
        self._kernels, self._target, self._given, self._write = kernels, target, given, write
        self._made: dict[int, Program] = {}
        self._tables = threading.local()  # memory for calls from each of Python's threads
        self._shared = share(kernels, many, own)
        self.threads = self._shared.threads
        self._made[self.threads] = self._program(self._shared)

    def run(self, arrays: Sequence[Any], rounds: int) -> int:
        """Run with arrays for inputs and outputs."""
        for threads in dict.fromkeys((self.threads, 1)):
            if threads not in self._made:
                self._made[threads] = self._program(self._kernels)
            program, name = self._made[threads], f"of {threads}"
            table = getattr(self._tables, name, None)
            if table is None:
                table = Table(program.layout, len(arrays), threads)
                setattr(self._tables, name, table)
            table.fill(arrays)
            status = program.run(table, rounds)
            if status is not None:
                return status
        raise AssertionError("one thread can always be had")

    def _program(self, kernels: Kernels) -> Program:
        layout = lay_out(kernels, self._target, *self._given)
        module = Module()
        self._write(module, self._target, kernels, layout)
        return Program(module.text(), layout, self._target, kernels.threads)
