"""Where do the losses of many steps go, so that none of them is in memory twice?

A loop gives them part by part, and how many parts come is not known: Ctrl-C may end it. So the array grows
in place, by an eighth each time, and is cut to its length at the end; the system moves pages for that, and
copies nothing where arrays are large.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle

__all__ = ["LoopLosses"]


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

    def append(self, rows: list[Any]) -> None:
        """Keep what some steps of the loop answered.

        Args:
            rows: of each answer an array, the steps along its first axis; the first is the loss.
        """
        if self._kept is None:
            self._begin(rows[0])
        self._add(rows[0])
        self.taken += len(rows[0])
        self.last = [np.array(one[-1]) for one in rows]

    def _begin(self, like: Any) -> None:
        head = _arrays(self._before)
        fits = all([one.shape == like.shape[1:] and one.dtype == like.dtype for one in head])
        self._kept = np.empty((0, *like.shape[1:]), like.dtype)
        if fits and head:
            self._add(np.array(head))

    def _add(self, losses: Any) -> None:
        end = self._filled + len(losses)
        if end > len(self._kept):
            self._resize(max(end, len(self._kept) + len(self._kept) // 8))
        self._kept[self._filled : end] = losses
        self._filled = end

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
