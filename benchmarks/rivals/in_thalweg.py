"""How does thalweg do a case: a compiled function; a descent in one call; and both as Python runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

import thalweg as tw
from benchmarks.case import CHECKED, Maker, Rival, Work


def gradient(f: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
    with tw.GradientTape() as tape:
        tape.watch(list(values))
        answer = f(*values)
    return list(tape.gradient(answer, list(values)))


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


WORDS = SimpleNamespace(
    exp=tw.exp,
    log=tw.math.log,
    sin=tw.sin,
    cos=tw.cos,
    tanh=tw.tanh,
    sqrt=tw.sqrt,
    sigmoid=tw.sigmoid,
    relu=tw.nn.relu,
    softmax=tw.nn.softmax,
    softplus=tw.nn.softplus,
    sum=tw.reduce_sum,
    mean=tw.reduce_mean,
    max=tw.reduce_max,
    min=tw.reduce_min,
    logsumexp=tw.reduce_logsumexp,
    cross_entropy=tw.nn.softmax_cross_entropy_with_logits,
    turned=tw.linalg.matrix_transpose,
    take=lambda x, where: tw.gather(x, where, axis=1),
    concat=tw.concat,
    unstack=tw.unstack,
    array=tw.constant,
    gradient=gradient,
    slope_and_curvature=slope_and_curvature,
    track=track,
)


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
        once = lambda: work(WORDS, *given)  # noqa: E731 # timed and checked alike
        return Rival(once, 1, once)

    return {"thalweg": compiled, "thalweg, eager": eager}


def descents(
    loss: Work, starts: Sequence[np.ndarray], data: Sequence[np.ndarray], rate: float, steps: int
) -> dict[str, Maker]:
    def loop() -> Rival:
        variables = [tw.Variable(start) for start in starts]
        given = [tw.constant(one) for one in data]
        optimizer = tw.optimizers.SGD(rate)

        def run(count: int) -> list[Any]:
            for variable, start in zip(variables, starts, strict=True):
                variable.assign(start)
            optimizer.minimize(lambda: loss(WORDS, variables, given), variables, steps=count)
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

        def step() -> None:
            with tw.GradientTape() as tape:
                value = loss(WORDS, variables, given)
            for variable, slope in zip(variables, tape.gradient(value, variables), strict=True):
                variable.assign_sub(rate * slope)

        def answer() -> list[Any]:
            for _ in range(CHECKED):
                step()
            return [variable.numpy() for variable in variables]

        return Rival(step, 1, answer)

    return {"thalweg": loop, "thalweg, eager": eager}


def _as_python(why: str) -> str:
    """The note under a case that has no machine code."""
    return f"runs as Python: {why.splitlines()[0]}" if why else ""
