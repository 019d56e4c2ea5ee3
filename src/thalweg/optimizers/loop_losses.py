"""Where do the losses of many steps go, so that none of them is in memory twice?

A loop writes them part by part where they stay, and how many parts come is not known: Ctrl-C may end it.
There is room for many from the beginning, which the system gives when it is written to; then the array
grows in place, by an eighth each time, and is cut to its length at the end. The system moves pages for that,
and copies nothing where arrays are large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle

__all__ = ["LoopLosses"]

AT_FIRST = 1 << 24
"""There is room for at most so many numbers before any is there."""


class LoopLosses:
    """The losses of one call: of steps in Python, then of a loop, then of steps in Python again.

    Args:
        before: the losses of the steps before the loop; complete when the loop begins.

    Attributes:
        taken: how many steps the loop has taken.
        last: all that the last of them answered.
    """

    def __init__(self, before: list[Any]) -> None:
        self.taken = 0
        self.last: list[Any] = []
        self._before = before
        self._kept: Any = None
        self._filled = 0

    def room(self, count: int, left: int, shape: tuple[int, ...], dtype: Any) -> Any:
        """Where the losses of the next steps are to be written, `(count, …)`; it holds until it is asked again.

        Args:
            count: how many steps.
            left: how many are to come in all, if nobody ends the loop.
            shape: of one loss.
            dtype: likewise.
        """
        if self._kept is None:
            self._begin(left, shape, dtype)
        end = self._filled + count
        if end > len(self._kept):
            self._resize(max(end, len(self._kept) + len(self._kept) // 8))
        return self._kept[self._filled : end]

    def took(self, rows: Sequence[Any]) -> None:
        """Be told that the steps are taken that room was for.

        Args:
            rows: of each answer an array, the steps along its first axis; the first is that room.
        """
        self._filled += len(rows[0])
        self.taken += len(rows[0])
        self.last = [np.array(one[-1]) for one in rows]

    def _begin(self, left: int, shape: tuple[int, ...], dtype: Any) -> None:
        head = _arrays(self._before)
        fits = all([one.shape == shape and one.dtype == dtype for one in head])
        many = min(len(head) + left, max(AT_FIRST // max(math.prod(shape), 1), 1))
        self._kept = np.empty((many, *shape), dtype)
        if fits and head:
            self.room(len(head), left, shape, dtype)[:] = head
            self._filled = len(head)

    def _resize(self, length: int) -> None:
        # Nobody else has a reference to it, which debuggers and tracers make NumPy believe.
        self._kept.resize((length, *self._kept.shape[1:]), refcheck=False)

    def all(self, after: list[Any]) -> Any:
        """The losses of all steps; nothing is added from then on.

        Args:
            after: the losses of the steps after the loop.
        """
        head, tail = _arrays(self._before), _arrays(after)
        if self._kept is None:
            return np.array(head + tail)
        self._resize(self._filled)
        beside = [np.array(head)] if self._filled == self.taken and head else []
        parts = [*beside, self._kept, *([np.array(tail)] if tail else [])]
        return np.concatenate(parts) if len(parts) > 1 else self._kept


def _arrays(answers: list[Any]) -> list[Any]:
    return [np.asarray(one.array) for one in answers if isinstance(one, Handle)]
