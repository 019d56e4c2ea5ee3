"""What does one turn of a loop do, or one branch, written down while it runs once?"""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.recording import Site, caller_site
from thalweg.diff.reverse import known
from thalweg.transform import loop_forward, loop_reverse  # noqa: F401 # a loop's rules
from thalweg.transform.loop import of_no_account
from thalweg.transform.scribe import Scribe, Stopped
from thalweg.transform.script import Script
from thalweg.values.tensor import Tensor

__all__ = ["Turn", "closed", "written_turn"]


KEPT = (
    "a value of one turn of a loop, or of a branch, is kept outside of it; return it instead "
    "(tw.scan stacks what its turns return)"
)


class Turn(NamedTuple):
    """One turn, or a branch, under a Scribe.

    Attributes:
        scribe: who wrote it down.
        given: Tensors as those that it was given.
        inputs: their numbers.
        outputs: the numbers of what it answered with; empty where it could not be written down.
        answer: values as those that it answered, flat.
        why: why it could not be written down, and where; None where it could.
    """

    scribe: Scribe
    given: list[Any]
    inputs: list[int]
    outputs: list[int]
    answer: list[Any]
    why: tuple[str, Site] | None

    @property
    def fine(self) -> bool:
        """Whether it could be written down."""
        return self.why is None

    def let_go(self, go_on: Callable[[Sequence[Any]], None]) -> None:
        """Show whoever records what was given, by `go_on`, and then all that was done with it."""
        go_on(self.given)
        self.scribe.let_go(self.answer)


def written_turn(
    function: Callable[[list[Any]], list[Any]], arrays: Sequence[Any],
    go_on: Callable[[Sequence[Any]], None] | None = None,
) -> Turn:  # fmt: skip
    """Call a function of Tensors under a Scribe.

    Args:
        function: takes a list of Tensors and returns a flat list of values.
        arrays: what those Tensors hold.
        go_on: tells whoever records what those Tensors are, before they see what became of them. Without
            it the call is a trial: values are of no account, nothing may have an effect, and it stops
            where something would.

    Raises:
        Stopped: a trial that could not go on.
        Exception: what the function raises; whoever records has then seen all up to there.
    """
    scribe = Scribe(go_on is None)
    answer: list[Any] = []
    given: list[Any] = []
    try:
        with contextlib.ExitStack() as inside:
            inside.enter_context(np.errstate(all="ignore"))
            if go_on is None:
                inside.enter_context(of_no_account())
            inside.enter_context(scribe)
            given = [Tensor(one) for one in arrays]
            inputs = [scribe.given(one) for one in given]
            answer = function(list(given))
            outputs = [scribe.number_of(one) for one in answer]
    except Exception as error:
        if go_on is None:
            raise Stopped(f"a branch or a turn that is not taken raises: {error}") from None
        go_on(given)
        scribe.let_go(())
        raise
    # What is still there when all that is held here is gone is held by somebody else.
    watched = [weakref.ref(one) for one in given]
    given, answer = _as_they_are(given), _as_they_are(answer)
    why = scribe.obstacle
    if why is None and scribe.leaked(watched):
        gc.collect()  # what is held by a circle alone is held by nobody
        if scribe.leaked(watched):
            why = (KEPT, caller_site())
            if scribe.trial:
                raise Stopped(*why)
    if why is None and scribe.outer is not None:
        scribe.outer.inside(scribe.own_keys() | {one.key for one in given})
    return Turn(scribe, given, inputs, [] if why else outputs, answer, why)  # type: ignore[arg-type]  # numbers where fine


def _as_they_are(values: Sequence[Any]) -> list[Any]:
    """Tensors of the same arrays under the same keys; what is no Tensor as it is."""
    return [known(one.array, one.key) if type(one) is Tensor else one for one in values]


def closed(turns: Sequence[Turn]) -> tuple[list[Any], list[Script]]:
    """What some turns take from outside, each thing once; their scripts, which all take all of it."""
    handles: list[Any] = []
    places: dict[tuple[int, int], int] = {}
    for turn in turns:
        for handle, _ in turn.scribe.captured:
            if (handle.key, id(handle.array)) not in places:
                places[handle.key, id(handle.array)] = len(handles)
                handles.append(handle)
    scripts = []
    for turn in turns:
        taken = turn.scribe.captured
        mine = {places[handle.key, id(handle.array)]: number for handle, number in taken}
        script = turn.scribe.script(turn.inputs, turn.outputs)
        for place, handle in enumerate(handles):
            if place not in mine:
                script.values.append(handle.array)
                mine[place] = len(script.values) - 1
        order = [*turn.inputs, *[mine[place] for place in range(len(handles))]]
        calls, outputs = script.calls, script.outputs
        scripts.append(Script(script.values, script.constants, order, calls, outputs))
    return handles, scripts
