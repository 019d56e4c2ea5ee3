"""How does thalweg do a case: a compiled function; a descent in one call; and both as Python runs them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import thalweg as tw
from benchmarks.case import CHECKED, Maker, Rival, Work
from benchmarks.rivals.tensorflows_words import taped_step, words


def slope_and_curvature(f: Callable[[Any], Any], value: Any) -> list[Any]:
    """∇f and ∇²f·1."""
    with tw.GradientTape() as outer:
        outer.watch(value)
        with tw.GradientTape() as inner:
            inner.watch(value)
            answer = f(value)
        slope = inner.gradient(answer, value)
        total = tw.reduce_sum(slope)
    return [slope, outer.gradient(total, value)]


def track(
    fn: Callable[[Any, Any], Any], start: Sequence[Any], rows: Any, pick: Callable[[Any], Any]
) -> Any:
    """One part of what a scan carries, after each row."""
    return pick(tw.scan(lambda carried, row: tuple(fn(carried, row)), rows, tuple(start)))


WORDS = words(tw, slope_and_curvature=slope_and_curvature, track=track)


def calls(work: Work, arrays: Sequence[np.ndarray]) -> dict[str, Maker]:
    def compiled() -> Rival:
        given = [tw.constant(one) for one in arrays]
        run = tw.function(lambda *values: work(WORDS, *values))

        def answer() -> Any:
            run(*given)  # the first call runs as Python and is written down
            return run(*given)

        return Rival(lambda: run(*given), 1, answer, lambda: _as_python(run.why_not_compiled()))

    def eager() -> Rival:
        given = [tw.constant(one) for one in arrays]

        def once() -> Any:
            return work(WORDS, *given)

        return Rival(once, 1, once)

    return {"thalweg": compiled, "thalweg, eager": eager}


def descents(
    loss: Work, starts: Sequence[np.ndarray], data: Sequence[np.ndarray], rate: float, steps: int
) -> dict[str, Maker]:
    def loop() -> Rival:
        variables = [tw.Variable(start) for start in starts]
        given = [tw.constant(one) for one in data]
        optimizer = tw.optimizers.SGD(rate)
        known = functools.partial(loss, WORDS, variables, given)

        def run(count: int) -> list[Any]:
            for variable, start in zip(variables, starts, strict=True):
                variable.assign(start)
            optimizer.minimize(known, variables, steps=count)
            return [variable.numpy() for variable in variables]

        return Rival(
            lambda: run(steps),
            steps,
            lambda: run(CHECKED),
            lambda: _as_python(optimizer.why_not_compiled),
        )

    def eager() -> Rival:
        variables = [tw.Variable(start) for start in starts]
        given = [tw.constant(one) for one in data]
        step = taped_step(tw, lambda: loss(WORDS, variables, given), variables, rate)

        def answer() -> list[Any]:
            for _ in range(CHECKED):
                step()
            return [variable.numpy() for variable in variables]

        return Rival(step, 1, answer)

    return {"thalweg": loop, "thalweg, eager": eager}


def _as_python(why: str) -> str:
    """The note under a case that has no machine code."""
    return f"runs as Python: {why.splitlines()[0]}" if why else ""
