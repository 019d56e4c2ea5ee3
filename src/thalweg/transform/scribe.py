"""Who writes down what one turn of a loop does, or one branch? A Scribe, a recorder that writes a Script.

What the function takes from outside becomes an input of the script too, so that all that it computes is
told by its inputs. Where something cannot be told (a number that leaves for Python, a Variable that is
set), the Scribe lets go: whoever records outside is shown each call as it was, and nothing is lost but
the loop. A trial stops instead, before anything has an effect.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import (
    STATE,
    Happening,
    Site,
    caller_site,
    computed_unseen,
    leave_trace,
    set_recorders,
    tick,
)  # fmt: skip
from thalweg.diff.reverse import known
from thalweg.graph.taken_out import taken_out
from thalweg.tape.adoption import Named
from thalweg.transform.script import Call, Script
from thalweg.values.tensor import Tensor

__all__ = ["Scribe", "Stopped"]

DEEPEST = 12
"""Trials within trials: a function that calls itself in a branch would have no end."""


class Stopped(BaseException):
    """A trial cannot go on; no `except Exception` of the user's stops it."""


class Scribe:
    """A recorder that writes a script.

    Args:
        trial: whether it stops where it cannot go on.

    Attributes:
        obstacle: what could not be written down, and where; None where all could.
        captured: what was taken from outside, with its number.
    """

    traces = True
    unfinished = False
    graph = None
    line = None

    def __init__(self, trial: bool) -> None:
        before = STATE.recorders
        self.outer = STATE.here.tracer
        self.trial = trial or getattr(self.outer, "trial", False)
        self.depth = getattr(self.outer, "depth", 0) + trial
        self.watched = getattr(self.outer, "watched", False) or any(
            [not one.traces for one in before]
        )
        self.obstacle: tuple[str, Site] | None = None
        self.captured: list[tuple[Any, int]] = []
        self._before = before
        self._began = tick()
        self._values: list[Any] = []
        self._varies: list[bool] = []
        self._constants: set[int] = set()
        self._numbers: dict[Any, list[tuple[Any, int]]] = {}
        self._calls: list[Call] = []
        self._events: list[tuple[Any, ...]] = []
        self._walks: dict[Any, Call] = {}

    def __enter__(self) -> Scribe:
        if self.depth > DEEPEST:
            raise Stopped("branches within branches without end")
        set_recorders((self,))
        return self

    def __exit__(self, *exception: object) -> None:
        set_recorders(self._before)

    @property
    def obstacles(self) -> list[Any]:
        """As a tracer's: empty where all could be written down."""
        return [self.obstacle] if self.obstacle else []

    def _new(self, value: Any, varies: bool) -> int:
        self._values.append(value)
        self._varies.append(varies)
        return len(self._values) - 1

    def _know(self, key: int, array: Any, number: int) -> None:
        self._numbers.setdefault(key, []).append((array, number))

    def given(self, tensor: Any) -> int:
        """Make an input of a Tensor; its number."""
        number = self._new(tensor.array, True)
        self._know(tensor.key, tensor.array, number)
        return number

    def number_of(self, value: Any) -> int | None:
        """The number of a value; None, noted, where it cannot be told."""
        if not isinstance(value, Handle):
            return self._constant(np.asarray(value)[()])
        if isinstance(value, Trainable):
            self.read(value)
        return self._number(value.key, value.array)

    def _constant(self, value: Any) -> int:
        number = self._new(value, False)
        self._constants.add(number)
        return number

    def _number(self, key: Any, value: Any) -> int | None:
        if key is None:
            return self._constant(value)
        for array, found in reversed(self._numbers.get(key, [])):
            if array is value:
                return int(found)
        if key in self._numbers:
            self._stop("a Variable changed unseen, by other means than assign")
            return None
        if key > self._began:
            if computed_unseen(key):
                self._stop("a value that was computed on another thread")
                return None
            number = self._constant(value)
        else:
            number = self._capture(known(value, key))
        self._know(key, value, number)
        return number

    def _capture(self, handle: Any) -> int:
        varies = self.outer is None or self.outer.varies(handle.key)
        number = self._new(handle.array, varies)
        self.captured.append((handle, number))
        return number

    def varies(self, key: Any) -> bool:
        """Whether a value depends on what is given."""
        mine = self._numbers.get(key)
        if mine is not None:
            return self._varies[mine[-1][1]]
        return (
            key is not None
            and key < self._began
            and self.outer is not None
            and self.outer.varies(key)
        )

    def record(
        self, op: Any, keys: tuple[Any, ...], values: tuple[Any, ...], params: tuple[Any, ...],
        out: Any, site: Site,
    ) -> bool:  # fmt: skip
        """Write one call."""
        several = type(out) is tuple
        answers = out if several else (out,)
        weak = [weakref.ref(one) for one in answers]
        line = caller_site()
        made = [(one.key, one.array) for one in answers]
        self._events.append(("record", op, keys, values, params, several, made, weak, site, line))
        if self.obstacle:
            return True
        inputs = [self._number(key, value) for key, value in zip(keys, values, strict=True)]
        given = tuple([one for one in inputs if one is not None])
        if len(given) < len(inputs):
            return True
        root = getattr(op, "root", None)
        before = self._walks.get((root, given)) if root is not None else None
        if before is not None and op.extends(before.op):
            self._grown(before, op, made)
            return True
        varies = any([self._varies[one] for one in given])
        numbers = tuple([self._new(array, varies) for _, array in made])
        for (key, array), number in zip(made, numbers, strict=True):
            self._know(key, array, number)
        call = Call(op, given, params, numbers, several, line)
        self._calls.append(call)
        if root is not None:
            self._walks[root, given] = call
        return True

    def _grown(self, before: Call, op: Any, made: list[tuple[int, Any]]) -> None:
        """A loop that is run again for more answers takes the place of the one before."""
        numbers = list(before.outputs)
        numbers += [self._new(array, True) for _, array in made[len(numbers) :]]
        before.op, before.outputs = op, tuple(numbers)
        for (key, array), number in zip(made, numbers, strict=True):
            self._know(key, array, number)

    def read(self, variable: Any) -> None:
        """See that a Variable is read: it is taken from outside."""
        if variable.key not in self._numbers:
            self._events.append(("read", variable, variable.array))
            if variable.key > self._began:
                self.born(variable)
                return
            number = self._capture(variable)
            self._know(variable.key, variable.array, number)

    def born(self, variable: Any) -> None:
        """See that a Variable is made."""
        self._stop(f"Variable '{variable.name}' is made in a loop or branch")
        self._events.append(("told", "born", (variable,)))

    def setting(self, variable: Any) -> None:
        """See that a Variable is about to be set."""
        self._stop(f"Variable '{variable.name}' is set in a loop or branch")

    def assigned(self, variable: Any, source: Any) -> None:
        """See that a Variable was set; it is shown to the outer tracer in its turn."""
        self._events.append(("told", "assigned", (variable, source, variable.array)))

    def adopt(self, call: Any) -> bool:
        """See a call with a derivative of its own, which a script has no words for."""
        if self.watched or any([one.key not in self._numbers for one in call.out]):
            self._stop(f"{call.name} has a gradient of its own")
            self._events.append(("adopt", call))
        return True

    def note(self, happening: Happening) -> None:
        """See what leaves for Python, and what is drawn by chance."""
        self._events.append(("note", happening))
        if happening.kind == "escape" and any(map(self.varies, happening.keys)):
            self._stop(taken_out(happening.what), happening.site)

    def refuse(self, why: str, site: Site | None = None) -> None:
        """Note from outside that something cannot be written down."""
        site = site or caller_site()
        self._stop(why, site)
        self._events.append(("told", "refuse", (why, site)))

    def assume(self, ask: Callable[[], Any]) -> None:
        """What is written down holds as long as this answers as it does now."""
        if self.outer is not None:
            self.outer.assume(ask)

    def same(self, tensor: Any, other: Any) -> None:
        """Take a Tensor that is made from outside for the value of another one."""
        told = known(tensor.array, tensor.key), known(other.array, other.key)
        self._events.append(("told", "same", told))
        number = self._number(other.key, other.array)
        if number is not None:
            self._know(tensor.key, tensor.array, number)

    def _stop(self, why: str, site: Site | None = None) -> None:
        if self.obstacle is None:
            self.obstacle = (why, site or caller_site())
        if self.trial:
            raise Stopped(*self.obstacle)

    def inside(self, keys: set[int]) -> None:
        """See that values belong to one turn of a loop in here."""

    def unrolled(self, why: str, site: Site) -> None:
        """See that a loop's turns in here are written one by one."""
        if self.outer is not None:
            self.outer.unrolled(why, site)

    def own_keys(self) -> set[int]:
        """The keys of all that was computed here."""
        return {key for event in self._events if event[0] == "record" for key, _ in event[6]}

    def script(self, inputs: Sequence[int], outputs: Sequence[int]) -> Script:
        """What was written, from inputs to outputs."""
        whole = Script(self._values, self._constants, inputs, self._calls, outputs)
        return whole.part(inputs, outputs)

    def varying(self, numbers: Sequence[int]) -> bool:
        """Whether one of some values depends on what is given."""
        return any([self._varies[one] for one in numbers])

    def leaked(self, given: Sequence[Any]) -> bool:
        """Whether something computed or given here is still held by somebody.

        Args:
            given: weak references to what was given.
        """
        return any([weak() is not None for weak in given]) or any([
            weak() is not None
            for event in self._events if event[0] == "record" for weak in event[7]
        ])  # fmt: skip

    def _tell(self, what: str, given: tuple[Any, ...]) -> None:
        if what == "assigned":
            variable, source, array = given
            with _as_it_was(variable, array):
                self.outer.assigned(variable, source)
        else:
            getattr(self.outer, what)(*given)

    def let_go(self, answers: Sequence[Any]) -> None:
        """Show everything to whoever records outside, as it happened.

        Args:
            answers: Tensors that stand for those answered.
        """
        instead = {one.key: one for one in answers if isinstance(one, Handle)}
        held = []
        for kind, *rest in self._events:
            if kind == "record":
                op, keys, values, params, several, made, weak, site, line = rest
                out: Any = tuple([
                    instead[one[0]] if one[0] in instead else _alive(one, there)
                    for one, there in zip(made, weak, strict=True)
                ])  # fmt: skip
                held.append(out)
                _show(op, keys, values, params, out if several else out[0], site, line)
            elif kind == "told":
                if self.outer is not None and not (rest[0] == "same" and self.outer.obstacles):
                    self._tell(*rest)
            elif kind == "read":
                with _as_it_was(*rest):
                    for one in STATE.recorders:
                        one.read(rest[0])
            else:
                shown = [getattr(one, kind)(rest[0]) for one in STATE.recorders]
                if kind == "adopt" and not any(shown):
                    call = rest[0]
                    leave_trace(Named(call.name), call.keys, call.out, caller_site())


@contextlib.contextmanager
def _as_it_was(variable: Any, array: Any) -> Iterator[None]:
    """A Variable with the value that it had."""
    current, variable.array = variable.array, array
    try:
        yield
    finally:
        variable.array = current


def _alive(made: tuple[int, Any], weak: Any) -> Any:
    """The Tensor that was answered, or one that tells the same where it is gone."""
    tensor = weak()
    if tensor is None:
        tensor = Tensor.__new__(Tensor)
        tensor.key, tensor.array = made
    return tensor


def _show(op: Any, keys: Any, values: Any, params: Any, out: Any, site: Site, line: Site) -> None:
    call = op.call_of(keys, values, out) if hasattr(op, "root") else None
    recorded = False
    one: Any
    for one in STATE.recorders:
        if one.traces:
            one.line = line
            recorded |= one.record(op, keys, values, params, out, site)
            one.line = None
        elif call is not None:
            recorded |= one.adopt(call)
        else:
            recorded |= one.record(op, keys, values, params, out, site)
    if not recorded:
        leave_trace(op, keys, out, site)
