"""A loop as one call: what it computes, what it becomes in a graph, how tapes see it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, caller_site, leave_trace
from thalweg.ops.arithmetic import identity
from thalweg.ops.joining import concat, stack
from thalweg.ops.splitting import unstack
from thalweg.tape.adoption import Adopted, Named
from thalweg.transform.long_loop import computed, is_long
from thalweg.transform.script import Script, floats
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph
    from thalweg.graph.symbol import Symbol

__all__ = ["HERE", "Loop", "Walk", "again", "apart", "of_no_account", "shown"]


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


class Walk(Adopted):
    """One call of a loop or a choice, as tapes and accumulators take it in.

    Args:
        op: the loop or the choice.
        operands: the Tensors and Variables that it takes.
        out: the Tensors that it answers with.
    """

    knows_absent = True

    def __init__(self, op: Any, operands: Sequence[Any], out: tuple[Any, ...]) -> None:
        super().__init__(op.name, operands, out, self._unused, self._tangents)
        self.op, self.operands = op, tuple(operands)

    def _unused(self, upstream: tuple[Any, ...]) -> Sequence[Any]:
        raise NotImplementedError

    def _tangents(self, tangents: Sequence[Any]) -> Sequence[Any]:
        return self.op.tangents(self.operands, self.out, tangents)  # type: ignore[no-any-return]  # a list

    def event(self, followed: list[int]) -> tuple[Any, ...]:
        """The call as an event of a tape."""
        followed = [at for at in followed if floats(self.operands[at].array)]
        shared = _Shared(self, followed)
        plan = tuple([(place, _Part(shared, place)) for place in followed])
        answers = tuple([part.key for part in self.out])
        return (self, plan, self.keys, answers, None, *[None] * len(self.keys))


class _Shared:
    """The gradients of one passing of the sweep, computed once for all inputs."""

    __slots__ = ("arrived", "followed", "grads", "walk")

    def __init__(self, walk: Walk, followed: list[int]) -> None:
        self.walk, self.followed = walk, tuple(followed)
        self.arrived: Any = None
        self.grads: dict[int, Any] = {}

    def gradients(self, arrived: Any) -> dict[int, Any]:
        if arrived is not self.arrived:
            lifted = [
                None
                if g is None or not floats(one.array)
                else g
                if isinstance(g, Handle)
                else Tensor(g)
                for g, one in zip(arrived, self.walk.out, strict=True)
            ]
            walk = self.walk
            self.grads = walk.op.gradients(walk.operands, walk.out, self.followed, lifted)
            self.arrived = arrived
        return self.grads


class _Part:
    """What a rule is to the sweep, for one input."""

    __slots__ = ("place", "shared")

    names: frozenset[str] = frozenset()
    count = 0

    def __init__(self, shared: _Shared, place: int) -> None:
        self.shared, self.place = shared, place

    def function(self, g: Any) -> Any:
        grad = self.shared.gradients(g).get(self.place)
        if grad is None or STATE.recorders:
            return grad
        return grad.array if isinstance(grad, Handle) else grad

    def pick(self, environment: Any) -> tuple[Any, ...]:
        return ()


def shown(op: Any, operands: Sequence[Any], made: Sequence[Any]) -> tuple[Any, ...]:
    """Answers as Tensors, the call shown to every recorder."""
    out = tuple([Tensor(np.asarray(one)[()] if not np.ndim(one) else one) for one in made])
    call = Walk(op, operands, out)
    keys, arrays = call.keys, tuple([one.array for one in operands])
    site, recorded = caller_site(1), False
    for recorder in STATE.recorders:
        for value in operands:
            if isinstance(value, Trainable):
                recorder.read(value)
        if recorder.traces:
            recorded |= recorder.record(op, keys, arrays, (), out, site)
        else:
            recorded |= recorder.adopt(call)
    if not recorded:
        leave_trace(Named(op.name), keys, out, site)
    return out


def apart(operands: Sequence[Any]) -> list[Any]:
    """The same values as Tensors of their own: one may come in at two places, and is two sources."""
    return [identity.eager(one) for one in operands]


def again(op: Any, keys: Any, values: Any, out: Any) -> Walk:
    """A call as it was, for a recorder that sees it later."""
    operands = []
    for key, array in zip(keys, values, strict=True):
        one = Tensor(array)
        one.key = one.key if key is None else key
        operands.append(one)
    return Walk(op, operands, out)


class Loop:
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

    variadic = False
    several = True
    severs = ""
    elementwise = False
    parameters: ClassVar[dict[str, Any]] = {}
    rules: ClassVar[dict[str, Callable[..., Any]]] = {}
    """How gradients and tangents are computed: by loops again, so that is told from above."""

    def __init__(
        self, name: str, body: Script, turns: int, carried: int, rows: int = 0, *,
        condition: Script | None = None, backward: bool = False, counted: bool = False,
        root: Loop | None = None, checkpoint: int | None = None,
    ) -> None:  # fmt: skip
        self.name, self.body, self.condition = name, body, condition
        self.turns, self.carried, self.rows = turns, carried, rows
        self.backward, self.counted = backward, counted
        self.root: Loop = root or self
        self.checkpoint = checkpoint
        self.derived: dict[Any, Any] = {}

    def extends(self, other: Loop) -> bool:
        """Whether this loop answers all that another of the same root does, and more."""
        mine, theirs = self.body.outputs, other.body.outputs
        return other is self.root and len(mine) >= len(theirs)

    @property
    def ends(self) -> int:
        """How many answers come before the stacks."""
        return self.carried + (self.condition is not None)

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
        if not HERE.once and is_long(self.turns, len(self.body.calls)):
            made = computed(lambda graph, nodes: _write_loop(self, graph, nodes), arrays)
            if made is not None:
                return made
        attributes = (None, None, None, self.carried, self.rows, None, self.counted)
        from thalweg.graph.control import parts_of_loop

        count, start, cut, still = parts_of_loop(arrays, attributes)
        whole = self.turns if count is None else max(int(count), 0)
        whole = min(whole, self.turns) if self.turns >= 0 else whole
        limit = 1 if HERE.once else whole
        carry, stacks = list(start), self._room(len(self.body.outputs) - self.carried)
        turn, open_end = 0, self.turns < 0 and self.condition is not None
        while turn < limit or limit < 0:
            if self.condition is not None and not HERE.once:
                (goes_on,) = self.condition.compute([*carry, *still])
                if not goes_on:
                    break
            if open_end and is_long(turn, len(self.body.calls)):
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
        attributes = (None, None, None, self.carried, self.rows, None, self.counted)
        from thalweg.graph.control import parts_of_loop

        count, start, cut, still = parts_of_loop(list(operands), attributes)
        whole = self.turns if count is None else max(int(count.array), 0)
        whole = min(whole, self.turns) if self.turns >= 0 else whole
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
            stacks = [pad_rows(one, self.turns - turn) for one in stacks]
        return [*carry, *end, *stacks]

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
        self, operands: Any, out: Any, followed: tuple[int, ...], arrived: list[Any]
    ) -> dict[int, Any]:
        """The gradients of inputs, by their places, from the cotangents of the answers."""
        return self.rules["gradient"](self, operands, out, followed, arrived)  # type: ignore[no-any-return]  # by place

    def tangents(self, operands: Any, out: Any, tangents: Sequence[Any]) -> Sequence[Any]:
        """The tangent of each answer, or None."""
        return self.rules["tangent"](self, operands, tangents)  # type: ignore[no-any-return]  # a list


def pad_rows(rows: Any, count: int) -> Any:
    """Rows with rows of zeros behind them."""
    zeros = Tensor(np.zeros((count, *rows.array.shape[1:]), rows.array.dtype))
    return concat.eager([rows, zeros], 0)


def _write_loop(loop: Loop, graph: Graph, numbers: tuple[int, ...]) -> tuple[int, list[int]]:
    """The loop's node, and the places of its answers among the node's."""
    from thalweg.graph.graph import Graph
    from thalweg.graph.lowering import NotLowered

    known = graph.loops.get((loop.root, numbers))
    if known is None:
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
            return number, list(range(loop.ends + len(outputs) - loop.carried))
    number, _, inside = graph.loops[loop.root, numbers]
    body = graph.loops[number]
    outputs = loop.body.write(body, inside)
    if outputs[: loop.carried] != body.outputs[: loop.carried]:
        raise NotLowered("a loop that is run again is another one")
    places = list(range(loop.ends))
    for made in outputs[loop.carried :]:
        if made not in body.outputs[loop.carried :]:
            body.outputs.append(made)
        places.append(loop.ends + body.outputs[loop.carried :].index(made))
    node = graph.nodes[number]
    graph.nodes[number] = node._replace(attributes=(body.frozen(), *node.attributes[1:]))
    return number, places


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
