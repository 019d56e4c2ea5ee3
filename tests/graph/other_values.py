"""Is what a tracer wrote down for some values right for others? Traced with one set, run with another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import thalweg as tw
from graph.traced import traced
from thalweg.graph.interpreter import interpret

RAISED = "raises for other values, and the graph does not"


def others(arrays: list[Any], rng: np.random.Generator) -> Iterator[tuple[str, list[Any]]]:
    """Arrays of the same shapes and dtypes: other orders, signs, zeros, ties, NaN and infinities."""

    def changed(floats: Any, whole: Any = None, truths: Any = None) -> list[Any]:
        by_kind = {"f": floats, "i": whole, "u": whole, "b": truths}
        return [
            np.asarray((by_kind[one.dtype.kind] or np.copy)(one)).astype(one.dtype)
            for one in map(np.asarray, arrays)
        ]

    def mixed(one: Any) -> Any:
        return rng.permutation(one.ravel()).reshape(one.shape)

    def holes(number: float) -> Any:
        return lambda one: np.where(rng.random(one.shape) < 0.3, number, one)

    yield "another order", changed(lambda one: 0.9 * mixed(one), mixed, np.logical_not)
    yield "other signs", changed(np.negative, np.zeros_like)
    yield "zeros", changed(np.zeros_like, np.ones_like, np.ones_like)
    yield "ties", changed(np.ones_like, None, np.zeros_like)
    yield "NaN", changed(holes(np.nan))
    yield "infinities", changed(holes(np.inf))


def weights(like: Any, seed: int) -> Any:
    return tw.constant(np.random.default_rng([seed, *like.shape]).normal(size=like.shape).astype(like.dtype))  # fmt: skip


def tensors_in(tree: Any) -> list[Any]:
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in tensors_in(part)]
    if isinstance(tree, dict):
        return [leaf for key in tree for leaf in tensors_in(tree[key])]
    return [tree] if isinstance(tree, tw.Tensor) else []


def of_order(function: Callable[..., Any], order: int) -> Callable[..., Any]:
    """The function itself, its weighed gradients, or these and their weighed gradients."""

    def slopes(tape: Any, targets: list[Any], sources: list[Any], seed: int) -> list[Any]:
        seeds = [weights(one, seed + place) for place, one in enumerate(targets)]
        found = tape.gradient(targets, sources, output_gradients=seeds)
        return [tw.convert_to_tensor(one) for one in found if one is not None]

    def differentiated(*given: Any) -> list[Any]:
        if order == 0:
            return tensors_in(function(*given))
        sources = [one for one in given if one.dtype.kind == "f"]
        with tw.GradientTape() as outer:
            with tw.GradientTape() as inner:
                for tape in (inner, outer):
                    tape.watch(sources)
                answers = [one for one in tensors_in(function(*given)) if one.dtype.kind == "f"]
            if not answers or not sources:
                return []
            first = slopes(inner, answers, sources, 1)
        if order == 1 or not first:
            return first
        return first + slopes(outer, first, sources, 9)

    return differentiated


def made_by_rounding(answers: list[Any]) -> bool:
    """Whether numbers are so large that only a division by what rounding left can have made them."""
    return any(
        np.abs(one[np.isfinite(one)]).max(initial=0) > 1e12
        for one in map(np.asarray, answers)
        if one.dtype.kind == "f"
    )


def same(came: Any, wanted: Any, tolerance: float) -> bool:
    came, wanted = np.asarray(came), np.asarray(wanted)
    if came.shape != wanted.shape or came.dtype != wanted.dtype:
        return False
    if wanted.dtype.kind != "f":
        return np.array_equal(came, wanted, equal_nan=wanted.dtype.kind == "c")
    size = np.abs(wanted[np.isfinite(wanted)]).max(initial=1.0)
    return np.allclose(came, wanted, tolerance, tolerance * size, equal_nan=True)


def baked(function: Callable[..., Any], arrays: list[Any], seed: int, tolerance: float = 1e-9) -> str:  # fmt: skip
    """What the graph of a function says wrongly for other values than it was traced with.

    Returns:
        Empty where nothing is wrong; "obstacle" where the tracer refused; otherwise for which values.
    """
    given = [tw.constant(one) for one in arrays]
    if any(one.dtype.kind not in "biuf" or one.dtype == np.float16 for one in given):
        return "obstacle"
    tracer, _ = traced(function, *given)
    if tracer.obstacles:
        return "obstacle"
    cells = [cell.array for cell, _ in tracer.cells.values()]
    wrong = []
    for name, values in others(arrays, np.random.default_rng(seed)):
        try:
            wanted = [one.array for one in function(*map(tw.constant, values))]
        except Exception:  # noqa: BLE001 # whatever a function refuses, its graph must refuse
            wanted = None
        try:
            came = interpret(tracer.graph, [*[tw.constant(one).array for one in values], *cells])
        except IndexError:  # the graph leaves these numbers to Python
            continue
        if wanted is None:
            wrong.append(f"{name}: {RAISED}")
        elif made_by_rounding(wanted):
            continue
        elif len(came) != len(wanted) or not all(
            same(*pair, tolerance) for pair in zip(came, wanted, strict=True)
        ):
            wrong.append(name)
    return ", ".join(wrong)
