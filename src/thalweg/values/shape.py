"""The shape of a Tensor: a tuple with TensorFlow's words."""

from __future__ import annotations

import math
from typing import Any


class TensorShape(tuple[int, ...]):
    """A tuple of sizes that also answers to TensorFlow's names.

    >>> TensorShape((2, 3)).as_list(), TensorShape((2, 3)).rank
    ([2, 3], 2)
    """

    __slots__ = ()

    @property
    def rank(self) -> int:
        """How many axes."""
        return len(self)

    @property
    def ndims(self) -> int:
        """How many axes."""
        return len(self)

    @property
    def dims(self) -> list[int]:
        """The sizes as a list."""
        return list(self)

    def as_list(self) -> list[int]:
        """The sizes as a list."""
        return list(self)

    def num_elements(self) -> int:
        """The product of the sizes."""
        return math.prod(self)

    def is_fully_defined(self) -> bool:
        """Always true: every size is known."""
        return True

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __getitem__(self, index: Any) -> Any:
        part = tuple.__getitem__(self, index)
        return TensorShape(part) if isinstance(index, slice) else part

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return f"({', '.join(map(str, self))}{',' if len(self) == 1 else ''})"
