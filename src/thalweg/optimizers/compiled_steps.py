"""How do many steps down a loss run as one loop in machine code?

The first step runs as Python. If all steps that an optimizer takes as Python, these and those of calls
before, take about as long as machine code takes to make (`transform/worth`), the second is written down as
it runs, and what the Variables and the optimizer hold after it is where the loop begins. The loop returns
every few hundredths of a second, so that Ctrl-C is heard, with the state of the steps taken.

The loss does not run meanwhile. Where its text shows that it does the same each time, the loop is remembered
for later calls (`remembered_loops`), which then take no step as Python. Where it does not show, a third step
is written down too: where it is not the second one again, or Python's own state has changed (another batch, a
count), all steps run as Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.sites import place
from thalweg.optimizers.loop_losses import LoopLosses
from thalweg.optimizers.native_loop import NativeLoop
from thalweg.optimizers.open_data import same_with
from thalweg.optimizers.remembered_loops import CLOSED, FIXED, OPENED, Asked, RememberedLoops
from thalweg.transform.python_state import PythonState
from thalweg.transform.tracing import Trace, site_of, trace
from thalweg.transform.worth import cost_of_code

__all__ = ["run_steps"]

ATTEMPTS = 3
"""So many first steps may make Variables before the loss is taken to make them each time."""


NODES_OF_AN_OP = 8
"""An op, its gradient and the update make about so many nodes."""


def run_steps(
    optimizer: Any, loss: Any, wanted: Any, steps: int, jit_compile: bool | None, many: bool
) -> Any:
    """Take steps, in machine code where that is possible and pays.

    Args:
        optimizer: it is told the losses, and why the steps ran as Python.
        loss: what a step calls.
        wanted: the Variables to move, or None.
        steps: how many.
        jit_compile: True says that the loss computes the same at each step, and that machine code pays.
        many: whether they alone may be worth machine code.

    Returns:
        The loss before the last step.
    """
    return _Steps(optimizer, loss, wanted, steps).taken(jit_compile, many)


class _Steps:
    """The steps of one call.

    Args:
        optimizer: see `run_steps`.
        loss: likewise.
        wanted: likewise.
        steps: likewise.
    """

    def __init__(self, optimizer: Any, loss: Any, wanted: Any, steps: int) -> None:
        self.optimizer, self.loss, self.wanted, self.steps = optimizer, loss, wanted, steps
        self.before: list[Any] = []  # losses of the steps in Python before the loop
        self.looped = LoopLosses(self.before)
        self.after: list[Any] = []
        if optimizer._loops is None or not optimizer._loops.belong_to(optimizer):
            optimizer._loops = RememberedLoops(optimizer)
        self.loops: RememberedLoops = optimizer._loops

    @property
    def left(self) -> int:
        """How many steps are to be taken."""
        return self.steps - len(self.before) - self.looped.taken - len(self.after)

    def taken(self, jit_compile: bool | None, many: bool) -> Any:
        """Take them all; the loss before the last one."""
        try:
            once = not many
            asked = self.loops.ask(self.loss, self.wanted, once) if self._may_ask() else None
            if asked is not None and asked.loop is not None:
                self.optimizer.why_not_compiled = ""
                return self._in_machine_code(*asked.loop, asked.data)
            if asked is not None:
                asked.freeze()
            ready = self._first(asked, jit_compile, many)
            if ready is not None:
                return self._in_machine_code(*ready)
            return self._as_python(self.before)
        finally:
            self.optimizer.losses = self.looped.all(self.after)

    def _may_ask(self) -> bool:
        """Whether loops can be remembered by what is given."""
        if self.optimizer._schedule is not None:
            return False
        wanted = self.wanted
        return wanted is None or (
            isinstance(wanted, list | tuple) and all(isinstance(one, Handle) for one in wanted)
        )

    def _in_machine_code(self, loop: NativeLoop, cells: list[Any], data: list[Any]) -> Any:
        if loop.run(cells, data, self.left, self.looped):
            return loop.answer(self.looped.last)
        return self._as_python(self.after)

    def _as_python(self, losses: list[Any]) -> Any:
        losses.extend(self._step(self.loss) for _ in range(self.left))
        return losses[-1]

    def _step(self, loss: Any, see: Any = None) -> Any:
        return self.optimizer._step(loss, self.wanted, see)

    def _traced(self, loss: Any, tensors: Any = ()) -> Trace:
        """One step, written down."""
        answer, found = _written_down(self._step, loss, tensors)
        self.before.append(answer)
        return found

    def _first(self, asked: Asked | None, jit_compile: bool | None, many: bool) -> _Ready | None:
        """Take the first steps as Python; the loop for the others, or None."""
        optimizer, pays = self.optimizer, False
        if many:
            optimizer.why_not_compiled = ""

        def see(tape: Any) -> None:
            nonlocal pays
            pays = _pays(optimizer, tape, self.steps, many)

        self.before.append(self._step(self.loss, see))
        if not (jit_compile or pays) or (asked is None and not many):
            return None
        if asked is not None and not asked.still(self.loss):  # also what two steps bring back
            asked = None
        found, optimizer._spent = None, 0.0
        for _ in range(min(ATTEMPTS, self.left)):
            found = self._traced(self.loss)
            if not (found.obstacle and found.unfinished):
                break
        if found is None or not self.left or not _can_be(optimizer, found):
            return None
        if asked is None or not asked.still(self.loss):
            asked = None
            if not jit_compile and not _is_known(optimizer, self.loss, found):
                answer, same = _again(optimizer, self._step, self.loss, found)
                self.before.append(answer)
                if not same or not self.left:
                    return None
        return self._made(asked, found)

    def _made(self, asked: Asked | None, found: Trace) -> _Ready | None:
        """The loop that is made of a step, with data as inputs where its text was met with other data."""
        if asked is not None and asked.way in (FIXED, OPENED):
            opened = self._opened(found)
            if opened is not None:
                return opened
            self.loops.note(self.loss, CLOSED)
            asked = self.loops.ask(self.loss, self.wanted)
            if asked is not None:
                asked.freeze()
        ready = self._ready(found, [])
        if ready is not None and asked is not None:
            self.loops.keep(asked, ready.loop)
            if asked.way != CLOSED:
                self.loops.note(self.loss, FIXED)
        return ready

    def _ready(self, found: Trace, data: list[Any]) -> _Ready | None:
        """The loop of a step, if any are left to take."""
        loop = _compiled(self.optimizer, found) if self.left else None
        cells = None if loop is None else loop.cells()
        return None if loop is None or cells is None else _Ready(loop, cells, data)

    def _opened(self, fixed: Trace) -> _Ready | None:
        """A loop with data as inputs; None where data decides in Python, or there is none."""
        asked = self.loops.ask_open(self.loss, self.wanted)
        if asked is None:
            return None
        if asked.loop is not None:
            return _Ready(*asked.loop, asked.data)
        remade = asked.function is not self.loss
        if not self.left or (remade and asked.kind.branches_by_type):
            return None
        asked.freeze()
        found = (
            self._remade(asked, fixed) if remade else self._traced(self.loss, asked.kind.tensors)
        )
        ready = None if found is None or found.obstacle else self._ready(found, asked.data)
        if ready is not None:
            self.loops.keep(asked, ready.loop)
            self.loops.note(self.loss, OPENED)
        return ready

    def _remade(self, asked: Asked, fixed: Trace) -> Trace | None:
        """A step of the function with Tensors in place of arrays; None, and no step, where it is another."""
        before, count = _Before(self.optimizer, fixed), len(self.before)
        try:
            found: Trace | None = self._traced(asked.function, asked.kind.tensors)
        except Exception:  # noqa: BLE001 # what an array can and a Tensor cannot: the function itself goes on
            found = None
        if found and found.obstacle is None and same_with(found, asked.data, fixed):
            return found
        del self.before[count:]
        before.restore()
        return None


class _Ready(NamedTuple):
    """A loop, where its values are read and go, and its data."""

    loop: NativeLoop
    cells: list[Any]
    data: list[Any]


class _Before:
    """What a step changes, as it is when this is made.

    Args:
        optimizer: what takes the step.
        step: such a step, written down.
    """

    def __init__(self, optimizer: Any, step: Trace) -> None:
        self._optimizer, self._states = optimizer, dict(optimizer._states)
        self._taken = optimizer._taken.number
        self._arrays = [(cell, cell.array) for cell in step.written if isinstance(cell, Handle)]

    def restore(self) -> None:
        """Let everything be as it was."""
        self._optimizer._states.clear()
        self._optimizer._states.update(self._states)
        self._optimizer._taken.number = self._taken
        for cell, array in self._arrays:
            cell.array = array


def _pays(optimizer: Any, tape: Any, steps: int, many: bool) -> bool:
    """Whether steps like the one that was recorded take longer as Python than machine code takes to make.

    Where many steps come at once, all that were taken count; where few come, those since machine code was
    made the last time: or calls that are never remembered would make some each time.
    """
    optimizer._count(steps)(tape)
    enough = cost_of_code(NODES_OF_AN_OP * len(tape._recording.events))
    return bool((optimizer._work if many else optimizer._spent) >= enough)


def _written_down(step: Callable[..., Any], loss: Any, tensors: Any = ()) -> tuple[Any, Trace]:
    """A step's loss and its trace, in which all that is set is read too: so it goes from round to round."""
    answer, found = trace(step, (loss,), {}, tensors)
    read = {id(cell) for cell in found.cells}
    unread = tuple([cell for cell in found.written if id(cell) not in read])
    for cell in unread:
        array = np.asarray(cell.array)
        found.graph.input(array.shape, array.dtype)
    return answer, found._replace(cells=(*found.cells, *unread))


def _can_be(optimizer: Any, found: Trace) -> bool:
    """Whether a step can become a loop; if not, the optimizer is told why."""
    if found.obstacle is not None:
        optimizer.why_not_compiled = str(found.obstacle)
    elif optimizer._schedule is not None:
        optimizer.why_not_compiled = "the learning rate is a schedule, which Python is asked for"
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
    answer, again = _written_down(step, loss)
    changed = state.changed()
    if changed:
        why = f"{changed} changes from step to step"
    elif _told(again) != _told(found):
        why = "it does not compute the same at each step"
    else:
        return answer, True
    site = site_of(loss)
    where = place(site) if site else "the loss"
    optimizer.why_not_compiled = f"{where}: {why}; jit_compile=True says that it does not matter"
    optimizer._last = 0
    return answer, False


def _told(found: Trace) -> tuple[Any, ...]:
    """All that two traces of one step have in common."""
    return found.graph.nodes, found.graph.outputs, found.named_cells(), found.obstacle


def _compiled(optimizer: Any, found: Trace) -> NativeLoop | None:
    """The loop, or None; the optimizer is told why."""
    try:
        return NativeLoop(found)
    except ImportError:
        optimizer.why_not_compiled = "llvmlite is not installed: pip install llvmlite"
    except Exception as error:  # noqa: BLE001 # the steps themselves are right, and still there
        optimizer.why_not_compiled = f"machine code could not be made: {error}"
    return None
