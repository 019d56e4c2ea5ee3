"""What can a row's `native` ask of a Symbol beyond what arrays answer? Rows by number, guards, matrices.

Everything here is said in a Symbol's own few words: `made`, `joined`, `like`, `broadcast`, `reshape`.
"""

from __future__ import annotations

from typing import Any

from thalweg.graph.advanced_index import added_at, is_advanced, set_at
from thalweg.graph.parts import part_of

__all__ = ["Unwritten", "Words"]


class Unwritten(Exception):  # noqa: N818 # no mistake of anybody's: the row stays with NumPy
    """A kernel did what a graph has no words for."""


class Words:
    """A Symbol's further words."""

    __slots__ = ()
    shape: Any
    made: Any
    joined: Any
    like: Any
    broadcast: Any
    reshape: Any
    reduce: Any
    constant_value: Any

    def put_at(self, shape: tuple[int, ...], index: Any) -> Any:
        """Zeros of a shape with this added at an index."""
        given = index if isinstance(index, tuple) else (index,)
        if is_advanced(given):
            return added_at(self, tuple(shape), given)
        parts, wanted = part_of(tuple(shape), given)
        whole = self.broadcast(wanted).reshape(tuple([count for _, count, _ in parts]))
        return whole.made("place", tuple(shape), parts)

    def with_set(self, index: tuple[Any, ...], values: Any) -> Any:
        """This with values in place of what stands at arrays of numbers; the last of several stands."""
        return set_at(self, index, values)

    def taken_rows(self, places: Any) -> Any:
        """Rows by numbers, from 0 up."""
        return self.joined("take", [places])

    def added_rows(self, places: Any, rows: int) -> Any:
        """Zeros of so many rows, with the rows of this added at numbers."""
        return self.joined("put", [places], rows)

    def extreme_rows(self, places: Any, rows: int, kind: str) -> Any:
        """So many rows: at each number the extreme of the rows of this, place by place."""
        return self.joined("put_extreme", [places], rows, kind)

    def guarded(self, truth: Any) -> Any:
        """This; where some of the truth values is false, Python's own call answers."""
        return self.joined("guard", [self.like(truth).reduce("all", None)])

    def take(self, indices: Any, axis: int) -> Any:
        """The rows that whole numbers name along an axis."""
        return self[(slice(None),) * axis + (indices,)]  # type: ignore[index]  # a Symbol has parts

    def one_number(self) -> Any:
        """The number that a constant holds all over."""
        values = self.constant_value()
        if values is None or not values.size or (values != values.flat[0]).any():
            raise Unwritten("it takes numbers that a graph must know, and they are given or differ")
        return values.flat[0]

    def matrices(self, op: str, *others: Any, **attributes: bool) -> Any:
        """Factors of stacks of matrices, or solutions of systems: one of the primitives for them."""
        first, *rest = [one.reshape((-1, *one.shape[-2:])) for one in (self, *others)]
        found = first.joined(op, rest, *attributes.values())
        return found.reshape((others[-1] if others else self).shape)

    def copy(self, order: str = "C") -> Any:
        """The same: nobody writes into it."""
        return self
