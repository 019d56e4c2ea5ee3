"""Which kernels compute the nodes that go by whole numbers, by order, or by what came before?"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from thalweg.graph.graph import Node
from thalweg.native.kernels import Map, Put, Take, View, Zeros
from thalweg.native.kernels_by_matrix import Cholesky, Solve, Triangular
from thalweg.native.kernels_by_number import Guard, Order, PutExtreme, Running
from thalweg.native.views import dense

__all__ = ["steps_by_number", "work_by_number"]


class Plan(Protocol):
    """What of the plan is needed here."""

    nodes: list[Node]
    views: dict[int, View]

    def _view(self, number: int) -> View: ...
    def _fresh(self, number: int) -> View: ...
    def _buffer(self, kind: str, node: Any) -> int: ...
    def _copy(self, number: int, to: View) -> Map: ...
    def _in_a_row(self, number: int, copies: list[Any]) -> View: ...


def steps_by_number(plan: Plan, number: int, node: Node) -> list[Any] | None:
    """The kernels of a node, in order; None where it is none of these."""
    maker = _STEPS.get(node.op)
    return None if maker is None else maker(plan, number, node)


def work_by_number(step: Any) -> int | None:
    """About how many operations on elements a kernel does; None where it is none of these."""
    if isinstance(step, PutExtreme):
        return math.prod(step.out.shape) + math.prod(step.rows.shape)
    if isinstance(step, Running):
        return 4 * math.prod(step.x.shape)
    if isinstance(step, Order):
        size = math.prod(step.x.shape)
        return 4 * size * max(step.x.shape[-1], 2).bit_length()
    if isinstance(step, Cholesky | Solve | Triangular):
        return math.prod(step.out.shape) * (step.out.shape[1] + 2)
    return 1 if isinstance(step, Guard) else None


def _take(plan: Plan, number: int, node: Node) -> list[Any]:
    copies: list[Any] = []
    rows, places = plan._view(node.inputs[0]), plan._in_a_row(node.inputs[1], copies)
    return [*copies, Take(rows, places, plan._fresh(number))]


def _put(plan: Plan, number: int, node: Node) -> list[Any]:
    copies: list[Any] = []
    places = plan._in_a_row(node.inputs[1], copies)
    rows = plan._in_a_row(node.inputs[0], copies)
    out = plan._fresh(number)
    if node.op == "put":
        return [*copies, Zeros(out.buffer), Put(rows, places, out)]
    kind = node.attributes[1]
    return [*copies, _filled(out, kind), PutExtreme(rows, places, out, kind)]


def _filled(out: View, kind: str) -> Map:
    """A loop that writes what changes nothing in an extreme."""
    if out.dtype.kind == "f":
        value: Any = -math.inf if kind == "max" else math.inf
    else:
        ends = np.iinfo(out.dtype)
        value = ends.min if kind == "max" else ends.max
    nothing = Node("constant", (), (np.array(value, out.dtype),), (), out.dtype)
    return Map(out.shape, {}, [(0, nothing)], [(0, out)], [])


def _running(plan: Plan, number: int, node: Node) -> list[Any]:
    kind, axis = node.attributes
    return [Running(plan._view(node.inputs[0]), plan._fresh(number), kind, axis)]


def _order(plan: Plan, number: int, node: Node) -> list[Any]:
    copies: list[Any] = []
    x = plan._in_a_row(node.inputs[0], copies)
    out = plan._fresh(number)
    spare = dense(plan._buffer("scratch", node), node.shape, node.dtype)
    return [*copies, Order(x, out, spare)]


def _guard(plan: Plan, number: int, node: Node) -> list[Any]:
    plan.views[number] = plan._view(node.inputs[0])
    return [Guard(plan._view(node.inputs[1]))]


def _matrices(plan: Plan, number: int, node: Node) -> list[Any]:
    """What is factored or solved is copied first: the kernels work where it lies."""
    out = plan._fresh(number)
    copies: list[Any] = [plan._copy(node.inputs[-1], out)]
    if node.op == "cholesky":
        return [*copies, Cholesky(out)]
    if node.op == "triangular":
        lower, turned = node.attributes
        matrix = plan._in_a_row(node.inputs[0], copies)
        return [*copies, Triangular(matrix, out, lower, turned)]
    like = plan.nodes[node.inputs[0]]
    matrix = dense(plan._buffer("scratch", like), like.shape, like.dtype)
    return [*copies, plan._copy(node.inputs[0], matrix), Solve(matrix, out)]


_STEPS = {
    "take": _take,
    "put": _put,
    "put_extreme": _put,
    "running": _running,
    "order": _order,
    "guard": _guard,
    "cholesky": _matrices,
    "solve": _matrices,
    "triangular": _matrices,
}
