"""Who is recording on this thread, and what happened lately: the clock, the recorders, the ring.

Every value and every noteworthy event gets a number from one counter, the clock. Values are told
apart by it, and it also tells what came first. What no tape records (no tape was active, or nothing
watched went in) is kept in a ring of fixed size, so that `tape.explain` can say where a value came
from; the ring holds numbers and call sites only, never arrays.
"""

from __future__ import annotations

import itertools
import sys
import threading
from types import CodeType
from typing import Any, NamedTuple, Protocol

RING_SIZE = 4096
"""How many unrecorded calls are remembered on each thread; a power of two."""

tick = itertools.count(1).__next__
"""The clock: each call gives the next number. Atomic under the interpreter's lock."""

Site = tuple[CodeType, int]
"""A call site: code object and instruction offset; `core.sites` turns it into file and line."""


class Recorder(Protocol):
    """What a tape and a forward accumulator have in common: they see every op call."""

    def record(
        self,
        op: Any,
        keys: tuple[Any, ...],
        values: tuple[Any, ...],
        params: tuple[Any, ...],
        out: Any,
        site: Site,
    ) -> bool:
        """See one call; true when it was recorded."""

    def adopt(self, call: Any) -> bool:
        """See a call that brings its own derivative; true when it was recorded."""

    def read(self, variable: Any) -> None:
        """See that a Variable is read."""

    def note(self, happening: Happening) -> None:
        """See something that a gradient does not pass."""


class Happening(NamedTuple):
    """Something that a gradient does not pass, or that explains why it did not."""

    at: int
    kind: str  # "escape", "assign", "watch", "stopped", "severed" ...
    keys: tuple[Any, ...]
    what: str
    site: Site


class ThreadState(threading.local):
    """One thread's recorders (innermost last), ring of unrecorded calls and recent happenings."""

    def __init__(self) -> None:
        self.recorders: tuple[Recorder, ...] = ()
        self.ring: list[Any] = [None] * RING_SIZE
        self.thread = threading.current_thread().name
        self.happenings: list[Happening] = []
        ALL_RINGS[threading.get_ident()] = (self.thread, self.ring)


ALL_RINGS: dict[int, tuple[str, list[Any]]] = {}
"""Every thread's ring, so that one thread's tape can tell what another thread computed."""

STATE = ThreadState()

HAPPENINGS_KEPT = 1024


def caller_site(depth: int = 1) -> Site:
    """Where the function `depth` levels up was called from, outside of thalweg if there is such a place."""
    frame = sys._getframe(depth + 1)
    outside: Any = frame
    while outside is not None and outside.f_globals.get("__name__", "").startswith("thalweg."):
        outside = outside.f_back
    frame = outside or frame
    return (frame.f_code, frame.f_lasti)


def note(kind: str, keys: tuple[Any, ...], what: str, depth: int = 1) -> None:
    """Remember a happening: on this thread's list, which is short, and on every active recorder."""
    happening = Happening(tick(), kind, keys, what, caller_site(depth + 1))
    happenings = STATE.happenings
    happenings.append(happening)
    if len(happenings) > HAPPENINGS_KEPT:
        del happenings[: HAPPENINGS_KEPT // 2]
    for recorder in STATE.recorders:
        recorder.note(happening)
