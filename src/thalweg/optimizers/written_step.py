"""What does an optimizer's step look like, written down beside a function that is traced?

The pure `update` is a formula in NumPy's functions: with Symbols in place of arrays it writes its nodes
into the graph. What the optimizer remembers from step to step are cells: read before each call of the
machine code, and set after it, so that compiled and plain steps may follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.graph.symbol import Symbol, Unwritten
from thalweg.values.tensor import Tensor

__all__ = ["number_of_steps", "write_step"]


class Slot:
    """One field of the state that an optimizer keeps for a Variable."""

    __slots__ = ("field", "key", "states")

    def __init__(self, states: dict[int, Any], key: int, field: str) -> None:
        self.states, self.key, self.field = states, key, field

    @property
    def array(self) -> Any:
        """Its value; a count as a float64, which holds every count."""
        value = getattr(self.states[self.key], self.field)
        return np.float64(value) if type(value) is int else value

    @array.setter
    def array(self, value: Any) -> None:
        state = self.states[self.key]
        counts = type(getattr(state, self.field)) is int
        self.states[self.key] = state._replace(**{self.field: int(value) if counts else value})


class Rate:
    """The rate of the next step; a schedule is asked before each call."""

    __slots__ = ("optimizer",)

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    @property
    def array(self) -> Any:
        """Its value."""
        return np.float64(self.optimizer._rate())


class Steps:
    """How many steps an optimizer has taken."""

    __slots__ = ("optimizer",)

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    @property
    def array(self) -> Any:
        """The number."""
        return np.int64(self.optimizer._iterations)

    @array.setter
    def array(self, value: Any) -> None:
        self.optimizer._iterations = int(value)


def write_step(optimizer: Any, pairs: Sequence[tuple[Any, Any]], tracer: Any) -> dict[int, int]:
    """Write the nodes of one step; what it reads and keeps become the tracer's cells.

    Args:
        optimizer: whose `init` and `update`.
        pairs: gradients and Variables, checked already.
        tracer: where the nodes go.

    Returns:
        The node of each Variable's new value, by the Variable's key.
    """
    graph, states, mine = tracer.graph, optimizer._states, id(optimizer)
    if callable(optimizer._learning_rate) and ("steps", mine) in tracer.written:
        tracer.refuse("a schedule is asked for the rate once a call, and here are several steps")
        return {}
    tracer.assume(optimizer.settings)
    rate = Symbol(graph, tracer.cell(("rate", mine), Rate(optimizer)))
    found: dict[int, int] = {}
    made: dict[tuple[int, str], Slot] = {}
    try:
        for grad, variable in pairs:
            tracer.read(variable)
            # A Variable that comes in several pairs moves by each, one after the other.
            params = Symbol(graph, found.get(variable.key, tracer.node_of(variable)))
            g = Symbol(graph, tracer.node_of(grad)).astype(params.dtype)
            if variable.key not in states:
                states[variable.key] = optimizer.init(variable.array)
            state = states[variable.key]
            slots = {
                field: made.setdefault((variable.key, field), Slot(states, variable.key, field))
                for field in state._fields
                if getattr(state, field) is not None
            }
            keys = {field: (field, mine, variable.key) for field in slots}
            symbols = {
                field: Symbol(graph, tracer.cell(keys[field], slots[field])) for field in slots
            }
            if optimizer.weight_decay is not None:
                params = params - params * (rate * optimizer.weight_decay).astype(params.dtype)
            new, after = optimizer.update(g, state._replace(**symbols), params, rate)
            found[variable.key] = new.astype(params.dtype).number
            for field, slot in slots.items():
                kept = getattr(after, field)
                if kept.number != symbols[field].number or symbols[field] is kept:
                    tracer.write(keys[field], slot, kept.number)
    except Unwritten as error:
        tracer.refuse(f"{type(optimizer).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 # the step itself will say what is wrong
        tracer.refuse(f"{type(optimizer).__name__}: it cannot be written down ({error})")
    steps = Steps(optimizer)
    count = Symbol(graph, tracer.cell(("steps", mine), steps))
    tracer.write(("steps", mine), steps, (count + 1).number)
    return found


def number_of_steps(optimizer: Any, taken: int, tracer: Any) -> Any:
    """How many steps were taken, as a Tensor that is counted anew at each call of the machine code."""
    count = Symbol(tracer.graph, tracer.cell(("steps", id(optimizer)), Steps(optimizer)))
    answer = Tensor(np.int32(taken))
    tracer.know(answer, count.astype(np.int32).number)
    return answer
