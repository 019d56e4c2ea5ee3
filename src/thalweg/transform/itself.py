"""How is an object told apart from all others, without being kept alive?"""

from __future__ import annotations

import weakref
from typing import Any

__all__ = ["Itself"]


class Itself:
    """An object as itself, for keys: another that calls itself equal may hold other values.

    >>> class Thing: ...
    >>> one, other = Thing(), Thing()
    >>> Itself(one) == Itself(one), Itself(one) == Itself(other)
    (True, False)
    """

    __slots__ = ("_number", "_reference")

    def __init__(self, thing: Any) -> None:
        self._number = id(thing)
        try:
            self._reference: Any = weakref.ref(thing)
        except TypeError:  # what has no weak references is kept
            self._reference = lambda: thing

    def gone(self) -> bool:
        """Whether the object is no more."""
        return self._reference() is None

    def __hash__(self) -> int:
        return hash(self._number)

    def __eq__(self, other: object) -> bool:
        if type(other) is not Itself or other._number != self._number:
            return False
        mine = self._reference()
        return mine is not None and mine is other._reference()
