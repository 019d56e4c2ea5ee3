"""How does a long loop of machine code hear Ctrl-C? It asks Python now and then, and ends if told so.

A signal only leaves a mark; its handler runs when Python asks whether there is one. So the loop asks, with
the interpreter's lock, which it may have or not; where the handler raises, the machine code ends, and
KeyboardInterrupt is raised when it is left.
"""

from __future__ import annotations

import ctypes

from thalweg.native.listing import Listing, Module

__all__ = ["ASKED", "asking", "raise_if_stopped", "write_end_if_stopped", "write_question"]

ASKED = "thalweg.asked"
"""By which name machine code calls the function."""

STOPPED = 3
"""The status of machine code that was told to end; 1 says that Python is to compute, 2 that arrays differ."""

_OF_PYTHON = {
    "PyGILState_Ensure": "i32 @PyGILState_Ensure()",
    "PyErr_CheckSignals": "i32 @PyErr_CheckSignals()",
    "PyErr_Clear": "void @PyErr_Clear()",
    "PyGILState_Release": "void @PyGILState_Release(i32)",
}

_TEXT = f"""define internal i32 @{ASKED}() noinline nounwind {{
entry:
  %lock = call i32 @PyGILState_Ensure()
  %found = call i32 @PyErr_CheckSignals()
  %raised = icmp ne i32 %found, 0
  br i1 %raised, label %told, label %done
told:
  call void @PyErr_Clear()
  br label %done
done:
  call void @PyGILState_Release(i32 %lock)
  %answer = zext i1 %raised to i32
  ret i32 %answer
}}"""


def asking(text: str) -> dict[str, int]:
    """The addresses of what a program's text needs of Python for this, by name."""
    if ASKED not in text:
        return {}
    functions = {name: getattr(ctypes.pythonapi, name) for name in _OF_PYTHON}
    return {
        name: int(ctypes.cast(function, ctypes.c_void_p).value or 0)
        for name, function in functions.items()
    }


def _define(module: Module) -> None:
    for name, declared in _OF_PYTHON.items():
        module.declare(name, f"declare {declared}")
    module.define(ASKED, _TEXT)


def write_question(listing: Listing, turn: str, every: int, status: str, after: str) -> None:
    """Write a question that a loop asks every so many turns.

    Args:
        listing: where; it stands at the end of a turn.
        turn: the number of the turn, an i64.
        every: a power of two.
        status: where the status is written.
        after: the block where the loop has ended.
    """
    if not listing.module.defines(ASKED):
        _define(listing.module)
    ask, told, on = (listing.label() for _ in range(3))
    part = listing.value(f"and i64 {turn}, {every - 1}")
    now = listing.value(f"icmp eq i64 {part}, {every - 1}")
    listing.line(f"br i1 {now}, label %{ask}, label %{on}")
    listing.begin(ask)
    answer = listing.value(f"call i32 @{ASKED}()")
    ends = listing.value(f"icmp ne i32 {answer}, 0")
    listing.line(f"br i1 {ends}, label %{told}, label %{on}")
    listing.begin(told)
    listing.line(f"store i32 {STOPPED}, ptr {status}, align 4")
    listing.line(f"br label %{after}")
    listing.begin(on)


def write_end_if_stopped(listing: Listing, status: str, after: str) -> None:
    """Write an end of a loop inside of which another one was told to end."""
    on = listing.label()
    found = listing.value(f"load i32, ptr {status}, align 4")
    stopped = listing.value(f"icmp eq i32 {found}, {STOPPED}")
    listing.line(f"br i1 {stopped}, label %{after}, label %{on}")
    listing.begin(on)


def raise_if_stopped(status: int) -> None:
    """Raise KeyboardInterrupt where a signal's handler has raised while machine code ran.

    Args:
        status: what the machine code answered.
    """
    if status == STOPPED:
        raise KeyboardInterrupt
