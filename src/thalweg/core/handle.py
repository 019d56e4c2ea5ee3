"""What a Tensor and a Variable have in common: an array, and the number that tells it apart."""

from __future__ import annotations

from typing import Any


class Handle:
    """A value that a tape can follow.

    `array` is a NumPy array or NumPy scalar that nobody writes to; `key` is its number from the
    clock. The class knows nothing of operators and ops: those stand above it.
    """

    __slots__ = ("__weakref__", "array", "key")

    array: Any
    key: int


class Trainable(Handle):
    """A Handle that reads announce to the tapes: the Variable's place below the table."""

    __slots__ = ()

    trainable: bool
    name: str
