"""How short can a step over a few numbers be? As short as its longest chain of operations, each waiting for the last.

Every operation's own time is measured in a loop in which each waits for the one before; a step's chain is
the longest way through its graph from a number to what the number becomes. Nothing that does the same
operations in the same order is quicker, whoever compiles it: what is left is another formula, with other
rounding errors.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import thalweg as tw
from benchmarks.interleave import side_by_side
from benchmarks.rivals import in_thalweg
from benchmarks.small_steps import cubic, waves
from thalweg.graph.graph import Graph
from thalweg.native.compiled import compile_loop
from thalweg.passes.order import run_passes
from thalweg.passes.speculate import speculate
from thalweg.transform.tracing import trace

FREE = frozenset({"input", "constant", "negative", "cast", "output", "choose"})
"""A sign is turned by what follows; the others do nothing to a number."""

IN_A_ROW = 8
ROUNDS = 50_000
COUNT = 500_000
NANO = 1e9

STEPS: dict[str, tuple[Callable[..., Any], list[float], float]] = {
    "N4.3": (cubic, [1.5], 1e-3),
    "N4.4": (waves, [0.3, 0.2], 0.02),
}


def latencies() -> dict[str, float]:
    """Seconds of an operation on a float64 that waits for the one before."""
    alone = {op: _chained(op) for op in ("add", "multiply", "sin", "cos")}
    found = side_by_side({**alone, "exp": _chained("exp")}, rounds=11)
    each = {name: one.median / (IN_A_ROW * ROUNDS) for name, one in found.items()}
    each["exp"] -= each["multiply"]  # it is measured with one, or it would grow without end
    return {**each, "subtract": each["add"]}


def _chained(op: str) -> Callable[[], object]:
    graph = Graph()
    x, y = (graph.input((), "float64") for _ in range(2))
    one = x
    for _ in range(IN_A_ROW):
        if op == "exp":
            one = graph.add("multiply", [one, y])
        one = graph.add(op, [one, y] if op in ("add", "multiply") else [one])
    graph.outputs = [one]
    loop = compile_loop(graph, {0: 0})
    start = [np.float64(0.5), np.float64(-1.0 if op == "exp" else 1.0)]
    return lambda: loop(start, ROUNDS)


def graph_of(title: str) -> Graph:
    """One step as machine code does it: from the numbers to the numbers."""
    loss, starts, rate = STEPS[title]

    def step(*values: Any) -> list[Any]:
        with tw.GradientTape() as tape:
            tape.watch(values)
            answer = loss(in_thalweg.WORDS, values, [])
        slopes = tape.gradient(answer, values)
        return [one - rate * slope for one, slope in zip(values, slopes, strict=True)]

    given = [tw.constant(np.float64(one)) for one in starts]
    return speculate(run_passes(trace(step, given, {}, given)[1].graph))


def longest(graph: Graph, each: dict[str, float]) -> tuple[float, list[str]]:
    """Seconds and operations of the longest way that leads from numbers back to them, a step."""
    ways = {
        (begin, end): found
        for begin, end in itertools.product(range(len(graph.outputs)), repeat=2)
        if (found := _way(graph, each, graph.inputs[begin], graph.outputs[end])) is not None
    }
    best: tuple[float, list[str]] = (0.0, [])
    for count in range(1, len(graph.outputs) + 1):
        for round_trip in itertools.permutations(range(len(graph.outputs)), count):
            legs = [
                ways.get(leg)
                for leg in zip(round_trip, (*round_trip[1:], round_trip[0]), strict=True)
            ]
            taken = [leg for leg in legs if leg is not None]
            if len(taken) == count:
                mean = sum([seconds for seconds, _ in taken]) / count
                best = max(best, (mean, [op for _, ops in taken for op in ops]))
    return best


def _way(
    graph: Graph, each: dict[str, float], begin: int, end: int
) -> tuple[float, list[str]] | None:
    found: dict[int, tuple[float, list[str]]] = {begin: (0.0, [])}
    for number, node in enumerate(graph.nodes):
        before = [found[at] for at in _waits_for(graph, number) if at in found]
        if number == begin or not before:
            continue
        seconds, ops = max(before)
        if node.op not in FREE:
            seconds, ops = seconds + each[node.op], [*ops, node.op]
        found[number] = seconds, ops
    return found.get(end)


def _waits_for(graph: Graph, number: int) -> tuple[int, ...]:
    """What an answer waits for: where two ways are guessed, the answers that come first."""
    node = graph.nodes[number]
    if node.op == "output":
        chosen = graph.nodes[node.inputs[0]]
        answers = chosen.inputs[1 + len(graph.inputs) :]
        return (answers[node.attributes[0]],)
    known = ("add", "subtract", "multiply", "sin", "cos", "exp", *FREE)
    return node.inputs if node.op in known else ()


def steps_of(title: str, count: int) -> Callable[[], object]:
    """So many steps in one call."""
    loss, starts, rate = STEPS[title]
    values = [tw.Variable(np.float64(one)) for one in starts]
    optimizer = tw.optimizers.SGD(rate)
    return lambda: optimizer.minimize(
        lambda: loss(in_thalweg.WORDS, values, []), values, steps=count, jit_compile=True
    )


def measured() -> dict[str, Any]:
    """Print each operation's time, and each step beside its chain."""
    each = latencies()
    print("  " + "  ".join(f"{op} {seconds * NANO:.2f}" for op, seconds in each.items()) + " ns")
    found = side_by_side({title: steps_of(title, COUNT) for title in STEPS}, rounds=11)
    results: dict[str, Any] = {"operations": each}
    for title, timing in found.items():
        floor, ops = longest(graph_of(title), each)
        taken = timing.median / COUNT
        print(f"  {title}: {len(ops)} in a row ({', '.join(ops)})")
        print(f"    {floor * NANO:.2f} ns at the least, {taken * NANO:.2f} ns measured")
        results[title] = {"chain": ops, "floor": floor, "measured": taken}
    return results
