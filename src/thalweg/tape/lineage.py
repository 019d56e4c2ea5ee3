"""Where a value came from: every trace that the core leaves, read as links from answers to inputs."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, NamedTuple

from thalweg.core.op import Op
from thalweg.core.recording import ALL_RINGS, RING_SIZE, STATE, Happening, Site
from thalweg.core.spans import ALL_SPANS, BIRTHS, GRADIENT, Birth, Span
from thalweg.tape.recording import RECENT, Recording

MASK = RING_SIZE - 1
MOST_ANSWERS = 64
"""How many answers of one call are looked for in a ring, which knows a call by its first."""

MOST_ESCAPES = 256
"""How many of the latest plain values are looked through."""

PASSES = "passes"  # recorded on this tape, and a gradient goes through
UNFOLLOWED = "unfollowed"  # recorded on this tape, but this input was not followed
BLOCKED = "blocked"  # recorded, but its rule gives this input nothing
SEVERED = "severed"  # a call whose answer carries no gradient
UNRECORDED = "unrecorded"  # a call that this tape did not see
ELSEWHERE = "elsewhere"  # a call on another thread
FORGOTTEN = "forgotten"  # recorded before `reset`
ASSIGNED = "assigned"  # a value stored in a Variable
COPIED = "copied"  # tw.constant(tensor), tw.Variable(tensor)
DIFFERENTIATED = "differentiated"  # a gradient, of its targets and sources
ESCAPED = "escaped"  # a plain array or number that was a Tensor before

BOOL = "bool()"
NOT_VALUES = (BOOL, "format()", "tw.constant()")
"""Escapes that carry no number on, or are known exactly."""


class Link(NamedTuple):
    """An answer was made of an input."""

    answer: Any
    source: Any
    kind: str
    name: str
    at: int
    site: Site | None
    why: str = ""


class Lineage:
    """All traces, from one tape's point of view.

    Args:
        recording: the tape's record.
        home: the name of the thread that the tape recorded on.
    """

    def __init__(self, recording: Recording, home: str) -> None:
        self.recording = recording
        self.home = home
        self.specs = recording.specs
        living = [reference() for reference in tuple(RECENT)]
        self.others = [one.specs for one in living if one is not None and one is not recording]
        self.forgotten = recording.forgotten.specs if recording.forgotten else {}
        happenings = {one.at: one for one in (*STATE.happenings, *recording.log)}
        self.happenings = [happenings[at] for at in sorted(happenings)]
        self.severed: dict[Any, Any] = {}
        for part in (recording, recording.forgotten):
            for op, keys, outs, site in part.severed if part else ():
                self.severed.update(dict.fromkeys(_each(outs), (op, keys, site)))
        self.births = {birth[0]: Birth(*birth) for birth in tuple(BIRTHS)}
        self.assigns: dict[Any, list[Happening]] = {}
        self.copies: dict[int, Happening] = {}
        self.watched: dict[Any, Happening] = {}
        self.nothing: set[tuple[Any, Any]] = set()
        for one in self.happenings:
            self._file(one)
        found = [Span(*span) for spans in tuple(ALL_SPANS.values()) for span in tuple(spans)]
        self.spans = sorted(found)
        self.gradients = [span for span in self.spans if span.name == GRADIENT]
        self.escapes = [
            one
            for one in reversed(self.happenings)
            if one.kind == "escape" and one.what not in NOT_VALUES
        ][:MOST_ESCAPES]
        self.lost = False

    def _file(self, one: Happening) -> None:
        if one.kind == "assign":
            self.assigns.setdefault(one.keys[0], []).append(one)
        elif one.kind == "escape" and one.what == "tw.constant()":
            self.copies[one.at + 1] = one
        elif one.kind == "watch":
            self.watched.setdefault(one.keys[0], one)
        elif one.kind == "no gradient":
            source, out = one.keys
            self.nothing.update((source, part) for part in _each(out))

    def follows_from(self, key: Any) -> float:
        """From which moment on the tape followed a value; infinity if it never did."""
        spec = self.specs.get(key)
        if spec is None:
            return float("inf")
        variable = self.recording.variables.get(key)
        by_itself = variable is not None and variable.trainable and self.recording.watch_accessed
        watched = self.watched.get(key)
        return watched.at if watched is not None and not by_itself and len(spec) == 2 else 0

    def links(self, key: Any, before: float = float("inf")) -> list[Link]:
        """What a value was made of.

        Args:
            key: the value; a Variable's value as it was read at `before`.
            before: a moment.
        """
        found = self._recorded(key) or self._severed(key)
        if not found:
            found = self._unseen(key, self.forgotten, FORGOTTEN)
        for specs in self.others if not found else ():
            found = self._unseen(key, specs, UNRECORDED)
            if found:
                break
        if not found:
            found = self._from_rings(key)
        return found + self._stored(key, before)

    def _recorded(self, key: Any) -> list[Link]:
        spec = self.specs.get(key)
        if spec is None or len(spec) == 2:
            return []
        _, _, op, keys, *site = spec
        answer = []
        for place, source in enumerate(keys):
            if source is None:
                continue
            kind, why = PASSES, ""
            if self.follows_from(source) > key:
                kind = UNFOLLOWED
            elif (source, key) in self.nothing:
                kind, why = BLOCKED, "its rule returned None"
            elif isinstance(op, Op) and op.rule(place) is None:
                name = op.input_names[0 if op.variadic else place]
                kind, why = BLOCKED, f"its input `{name}` carries no gradient"
            answer.append(Link(key, source, kind, op.name, key, tuple(site), why))
        return answer

    def _severed(self, key: Any) -> list[Link]:
        entry = self.severed.get(key)
        if entry is None:
            return []
        op, keys, site = entry
        why = op.severs or "its answer is no float"
        return [Link(key, one, SEVERED, op.name, key, site, why) for one in keys if one is not None]

    def _unseen(self, key: Any, specs: Any, kind: str) -> list[Link]:
        spec = specs.get(key)
        if spec is None or len(spec) == 2:
            return []
        _, _, op, keys, *site = spec
        return [Link(key, one, kind, op.name, key, tuple(site)) for one in keys if one is not None]

    def _from_rings(self, key: Any) -> list[Link]:
        if not isinstance(key, int):
            return []
        for thread, ring in tuple(ALL_RINGS.values()):
            entry = ring_entry(ring, key)
            if entry is not None:
                _, op, keys, *site = entry[:5]
                kind = UNRECORDED if thread == self.home else ELSEWHERE
                why = op.severs
                if kind is UNRECORDED and why:
                    kind = SEVERED
                return [
                    Link(key, one, kind, op.name, key, tuple(site), why or thread)
                    for one in keys
                    if one is not None
                ]
            slot = ring[key & MASK]
            if slot is not None and slot[0] > key and key not in self.births:
                self.lost = True
        return []

    def _stored(self, key: Any, before: float) -> list[Link]:
        """What was stored in a Variable, or copied into a new value."""
        answer = []
        for one in reversed(self.assigns.get(key, ())):
            if one.at < before:
                if one.keys[1] is not None:
                    answer.append(Link(key, one.keys[1], ASSIGNED, one.what, one.at, one.site))
                if one.what.endswith(".assign"):
                    return answer
        birth = self.births.get(key)
        if birth is not None and birth.value is not None:
            answer.append(
                Link(key, birth.value, COPIED, f"tw.Variable('{birth.name}')", key, birth.site)
            )
        copy = self.copies.get(key)
        if copy is not None:
            answer.append(Link(key, copy.keys[0], COPIED, "tw.constant", key, copy.site))
        return answer

    def call_of(self, key: Any) -> tuple[Any, Site | None] | None:
        """The input keys (None for plain values) and the site of the call that made a value."""
        for specs in (self.specs, self.forgotten, *self.others):
            spec = specs.get(key)
            if spec is not None and len(spec) > 2:
                return spec[3], spec[4:]
        entry = self.severed.get(key)
        if entry is not None:
            return entry[1], entry[2]
        for _, ring in tuple(ALL_RINGS.values()):
            entry = ring_entry(ring, key)
            if entry is not None:
                return entry[2], entry[3:5]
        return None

    def in_gradient(self, key: Any) -> Span | None:
        """The innermost gradient during which a value was made."""
        place = bisect_left(self.gradients, (key,))
        near: list[Span] = self.gradients[max(0, place - 8) : place]
        return next((span for span in reversed(near) if span.start < key < span.end), None)

    def span_at(self, at: int) -> Span | None:
        """The outermost call of the user's, of those remembered, during which something happened."""
        return next((span for span in self.spans if span.start < at < span.end), None)


def _each(out: Any) -> tuple[Any, ...]:
    """The keys of one answer or of several."""
    return out if type(out) is tuple else (out,)


def ring_entry(ring: list[Any], key: int) -> Any:
    """The unrecorded call that a value came out of, or None."""
    for first in range(key, max(key - MOST_ANSWERS, 0), -1):
        entry = ring[first & MASK]
        if entry is not None and entry[0] == first:
            last = entry[5] if len(entry) > 5 else first
            return entry if last >= key else None
    return None


__all__ = ["Lineage", "Link"]
