"""How do many steps down a loss run as one loop in machine code?

The first step runs as Python and is written down; what the Variables and the optimizer hold after it is
where the loop begins. The loop returns every few hundredths of a second, so that Ctrl-C is heard, with
the state of the steps taken.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.transform.tracing import Trace, in_place_of, trace

__all__ = ["run_steps"]

PAUSE = 0.05
"""After so many seconds the loop returns to Python."""

ATTEMPTS = 3
"""So many first steps may make Variables before the loss is taken to make them each time."""


def run_steps(optimizer: Any, step: Callable[[], Any], steps: int) -> Any:
    """Take steps, in machine code where that is possible.

    Args:
        optimizer: it is told the losses, and why the steps ran as Python.
        step: one step as Python; returns the loss.
        steps: how many.

    Returns:
        The loss before the last step.
    """
    losses: list[Any] = []
    rows: list[Any] = []
    answer, loop, found = None, None, None
    optimizer.why_not_compiled = ""
    for _ in range(min(ATTEMPTS, steps)):
        answer, found = trace(step, (), {}, ())
        losses.append(answer)
        if not (found.obstacle and found.unfinished):
            break
    loop = _compiled(optimizer, found) if found else None
    if loop is not None and found is not None:
        try:
            rows = _in_chunks(loop, found, steps - len(losses))
        except IndexError:  # NumPy says which number it was
            loop = None
        else:
            answer = in_place_of(found.answer, [np.asarray(one[-1]) for one in rows])
    while loop is None and len(losses) < steps:
        answer = step()
        losses.append(answer)
    first = np.array([one.array for one in losses if isinstance(one, Handle)])
    optimizer.losses = np.concatenate([first, rows[0]]) if rows else first
    return answer


def _compiled(optimizer: Any, found: Trace) -> Any:
    """The loop, or None; the optimizer is told why."""
    if found.obstacle is not None:
        optimizer.why_not_compiled = str(found.obstacle)
    elif callable(optimizer._learning_rate):
        optimizer.why_not_compiled = "the learning rate is a schedule, which Python is asked for"
    elif len(found.states()) < len(found.written):
        optimizer.why_not_compiled = "something is set that is never read"
    else:
        try:
            from thalweg.native.compiled import NotCompiled, compile_loop
        except ImportError:
            optimizer.why_not_compiled = "llvmlite is not installed: pip install llvmlite"
            return None
        try:
            return compile_loop(found.graph, found.states())
        except NotCompiled as error:
            optimizer.why_not_compiled = str(error)
        except ImportError:
            optimizer.why_not_compiled = "llvmlite is not installed: pip install llvmlite"
    return None


def _in_chunks(loop: Any, found: Trace, steps: int) -> list[Any]:
    """Run the loop; after each part the cells hold what was reached."""
    parts: list[list[Any]] = []
    places = found.states()
    given = len(found.graph.inputs) - len(found.cells)
    cells = {given + place: cell for place, cell in enumerate(found.cells)}
    count = 64
    while steps > 0:
        now = min(count, steps)
        began = time.perf_counter()
        ends, rows = loop([cell.array for cell in found.cells], now)
        for place in places:
            array = ends[place]
            cells[place].array = array if array.ndim else array[()]
        parts.append(rows)
        steps -= now
        took = max(time.perf_counter() - began, 1e-7)
        count = max(1, min(int(now * PAUSE / took), now * 16))
    return [np.concatenate(one) for one in zip(*parts, strict=True)]
