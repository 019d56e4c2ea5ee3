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
from typing import Any

import numpy as np

from thalweg.native.barrier import yielding
from thalweg.native.compiling import load, object_code
from thalweg.native.machine import machine

__all__ = ["BUSY", "Team", "team_of"]

BUSY = -1
"""What `Team.enter` answers where the others work for someone else."""

_SPINS = 20_000
"""So often a thread looks for work before it sleeps: some hundred microseconds."""

# Where things stand in a team's memory, in lines of 64 bytes so that threads do not disturb each other.
_TAKEN, _JOB, _FINISHED, _STATUS = 0, 64, 128, 192
_FUNCTION, _TABLE, _ROUNDS, _LOCKS = 72, 80, 88, 256


def _text(threads: int, pause: str) -> str:
    """The module: `lead`, which is called with a program, and `serve`, in which threads wait."""
    mates = range(1, threads)
    wake = "".join(
        f"""  %parked{one} = getelementptr i8, ptr %team, i64 {_LOCKS + 64 * one}
  %asleep{one} = atomicrmw xchg ptr %parked{one}, i64 0 seq_cst, align 8
  %sleeps{one} = icmp eq i64 %asleep{one}, 1
  br i1 %sleeps{one}, label %wake{one}, label %next{one}
wake{one}:
  %at{one} = getelementptr i8, ptr %team, i64 {_LOCKS + 64 * one + 8}
  %lock{one} = load ptr, ptr %at{one}, align 8
  call void @PyThread_release_lock(ptr %lock{one})
  br label %next{one}
next{one}:
"""
        for one in mates
    )
    return f"""declare i32 @thalweg_yield()
declare void @PyThread_release_lock(ptr)
declare i32 @PyThread_acquire_lock(ptr, i32)
{"declare void @llvm.x86.sse2.pause()" if pause else ""}
define i32 @lead(ptr %team, ptr %function, ptr %table, i64 %rounds) nounwind {{
entry:
  %job = getelementptr i8, ptr %team, i64 {_JOB}
  %finished = getelementptr i8, ptr %team, i64 {_FINISHED}
  %statuses = getelementptr i8, ptr %team, i64 {_STATUS}
  %held = atomicrmw xchg ptr %team, i64 1 acq_rel, align 8
  %free = icmp eq i64 %held, 0
  br i1 %free, label %begin, label %busy
busy:
  ret i32 {BUSY}
begin:
  %f = getelementptr i8, ptr %team, i64 {_FUNCTION}
  store ptr %function, ptr %f, align 8
  %t = getelementptr i8, ptr %team, i64 {_TABLE}
  store ptr %table, ptr %t, align 8
  %r = getelementptr i8, ptr %team, i64 {_ROUNDS}
  store i64 %rounds, ptr %r, align 8
  store i64 0, ptr %statuses, align 8
  store atomic i64 0, ptr %finished monotonic, align 8
  %told = atomicrmw add ptr %job, i64 1 seq_cst, align 8
{wake}  %mine = call i32 %function(ptr %table, i64 0, i64 %rounds)
  br label %wait
wait:
  %spins = phi i64 [ 0, %next{threads - 1} ], [ %more, %again ]
  %done = load atomic i64, ptr %finished acquire, align 8
  %all = icmp eq i64 %done, {threads - 1}
  br i1 %all, label %end, label %patience
patience:
  %more = add i64 %spins, 1
{pause}  %long = icmp ugt i64 %more, 4096
  br i1 %long, label %give, label %again
give:
  %gave = call i32 @thalweg_yield()
  br label %again
again:
  br label %wait
end:
  %theirs = load i64, ptr %statuses, align 8
  %short = trunc i64 %theirs to i32
  %status = or i32 %mine, %short
  store atomic i64 0, ptr %team release, align 8
  ret i32 %status
}}
define void @serve(ptr %team, i64 %thread) nounwind {{
entry:
  %job = getelementptr i8, ptr %team, i64 {_JOB}
  %finished = getelementptr i8, ptr %team, i64 {_FINISHED}
  %statuses = getelementptr i8, ptr %team, i64 {_STATUS}
  %line = mul i64 %thread, 64
  %own = add i64 %line, {_LOCKS}
  %parked = getelementptr i8, ptr %team, i64 %own
  %at = getelementptr i8, ptr %parked, i64 8
  %lock = load ptr, ptr %at, align 8
  br label %look
look:
  %seen = phi i64 [ 0, %entry ], [ %now, %work ]
  br label %spin
spin:
  %spins = phi i64 [ 0, %look ], [ %more, %again ]
  %found = load atomic i64, ptr %job acquire, align 8
  %new = icmp ne i64 %found, %seen
  br i1 %new, label %work, label %patience
patience:
  %more = add i64 %spins, 1
{pause}  %long = icmp ugt i64 %more, {_SPINS}
  br i1 %long, label %park, label %again
again:
  br label %spin
park:
  store atomic i64 1, ptr %parked seq_cst, align 8
  %late = load atomic i64, ptr %job seq_cst, align 8
  %came = icmp ne i64 %late, %seen
  br i1 %came, label %unpark, label %sleep
unpark:
  %still = atomicrmw xchg ptr %parked, i64 0 seq_cst, align 8
  %mine = icmp eq i64 %still, 1
  br i1 %mine, label %work, label %sleep
sleep:
  %got = call i32 @PyThread_acquire_lock(ptr %lock, i32 1)
  br label %work
work:
  %now = load atomic i64, ptr %job acquire, align 8
  %f = getelementptr i8, ptr %team, i64 {_FUNCTION}
  %function = load ptr, ptr %f, align 8
  %t = getelementptr i8, ptr %team, i64 {_TABLE}
  %table = load ptr, ptr %t, align 8
  %r = getelementptr i8, ptr %team, i64 {_ROUNDS}
  %rounds = load i64, ptr %r, align 8
  %status = call i32 %function(ptr %table, i64 %thread, i64 %rounds)
  %wide = zext i32 %status to i64
  %noted = atomicrmw or ptr %statuses, i64 %wide acq_rel, align 8
  %counted = atomicrmw add ptr %finished, i64 1 acq_rel, align 8
  br label %look
}}
"""


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
            addresses = {name: _address(getattr(python, name)) for name in names}
            python.PyThread_allocate_lock.restype = ctypes.c_void_p
            python.PyThread_acquire_lock.argtypes = (ctypes.c_void_p, ctypes.c_int)
        except AttributeError as error:
            raise OSError(f"this Python has no {error}") from None
        target = machine()
        x86 = target.triple.startswith(("x86_64", "amd64", "i686"))
        text = _text(threads, "  call void @llvm.x86.sse2.pause()\n" if x86 else "")
        code = load(object_code(text, target), ["lead", "serve"], {**addresses, **yielding()})
        room = np.zeros(_LOCKS + 64 * threads + 64, np.uint8)
        self._memory = room.ctypes.data + -room.ctypes.data % 64
        for one in range(1, threads):
            lock = python.PyThread_allocate_lock()
            python.PyThread_acquire_lock(lock, 1)
            place = ctypes.c_void_p.from_address(self._memory + _LOCKS + 64 * one + 8)
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


def _address(function: Any) -> int:
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


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
