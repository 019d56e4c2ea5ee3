"""Which loop in machine code did an earlier call with the same loss make?

"The same" means all that the loss reads (`transform/kind_of_function`): its text, numbers, objects, what
arrays hold. Who trains in parts, some steps each time, calls so again and again, with the same function or
with one that is written anew each time. Where the text is the same and the data is not, as it is with
batches, the data becomes an input of the machine code (`open_data`), and the loop serves all batches.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from thalweg.core.threads import threads
from thalweg.optimizers.native_loop import NativeLoop
from thalweg.optimizers.open_data import with_tensors
from thalweg.transform.itself import Itself, of_what_is_gone
from thalweg.transform.kind_of_function import Kind, kind_of_function
from thalweg.transform.tracing import site_of
from thalweg.values.floatx import floatx

__all__ = ["CLOSED", "FIXED", "OPENED", "Asked", "RememberedLoops"]

KEPT = 32
"""So many loops are kept; the one that was not asked for longest makes room."""

COPIED = 1 << 22
"""Bytes of arrays that are copied, to see whether they change; what is more is an input from the beginning."""

FIXED, OPENED, CLOSED = (
    "with its data as it was",
    "with data as inputs",
    "never with data as inputs",
)
"""How loops were made of a text."""

CHANGING = "not at all: it may not do the same each time"


class Asked:
    """A loss that is asked for, and what is known of it.

    Attributes:
        function: the loss, or the same with Tensors in place of arrays.
        kind: what it reads.
        way: how loops were made of its text before; empty where none was.
        loop: the loop that it was found with, and its cells; None where there is none.
    """

    __slots__ = ("_beside", "function", "key", "kind", "loop", "way")

    def __init__(self, function: Any, kind: Kind, wanted: Hashable, way: str) -> None:
        self.function, self.kind, self.way = function, kind, way
        self._beside = wanted, floatx(), threads()
        self.key: Hashable = (kind.key(), *self._beside)
        self.loop: tuple[NativeLoop, list[Any]] | None = None

    @property
    def data(self) -> list[Any]:
        """The arrays of the Tensors that stand for any."""
        return [one.array for one in self.kind.tensors]

    def freeze(self) -> None:
        """Copy what may change, before the loss runs."""
        self.key = (self.kind.frozen(), *self._beside)

    def still(self, loss: Any) -> bool:
        """Whether a loss that has run reads what it read before."""
        opens = self.kind.opens
        now = kind_of_function(with_tensors(loss) if opens else loss, opens)
        return now is not None and (now.key(), *self._beside) == self.key


class RememberedLoops:
    """The loops of one optimizer.

    Args:
        owner: the optimizer; a copy of it has loops of its own.
    """

    def __init__(self, owner: Any = None) -> None:
        self._owner = None if owner is None else weakref.ref(owner)
        self._loops: OrderedDict[Any, NativeLoop] = OrderedDict()
        self._ways: dict[Itself, str] = {}

    def __reduce__(self) -> Any:
        return RememberedLoops, ()

    def belong_to(self, owner: Any) -> bool:
        """Whether they are an optimizer's."""
        return self._owner is not None and self._owner() is owner

    def ask(self, loss: Any, wanted: Any, once: bool = False) -> Asked | None:
        """Look for the loop of a loss.

        Args:
            loss: a function.
            wanted: the Variables to move, or None.
            once: whether a text that was of no use before is not read again.

        Returns:
            What is known of it; None where it may not do the same each time.
        """
        way = self._ways.get(_text(loss), "")
        if way == OPENED:
            return self.ask_open(loss, wanted)
        if way == CHANGING and once:
            return None
        kind = kind_of_function(loss)
        if kind is None:
            self.note(loss, CHANGING)
            return None
        if kind.copied_bytes > COPIED:
            return None if way == CLOSED else self.ask_open(loss, wanted)
        return self._found(Asked(loss, kind, _names(wanted), "" if way == CHANGING else way))

    def ask_open(self, loss: Any, wanted: Any) -> Asked | None:
        """Look for its loop with data as inputs; None also where it reads none."""
        function = with_tensors(loss)
        kind = kind_of_function(function, opens=True)
        if kind is None or not kind.tensors:
            return None
        return self._found(Asked(function, kind, _names(wanted), OPENED))

    def _found(self, asked: Asked) -> Asked | None:
        if asked.kind.copied_bytes > COPIED:
            return None
        loop = self._loops.get(asked.key)
        cells = None if loop is None else loop.cells()
        if loop is not None and cells is not None:
            self._loops.move_to_end(asked.key)
            asked.loop = loop, cells
        return asked

    def keep(self, asked: Asked, loop: NativeLoop) -> None:
        """Remember a loop; `freeze` was called before the loss ran."""
        for key in [one for one in self._loops if of_what_is_gone(one[0])]:
            del self._loops[key]
        self._loops[asked.key] = loop
        while len(self._loops) > KEPT:
            self._loops.popitem(last=False)

    def note(self, loss: Any, way: str) -> None:
        """Note how a loop was made of a text."""
        for text in [one for one in self._ways if one.gone()]:
            del self._ways[text]
        self._ways[_text(loss)] = way


def _text(loss: Any) -> Itself:
    """What functions that are written anew each time have in common."""
    site = site_of(loss)
    return Itself(loss if site is None else site[0])


def _names(wanted: Any) -> Hashable:
    """Which Variables are to be moved."""
    return None if wanted is None else tuple([getattr(one, "key", None) for one in wanted])
