"""How does one step that was written down run many times in machine code?

The machine code is given what the cells hold (Variables, the optimizer's memory) and data, and touches
neither: what it reaches is in memory of its own, and goes into the cells when it is back.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.optimizers.loop_losses import LoopLosses
from thalweg.optimizers.whole_only import WholeOnly
from thalweg.transform.tracing import Trace, in_place_of

__all__ = ["NativeLoop"]

PAUSE = 0.05
"""After so many seconds the loop returns to Python."""


class NativeLoop:
    """Machine code for steps, made of a step that was written down.

    Args:
        found: the step; its inputs are data and, after them, what the cells hold.

    Raises:
        ImportError: llvmlite is not installed.
        Exception: there is no machine code for something in it.
    """

    def __init__(self, found: Trace) -> None:
        from thalweg.native.compiled import compile_loop  # read where it pays

        self._states = found.states()
        self._loop = compile_loop(found.graph, self._states)
        self._form = found.answer
        self._assumed = found.assumed
        self._given = len(found.graph.inputs) - len(found.cells)
        nodes = [found.graph.nodes[at] for at in found.graph.inputs]
        self._specs = [(node.shape, node.dtype) for node in nodes[self._given :]]
        # A loop that is remembered keeps no Variable alive.
        self._cells = [weakref.ref(one) if isinstance(one, Handle) else one for one in found.cells]
        self._each = PAUSE  # seconds that a step takes, by what the last ones took

    def cells(self) -> list[Any] | None:
        """Where values are read and go; None where the loop is not for what is there now."""
        cells: list[Any] = [one() if isinstance(one, weakref.ref) else one for one in self._cells]
        try:
            for cell, (shape, dtype) in zip(cells, self._specs, strict=True):
                array = np.asarray(cell.array)
                if array.shape != shape or array.dtype != dtype:
                    return None
        except (AttributeError, KeyError):  # a Variable is gone, or what was kept for it
            return None
        holds = all([ask() == answered for ask, answered in self._assumed])
        return cells if holds else None

    def run(self, cells: list[Any], data: Sequence[Any], steps: int, losses: LoopLosses) -> bool:
        """Take steps; after each part the cells hold what was reached.

        Args:
            cells: what `cells` gave.
            data: an array for each of the inputs before the cells.
            steps: how many.
            losses: where they go.

        Returns:
            False where a whole number named a row that is not there: Python's next step will say which.
        """
        while steps > 0:
            now = max(1, min(int(PAUSE / self._each), steps))
            began = time.perf_counter()
            room = losses.room(now, steps, *self._loop.rows[0])
            try:
                if now == 1:  # it may be long, and is left undone if Ctrl-C is pressed
                    ends, rows = self._loop([*data, *[cell.array for cell in cells]], 1, room)
                    with WholeOnly():
                        self._set(cells, ends)
                        losses.took(rows)
                else:
                    with WholeOnly():
                        ends, rows = self._loop([*data, *[cell.array for cell in cells]], now, room)
                        self._set(cells, ends)
                        losses.took(rows)
            except IndexError:
                return False
            steps -= now
            took = max(time.perf_counter() - began, 1e-7) / now
            self._each = max(took, self._each / 16)
        return True

    def _set(self, cells: list[Any], ends: dict[int, Any]) -> None:
        for place in self._states:
            array = ends[place]
            cells[place - self._given].array = array if array.ndim else array[()]

    def answer(self, last: list[Any]) -> Any:
        """The loss before the last step, made of that step's outputs."""
        return in_place_of(self._form, last)
