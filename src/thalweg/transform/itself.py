"""By what is an object told apart from others, without being kept alive: what it holds, or itself?"""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from math import copysign
from typing import Any

import numpy as np

__all__ = ["Itself", "known_by", "of_what_is_gone"]


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


def of_what_is_gone(key: Hashable) -> bool:
    """Whether a key, or any part of a tuple, belongs to an object that is no more."""
    if isinstance(key, tuple):
        return any(map(of_what_is_gone, key))
    return isinstance(key, Itself) and key.gone()


def known_by(value: Any) -> Hashable:
    """What tells a value apart from others: of numbers, texts and dtypes their kind and what they are.

    >>> known_by(1) == known_by(True), known_by(0.0) == known_by(-0.0), known_by(2.5) == known_by(2.5)
    (False, False, True)
    """
    kind = type(value)
    if kind is float:  # 0.0 and -0.0 are equal, and NaN is not
        return (kind, repr(value)) if value == value else (kind, repr(value), copysign(1.0, value))
    if kind is complex:
        return (kind, repr(value), known_by(value.real), known_by(value.imag))
    if kind in _PLAIN:
        return kind, value
    if kind in (slice, range):  # ranges are equal where they run over the same numbers
        return (kind, *map(known_by, (value.start, value.stop, value.step)))
    if isinstance(value, np.dtype) and value.metadata is None:
        return kind, value
    if isinstance(value, np.generic) and kind.__module__ == "numpy":
        return kind, value.dtype, value.tobytes()
    return Itself(value)


_PLAIN = (bool, int, str, bytes, type(None), type(Ellipsis))
