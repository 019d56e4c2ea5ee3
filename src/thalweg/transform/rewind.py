"""The way back through a loop of which a few states are kept: what lies between is computed again.

The schedule is binomial, which computes the fewest turns again (`graph.schedule`). For its own derivative
the way back is the plain one, which keeps every turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.transform.call_by_call import gradients_by_tape, tangents_by_accumulator
from thalweg.transform.long_loop import computed, is_long
from thalweg.transform.loop import HERE, Loop
from thalweg.transform.made_row import MadeRow
from thalweg.transform.script import Script

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph
    from thalweg.graph.symbol import Symbol

__all__ = ["Rewind"]


class Rewind(MadeRow):
    """The way back; inputs and answers stand in the order that `graph.control` tells.

    Args:
        loop: the loop, of a known number of turns.
        body: one of its turns, without stacks.
        back: one turn of the way back.
        carried: how many of what `back` takes are carried.
        own_rows: how many of the rows are not the loop's.
    """

    def __init__(
        self, loop: Loop, turns: int, body: Script, back: Script, carried: int, own_rows: int
    ) -> None:
        super().__init__(f"gradient of {loop.name}")
        self.loop, self.turns, self.body, self.back = loop, turns, body, back
        self.carried, self.own_rows = carried, own_rows

    @property
    def _attributes(self) -> tuple[Any, ...]:
        loop = self.loop
        return (self.body, self.back, self.turns, loop.checkpoint, loop.carried, loop.rows,
                self.own_rows, self.carried, loop.backward)  # fmt: skip

    def kernel(self, *arrays: Any) -> tuple[Any, ...]:
        """The answers as arrays; where values are of no account, after one turn."""
        turns, backward = self.turns, self.loop.backward
        if not HERE.once and is_long(turns, len(self.back.calls)):
            made = computed(self._written, arrays)
            if made is not None:
                return made
        from thalweg.graph.control import parts_of_rewind
        from thalweg.graph.schedule import BACK, actions, go_back

        parts = parts_of_rewind(arrays, self._attributes)
        examples = [self.back.values[at] for at in self.back.outputs[self.carried :]]
        stacks = [np.zeros((turns, *np.shape(one)), np.asarray(one).dtype) for one in examples]
        last = [(BACK, turns - 1, 0)]
        steps = last if HERE.once else actions(turns, self.loop.checkpoint or 1)
        rows = range(turns)[::-1] if backward else range(turns)
        carry = go_back(steps, rows, parts, self.body.compute, self.back.compute, stacks)
        return (*carry, *stacks)

    def _written(self, graph: Graph, numbers: tuple[int, ...]) -> tuple[int, list[int]]:
        from thalweg.graph.control import parts_of_rewind
        from thalweg.graph.graph import Graph

        nodes = [graph.nodes[number] for number in numbers]
        start, cut, own, still, carry = parts_of_rewind(nodes, self._attributes)
        held = []
        takes = ((self.body, (start,), (cut,)), (self.back, (carry, start), (cut, own)))
        for script, whole, rows in takes:
            inner = Graph()
            inside = [inner.input(one.shape, one.dtype) for some in whole for one in some]
            inside += [inner.input(one.shape[1:], one.dtype) for some in rows for one in some]
            inside += [inner.input(one.shape, one.dtype) for one in still]
            inner.outputs = script.write(inner, inside)
            held.append(inner.frozen())
        number = graph.add("rewind", numbers, *held, *self._attributes[2:])
        return number, list(range(len(self.back.outputs)))

    def native(self, *symbols: Symbol) -> tuple[Symbol, ...]:
        """Write it into the graph of the symbols."""
        from thalweg.graph.symbol import Symbol

        graph = symbols[0].graph
        number, places = self._written(graph, tuple([one.number for one in symbols]))
        return tuple([Symbol(graph, graph.add("output", (number,), place)) for place in places])

    def plainly(self, operands: Sequence[Any]) -> list[Any]:
        """The same by two loops, of which the first keeps every state."""
        from thalweg.graph.control import parts_of_rewind

        start, cut, own, still, carry = parts_of_rewind(list(operands), self._attributes)
        states, rows = len(start), len(cut)
        body = self.body
        both = [*body.inputs[:states], *body.outputs]
        keeps = Script(body.values, body.constants, body.inputs, body.calls,
                       [*body.outputs, *both[:states]])  # fmt: skip
        backward = self.loop.backward
        first = Loop(self.loop.name, keeps, self.turns, states, rows, backward=backward)
        kept = first.run([*start, *cut, *still])[states:]
        back = Loop(self.name, self.back, self.turns, self.carried, states + rows + len(own),
                    backward=not backward)  # fmt: skip
        return list(back.run([*carry, *kept, *cut, *own, *still]))

    def gradients(
        self, operands: Sequence[Any], out: Sequence[Any], followed: tuple[int, ...],
        arrived: Sequence[Any],
    ) -> dict[int, Any]:  # fmt: skip
        """The gradients of inputs, by their places."""
        return gradients_by_tape(self.plainly, operands, followed, arrived)

    def tangents(
        self, operands: Sequence[Any], out: Sequence[Any], tangents: Sequence[Any]
    ) -> Sequence[Any]:
        """The tangent of each answer, or None."""
        return tangents_by_accumulator(self.plainly, operands, tangents)
