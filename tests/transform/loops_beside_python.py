"""A function with loops, written down, beside the same turn by turn: values, gradients, their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import thalweg as tw
from thalweg.graph.interpreter import interpret
from thalweg.graph.parsing import parse
from thalweg.graph.printing import text_of
from thalweg.native.compiled import compile_graph
from thalweg.passes.order import run_passes
from thalweg.transform.tracing import Trace, trace

WALKED = ("loop", "choose", "rewind")


def floats(tree: Any) -> list[Any]:
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in floats(part)]
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in floats(tree[key])]
    return [tree] if tree.array.dtype.kind == "f" else []


def to_order(function: Callable[..., Any], order: int) -> Callable[..., Any]:
    """The function's floats, their gradients and the gradients of those, one list."""

    def total(values: list[Any]) -> Any:
        return sum(tw.reduce_sum(tw.sin(one)) for one in values)

    def slopes(tape: Any, summed: Any, given: Any) -> list[Any]:
        found = tape.gradient(summed, list(given))
        return [tw.zeros_like(x) if g is None else g for g, x in zip(found, given, strict=True)]

    def whole(*given: Any) -> list[Any]:
        if order == 0:
            return floats(function(*given))
        with tw.GradientTape() as outer:
            outer.watch(given)
            with tw.GradientTape() as inner:
                inner.watch(given)
                answers = floats(function(*given))
                summed = total(answers)
            first = slopes(inner, summed, given)
            again = total(first)
        return answers + first + (slopes(outer, again, given) if order == 2 else [])

    return whole


def changed(arrays: tuple[Any, ...], turn: int) -> list[Any]:
    return [np.asarray(one * (1 + 0.13 * turn)).astype(np.asarray(one).dtype) for one in arrays]


def beside(
    function: Callable[..., Any], *arrays: Any, order: int = 2, tolerance: float = 1e-10,
    machine: str = "host",
) -> Trace:  # fmt: skip
    """Hold a function's graph, passed and read back, and its machine code to what Python computes.

    It is written down for some values and computed for others, too.
    """
    whole = to_order(function, order)
    given = [tw.constant(np.asarray(one)) for one in arrays]
    answers, found = trace(whole, given, {}, given)
    assert found.obstacle is None, str(found.obstacle)
    simple = run_passes(found.graph)
    again = parse(text_of(simple))
    assert text_of(again) == text_of(simple)
    compiled = compile_graph(found.graph, machine)
    for turn in range(3):
        values = changed(arrays, turn)
        wanted = [one.numpy() for one in whole(*map(tw.constant, values))]
        if not turn:
            same(answers, wanted, tolerance)
        inputs = [*map(np.asarray, values), *[np.asarray(cell.array) for cell in found.cells]]
        for came in (interpret(found.graph, inputs), interpret(again, inputs), compiled(inputs)):
            same(came, wanted, tolerance)
    return found


def same(came: Any, wanted: Any, tolerance: float) -> None:
    assert len(came) == len(wanted)
    for one, other in zip(came, wanted, strict=True):
        one = np.asarray(one.numpy() if isinstance(one, tw.Tensor) else one)
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def walks(found: Trace) -> list[str]:
    """The loops and branches of a graph, without those inside others."""
    return [node.op for node in found.graph.nodes if node.op in WALKED]
