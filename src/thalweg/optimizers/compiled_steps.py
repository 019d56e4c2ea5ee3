"""How do many steps down a loss run as one loop in machine code?

The first step runs as Python. If all steps that an optimizer takes as Python, these and those of calls
before, take about as long as machine code takes to make (`transform/worth`), the second is written down as
it runs, and what the Variables and the optimizer hold after it is where the loop begins. The loop returns
every few hundredths of a second, so that Ctrl-C is heard, with the state of the steps taken.

The loss does not run meanwhile. So a third step is written down too: where it is not the second one again, or
Python's own state has changed (another batch, a count), all steps run as Python.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.sites import place
from thalweg.optimizers.whole_only import WholeOnly
from thalweg.transform.python_state import PythonState
from thalweg.transform.tracing import Trace, in_place_of, site_of, trace
from thalweg.transform.worth import cost_of_code, work_of_tape

__all__ = ["run_steps"]

PAUSE = 0.05
"""After so many seconds the loop returns to Python."""

ATTEMPTS = 3
"""So many first steps may make Variables before the loss is taken to make them each time."""


NODES_OF_AN_OP = 8
"""An op, its gradient and the update make about so many nodes."""


def run_steps(
    optimizer: Any, step: Callable[..., Any], steps: int, loss: Any, jit_compile: bool | None
) -> Any:
    """Take steps, in machine code where that is possible and pays.

    Args:
        optimizer: it is told the losses, and why the steps ran as Python.
        step: one step as Python; returns the loss. It hands its tape to a function that it is given.
        steps: how many.
        loss: what a step calls.
        jit_compile: True says that the loss computes the same at each step, and that machine code pays.

    Returns:
        The loss before the last step.
    """
    losses: list[Any] = []
    chunks: list[list[Any]] = []
    answer, found, first = None, None, steps
    optimizer.why_not_compiled = ""
    try:
        seen: list[float] = []
        answer = step(lambda tape: seen.append(_pays(optimizer, tape, steps)))
        losses.append(answer)
        for _ in range(min(ATTEMPTS, steps - 1) if jit_compile or seen[0] else 0):
            answer, found = trace(step, (), {}, ())
            losses.append(answer)
            if not (found.obstacle and found.unfinished):
                break
        fine = found is not None and len(losses) < steps and _can_be(optimizer, found)
        if fine and found is not None and not jit_compile and not _is_known(optimizer, loss, found):
            answer, fine = _again(optimizer, step, loss, found)
            losses.append(answer)
        left, first = steps - len(losses), len(losses)
        loop = _compiled(optimizer, found) if fine and found is not None and left else None
        if loop is not None and found is not None and _in_chunks(loop, found, left, chunks):
            ends = [np.asarray(one[-1]) for one in chunks[-1]]
            return in_place_of(found.answer, ends)
        for _ in range(left - sum([len(one[0]) for one in chunks])):
            answer = step()
            losses.append(answer)
        return answer
    finally:
        optimizer.losses = _all_losses(losses[:first], chunks, losses[first:])


def _pays(optimizer: Any, tape: Any, steps: int) -> bool:
    """Whether steps like the one that was recorded take longer as Python than machine code takes to make."""
    each = work_of_tape(tape)
    before = optimizer._work
    optimizer._work += each * steps
    enough = cost_of_code(NODES_OF_AN_OP * len(tape._recording.events))
    return bool(before + each * steps >= enough)


def _all_losses(first: list[Any], chunks: list[list[Any]], last: list[Any]) -> Any:
    """The losses of the steps in Python before the loop, in the loop, and in Python after it."""
    before, after = [
        [one.array for one in some if isinstance(one, Handle)] for some in (first, last)
    ]
    if not chunks or not before:
        return np.array(before + after)
    return np.concatenate([before, *[one[0] for one in chunks], *([after] if after else [])])


def _can_be(optimizer: Any, found: Trace) -> bool:
    """Whether a step can become a loop; if not, the optimizer is told why."""
    if found.obstacle is not None:
        optimizer.why_not_compiled = str(found.obstacle)
    elif callable(optimizer._learning_rate):
        optimizer.why_not_compiled = "the learning rate is a schedule, which Python is asked for"
    elif len(found.states()) < len(found.written):
        optimizer.why_not_compiled = "something is set that is never read"
    return not optimizer.why_not_compiled


def _is_known(optimizer: Any, loss: Any, found: Trace) -> bool:
    """Whether the same step was looked at twice when this optimizer was last called."""
    graph = found.graph
    last, optimizer._last = optimizer._last, hash((
        site_of(loss), tuple(graph.nodes), tuple(graph.outputs)
    ))  # fmt: skip
    return bool(last == optimizer._last)


def _again(optimizer: Any, step: Callable[..., Any], loss: Any, found: Trace) -> tuple[Any, bool]:
    """One more step, written down; its loss, and whether it was the same step as the one before."""
    state = PythonState(loss)
    answer, again = trace(step, (), {}, ())
    changed = state.changed()
    if changed:
        why = f"{changed} changes from step to step"
    elif _told(again) != _told(found):
        why = "it does not compute the same at each step"
    else:
        return answer, True
    site = site_of(loss)
    optimizer.why_not_compiled = f"{place(site) if site else 'the loss'}: {why}; jit_compile=True says that it does not matter"
    optimizer._last = 0
    return answer, False


def _told(found: Trace) -> tuple[Any, ...]:
    """All that two traces of one step have in common."""
    cells = [
        (type(cell), getattr(cell, "key", None), getattr(cell, "field", None))
        for cell in (*found.cells, *found.written)
    ]
    return found.graph.nodes, found.graph.outputs, cells, found.obstacle


def _compiled(optimizer: Any, found: Trace) -> Any:
    """The loop, or None; the optimizer is told why."""
    try:
        from thalweg.native.compiled import compile_loop

        return compile_loop(found.graph, found.states())
    except ImportError:
        optimizer.why_not_compiled = "llvmlite is not installed: pip install llvmlite"
    except Exception as error:  # noqa: BLE001 # the steps themselves are right, and still there
        optimizer.why_not_compiled = f"machine code could not be made: {error}"
    return None


def _in_chunks(loop: Any, found: Trace, steps: int, chunks: list[list[Any]]) -> bool:
    """Run the loop; after each part the cells hold what was reached.

    Args:
        loop: the machine code.
        found: what it was made of.
        steps: how many.
        chunks: of each part, a row of outputs for each step, is added here.

    Returns:
        False where a whole number named a row that is not there: Python's next step will say which.
    """
    states = found.states()
    given = len(found.graph.inputs) - len(found.cells)
    count = 1
    while steps > 0:
        now = min(count, steps)
        began = time.perf_counter()
        with WholeOnly():
            try:
                ends, rows = loop([cell.array for cell in found.cells], now)
            except IndexError:
                return False
            for place in states:
                array = ends[place]
                found.cells[place - given].array = array if array.ndim else array[()]
            chunks.append(rows)
        steps -= now
        took = max(time.perf_counter() - began, 1e-7)
        count = max(1, min(int(now * PAUSE / took), now * 16))
    return True
