"""A loop as one call: what it computes, and what it becomes in a graph."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from thalweg.ops.joining import concat, stack
from thalweg.ops.splitting import unstack
from thalweg.transform.long_loop import computed, is_long
from thalweg.transform.made_row import MadeRow
from thalweg.transform.script import Script
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph
    from thalweg.graph.symbol import Symbol

__all__ = ["HERE", "Loop", "of_no_account"]


class _Here(threading.local):
    """Whether values are of no account on this thread, so that one turn says all about shapes."""

    once = False


HERE = _Here()


class of_no_account:  # noqa: N801 # reads as a word after `with`
    """Values are examples inside: loops take one turn."""

    def __enter__(self) -> None:
        self.before, HERE.once = HERE.once, True

    def __exit__(self, *exception: object) -> None:
        HERE.once = self.before


class Loop(MadeRow):
    """A loop; its inputs and answers stand in the order that `graph.control` tells.

    Args:
        name: what the user called, for messages.
        body: one turn.
        turns: how many; with a condition the most, -1 for any number.
        carried: how many of the body's inputs are carried.
        rows: how many are cut into rows.
        condition: whether to go on, of what is carried and what stays.
        backward: whether rows are taken and made from the last to the first.
        counted: whether the first input is the number of turns.
        root: the loop that this one gives more answers of.
        checkpoint: how many states are kept for the way back; None keeps what it needs of every turn.
    """

    rules: ClassVar[dict[str, Callable[..., Any]]] = {}
    """How gradients and tangents are computed: by loops again, so that is told from above."""

    def __init__(
        self, name: str, body: Script, turns: int, carried: int, rows: int = 0, *,
        condition: Script | None = None, backward: bool = False, counted: bool = False,
        root: Loop | None = None, checkpoint: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, root)
        self.body, self.condition = body, condition
        self.turns, self.carried, self.rows = turns, carried, rows
        self.backward, self.counted = backward, counted
        self.checkpoint = checkpoint
        self.derived: dict[Any, Any] = {}

    def extends(self, other: Any) -> bool:
        """Whether this loop answers all that another of the same root does, and more."""
        mine, theirs = self.body.outputs, other.body.outputs
        return other is self.root and len(mine) >= len(theirs)

    @cached_property
    def weight(self) -> int:
        """How many calls a turn takes, those of loops inside with all their turns."""
        return sum([
            max(call.op.turns, 1) * call.op.weight if isinstance(call.op, Loop) else 1
            for call in self.body.calls
        ])  # fmt: skip

    @property
    def ends(self) -> int:
        """How many answers come before the stacks."""
        return self.carried + (self.condition is not None)

    def kernel(self, *arrays: Any) -> tuple[Any, ...]:
        """The answers as arrays; where values are of no account, after one turn."""
        if not HERE.once and is_long(self.turns, self.weight):
            made = computed(lambda graph, nodes: _write_loop(self, graph, nodes), arrays)
            if made is not None:
                return made
        count, start, cut, still = self._parts(arrays)
        whole = self._whole(count)
        limit = 1 if HERE.once else whole
        carry, stacks = list(start), self._room(len(self.body.outputs) - self.carried)
        turn, open_end = 0, self.turns < 0 and self.condition is not None
        while turn < limit or limit < 0:
            if self.condition is not None and not HERE.once:
                (goes_on,) = self.condition.compute([*carry, *still])
                if not goes_on:
                    break
            if open_end and is_long(turn, self.weight):
                open_end = False
                made = computed(
                    lambda graph, nodes: _write_loop(self, graph, nodes), [*carry, *still]
                )
                if made is not None:
                    return (*made[: self.carried], made[self.carried] + turn)
            row = whole - 1 - turn if self.backward else turn
            found = self.body.compute([*carry, *[one[row] for one in cut], *still])
            carry = found[: self.carried]
            for rows, part in zip(stacks, found[self.carried :], strict=True):
                rows[row] = part
            turn += 1
        end = [] if self.condition is None else [np.int64(turn)]
        return (*carry, *end, *stacks)

    def unrolled(self, operands: Sequence[Any]) -> list[Any]:
        """The answers as Tensors, each call of each turn shown by itself."""
        count, start, cut, still = self._parts(list(operands))
        whole = self._whole(None if count is None else count.array)
        carry, columns = list(start), [unstack.eager(one) for one in cut]
        turn, met = 0, []
        while turn < whole or whole < 0:
            if self.condition is not None:
                (goes_on,) = self.condition.replay([*carry, *still])
                if not goes_on.array:
                    break
            row = whole - 1 - turn if self.backward else turn
            made = self.body.replay([*carry, *[one[row] for one in columns], *still])
            carry = made[: self.carried]
            met.append(made[self.carried :])
            turn += 1
        end = [] if self.condition is None else [Tensor(np.int64(turn))]
        stacks = [
            stack.eager(list(one))
            for one in zip(*(met[::-1] if self.backward else met), strict=True)
        ]
        if turn < self.turns:
            stacks = [_padded(one, self.turns - turn) for one in stacks]
        return [*carry, *end, *stacks]

    def _parts(self, given: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
        from thalweg.graph.control import parts_of_loop

        attributes = (None, None, None, self.carried, self.rows, None, self.counted)
        return parts_of_loop(given, attributes)

    def _whole(self, count: Any) -> int:
        """How many turns there are at most; -1 for any number."""
        if count is None:
            return self.turns
        whole = max(int(count), 0)
        return min(whole, self.turns) if self.turns >= 0 else whole

    def _room(self, count: int) -> list[Any]:
        examples = [self.body.values[at] for at in self.body.outputs[self.carried :]]
        return [np.zeros((max(self.turns, 0), *np.shape(one)), np.asarray(one).dtype)
                for one in examples[:count]]  # fmt: skip

    def native(self, *symbols: Symbol) -> tuple[Symbol, ...]:
        """Write the loop into the graph of the symbols, or more answers of one that is there."""
        from thalweg.graph.symbol import Symbol

        graph, numbers = symbols[0].graph, tuple([one.number for one in symbols])
        number, places = _write_loop(self, graph, numbers)
        return tuple([Symbol(graph, graph.add("output", (number,), place)) for place in places])

    def gradients(
        self, operands: Sequence[Any], out: Sequence[Any], followed: tuple[int, ...],
        arrived: Sequence[Any],
    ) -> dict[int, Any]:  # fmt: skip
        """The gradients of inputs, by their places: another loop's answers."""
        found: dict[int, Any] = self.rules["gradient"](self, operands, out, followed, arrived)
        return found

    def tangents(
        self, operands: Sequence[Any], out: Sequence[Any], tangents: Sequence[Any]
    ) -> Sequence[Any]:
        """The tangent of each answer, or None: another loop's answers."""
        found: Sequence[Any] = self.rules["tangent"](self, operands, tangents)
        return found


def _padded(rows: Any, count: int) -> Any:
    """Rows with rows of zeros behind them."""
    zeros = Tensor(np.zeros((count, *rows.array.shape[1:]), rows.array.dtype))
    return concat.eager([rows, zeros], 0)


def _write_loop(loop: Loop, graph: Graph, numbers: tuple[int, ...]) -> tuple[int, list[int]]:
    """The loop's node, and the places of its answers among the node's."""
    from thalweg.graph.graph import Graph
    from thalweg.graph.lowering import NotLowered

    if (loop.root, numbers) not in graph.loops:
        body, condition = Graph(), None if loop.condition is None else Graph()
        given, inside = _inputs(loop, graph, numbers, body)
        outputs = loop.body.write(body, inside)
        body.outputs = list(outputs)
        if condition is not None and loop.condition is not None:
            still = _still(loop, graph, numbers, condition)
            condition.outputs = loop.condition.write(condition, still)
        attributes = (body.frozen(), condition.frozen() if condition else None, loop.turns,
                      loop.carried, loop.rows, loop.backward, loop.counted)  # fmt: skip
        number = graph.add("loop", given, *attributes)
        graph.loops[loop.root, numbers] = (number, body, inside)
        if not isinstance(graph.loops.get(number), Graph):
            graph.loops[number] = body
            return number, _places(loop, outputs, body)
    number, _, inside = graph.loops[loop.root, numbers]
    body = graph.loops[number]
    outputs = loop.body.write(body, inside)
    if outputs[: loop.carried] != body.outputs[: loop.carried]:
        raise NotLowered("a loop that is run again is another one")
    known = body.outputs[loop.carried :]
    body.outputs += [made for made in dict.fromkeys(outputs[loop.carried :]) if made not in known]
    node = graph.nodes[number]
    graph.nodes[number] = node._replace(attributes=(body.frozen(), *node.attributes[1:]))
    return number, _places(loop, outputs, body)


def _places(loop: Loop, outputs: list[int], body: Graph) -> list[int]:
    """Where a loop's answers stand; of stacks that are alike the first is taken, whenever it is asked."""
    stacks = body.outputs[loop.carried :]
    return [*range(loop.ends), *[loop.ends + stacks.index(one) for one in outputs[loop.carried :]]]


def _inputs(
    loop: Loop, graph: Graph, numbers: tuple[int, ...], body: Graph
) -> tuple[list[int], list[int]]:
    """The node's inputs, and the body's nodes for its own: constants that stay become constants inside."""
    first = int(loop.counted)
    given, inside = list(numbers[:first]), []
    for place, number in enumerate(numbers[first:]):
        node = graph.nodes[number]
        if place >= loop.carried + loop.rows and node.op == "constant":
            inside.append(body.add("constant", (), *node.attributes))
            continue
        cut = loop.carried <= place < loop.carried + loop.rows
        given.append(number)
        inside.append(body.input(node.shape[1:] if cut else node.shape, node.dtype))
    return given, inside


def _still(loop: Loop, graph: Graph, numbers: tuple[int, ...], condition: Graph) -> list[int]:
    """The condition's nodes for what is carried and what stays."""
    inside = []
    for place, number in enumerate(numbers[int(loop.counted) :]):
        node = graph.nodes[number]
        if loop.carried <= place < loop.carried + loop.rows:
            continue
        if place >= loop.carried and node.op == "constant":
            inside.append(condition.add("constant", (), *node.attributes))
        else:
            inside.append(condition.input(node.shape, node.dtype))
    return inside
