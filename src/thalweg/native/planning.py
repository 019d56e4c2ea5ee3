"""Which kernels compute a graph? Nodes are gathered into loops, values laid into buffers.

Every node has a stage. An elementwise node, and a reduction of one, stands in the stage of what it
reads place by place, and so shares its loop; whatever else is read must be there before, a stage
earlier. Nodes of one stage and one shape are one `Map`. A node that only a later loop of its shape
reads moves there, so that its value is never written down.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from thalweg.graph.graph import Graph, Node
from thalweg.graph.lowering import named_dtype
from thalweg.graph.primitives import PRIMITIVES
from thalweg.native.accumulation import Update
from thalweg.native.among_zeros import put_among_zeros
from thalweg.native.expression import KINDS, is_written, weight_of
from thalweg.native.kernels import Buffer, Kernels, Map, Products, Put, Reduction, Take, View, Zeros
from thalweg.native.long_sums import with_partials
from thalweg.native.planned_by_number import steps_by_number, work_by_number
from thalweg.native.planned_loops import let_it_ask, steps_of_loops, work_of_loops
from thalweg.native.turned_matrices import with_turned
from thalweg.native.views import dense, reshaped, seen

__all__ = ["NotCompiled", "plan_kernels", "work_of"]

_MOVES = ("reshape", "transpose", "broadcast", "slice")

LONG = 400
"""A loop holds nodes that weigh so much at most: the time that LLVM takes grows faster than a loop's
length."""

FEW = 64
BRIEF = 100
"""The same of loops over few elements: what passes from one to the next is soon written down."""


class NotCompiled(Exception):  # noqa: N818 # no mistake of anybody's: the function stays with NumPy
    """A graph holds what has no machine code; the message says what."""


def plan_kernels(graph: Graph, updates: Mapping[int, Update] | None = None) -> Kernels:
    """Plan the kernels of a graph.

    Args:
        graph: what to compute.
        updates: outputs that need no memory of their own, by their places: a product is added to the
            input that they become.

    Raises:
        NotCompiled: a primitive or a dtype has no machine code.
    """
    return _Planner(graph, updates or {}).planned()


def work_of(kernels: Kernels) -> int:
    """About how many operations on elements the kernels do."""
    work = 0
    for step in kernels.steps:
        if isinstance(step, Map):
            work += math.prod(step.shape) * (1 + len(step.nodes) + len(step.reductions))
        elif isinstance(step, Products):
            work += 2 * math.prod(step.a.shape) * step.b.shape[2] // 8
        elif isinstance(step, Take | Put):
            work += math.prod(step.out.shape) + math.prod(step.rows.shape)
        elif isinstance(step, Zeros):
            work += kernels.buffers[step.buffer].size
        else:
            work += work_by_number(step) or work_of_loops(step, work_of) or 0
    return work


def _plan_inside(graph: Graph, views: Sequence[View]) -> Kernels:
    """Plan a graph that a node holds; its inputs lie as the views say."""
    return _Planner(graph, {}, views).planned()


class _Planner:
    def __init__(
        self, graph: Graph, updates: Mapping[int, Update], given: Sequence[View] = ()
    ) -> None:
        self.graph, self.nodes, self.updates, self.given = graph, graph.nodes, updates, given
        kept = [number for place, number in enumerate(graph.outputs) if place not in updates]
        self.wanted = set(kept)
        for one in updates.values():
            self.wanted |= {*self.nodes[one.product].inputs}
            self.wanted |= set() if one.factor is None else {one.factor}
        self.live = graph.needed_for(self.wanted)
        self.buffers: list[Buffer] = []
        self.views: dict[int, View] = {}
        self.uniform = self._uniform()
        self.users: dict[int, list[int]] = defaultdict(list)
        for number, node in enumerate(self.nodes):
            if self.live[number]:
                self._check(node)
                for at in set(node.inputs):
                    self.users[at].append(number)
        self.stage = self._stages()
        self._sink()

    def _check(self, node: Node) -> None:
        kinds = [node.dtype, *(self.nodes[at].dtype for at in node.inputs)]
        for dtype in kinds:
            if dtype not in KINDS:
                raise NotCompiled(f"{node.op} of {named_dtype(dtype)} has no machine code")
        if PRIMITIVES[node.op].elementwise:
            of = self.nodes[node.inputs[-1]].dtype
            if not is_written(node.op, of):
                raise NotCompiled(f"{node.op} of {of.name} has no machine code")
        if node.op == "dot" and node.dtype.kind != "f":
            raise NotCompiled(f"a product of matrices of {node.dtype.name} has no machine code")
        if node.op == "reduce" and node.attributes[0] == "product" and node.dtype.kind == "b":
            raise NotCompiled("a product of truth values has no machine code")

    def _uniform(self) -> dict[int, Any]:
        """Constants of one number all over, and what moves them: they need no memory."""
        found: dict[int, Any] = {}
        for number, node in enumerate(self.nodes):
            if node.op == "constant":
                data, size = node.attributes[0].data, node.dtype.itemsize
                if data and data == data[:size] * (len(data) // size):
                    found[number] = node.attributes[0].array().ravel()[0]
            elif node.op in _MOVES and node.inputs[0] in found:
                found[number] = found[node.inputs[0]]
        return found

    def _mapped(self, number: int) -> bool:
        return PRIMITIVES[self.nodes[number].op].elementwise and number not in self.uniform

    def _joins(self, reader: int, read: int) -> bool:
        """Whether a node is computed place by place in the loop of one that it reads."""
        if not self._mapped(read):
            return False
        if self._mapped(reader):
            return self.nodes[reader].shape == self.nodes[read].shape
        return self.nodes[reader].op == "reduce"

    def _stages(self) -> list[int]:
        stage = [0] * len(self.nodes)
        for number, node in enumerate(self.nodes):
            if number in self.uniform or node.op in ("input", "constant"):
                continue
            read = [at for at in node.inputs if at not in self.uniform]
            if node.op in (*_MOVES, "output"):
                stage[number] = stage[read[0]]
            else:
                steps = [stage[at] + (not self._joins(number, at)) for at in read]
                stage[number] = max(steps, default=1)
        return stage

    def _sink(self) -> None:
        """Move nodes that one later loop alone reads into that loop."""
        for number in range(len(self.nodes) - 1, -1, -1):
            users = self.users[number]
            if not users or number in self.wanted or not self._mapped(number):
                continue
            if all(self._joins(user, number) for user in users):
                self.stage[number] = min(self.stage[user] for user in users)

    def planned(self) -> Kernels:
        """The kernels, in order."""
        for number, node in enumerate(self.nodes):
            if node.op == "input":
                (place,) = node.attributes
                buffer = self._buffer("input", node, place=place)
                self.views[number] = (
                    replace(self.given[place], buffer=buffer)
                    if self.given
                    else dense(buffer, node.shape, node.dtype)
                )
        groups: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
        work: list[tuple[int, int, int, Any]] = []
        for number, node in enumerate(self.nodes):
            if not self.live[number] or number in self.uniform or node.op == "input":
                continue
            if self._mapped(number):
                groups[self.stage[number], node.shape].append(number)
            elif node.op == "reduce":
                shape = self.nodes[node.inputs[0]].shape
                groups[self.stage[number], shape].append(number)
            else:
                seeing = node.op in (*_MOVES, "output")
                work.append((self.stage[number], 1 + seeing, number, None))
        for (stage, _), group in groups.items():
            work += [(stage, 0, part[0], part) for part in self._cut(group)]
        steps: list[Any] = []
        for _, _, number, group in sorted(work, key=lambda one: one[:3]):
            steps += self._map(group) if group else self._other(number, self.nodes[number])
        steps = with_turned(self.buffers, [*steps, *self._outputs()])
        return Kernels(self.buffers, [with_partials(self.buffers, step) for step in steps])

    def _cut(self, group: list[int]) -> list[list[int]]:
        """A long loop as several, one after the other; what passes between them is written down."""
        parts: list[list[int]] = [[]]
        weight, most = 0, BRIEF if math.prod(self._shape_of_loop(group[0])) <= FEW else LONG
        for number in group:
            if weight > min(most, LONG):
                parts.append([])
                weight = 0
            parts[-1].append(number)
            weight += weight_of(self.nodes[number].op)
        return parts

    def _buffer(self, kind: str, node: Any, place: int = 0, value: Any = None) -> int:
        size = math.prod(node.shape)
        made = Buffer(len(self.buffers), kind, size, node.dtype, place, value)
        self.buffers.append(made)
        return made.number

    def _fresh(self, number: int) -> View:
        """Memory of its own for a node's value."""
        node = self.nodes[number]
        view = dense(self._buffer("scratch", node), node.shape, node.dtype)
        self.views[number] = view
        return view

    def _view(self, number: int) -> View:
        """Where a value lies; constants are laid down when they are first asked for."""
        if number not in self.views:
            node = self.nodes[number]
            if number in self.uniform:
                value = np.full((), self.uniform[number], node.dtype)
                buffer = self._buffer("constant", value, value=value)
                self.views[number] = View(buffer, 0, node.shape, (0,) * len(node.shape), node.dtype)
            else:
                value = node.attributes[0].array()
                buffer = self._buffer("constant", node, value=value)
                self.views[number] = dense(buffer, node.shape, node.dtype)
        return self.views[number]

    def _map(self, group: list[int]) -> list[Any]:
        mapped = [number for number in group if self.nodes[number].op != "reduce"]
        inside, reads = set(mapped), dict[int, View]()
        listed: list[tuple[int, Any]] = []
        writes: list[tuple[int, View]] = []
        reductions: list[Reduction] = []
        before: list[Any] = []
        shape, members = self._shape_of_loop(group[0]), set(group)
        for number in group:
            node = self.nodes[number]
            for at in node.inputs:
                if at in self.uniform and at not in inside:
                    inside.add(at)
                    value = np.full((), self.uniform[at], self.nodes[at].dtype)
                    listed.append((at, Node("constant", (), (value,), (), self.nodes[at].dtype)))
                elif at not in inside and at not in reads:
                    reads[at] = self._view(at)
            if node.op == "reduce":
                kind, axes = node.attributes
                out = self._fresh(number)
                steps = iter(out.strides)
                strides = tuple([0 if axis in axes else next(steps) for axis in range(len(shape))])
                over = View(out.buffer, 0, shape, strides, out.dtype)
                reductions.append(Reduction(node.inputs[0], kind, axes, over))
            else:
                listed.append((number, node))
                if self._is_read_elsewhere(number, members):
                    writes.append((number, self._home(number, members, before)))
        return [*before, Map(shape, reads, listed, writes, reductions)]

    def _home(self, number: int, group: set[int], before: list[Any]) -> View:
        """Where a loop writes a value: among zeros, where it is only put there, or in memory of its own."""
        users = [user for user in self.users[number] if user not in group]
        if number in self.wanted or [self.nodes[user].op for user in users] != ["place"]:
            return self._fresh(number)
        (user,) = users
        place, zeros = put_among_zeros(self._fresh(user), self.nodes[user].attributes[1])
        self.views[number] = place
        before += zeros
        return place

    def _shape_of_loop(self, number: int) -> tuple[int, ...]:
        node = self.nodes[number]
        return self.nodes[node.inputs[0]].shape if node.op == "reduce" else node.shape

    def _is_read_elsewhere(self, number: int, group: set[int]) -> bool:
        return number in self.wanted or any(user not in group for user in self.users[number])

    def _copy(self, number: int, to: View) -> Map:
        """A loop that only moves numbers."""
        node = self.nodes[number]
        return Map(node.shape, {number: self._view(number)}, [], [(number, to)], [])

    def _other(self, number: int, node: Node) -> list[Any]:
        if node.op in ("constant", "output"):
            return []  # laid down when asked for, or with the others of its node
        if node.op in _MOVES:
            (read,) = node.inputs
            view = seen(self._view(read), node.op, node.attributes)
            if view is not None:
                self.views[number] = view
                return []
            copy = self._copy(
                read, dense(self._buffer("scratch", node), self.nodes[read].shape, node.dtype)
            )
            self.views[number] = dense(copy.writes[0][1].buffer, node.shape, node.dtype)
            return [copy]
        if node.op == "iota":
            value = PRIMITIVES["iota"].evaluate(*node.attributes)
            self.views[number] = dense(
                self._buffer("constant", node, value=value), node.shape, node.dtype
            )
            return []
        if node.op == "concat":
            return self._concat(number, node)
        if node.op == "place":
            if number in self.views:  # its input was put there where it was computed
                return []
            part, zeros = put_among_zeros(self._fresh(number), node.attributes[1])
            return [*zeros, self._copy(node.inputs[0], part)]
        if node.op == "dot":
            first, second = [self._view(at) for at in node.inputs]
            return [Products(first, second, self._fresh(number))]
        steps = steps_by_number(self, number, node)
        if steps is None:
            steps = steps_of_loops(self, number, node, _plan_inside)
            for step in steps or []:
                let_it_ask(step, work_of)
        if steps is not None:
            return steps
        raise NotCompiled(f"{node.op} has no machine code")

    def _in_a_row(self, number: int, copies: list[Any]) -> View:
        """A value's view, copied first where it does not lie row by row without gaps."""
        view = self._view(number)
        whole = dense(view.buffer, view.shape, view.dtype)
        if (view.strides, view.offset) == (whole.strides, 0):
            return view
        copies.append(
            self._copy(
                number, dense(self._buffer("scratch", self.nodes[number]), view.shape, view.dtype)
            )
        )
        return copies[-1].writes[0][1]  # type: ignore[no-any-return]  # a view, as _copy makes it

    def _concat(self, number: int, node: Node) -> list[Any]:
        (axis,) = node.attributes
        out, start, copies = self._fresh(number), 0, []
        for at in node.inputs:
            shape = self.nodes[at].shape
            parts = tuple([(start if k == axis else 0, size, 1) for k, size in enumerate(shape)])
            part = seen(out, "slice", (parts,))
            assert part is not None  # noqa: S101 # a slice can always be seen
            if 0 not in shape:
                copies.append(self._copy(at, part))
            start += shape[axis]
        return copies

    def _outputs(self) -> list[Any]:
        """Outputs lie where the caller wants them: computed there, or copied at last."""
        steps: list[Any] = []
        claimed: set[int] = set()
        for place, number in enumerate(self.graph.outputs):
            if place in self.updates:
                continue
            node, view = self.nodes[number], self._view(number)
            buffer = self.buffers[view.buffer]
            whole = view == dense(view.buffer, node.shape, node.dtype) and buffer.size == math.prod(
                node.shape
            )
            if buffer.kind == "scratch" and whole and view.buffer not in claimed:
                claimed.add(view.buffer)
                self.buffers[view.buffer] = Buffer(
                    view.buffer, "output", buffer.size, buffer.dtype, place
                )
            else:
                out = self._buffer("output", node, place=place)
                steps.append(self._copy(number, dense(out, node.shape, node.dtype)))
        return [*steps, *[self._update(one) for one in self.updates.values()]]

    def _update(self, update: Update) -> Products:
        """The product that is added to a state, after everything that reads the old one."""
        first, second = self.nodes[update.product].inputs
        state = self.views[update.state]
        shape = self.nodes[update.product].shape
        out = reshaped(state, shape)
        assert out is not None  # noqa: S101 # one axis more, of one element
        scale = None if update.factor is None else self._view(update.factor)
        return Products(
            self._view(first), self._view(second), out, update.sign, scale, accumulate=True
        )
