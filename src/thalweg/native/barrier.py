"""How do threads wait for each other without asking the system?

Each has a line of memory to itself in which it counts the barriers it has come to, and looks at those of
the others until they have come as far: one line to write and one to read for each of the others, the
least that there can be. After a while it lets other threads have the core, for the one that is waited
for may need it.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from thalweg.native.addresses import address_of
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine

__all__ = ["LINE", "barrier", "yielding"]

LINE = 64
"""Bytes of memory that each thread needs to meet the others, zeros at first."""

_SPINS = 4096
_NAME = "wait.for.all"
_YIELD = "thalweg_yield"


def barrier(listing: Listing, machine: Machine, team: str, thread: str, threads: int) -> None:
    """Write a call that returns when all threads have come here.

    Args:
        listing: the function that it becomes part of.
        machine: for which processor.
        team: the pointer to the memory where they meet.
        thread: the thread's number, the name of an i64.
        threads: how many they are.
    """
    if not listing.module.defines(_NAME):
        _define(listing.module, machine, threads)
    listing.line(f"call void @{_NAME}(ptr {team}, i64 {thread})")


def _define(module: Module, machine: Machine, threads: int) -> None:
    module.declare(_YIELD, f"declare i32 @{_YIELD}()")
    pause = ""
    if machine.triple.startswith(("x86_64", "amd64", "i686")):
        module.declare("llvm.x86.sse2.pause", "declare void @llvm.x86.sse2.pause()")
        pause = "  call void @llvm.x86.sse2.pause()\n"
    module.define(
        _NAME,
        f"""define internal void @{_NAME}(ptr %team, i64 %thread) nounwind noinline {{
entry:
  %far = mul i64 %thread, {LINE}
  %own = getelementptr i8, ptr %team, i64 %far
  %before = load i64, ptr %own, align 8
  %here = add i64 %before, 1
  store atomic i64 %here, ptr %own release, align 8
  br label %each
each:
  %mate = phi i64 [ 0, %entry ], [ %next, %come ]
  %there = mul i64 %mate, {LINE}
  %line = getelementptr i8, ptr %team, i64 %there
  br label %wait
wait:
  %spins = phi i64 [ 0, %each ], [ %more, %again ]
  %theirs = load atomic i64, ptr %line acquire, align 8
  %ahead = sub i64 %theirs, %here
  %is_here = icmp sge i64 %ahead, 0
  br i1 %is_here, label %come, label %patience
patience:
  %more = add i64 %spins, 1
{pause}  %long = icmp ugt i64 %more, {_SPINS}
  br i1 %long, label %give, label %again
give:
  %told = call i32 @{_YIELD}()
  br label %again
again:
  br label %wait
come:
  %next = add i64 %mate, 1
  %all = icmp eq i64 %next, {threads}
  br i1 %all, label %done, label %each
done:
  ret void
}}""",
    )


def yielding() -> dict[str, int]:
    """The system's function that lets other threads have the core, by the name that code calls it."""
    library: Any
    if sys.platform == "win32":
        library = ctypes.WinDLL("kernel32").SwitchToThread
    else:
        library = ctypes.CDLL(None).sched_yield
    return {_YIELD: address_of(library)}
