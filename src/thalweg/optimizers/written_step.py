"""What does an optimizer's step look like, written down beside a function that is traced?

The pure `update` is a formula in NumPy's functions: with Symbols in place of arrays it writes its nodes
into the graph. What the optimizer remembers from step to step are Variables (`kept`): read before each call
of the machine code, and set after it, so that compiled and plain steps may follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Trainable
from thalweg.graph.symbol import Symbol, Unwritten
from thalweg.values.tensor import Tensor

__all__ = ["apply_traced"]


class Schedule:
    """The rate of the next step, which a schedule is asked for before each call."""

    __slots__ = ("optimizer",)

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    @property
    def array(self) -> Any:
        """Its value."""
        return np.float64(self.optimizer._rate())


def apply_traced(optimizer: Any, pairs: list[tuple[Any, Any]], tracer: Any) -> Any:
    """Take a step, and write down what it does.

    Args:
        optimizer: what moves.
        pairs: gradients and Variables; no gradient is None.
        tracer: who writes.

    Returns:
        The number of steps taken: a Tensor where it is written down, else an int.
    """
    nodes: list[tuple[Any, int]] = []
    if tracer.graph is None:
        tracer.refuse(f"a step of {type(optimizer).__name__} inside a loop or branch")
        return optimizer._move(pairs)
    if optimizer.clipnorm or optimizer.clipvalue or optimizer.global_clipnorm:
        tracer.refuse(
            f"{type(optimizer).__name__} clips gradients, which is done step by step in Python"
        )
    elif any(getattr(variable, "constraint", None) is not None for _, variable in pairs):
        tracer.refuse("a Variable has a constraint, which is applied step by step in Python")
    elif all(isinstance(variable, Trainable) for _, variable in pairs):
        nodes = _write_step(optimizer, pairs, tracer)
    taken = optimizer._move(pairs)
    for one, node in nodes:
        tracer.write(one.key, one, node)
    return _number_of_steps(optimizer, taken, tracer) if nodes else taken


def _write_step(
    optimizer: Any, pairs: Sequence[tuple[Any, Any]], tracer: Any
) -> list[tuple[Any, int]]:
    """Write the nodes of one step; what it reads become the tracer's cells.

    Args:
        optimizer: whose `init` and `update`.
        pairs: gradients and Variables, checked already.
        tracer: where the nodes go.

    Returns:
        What the step sets, each with the node of its new value; to be told when it is set.
    """
    graph, count = tracer.graph, optimizer._taken
    if optimizer._schedule is not None and count.key in tracer.written:
        tracer.refuse("a schedule is asked for the rate once a call, and here are several steps")
        return []
    tracer.assume(optimizer.settings)
    found: dict[int, tuple[Any, int]] = {}

    def value(kept: Any) -> Symbol:
        """What a Variable holds at this place of the step."""
        return Symbol(graph, found[kept.key][1] if kept.key in found else _cell(tracer, kept))

    if optimizer._schedule is None:
        rate = value(optimizer._rate_now)
    else:
        rate = Symbol(graph, tracer.cell(("rate", id(optimizer)), Schedule(optimizer)))
    try:
        for grad, variable in pairs:
            tracer.read(variable)
            # A Variable that comes in several pairs moves by each, one after the other.
            now = found.get(variable.key)
            params = Symbol(graph, tracer.node_of(variable) if now is None else now[1])
            g = Symbol(graph, tracer.node_of(grad)).astype(params.dtype)
            optimizer.build([variable])
            parts = optimizer._states.parts[variable.key]
            symbols = {field: value(part) for field, part in parts.items()}
            if optimizer.weight_decay is not None:
                params = params - params * (rate * optimizer.weight_decay).astype(params.dtype)
            state = optimizer._states[variable.key]._replace(**symbols)
            new, after = optimizer.update(g, state, params, rate)
            found[variable.key] = variable, new.astype(params.dtype).number
            for field, part in parts.items():
                found[part.key] = part, getattr(after, field).number
    except Unwritten as error:
        tracer.refuse(f"{type(optimizer).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 # the step itself will say what is wrong
        tracer.refuse(f"{type(optimizer).__name__}: it cannot be written down ({error})")
    found[count.key] = count, (value(count) + 1).number
    return [*found.values()]


def _cell(tracer: Any, kept: Any) -> int:
    """The node of what an optimizer keeps; its memory may just have been made."""
    node: int = tracer.cell(kept.key, kept)
    tracer.know(kept, node)
    return node


def _number_of_steps(optimizer: Any, taken: int, tracer: Any) -> Any:
    """How many steps were taken, as a Tensor that is counted anew at each call of the machine code."""
    count = Symbol(tracer.graph, _cell(tracer, optimizer._taken))
    answer = Tensor(np.int32(taken))
    tracer.know(answer, count.astype(np.int32).number)
    return answer
