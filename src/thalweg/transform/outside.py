"""What does a function read that is not its own, and has it changed since?"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

__all__ = ["LARGE", "Outside", "is_open"]

LARGE = 1 << 20
"""Arrays of more bytes take longer to look at than small functions take to compute."""

_GONE = object()


class Outside:
    """Names and containers that a function reads, as they were when it was looked at.

    Attributes:
        large: what an array is called that can be written to and is large; empty where there is none.
    """

    def __init__(self) -> None:
        self._names: list[tuple[str, Any, Any, Any]] = []
        self._contents: dict[int, tuple[str, Any, Any]] = {}
        self.large = ""

    def met(self, value: Any) -> None:
        """Be told of a value that is used, also as part of another one."""

    def entered(self, code: Any, again: int) -> None:
        """Be told of a function whose text is read, or, where `again` is no -1, which one was read before."""

    def name(self, called: str, home: Any, key: Any, value: Any) -> None:
        """Remember what a name stands for.

        Args:
            called: for messages.
            home: a mapping, or a cell of a closure.
            key: the name in the mapping; None for a cell.
            value: what it stands for now.
        """
        self._names.append((called, home, key, value))

    def contents(self, called: str, container: Any) -> bool:
        """Remember what a list, a mapping, a set or an array holds; False where it is known already."""
        if id(container) in self._contents:
            return False
        self._contents[id(container)] = (called, container, _held(container))
        if isinstance(container, np.ndarray) and container.nbytes > LARGE:
            self.large = self.large or (called if is_open(container) else "")
        return True

    def changed(self) -> str:
        """What a name is called that stands for something else, or holds something else; or nothing."""
        for called, home, key, value in self._names:
            if _value(home, key) is not value:
                return called
        for called, container, held in self._contents.values():
            if not _same(_held(container), held):
                return called
        return ""


def _value(home: Any, key: Any) -> Any:
    if key is not None:
        return home.get(key, _GONE)
    try:
        return home.cell_contents
    except ValueError:
        return _GONE


def is_open(array: Any) -> bool:
    """Whether anybody can write to an array, by it or by what it is a view of.

    Who owns the memory may open it again; that nobody does is believed of large arrays alone.
    """
    small = array.nbytes <= LARGE
    while isinstance(array, np.ndarray):
        if array.flags.writeable or (small and array.flags.owndata):
            return True
        array = array.base
    return array is not None and not isinstance(array, bytes)


def _held(container: Any) -> Any:
    """A container's contents, to be compared by what the elements are."""
    if isinstance(container, np.ndarray):
        if not is_open(container):
            return ()
        data = np.ascontiguousarray(container).reshape(-1).view(np.uint8)
        return container.shape, container.dtype, hashlib.blake2b(data.data).digest()
    if isinstance(container, dict):
        return [part for pair in container.items() for part in pair]
    return list(container)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return bool(one == other)
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
