"""How does JAX do a case: jitted calls, one after the other, and a jitted `fori_loop`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp

from benchmarks.case import CHECKED, Maker, Rival, Work

jax.config.update("jax_enable_x64", True)

CHAINED = 10
"""Calls that follow each other before anybody waits: what one call gives is passed to the next."""


def gradient(f: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
    return list(jax.grad(f, tuple(range(len(values))))(*values))


def slope_and_curvature(f: Callable[[Any], Any], value: Any) -> list[Any]:
    """∇f and ∇²f·1, forward over reverse."""
    return list(jax.jvp(jax.grad(f), [value], [jnp.ones_like(value)]))


def track(
    fn: Callable[[Any, Any], Any], start: Sequence[Any], rows: Any, pick: Callable[[Any], Any]
) -> Any:
    """One part of what a scan carries, after each row."""

    def body(carried: Any, row: Any) -> Any:
        after = tuple(fn(carried, row))
        return after, pick(after)

    return lax.scan(body, tuple(start), rows)[1]


WORDS = SimpleNamespace(
    exp=jnp.exp,
    log=jnp.log,
    sin=jnp.sin,
    cos=jnp.cos,
    tanh=jnp.tanh,
    sqrt=jnp.sqrt,
    sigmoid=jax.nn.sigmoid,
    relu=jax.nn.relu,
    softmax=jax.nn.softmax,
    softplus=jax.nn.softplus,
    sum=jnp.sum,
    mean=jnp.mean,
    max=jnp.max,
    min=jnp.min,
    logsumexp=jax.nn.logsumexp,
    cross_entropy=lambda labels, logits: -jnp.sum(labels * jax.nn.log_softmax(logits), -1),
    turned=lambda x: jnp.swapaxes(x, -1, -2),
    take=lambda x, where: x[:, where],
    concat=jnp.concatenate,
    unstack=jnp.unstack,
    array=jnp.asarray,
    gradient=gradient,
    slope_and_curvature=slope_and_curvature,
    track=track,
)


def calls(work: Work, arrays: Sequence[np.ndarray]) -> dict[str, Maker]:
    def jitted() -> Rival:
        given = [jnp.asarray(one) for one in arrays]
        run = jax.jit(lambda *values: work(WORDS, *values))

        def once() -> Any:
            return jax.block_until_ready(run(*given))

        return Rival(once, 1, once)

    return {"JAX, jit": jitted}


def descents(
    loss: Work, starts: Sequence[np.ndarray], data: Sequence[np.ndarray], rate: float, steps: int
) -> dict[str, Maker]:
    slope = jax.grad(lambda values, given: loss(WORDS, values, given))

    def step(values: Any, given: Any) -> Any:
        return [value - rate * g for value, g in zip(values, slope(values, given), strict=True)]

    def begin() -> tuple[list[Any], list[Any]]:
        return [jnp.array(one) for one in starts], [jnp.array(one) for one in data]

    def jitted() -> Rival:
        values, given = begin()
        state = {"values": values}
        once = jax.jit(step, donate_argnums=0)

        def run(count: int) -> Any:
            now = state["values"]
            for _ in range(count):
                now = once(now, given)
            state["values"] = now
            return jax.block_until_ready(now)

        return Rival(lambda: run(CHAINED), CHAINED, lambda: [np.array(one) for one in run(CHECKED)])

    def loop() -> Rival:
        values, given = begin()

        def looped(count: int) -> Any:
            return jax.jit(
                lambda values, given: lax.fori_loop(
                    0, count, lambda _, now: step(now, given), values
                )
            )

        run = looped(steps)
        return Rival(
            lambda: jax.block_until_ready(run(values, given)),
            steps,
            lambda: looped(CHECKED)(values, given),
        )

    return {"JAX, jit": jitted, "JAX, fori_loop": loop}
