"""What does a function do to the values that it is given, written down while it runs once?"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, Site, set_recorders, tick
from thalweg.core.trees import map_leaves
from thalweg.graph.graph import Graph
from thalweg.graph.tracer import Obstacle, Tracer
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor

__all__ = ["Trace", "arranged", "in_place_of", "site_of", "trace"]


class Trace(NamedTuple):
    """One call, written down.

    Attributes:
        graph: its inputs are the Tensors given, then what the cells hold; its outputs are the Tensors
            answered, then what the cells written to hold from then on.
        cells: Variables and other things with an `array` that are read.
        written: those that are written to, in the order of the last outputs.
        answer: the call's answer, with places of outputs in place of Tensors.
        obstacle: why it cannot be written down, and where; None where it can.
        assumed: what must stay so for the trace to hold: functions to ask, and what they answered.
        unfinished: whether another call may well be written down: this one made Variables.
    """

    graph: Graph
    cells: tuple[Any, ...]
    written: tuple[Any, ...]
    answer: Any
    obstacle: Obstacle | None
    assumed: tuple[tuple[Callable[[], Any], Any], ...]
    unfinished: bool

    def holds(self) -> bool:
        """Whether Python's own settings are still those that were written down."""
        return all([ask() == answered for ask, answered in self.assumed])

    @property
    def answers(self) -> int:
        """How many outputs are answers."""
        return len(self.graph.outputs) - len(self.written)

    def states(self) -> dict[int, int]:
        """For each input that is a cell and written to: the place of the output that it becomes."""
        given = len(self.graph.inputs) - len(self.cells)
        places = {id(cell): given + place for place, cell in enumerate(self.cells)}
        return {
            places[id(cell)]: self.answers + place
            for place, cell in enumerate(self.written)
            if id(cell) in places
        }

    def named_cells(self) -> list[tuple[type, Any]]:
        """What tells cells apart, those that are read before those that are set."""
        return [(type(cell), getattr(cell, "key", None)) for cell in (*self.cells, *self.written)]


class _Place(int):
    """The place of an output, told apart from a number that a function answers with."""


def site_of(function: Any) -> Site | None:
    """Where a function's text begins; None of what Python did not compile."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return None if code is None else (code, 0)


def trace(
    function: Callable[..., Any],
    args: Sequence[Any],
    named: dict[str, Any],
    tensors: Sequence[Any],
    site: Site | None = None,
) -> tuple[Any, Trace]:
    """Call a function and write down what it does.

    Args:
        function: what to call.
        args: its arguments.
        named: likewise, by name.
        tensors: those Tensors among the arguments that stand for any of their shape and dtype.
        site: the line to name where the answer cannot be written down.

    Returns:
        The call's own answer, and the trace.
    """
    tracer, before = Tracer(), STATE.recorders
    for one in tensors:
        tracer.given(one.array, one.key)
    set_recorders((*before, tracer))
    try:
        answer = function(*args, **named)
        shape = _with_places(answer, tracer, site)
    finally:
        set_recorders(before)
    graph = tracer.graph
    graph.outputs += [node for _, node in tracer.written.values()]
    graph.loops.clear()  # what it says of loops holds a turn's values
    return answer, Trace(
        graph,
        tuple([cell for cell, _ in tracer.cells.values()]),
        tuple([cell for cell, _ in tracer.written.values()]),
        shape,
        tracer.obstacles[0] if tracer.obstacles else None,
        tuple(tracer.assumed),
        tracer.unfinished,
    )


def _with_places(answer: Any, tracer: Tracer, site: Site | None) -> Any:
    """An answer with places of outputs in place of what is computed."""

    def settled(leaf: Any) -> Any:
        if isinstance(leaf, Trainable):
            tracer.read(leaf)
        elif isinstance(leaf, str | bytes | type(None) | type | np.dtype | range | slice):
            return leaf
        elif not isinstance(leaf, Handle | np.ndarray | np.generic | bool | int | float | complex):
            # It may hold what was computed, and would hold that of this call for ever.
            tracer.refuse(
                f"an answer that is a {type(leaf).__name__}, no Tensor and no nesting", site
            )
            return leaf
        value: Any = leaf if isinstance(leaf, Handle) else Tensor(as_array(leaf))
        if value.array.dtype.kind not in "biuf":
            tracer.refuse(f"an answer of {value.array.dtype.name} has no machine code", site)
            return leaf
        node = tracer.answer(value, site)
        if node is None:
            return leaf
        tracer.graph.outputs.append(node)
        return _Place(len(tracer.graph.outputs) - 1)

    if tracer.obstacles:
        return answer
    return map_leaves(settled, answer)


def arranged(places: Any, count: int) -> Callable[[tuple[Any, ...]], Any] | None:
    """What makes a trace's answer of all outputs, which come as Tensors; None where that is their tuple."""
    if type(places) is _Place:
        return operator.itemgetter(int(places))
    kinds = {*map(type, places)} if type(places) in (list, tuple) else set()
    if kinds == {_Place} and [*places] == [*range(count)]:
        return list if type(places) is list else None

    def arrange(made: tuple[Any, ...]) -> Any:
        return map_leaves(lambda leaf: made[leaf] if type(leaf) is _Place else leaf, places)

    return arrange


def in_place_of(places: Any, arrays: Sequence[Any]) -> Any:
    """An answer with Tensors where a trace has places of outputs."""
    if type(places) is _Place:
        return _tensor(arrays[places])
    if type(places) in (list, tuple) and all([type(one) is _Place for one in places]):
        return type(places)([_tensor(arrays[one]) for one in places])
    return map_leaves(lambda leaf: _tensor(arrays[leaf]) if type(leaf) is _Place else leaf, places)


def _tensor(array: Any) -> Tensor:
    made = Tensor.__new__(Tensor)
    made.array = array if array.ndim else array[()]
    made.key = tick()
    return made
