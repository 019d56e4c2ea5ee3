"""One of several branches as one call: what it computes, what it becomes in a graph, its derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.call_by_call import gradients_by_tape, refuse, tangents_by_accumulator
from thalweg.transform.loop import of_no_account
from thalweg.transform.made_row import MadeRow
from thalweg.transform.scribe import Scribe
from thalweg.transform.script import Script, floats
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.graph.symbol import Symbol

__all__ = ["Choice"]


class Choice(MadeRow):
    """Branches, of which the one runs whose number the first input is; False is 0 and True is 1.

    Args:
        name: what the user called, for messages.
        branches: each takes the same values and answers alike.
    """

    def __init__(self, name: str, branches: Sequence[Script]) -> None:
        super().__init__(name)
        self.branches = tuple(branches)
        self.derived: dict[Any, Any] = {}

    def chosen(self, which: Any) -> Script:
        """The branch of a number; numbers beyond the ends choose the nearest."""
        return self.branches[min(max(int(which), 0), len(self.branches) - 1)]

    def kernel(self, which: Any, *arrays: Any) -> tuple[Any, ...]:
        """The answers as arrays."""
        return tuple(self.chosen(which).compute(arrays))

    def native(self, *symbols: Symbol) -> tuple[Symbol, ...]:
        """Write the choice into the graph of the symbols; constants become constants inside."""
        from thalweg.graph.graph import Graph
        from thalweg.graph.symbol import Symbol

        which, *rest = symbols
        graph = which.graph
        nodes = [graph.nodes[one.number] for one in rest]
        given = [one.number for one, node in zip(rest, nodes, strict=True) if node.op != "constant"]
        held = []
        for branch in self.branches:
            inner = Graph()
            inside = [
                inner.add("constant", (), *node.attributes) if node.op == "constant"
                else inner.input(node.shape, node.dtype)
                for node in nodes
            ]  # fmt: skip
            inner.outputs = branch.write(inner, inside)
            held.append(inner.frozen())
        number = graph.add("choose", [which.number, *given], tuple(held))
        count = len(self.branches[0].outputs)
        return tuple([Symbol(graph, graph.add("output", (number,), at)) for at in range(count)])

    def gradients(
        self, operands: Sequence[Any], out: Sequence[Any], followed: tuple[int, ...],
        arrived: Sequence[Any],
    ) -> dict[int, Any]:  # fmt: skip
        """The gradients of inputs, by their places: those of the branch that runs."""
        places = tuple([at - 1 for at in followed if at])
        came = tuple([at for at, one in enumerate(arrived) if one is not None])
        key = ("gradient", places, came)
        if key not in self.derived:
            self.derived[key] = [_pulled(one, places, came) for one in self.branches]
        found = self.derived[key]
        why = next((one for one in found if not isinstance(one, Script)), None)
        if why is not None:
            refuse(why)
            return gradients_by_tape(self._replayed, operands, followed, arrived)
        choice = Choice(f"gradient of {self.name}", found)
        made = choice.run([*operands, *[arrived[at] for at in came]])
        return {1 + at: one for at, one in zip(places, made, strict=True)}

    def tangents(
        self, operands: Sequence[Any], out: Sequence[Any], tangents: Sequence[Any]
    ) -> Sequence[Any]:
        """The tangent of each answer, or None where it is no float."""
        places = tuple([at - 1 for at, one in enumerate(tangents) if at and one is not None])
        key = ("tangent", places)
        if key not in self.derived:
            self.derived[key] = [_pushed(one, places) for one in self.branches]
        found = self.derived[key]
        why = next((one for one in found if not isinstance(one, Script)), None)
        if why is not None:
            refuse(why)
            return tangents_by_accumulator(self._replayed, operands, [None, *tangents[1:]])
        moving = [tangents[1 + at] for at in places]
        made = iter(Choice(f"tangent of {self.name}", found).run([*operands, *moving]))
        return [next(made) if floats(one.array) else None for one in out]

    def _replayed(self, operands: Sequence[Any]) -> list[Any]:
        """The answers as Tensors, each call of the branch that runs shown by itself."""
        return self.chosen(operands[0].array).replay(operands[1:])


def _zeros(like: Any) -> Any:
    return Tensor(np.zeros_like(like.array)[()])


def _pulled(branch: Script, places: Sequence[int], came: Sequence[int]) -> Any:
    """A branch's gradient: it takes what the branch takes, then cotangents. Or why there is none."""
    with of_no_account(), np.errstate(all="ignore"), Scribe(trial=False) as scribe:
        ins = [Tensor(one) for one in branch.examples()]
        numbers = [scribe.given(one) for one in ins]
        sources = [ins[at] for at in places]
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(sources)
            outs = branch.replay(ins)
        targets = [outs[at] for at in came]
        cotangents = [Tensor(np.ones_like(one.array)[()]) for one in targets]
        numbers += [scribe.given(one) for one in cotangents]
        grads = tape.gradient(targets, sources, output_gradients=cotangents)
        made = [
            scribe.number_of(_zeros(one) if grad is None else grad)
            for grad, one in zip(grads, sources, strict=True)
        ]
    return scribe.obstacle or scribe.script(numbers, made)  # type: ignore[arg-type]  # no obstacle: all are numbers


def _pushed(branch: Script, places: Sequence[int]) -> Any:
    """A branch's tangents: it takes what the branch takes, then tangents. Or why there are none."""
    with of_no_account(), np.errstate(all="ignore"), Scribe(trial=False) as scribe:
        ins = [Tensor(one) for one in branch.examples()]
        numbers = [scribe.given(one) for one in ins]
        moving = [Tensor(np.ones_like(ins[at].array)[()]) for at in places]
        numbers += [scribe.given(one) for one in moving]
        with ForwardAccumulator([ins[at] for at in places], moving) as accumulator:
            outs = branch.replay(ins)
        made = []
        for one in outs:
            if floats(one.array):
                tangent = accumulator.jvp(one)
                made.append(scribe.number_of(_zeros(one) if tangent is None else tangent))
    return scribe.obstacle or scribe.script(numbers, made)  # type: ignore[arg-type]  # the same
