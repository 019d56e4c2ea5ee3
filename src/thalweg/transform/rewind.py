"""The way back through a loop of which a few states are kept: what lies between is computed again.

The schedule is binomial, which computes the fewest turns again (`graph.schedule`). For its own derivative
the way back is the plain one, which keeps every turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.long_loop import computed, is_long
from thalweg.transform.loop import HERE, Loop, Walk, again, apart, shown
from thalweg.transform.script import Script, floats

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph
    from thalweg.graph.symbol import Symbol

__all__ = ["Rewind"]


class Rewind:
    """The way back; inputs and answers stand in the order that `graph.control` tells.

    Args:
        loop: the loop, of a known number of turns.
        body: one of its turns, without stacks.
        back: one turn of the way back.
        carried: how many of what `back` takes are carried.
        own_rows: how many of the rows are not the loop's.
    """

    variadic = False
    several = True
    severs = ""
    elementwise = False
    parameters: ClassVar[dict[str, Any]] = {}

    def __init__(
        self, loop: Loop, turns: int, body: Script, back: Script, carried: int, own_rows: int
    ) -> None:
        self.name = f"gradient of {loop.name}"
        self.loop, self.turns, self.body, self.back = loop, turns, body, back
        self.carried, self.own_rows = carried, own_rows
        self.root = self

    def extends(self, other: Any) -> bool:
        """It is not run again for more answers."""
        return False

    @property
    def _attributes(self) -> tuple[Any, ...]:
        loop = self.loop
        return (self.body, self.back, self.turns, loop.checkpoint, loop.carried, loop.rows,
                self.own_rows, self.carried, loop.backward)  # fmt: skip

    def run(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The answers as Tensors, shown to whoever records."""
        with np.errstate(all="ignore"):
            made = self.kernel(*[one.array for one in operands])
        return shown(self, operands, made)

    def call_of(self, keys: Any, values: Any, out: Any) -> Walk:
        """The call again, for a recorder that sees it later."""
        return again(self, keys, values, out)

    def kernel(self, *arrays: Any) -> tuple[Any, ...]:
        """The answers as arrays; where values are of no account, after one turn."""
        turns, backward = self.turns, self.loop.backward
        if not HERE.once and is_long(turns, len(self.back.calls)):
            made = computed(self._written, arrays)
            if made is not None:
                return made
        from thalweg.graph.control import parts_of_rewind
        from thalweg.graph.schedule import GO, KEEP, TAKE, actions

        state, cut, own, still, carry = parts_of_rewind(arrays, self._attributes)
        examples = [self.back.values[at] for at in self.back.outputs[self.carried :]]
        stacks = [np.zeros((turns, *np.shape(one)), np.asarray(one).dtype) for one in examples]
        slots: dict[int, Any] = {}
        steps: Any = (
            [(-1, turns - 1, 0)] if HERE.once else actions(turns, self.loop.checkpoint or 1)
        )
        for what, first, second in steps:
            if what == KEEP:
                slots[first] = state
            elif what == TAKE:
                state = slots[first]
            elif what == GO:
                for turn in range(first, second):
                    row = turns - 1 - turn if backward else turn
                    state = self.body.compute([*state, *[one[row] for one in cut], *still])
            else:
                row = turns - 1 - first if backward else first
                rows = [one[row] for one in (*cut, *own)]
                found = self.back.compute([*carry, *state, *rows, *still])
                carry = found[: self.carried]
                for stack, part in zip(stacks, found[self.carried :], strict=True):
                    stack[row] = part
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
        self, operands: Sequence[Any], out: Any, followed: tuple[int, ...], arrived: Sequence[Any]
    ) -> dict[int, Any]:
        """The gradients of inputs, by their places."""
        mine = apart(operands)
        sources = [mine[at] for at in followed]
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(sources)
            answers = self.plainly(mine)
        targets = [(one, g) for one, g in zip(answers, arrived, strict=True) if g is not None]
        grads = tape.gradient(
            [one for one, _ in targets], sources, output_gradients=[g for _, g in targets]
        )
        return {at: g for at, g in zip(followed, grads, strict=True) if g is not None}

    def tangents(self, operands: Sequence[Any], out: Any, tangents: Sequence[Any]) -> list[Any]:
        """The tangent of each answer, or None."""
        mine = apart(operands)
        moving = [(one, t) for one, t in zip(mine, tangents, strict=True) if t is not None]
        with ForwardAccumulator([one for one, _ in moving], [t for _, t in moving]) as accumulator:
            answers = self.plainly(mine)
        return [accumulator.jvp(one) if floats(one.array) else None for one in answers]
