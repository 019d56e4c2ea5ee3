"""How do threads enter machine code together?

Threads of Python's are started once and never come back: they wait in machine code, without the
interpreter's lock, look for work for a while, and then sleep on a lock of CPython's (`PyThread_…`, which
machine code may call). Who calls a program hands it to them, does the first thread's part and waits for
the others, all in one call: nothing that happens to Python's thread, a signal or an exception, comes in
between and leaves the others waiting.
"""

from __future__ import annotations

import ctypes
import os
import threading

import numpy as np

from thalweg.native.addresses import address_of
from thalweg.native.barrier import yielding
from thalweg.native.compiling import load, object_code
from thalweg.native.machine import machine
from thalweg.native.team_code import BUSY, LOCKS, team_text

__all__ = ["BUSY", "Team", "team_of"]


class Team:
    """Threads that do what they are handed; there is one team of each size in a process.

    Args:
        threads: how many, the caller's own among them; two at least.

    Raises:
        OSError: this Python has not the functions that are needed.
        RuntimeError: the system starts no more threads.
    """

    def __init__(self, threads: int) -> None:
        try:
            python = ctypes.pythonapi
            names = ("PyThread_acquire_lock", "PyThread_release_lock")
            addresses = {name: address_of(getattr(python, name)) for name in names}
            python.PyThread_allocate_lock.restype = ctypes.c_void_p
            python.PyThread_acquire_lock.argtypes = (ctypes.c_void_p, ctypes.c_int)
        except AttributeError as error:
            raise OSError(f"this Python has no {error}") from None
        target = machine()
        x86 = target.triple.startswith(("x86_64", "amd64", "i686"))
        text = team_text(threads, "  call void @llvm.x86.sse2.pause()\n" if x86 else "")
        code = load(object_code(text, target), ["lead", "serve"], {**addresses, **yielding()})
        room = np.zeros(LOCKS + 64 * threads + 64, np.uint8)
        self._memory = room.ctypes.data + -room.ctypes.data % 64
        for one in range(1, threads):
            lock = python.PyThread_allocate_lock()
            python.PyThread_acquire_lock(lock, 1)
            place = ctypes.c_void_p.from_address(self._memory + LOCKS + 64 * one + 8)
            place.value = lock
        # Threads are in there until the process ends, even while Python takes itself apart.
        for lasting in (room, code, code.tracker):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(lasting))
        lead = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 3, ctypes.c_int64)
        self._lead = lead(code.address("lead"))
        serve = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(code.address("serve"))
        for one in range(1, threads):
            threading.Thread(
                target=serve, args=(self._memory, one), name=f"thalweg-{one}", daemon=True
            ).start()

    def enter(self, function: int, table: int, rounds: int) -> int:
        """Let all threads enter a program, and wait until they have left it.

        Args:
            function: the address of `i32 run(ptr table, i64 thread, i64 rounds)`.
            table: the address of its table.
            rounds: how many.

        Returns:
            What they answered, one or the other; `BUSY` where they work for someone else.
        """
        return int(self._lead(self._memory, function, table, rounds))


_teams: dict[int, Team | None] = {}
_making = threading.Lock()


def team_of(threads: int) -> Team | None:
    """The team of so many threads, or None where there can be none."""
    if threads not in _teams:
        with _making:
            if threads not in _teams:
                try:
                    _teams[threads] = Team(threads)
                except (OSError, RuntimeError):  # then each call is one thread's
                    _teams[threads] = None
    return _teams[threads]


def _forget() -> None:
    """In the child of a fork none of the threads is there."""
    global _making
    _teams.clear()
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
