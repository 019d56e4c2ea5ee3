"""What must be the same for a function to be the same computation as before? All that it reads.

A function whose text shows that it does the same each time (`repeatable`) is told apart by the texts that
it runs and by what these name: numbers, arrays, Tensors, Variables, functions, objects. Two functions with
equal kinds compute the same, also where they are two: a lambda that is written in a loop is a new function
each time, and the same text. What is held weakly is not kept alive; arrays may change in place, so of them
the contents count.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Hashable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.transform.itself import Itself, known_by
from thalweg.transform.outside import Outside, is_open
from thalweg.transform.repeatable import read
from thalweg.values.tensor import Tensor

__all__ = ["Kind", "kind_of_function"]


class Kind(Outside):
    """What a function reads, in the order in which its text is read.

    Args:
        opens: whether Tensors stand for any of their shape and dtype.

    Attributes:
        parts: what must be equal.
        opens: as it was given.
        tensors: the Tensors that stand for any, each once.
        branches_by_type: whether it may go by what kind of object a value is.
        copied_bytes: how many bytes of arrays `frozen` copies.
    """

    def __init__(self, opens: bool) -> None:
        super().__init__()
        self.parts: list[Hashable] = []
        self.tensors: list[Tensor] = []
        self.branches_by_type = False
        self.copied_bytes = 0
        self.opens = opens
        self._places: dict[int, int] = {}
        self._containers: dict[int, int] = {}

    def key(self) -> Hashable:
        """All parts; it is to be looked up at once, before an array among them changes."""
        return tuple(self.parts)

    def frozen(self) -> Hashable:
        """The same to be kept, with copies of arrays."""
        return tuple([one.copied() if type(one) is _Contents else one for one in self.parts])

    def entered(self, code: Any, again: int) -> None:
        """A function whose text is read."""
        self.parts.append((Itself(code), again))
        if getattr(code, "co_exceptiontable", b"-"):
            self.branches_by_type = True

    def met(self, value: Any) -> None:
        """A value that is used."""
        if isinstance(value, types.FunctionType | types.MethodType) and not _is_ours(value):
            if isinstance(value, types.MethodType):
                self.parts.append(Itself(value.__self__))
            return  # its text follows
        self.parts.append(self._described(value))
        if value is isinstance:
            self.branches_by_type = True

    def name(self, called: str, home: Any, key: Any, value: Any) -> None:
        """What a name stands for is met, or what it leads to."""

    def contents(self, called: str, container: Any) -> bool:
        """Its parts are met if this is the first time."""
        known = len(self._containers)
        return self._containers.setdefault(id(container), known) == known

    def _described(self, value: Any) -> Hashable:
        if isinstance(value, Trainable):
            return type(value), value.key
        if isinstance(value, Handle):
            return self._tensor(value)
        if isinstance(value, np.ndarray):
            if not is_open(value):
                return Itself(value)
            self.copied_bytes += value.nbytes
            return _Contents(value)
        if isinstance(value, list | tuple | dict | set | frozenset):
            return type(value), len(value), self._containers.get(id(value), -1)
        if type(value) is functools.partial:
            return functools.partial  # its parts follow
        return known_by(value)

    def _tensor(self, value: Any) -> Hashable:
        if not self.opens or type(value) is not Tensor:
            return Itself(value)
        place = self._places.setdefault(value.key, len(self._places))
        if place == len(self.tensors):
            self.tensors.append(value)
        return Tensor, value.array.shape, value.array.dtype, place


class _Contents:
    """An array by what it holds."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def copied(self) -> _Contents:
        """With an array that nobody changes."""
        return _Contents(self.array.copy())

    def __hash__(self) -> int:
        return hash((self.array.shape, self.array.dtype))

    def __eq__(self, other: object) -> bool:
        if type(other) is not _Contents:
            return False
        one, two = self.array, other.array
        if (one.shape, one.dtype) != (two.shape, two.dtype):
            return False
        return np.array_equal(_bits(one), _bits(two))  # NaN is as it was, and -0.0 is not 0.0


def _bits(array: Any) -> Any:
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return flat.view(np.uint64) if flat.size % 8 == 0 else flat


def _is_ours(function: Any) -> bool:
    names = getattr(function, "__globals__", {}).get("__name__")
    return str(names).partition(".")[0] in ("thalweg", "numpy")


def kind_of_function(function: Any, opens: bool = False) -> Kind | None:
    """Read a function, without calling it.

    Args:
        function: anything that is called.
        opens: whether Tensors that it reads stand for any of their shape and dtype.

    Returns:
        What it reads; None where it may not do the same each time.

    >>> from functools import partial
    >>> kinds = [kind_of_function(partial(np.multiply, a)).key() for a in (1.0, 1.0, 3.0)]
    >>> kinds[0] == kinds[1], kinds[1] == kinds[2]
    (True, False)
    """
    found = Kind(opens)
    return None if read(function, into=found).why else found
