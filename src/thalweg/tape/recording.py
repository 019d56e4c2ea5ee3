"""What a tape writes down: which values it follows, each call on them, and what happened besides."""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any

import numpy as np

from thalweg.core.handle import Trainable
from thalweg.core.op import Op
from thalweg.core.recording import Happening, Record, Site, caller_site
from thalweg.tape.adoption import Adopted, Named

SINGLE = np.dtype(np.float32)
DOUBLE = np.dtype(np.float64)


RECENT: deque[weakref.ref[Recording]] = deque(maxlen=256)
"""The latest tapes' records, while they live: what one tape did not see, another may have."""


class Recording(Record):
    """The record behind a tape: an append-only list of events, and the log that explanations read."""

    def __init__(self, watch_accessed: bool) -> None:
        super().__init__()
        self.roots: set[Any] = set()
        self.variables: dict[int, Any] = {}
        self.log: list[Happening] = []
        self.severed: list[Any] = []
        self.forgotten: Recording | None = None
        RECENT.append(weakref.ref(self))
        self.watch_accessed = watch_accessed

    def follow(self, key: Any, array: Any) -> None:
        """Follow a value from here on."""
        self.specs[key] = (array.shape, array.dtype)
        self.roots.add(key)

    def read(self, variable: Trainable) -> None:
        """See that a Variable is read: it is followed from its first reading on."""
        key = variable.key
        if key not in self.specs and self.watch_accessed and variable.trainable:
            self.variables[key] = variable
            array = variable.array
            if array.dtype.kind in "fc":
                self.specs[key] = (array.shape, array.dtype)
                self.roots.add(key)

    def record(
        self,
        op: Op,
        keys: tuple[Any, ...],
        values: tuple[Any, ...],
        params: tuple[Any, ...],
        out: Any,
        site: Site,
    ) -> bool:
        """Write a call down if something followed goes in; what is kept is what its rules name."""
        specs = self.specs
        count = len(keys)
        if op.variadic:
            return self._record_list(op, keys, values, params, out, site)
        if count == 1:
            mask = 1 if keys[0] in specs else 0
        elif count == 2:
            mask = (1 if keys[0] in specs else 0) + (2 if keys[1] in specs else 0)
        else:
            mask, bit = 0, 1
            for key in keys:
                if key in specs:
                    mask |= bit
                bit <<= 1
        if not mask:
            return False
        plan = op.plans[mask]
        if not plan or op.severs:
            self.severed.append((op, keys, _keys_of(out), site))
            return False
        keep = op.keep[mask]
        kept = [value if wanted else None for value, wanted in zip(values, keep[1:], strict=True)]
        if params:
            kept += params
        if op.needs_shapes:
            kept += [getattr(value, "shape", ()) for value in values]  # a Python number has none
        if type(out) is tuple:
            answers = tuple([part.array for part in out])
            self._follow_answers(op, keys, out, site)
            self.events.append((op, plan, keys, _keys_of(out), answers if keep[0] else None, *kept))
            return True
        array = out.array
        dtype = array.dtype
        if dtype is not SINGLE and dtype is not DOUBLE and dtype.kind not in "fc":
            self.severed.append((op, keys, (out.key,), site))
            return False
        specs[out.key] = (array.shape, dtype, op, keys, *site)
        self.events.append((op, plan, keys, out.key, array if keep[0] else None, *kept))
        return True

    def _follow_answers(self, op: Any, keys: Any, out: Any, site: Any) -> None:
        for part in out if type(out) is tuple else (out,):
            self.specs[part.key] = (part.array.shape, part.array.dtype, op, keys, *site)

    def _record_list(
        self, op: Op, keys: Any, values: Any, params: Any, out: Any, site: Any
    ) -> bool:
        """A call over a list of inputs; what a rule names is kept of all of them."""
        specs, rule = self.specs, op.rules[0]
        plan = tuple([(place, rule) for place, key in enumerate(keys) if key in specs])
        if not plan:
            return False
        if op.severs or rule is None:
            self.severed.append((op, keys, _keys_of(out), site))
            return False
        keep = op.keep[1]
        answer = None
        if keep[0]:
            answer = tuple([part.array for part in out]) if type(out) is tuple else out.array
        shapes = tuple([value.shape for value in values]) if op.needs_shapes else None
        self._follow_answers(op, keys, out, site)
        kept = values if keep[1] else None
        self.events.append((op, plan, keys, _keys_of(out), answer, kept, *params, shapes))
        return True

    def adopt(self, call: Adopted) -> bool:
        """Write down a call with a rule of the user's own."""
        followed = [place for place, key in enumerate(call.keys) if key in self.specs]
        if not followed:
            return False
        site = caller_site(2)
        named = Named(call.name)
        for part in call.out:
            self.specs[part.key] = (part.array.shape, part.array.dtype, named, call.keys, *site)
        self.events.append(call.event(followed))
        return True

    def lineage(self) -> Recording:
        """What `reset` leaves for explanations: what was computed from what, without the values."""
        self.events.clear()
        self.forgotten = None
        return self

    def note(self, happening: Happening) -> None:
        """Write down something that a gradient does not pass."""
        self.log.append(happening)


def _keys_of(out: Any) -> Any:
    return tuple([part.key for part in out]) if type(out) is tuple else out.key
