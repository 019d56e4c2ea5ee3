"""The shape of a Tensor: a tuple with TensorFlow's words; in a specification some sizes are left open."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.errors import DTypeError, ShapeError


class TensorShape(tuple[Any, ...]):
    """A tuple of sizes that also answers to TensorFlow's names.

    Args:
        dims: the sizes; None for one that is left open, or in place of all where even their number is.

    >>> TensorShape((2, 3)).as_list(), TensorShape((2, 3)).rank
    ([2, 3], 2)
    >>> TensorShape([None, 3]).is_compatible_with((7, 3)), TensorShape(None).rank
    (True, None)
    """

    __slots__ = ()

    def __new__(cls, dims: Any = None) -> TensorShape:
        """Check the sizes; `tuple.__new__(TensorShape, …)` is the way around where they are an array's."""
        if dims is None:
            return UNKNOWN
        if isinstance(dims, TensorShape):
            return dims
        sizes = static(dims)
        if isinstance(sizes, int):
            sizes = (sizes,)
        elif not isinstance(sizes, Iterable) or isinstance(sizes, str):
            raise DTypeError(f"a shape is one size or a list of sizes, not {dims!r}")
        return tuple.__new__(cls, [_size(one, dims) for one in sizes])

    @property
    def rank(self) -> int | None:
        """How many axes; None where that is open."""
        return len(self)

    @property
    def ndims(self) -> int | None:
        """How many axes; None where that is open."""
        return self.rank

    @property
    def dims(self) -> list[Any] | None:
        """The sizes as a list; None where their number is open."""
        return list(self)

    def as_list(self) -> list[Any]:
        """The sizes as a list."""
        return list(self)

    def num_elements(self) -> int | None:
        """The product of the sizes; None where one is open."""
        return math.prod(self) if self.is_fully_defined() else None

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return None not in tuple(self)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether there is a shape that is both; an open size fits any."""
        theirs = TensorShape(other)
        if UNKNOWN is self or UNKNOWN is theirs:
            return True
        return len(self) == len(theirs) and all(
            a is None or b is None or a == b for a, b in zip(self, theirs, strict=True)
        )

    def merge_with(self, other: Any) -> TensorShape:
        """The shape that says what either says.

        Raises:
            ShapeError: they contradict each other.
        """
        theirs = TensorShape(other)
        if not self.is_compatible_with(theirs):
            raise ShapeError(f"Shapes {self} and {theirs} are not compatible")
        if UNKNOWN is self:
            return theirs
        if UNKNOWN is theirs:
            return self
        return TensorShape([b if a is None else a for a, b in zip(self, theirs, strict=True)])

    def concatenate(self, other: Any) -> TensorShape:
        """The sizes of this shape and then those of another."""
        theirs = TensorShape(other)
        if UNKNOWN is self or UNKNOWN is theirs:
            return UNKNOWN
        return TensorShape([*self, *theirs])

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

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


class UnknownShape(TensorShape):
    """The shape of which not even the number of axes is known; `TensorShape(None)` is the one."""

    __slots__ = ()

    @property
    def rank(self) -> None:
        """Not known."""
        return

    @property
    def dims(self) -> None:
        """Not known."""
        return

    def as_list(self) -> list[Any]:
        """Refused: there is no number of sizes."""
        raise ValueError("as_list() is not defined on an unknown TensorShape.")

    def is_fully_defined(self) -> bool:
        """Never."""
        return False

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = tuple.__hash__

    def __len__(self) -> int:
        raise ValueError("Cannot take the length of shape with unknown rank.")

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> Any:
        return (TensorShape, (None,))

    def __repr__(self) -> str:
        return "TensorShape(None)"

    def __str__(self) -> str:
        return "<unknown>"


UNKNOWN: TensorShape = tuple.__new__(UnknownShape, ())


def _size(size: Any, whole: Any) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int | np.integer):
        raise DTypeError(
            f"the sizes of a shape are whole numbers or None, not {size!r} in {whole!r}"
        )
    if size < 0:
        raise ShapeError(f"Dimension {size} must be >= 0, in the shape {whole!r}")
    return int(size)
