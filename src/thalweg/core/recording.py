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

MASK = RING_SIZE - 1

tick = itertools.count(1).__next__
"""The clock: each call gives the next number. Atomic under the interpreter's lock."""

Site = tuple[CodeType, int]
"""A call site: code object and instruction offset; `core.sites` turns it into file and line."""


class Recorder(Protocol):
    """What a tape and a forward accumulator have in common: they see every op call.

    `traces` tells whether what they see will be computed again with other values.
    """

    traces: bool

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


class Here:
    """One thread's recorders (innermost last), ring of unrecorded calls and recent happenings.

    `followed` is a short cut for op calls: None when nobody records, the keys that the tape follows
    when one tape alone does, False when several recorders do; `append` is that one tape's. An entry
    of the ring is `(key, op, input keys, code, offset)`, and of several answers the last key too.
    `tracer` is the recorder that writes down what is computed, to compute it for other values: while
    there is one, no rule may decide by values, and each writes an op where it would look.
    """

    __slots__ = ("append", "followed", "happenings", "recorders", "ring", "thread", "tracer")

    def __init__(self) -> None:
        self.recorders: tuple[Recorder, ...] = ()
        self.followed: Any = None
        self.append: Any = None
        self.tracer: Any = None
        self.ring: list[Any] = [None] * RING_SIZE
        self.thread = threading.current_thread().name
        self.happenings: list[Happening] = []
        keep(ALL_RINGS, (self.thread, self.ring))


class ThreadState(threading.local):
    """Where each thread finds its own; `here` once, for those who read several of its fields."""

    def __init__(self) -> None:
        self.here = Here()

    @property
    def recorders(self) -> tuple[Recorder, ...]:
        """This thread's recorders, innermost last."""
        return self.here.recorders

    @property
    def happenings(self) -> list[Happening]:
        """What happened lately on this thread that no gradient passes."""
        return self.here.happenings


THREADS_KEPT = 64

ALL_RINGS: dict[int, tuple[str, list[Any]]] = {}
"""Each thread's ring, so that one thread's tape can tell what another thread computed."""


def keep(traces: dict[int, Any], mine: Any) -> None:
    """Add one thread's traces to those of all threads.

    A thread's own number is given again when it has ended, so they are kept by the clock: those of
    the first thread, and of the latest ones, living or not.
    """
    traces[tick()] = mine
    while len(traces) > THREADS_KEPT:
        keys = [*traces]
        traces.pop(sorted(keys)[1], None)


STATE = ThreadState()

HAPPENINGS_KEPT = 1024


def set_recorders(recorders: tuple[Recorder, ...]) -> None:
    """Make these this thread's recorders, innermost last."""
    here = STATE.here
    here.recorders = recorders
    alone: Any = recorders[0] if len(recorders) == 1 else None
    if isinstance(alone, Record):
        here.tracer, here.followed, here.append = None, alone.specs, alone.events.append
    elif recorders:
        here.tracer = next((one for one in reversed(recorders) if one.traces), None)
        here.followed, here.append = False, None
    else:
        here.tracer = here.followed = here.append = None


def leave_trace(op: Any, keys: tuple[Any, ...], out: Any, site: Site) -> None:
    """Remember in the ring a call that nobody recorded, with one answer or several."""
    if isinstance(out, tuple):
        if out:
            first = out[0].key
            STATE.here.ring[first & MASK] = (first, op, keys, *site, out[-1].key)
    else:
        STATE.here.ring[out.key & MASK] = (out.key, op, keys, *site)


def computed_unseen(key: int) -> bool:
    """Whether some thread's ring remembers a call that answered with this number."""
    entries = [ring[key & MASK] for _, ring in [*ALL_RINGS.values()]]
    return any(entry is not None and entry[0] == key for entry in entries)


KEPT = 4
"""Where in an event the answer, the inputs, the parameters and the shapes begin."""


class Record:
    """The part of a tape's record that op calls write to: what is followed, and the events.

    `specs` holds, by key, shape and dtype of every value that is followed, and of a computed one op,
    input keys and call site, which outlive the sweep for explanations. `events` is append-only, each
    a flat tuple `(op, plan, input keys, answer's key, answer, *inputs, *params, *shapes)`: from `KEPT`
    on stands what rules pick from, None where no wanted rule names it.
    """

    traces = False

    def __init__(self) -> None:
        self.specs: dict[Any, tuple[Any, ...]] = {}
        self.events: list[Any] = []


LIBRARIES = ("thalweg.", "numpy.", "scipy.", "contextlib")
"""Whose frames are no lines of the user's program."""

_IS_LIBRARY: dict[Any, bool] = {}


def _in_library(module: Any) -> bool:
    known = _IS_LIBRARY.get(module)
    if known is None:
        known = _IS_LIBRARY[module] = str(module).startswith(LIBRARIES)
    return known


def caller_site(depth: int = 1) -> Site:
    """Where the function `depth` levels up was called from, outside of `LIBRARIES` if there is such a place."""
    frame: Any = sys._getframe(depth + 1)
    if _IS_LIBRARY.get(frame.f_globals.get("__name__")) is False:
        return (frame.f_code, frame.f_lasti)
    outside = frame
    while outside is not None and _in_library(outside.f_globals.get("__name__")):
        outside = outside.f_back
    frame = outside or frame
    return (frame.f_code, frame.f_lasti)


def note(kind: str, keys: tuple[Any, ...], what: str, depth: int = 1) -> None:
    """Remember a happening: on this thread's list, which is short, and on every active recorder."""
    # Past NamedTuple's own constructor, which costs twice as much: assigns come one a step.
    happening = tuple.__new__(Happening, (tick(), kind, keys, what, caller_site(depth + 1)))
    here = STATE.here
    happenings = here.happenings
    happenings.append(happening)
    if len(happenings) > HAPPENINGS_KEPT:
        del happenings[: HAPPENINGS_KEPT // 2]
    for recorder in here.recorders:
        recorder.note(happening)
