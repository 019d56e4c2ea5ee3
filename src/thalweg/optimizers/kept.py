"""How are the numbers and the memory that an optimizer keeps seen as Variables?

The pure rules carry arrays, and Python's own numbers are quicker to count with; so the values stay where
they are, and a Variable reads and sets them there. What writes down a function knows values by their arrays:
the array of a number is the same until the number changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import seen
from thalweg.core.recording import tick
from thalweg.core.spans import born
from thalweg.values.variable import Variable

__all__ = ["Number", "Part"]


class _Kept(Variable):
    """A Variable without a value of its own, which tapes do not watch."""

    __slots__ = ("_made",)

    def __init__(self, name: str) -> None:
        self.key, self.name, self._trainable = tick(), f"{name}:0", False
        self._made: tuple[Any, Any] = (None, None)  # a number, and the array made of it
        born(self.key, self.name, None)

    def _array_of(self, number: Any, kind: Any) -> Any:
        """The array of a number: one as long as it is this number."""
        known, array = self._made
        if known is None or known != number:
            array = kind(number)
            self._made = number, array
        return array


class Number(_Kept):
    """One of Python's numbers, seen as a Variable of int64 or float64.

    Args:
        name: for messages.
        number: an int or a float.
        read: makes such a number of what is assigned, or refuses it.

    >>> count = Number("count", 2, int)
    >>> count.number += 1
    >>> count.assign_add(4).number
    7
    """

    __slots__ = ("number", "read")

    def __init__(self, name: str, number: Any, read: Callable[[Any], Any]) -> None:
        super().__init__(name)
        self.number, self.read = number, read

    @property
    def array(self) -> Any:
        """The number as NumPy's."""
        return self._array_of(self.number, np.int64 if type(self.number) is int else np.float64)

    @array.setter
    def array(self, value: Any) -> None:
        self.number = self.read(value)

    def __deepcopy__(self, memo: Any) -> Number:
        seen(self, "a copy")
        return Number(self.name[:-2], self.number, self.read)

    def __reduce__(self) -> Any:
        seen(self, "a pickle")
        return Number, (self.name[:-2], self.number, self.read)


class Part(_Kept):
    """One field of the state that an optimizer keeps for a Variable.

    Args:
        name: for messages.
        states: the states of all Variables.
        of: the key of this one.
        field: which field. A count is seen as a float64, which holds every count.
    """

    __slots__ = ("_field", "_of", "_states")

    def __init__(self, name: str, states: dict[int, Any], of: int, field: str) -> None:
        super().__init__(name)
        self._states, self._of, self._field = states, of, field

    @property
    def array(self) -> Any:
        """What is kept."""
        value = getattr(self._states[self._of], self._field)
        return self._array_of(value, np.float64) if type(value) is int else value

    @array.setter
    def array(self, value: Any) -> None:
        state = self._states[self._of]
        counts = type(getattr(state, self._field)) is int
        self._states[self._of] = state._replace(**{self._field: int(value) if counts else value})

    def __deepcopy__(self, memo: Any) -> Variable:
        """A Variable of its own: a copy of the optimizer makes its parts itself."""
        return Variable(self.array, trainable=False, name=self.name[:-2])

    def __reduce__(self) -> Any:
        seen(self, "a pickle")
        return Variable, (self.array, False, True, None, self.name[:-2])
