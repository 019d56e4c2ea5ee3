"""Whose turn can it be? Kernels wait for those that write what they read, and read what they write."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from thalweg.native.kernels import Zeros
from thalweg.native.parts import touches

__all__ = ["Queue"]

Place = tuple[int, int]


class Queue:
    """Kernels in order; those whose turn it can be are ready.

    Attributes:
        ready: their places, in order.
    """

    def __init__(self, steps: Sequence[Any]) -> None:
        self._steps: dict[Place, Any] = {(place, 0): step for place, step in enumerate(steps)}
        self._after: dict[int, set[int]] = defaultdict(set)
        self._missing = [0] * len(steps)
        self._left = [1] * len(steps)  # itself, and what it brings about
        writers: dict[int, int] = {}
        readers: dict[int, list[int]] = defaultdict(list)
        for place, step in enumerate(steps):
            before: set[int] = set()
            for number, written in _buffers(step):
                if number in writers:
                    before.add(writers[number])
                if written:
                    before.update(readers.pop(number, ()))
                    writers[number] = place
                else:
                    readers[number].append(place)
            before.discard(place)
            self._missing[place] = len(before)
            for one in before:
                self._after[one].add(place)
        self.ready: list[Place] = [(k, 0) for k, missing in enumerate(self._missing) if not missing]

    def step(self, place: Place) -> Any:
        """The kernel at a place."""
        return self._steps[place]

    def done(self, place: Place, more: Sequence[Any]) -> None:
        """A kernel is done; who waits for it waits for the further ones, too, that can be done now."""
        self.ready.remove(place)
        number = place[0]
        for step in more:
            later = (number, len(self._steps))
            self._steps[later] = step
            insort(self.ready, later)
        self._left[number] += len(more) - 1
        if not self._left[number]:
            for one in self._after[number]:
                self._missing[one] -= 1
                if not self._missing[one]:
                    insort(self.ready, (one, 0))


def _buffers(step: Any) -> list[tuple[int, bool]]:
    """What is touched, first what is read; what is written last."""
    if isinstance(step, Zeros):
        return [(step.buffer, True)]
    found = {(touch.view.buffer, touch.written) for touch in touches(step)}
    return sorted(found, key=lambda one: one[1])
