"""Which kernels compute the nodes that hold graphs? Those of the graphs inside, planned by themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from thalweg.graph.control import answers_of, parts_of_loop, parts_of_rewind
from thalweg.graph.graph import Graph, Node
from thalweg.graph.schedule import actions, forward_turns
from thalweg.graph.subgraph import SubGraph
from thalweg.native.kernels import Buffer, Kernels, View
from thalweg.native.kernels_of_loops import Branches, Inner, Rewinding, Turns
from thalweg.native.views import dense

__all__ = ["GUESSED", "let_it_ask", "steps_of_loops", "work_of_loops"]

GUESSED = 100
"""A loop of any number of turns is taken to have so many."""

LESS = 4
"""A turn takes less time than the same work done once: nothing of it begins anew."""

BETWEEN = 3_000_000
"""About so many operations on elements are done between two questions whether to go on: a millisecond or two."""

PlanInner = Callable[[Graph, Sequence[View]], Kernels]


class Plan(Protocol):
    """What of the plan is needed here."""

    buffers: list[Buffer]
    live: list[bool]
    nodes: list[Node]
    views: dict[int, View]
    users: Any

    def _view(self, number: int) -> View: ...
    def _buffer(self, kind: str, node: Any, place: int = 0, value: Any = None) -> int: ...


class _Like:
    """Shape and dtype of memory."""

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)


def steps_of_loops(plan: Plan, number: int, node: Node, plan_inner: PlanInner) -> list[Any] | None:
    """The kernels of a node; None where it holds no graph.

    Args:
        plan: of the graph around it.
        number: the node's.
        node: the node.
        plan_inner: plans a graph with views for its inputs.
    """
    if node.op not in _MAKERS:
        return None
    outs = []
    for shape, dtype in answers_of(node):
        like = _Like(shape, dtype)
        outs.append(dense(plan._buffer("scratch", like), shape, like.dtype))
    for user in plan.users[number]:
        plan.views[user] = outs[plan.nodes[user].attributes[0]]
    memory = dense(plan._buffer("scratch", _Like((0,), np.float64)), (0,), np.dtype(np.float64))
    return [_MAKERS[node.op](plan, node, outs, memory, plan_inner)]


def work_of_loops(step: Any, work_of: Callable[[Kernels], int]) -> int | None:
    """About how many operations on elements a kernel does; None where it holds no others."""
    if isinstance(step, Turns):
        turns = step.turns if step.turns >= 0 else GUESSED
        return turns * sum([1 + work_of(one.kernels) for one in step.inner()]) // LESS
    if isinstance(step, Rewinding):
        body, back = [1 + work_of(one.kernels) for one in step.inner()]
        return (forward_turns(step.turns, step.kept) * body + step.turns * back) // LESS
    if isinstance(step, Branches):
        return max([1 + work_of(one.kernels) for one in step.branches])
    return None


def let_it_ask(step: Any, work_of: Callable[[Kernels], int]) -> None:
    """Say after how many turns, a power of two, a loop asks whether to go on, where it is long."""
    if not isinstance(step, Turns | Rewinding):
        return
    each = [1 + work_of(one.kernels) for one in step.inner()]
    if isinstance(step, Turns):
        work = max(sum(each), 1)
        whole = step.turns * work
    else:
        work = max(each)
        whole = forward_turns(step.turns, step.kept) * each[0] + step.turns * each[1]
    if not 0 <= whole < BETWEEN:
        step.asks = 1 << max(BETWEEN // work, 1).bit_length() - 1


def _inner(plan: Plan, held: SubGraph, views: Sequence[View], plan_inner: PlanInner) -> Inner:
    kernels = plan_inner(Graph.thawed(held), views)
    constants = {}
    for buffer in kernels.buffers:
        if buffer.kind == "constant":
            like = _Like((math.prod(np.shape(buffer.value)),), buffer.dtype)
            outside = plan._buffer("constant", like, value=buffer.value)
            constants[buffer.number] = dense(outside, like.shape, like.dtype)
    return Inner(kernels, constants)


def _turns(plan: Plan, node: Node, outs: list[View], memory: View, plan_inner: PlanInner) -> Turns:
    body, condition, turns, carried, _, backward, _ = node.attributes
    count, start, cut, still = parts_of_loop(
        [plan._view(at) for at in node.inputs], node.attributes
    )
    carry = [dense(0, view.shape, view.dtype) for view in start]
    rows = [View(0, 0, view.shape[1:], view.strides[1:], view.dtype) for view in cut]
    counts = condition is not None
    return Turns(
        _inner(plan, body, [*carry, *rows, *still], plan_inner),
        _inner(plan, condition, [*carry, *still], plan_inner) if counts else None,
        turns, backward, count, list(start), list(cut), list(still),
        outs[:carried], outs[carried] if counts else None, outs[carried + counts :], memory,
    )  # fmt: skip


def _branches(
    plan: Plan, node: Node, outs: list[View], memory: View, plan_inner: PlanInner
) -> Branches:
    (branches,) = node.attributes
    which, *given = [plan._view(at) for at in node.inputs]
    inner = [_inner(plan, one, given, plan_inner) for one in branches]
    return Branches(which, given, outs, inner, memory)


def _rewinding(
    plan: Plan, node: Node, outs: list[View], memory: View, plan_inner: PlanInner
) -> Rewinding:
    body, back, turns, kept, *_, carried, backward = node.attributes
    given = parts_of_rewind([plan._view(at) for at in node.inputs], node.attributes)
    start, cut, own, still, carry = [list(some) for some in given]
    states, cotangents = [[dense(0, view.shape, view.dtype) for view in some]
                          for some in (start, carry)]  # fmt: skip
    rows, mine = [
        [View(0, 0, view.shape[1:], view.strides[1:], view.dtype) for view in some]
        for some in (cut, own)
    ]
    table = np.array([*actions(turns, min(kept, turns))], np.int64)
    todo = dense(plan._buffer("constant", table, value=table), table.shape, table.dtype)
    return Rewinding(
        _inner(plan, body, [*states, *rows, *still], plan_inner),
        _inner(plan, back, [*cotangents, *states, *rows, *mine, *still], plan_inner),
        turns, min(kept, turns), backward, start, cut, own, still, carry,
        outs[:carried], outs[carried:], todo, memory,
    )  # fmt: skip


_MAKERS: dict[str, Callable[..., Any]] = {
    "loop": _turns,
    "choose": _branches,
    "rewind": _rewinding,
}
