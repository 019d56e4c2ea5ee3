"""How does a long loop of machine code hear Ctrl-C? It asks Python now and then, and ends if told so.

A signal only leaves a mark; its handler runs when Python asks whether there is one. So the loop asks, with
the interpreter's lock, which it may have or not; where the handler raises, the machine code ends, and
KeyboardInterrupt is raised when it is left.

Where threads share a program, the first one asks, for it is the caller's. What it hears it writes where all
of them look when it is their turn to ask, and each leaves its loops. What comes after is computed of what
is there, and thrown away: so all come to the same barriers, and none waits for one that has left. A round
of a loop that they go together is the last one for all if the first thread has said so before they wait for
each other at its end.
"""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

from thalweg.native.addresses import address_of
from thalweg.native.barrier import LINE
from thalweg.native.counted import only_if
from thalweg.native.listing import Listing, Module

__all__ = [
    "ASKED",
    "Asking",
    "asking",
    "lines_of",
    "raise_if_stopped",
    "status_room",
    "words_told",
    "write_answer",
    "write_end_if_agreed",
    "write_end_if_stopped",
    "write_last_round",
    "write_question",
]

ASKED = "thalweg.asked"
"""By which name machine code calls the function."""

_TOGETHER = "thalweg.asked.together"

STOPPED = 3
"""The status of machine code that was told to end; 1 says that Python is to compute, 2 that arrays differ."""

_TOLD, _LAST = 0, 8
"""In the line behind those where threads meet: whether they were told to end, and after which round they do."""

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

_TEXT_TOGETHER = f"""define internal i32 @{_TOGETHER}(ptr %words, i64 %thread) noinline nounwind {{
entry:
  %told = load atomic i64, ptr %words monotonic, align 8
  %known = icmp ne i64 %told, 0
  br i1 %known, label %end, label %who
who:
  %first = icmp eq i64 %thread, 0
  br i1 %first, label %ask, label %on
ask:
  %found = call i32 @{ASKED}()
  %raised = icmp ne i32 %found, 0
  br i1 %raised, label %tell, label %on
tell:
  store atomic i64 1, ptr %words monotonic, align 8
  br label %end
on:
  ret i32 0
end:
  ret i32 1
}}"""


class Asking(NamedTuple):
    """What a loop that asks needs to know.

    Attributes:
        status: where the status is written, a pointer.
        threads: how many run the program.
        thread: where the number of the thread stands; of one thread nothing.
        team: where threads meet; of one thread nothing.
    """

    status: str
    threads: int = 1
    thread: str = ""
    team: str = ""

    def words(self, listing: Listing, place: int = _TOLD) -> str:
        """The pointer to a word that all threads see."""
        far = LINE * self.threads + place
        return listing.value(f"getelementptr i8, ptr {self.team}, i64 {far}")

    def number(self, listing: Listing) -> str:
        """The number of the thread."""
        return listing.value(f"load i64, ptr {self.thread}, align 8")


def lines_of(threads: int) -> int:
    """How many bytes come before what threads share: where they meet, and what they tell each other."""
    return LINE * (threads + 1)


def words_told(team: int, threads: int) -> Any:
    """What threads tell each other, two whole numbers, where they meet at an address; 0 before each run."""
    return (ctypes.c_int64 * 2).from_address(team + LINE * threads)


def asking(text: str) -> dict[str, int]:
    """The addresses of what a program's text needs of Python for this, by name."""
    if ASKED not in text:
        return {}
    return {name: address_of(getattr(ctypes.pythonapi, name)) for name in _OF_PYTHON}


def _define(module: Module, threads: int) -> None:
    if not module.defines(ASKED):
        for name, declared in _OF_PYTHON.items():
            module.declare(name, f"declare {declared}")
        module.define(ASKED, _TEXT)
    if threads > 1 and not module.defines(_TOGETHER):
        module.define(_TOGETHER, _TEXT_TOGETHER)


def status_room(listing: Listing) -> str:
    """Room for the status: what kernels note, and behind it whether the code was told to end.

    What comes after a loop that was told to end computes with what is there, and may note anything.
    """
    room = listing.room("i64", 8)
    listing.line(f"store i64 0, ptr {room}, align 8")
    return room


def _told(listing: Listing, status: str) -> str:
    return listing.value(f"getelementptr i8, ptr {status}, i64 4")


def write_answer(listing: Listing, status: str) -> None:
    """Write the end of a program, which answers the status."""
    told = listing.value(f"load i32, ptr {_told(listing, status)}, align 4")
    found = listing.value(f"load i32, ptr {status}, align 4")
    listing.line(f"ret i32 {listing.value(f'or i32 {found}, {told}')}")


def write_question(listing: Listing, turn: str, every: int, to: Asking, after: str) -> None:
    """Write a question that a loop asks every so many turns.

    Args:
        listing: where; it stands at the end of a turn.
        turn: the number of the turn, an i64.
        every: a power of two.
        to: whom it asks, and where the answer goes.
        after: the block where the loop has ended.
    """
    _define(listing.module, to.threads)
    ask, told, on = (listing.label() for _ in range(3))
    part = listing.value(f"and i64 {turn}, {every - 1}")
    now = listing.value(f"icmp eq i64 {part}, {every - 1}")
    listing.line(f"br i1 {now}, label %{ask}, label %{on}")
    listing.begin(ask)
    there = _told(listing, to.status)
    if to.threads > 1:
        given = f"ptr {to.words(listing)}, i64 {to.number(listing)}"
        answer = listing.value(f"call i32 @{_TOGETHER}({given})")
    else:  # another loop may have been told before this one
        before = listing.value(f"load i32, ptr {there}, align 4")
        answer = listing.value(f"call i32 @{ASKED}()")
        answer = listing.value(f"or i32 {answer}, {before}")
    ends = listing.value(f"icmp ne i32 {answer}, 0")
    listing.line(f"br i1 {ends}, label %{told}, label %{on}")
    listing.begin(told)
    listing.line(f"store i32 {STOPPED}, ptr {there}, align 4")
    listing.line(f"br label %{after}")
    listing.begin(on)


def write_end_if_stopped(listing: Listing, status: str, after: str) -> None:
    """Write an end of a loop inside of which another one was told to end."""
    on = listing.label()
    found = listing.value(f"load i32, ptr {_told(listing, status)}, align 4")
    stopped = listing.value(f"icmp ne i32 {found}, 0")
    listing.line(f"br i1 {stopped}, label %{after}, label %{on}")
    listing.begin(on)


def write_last_round(listing: Listing, to: Asking, round_: str) -> None:
    """Write, before threads wait for each other at the end of a round, that it is the last if it is.

    Args:
        listing: where.
        to: the threads.
        round_: the number of the round, an i64.
    """
    first = listing.value(f"icmp eq i64 {to.number(listing)}, 0")
    found = listing.value(f"load i32, ptr {_told(listing, to.status)}, align 4")
    stopped = listing.value(f"icmp ne i32 {found}, 0")
    with only_if(listing, listing.value(f"and i1 {first}, {stopped}")):
        ends = listing.value(f"add i64 {round_}, 1")  # 0 says that none is the last
        there = to.words(listing, _LAST)
        listing.line(f"store atomic i64 {ends}, ptr {there} monotonic, align 8")


def write_end_if_agreed(listing: Listing, to: Asking, round_: str, after: str) -> None:
    """Write, after they have waited, the end of the loop if this round is the last.

    The first thread may be in the next round already, and say that that one is the last: so it is not
    enough that there is a last round.
    """
    on = listing.label()
    last = listing.value(f"load atomic i64, ptr {to.words(listing, _LAST)} monotonic, align 8")
    ends = listing.value(f"add i64 {round_}, 1")
    agreed = listing.value(f"icmp eq i64 {last}, {ends}")
    listing.line(f"br i1 {agreed}, label %{after}, label %{on}")
    listing.begin(on)


def raise_if_stopped(status: int) -> None:
    """Raise KeyboardInterrupt where a signal's handler has raised while machine code ran.

    Args:
        status: what the machine code answered.
    """
    if status == STOPPED:
        raise KeyboardInterrupt
