"""How does TensorFlow do a case: eager, `tf.function`, the same by XLA, and a loop compiled by XLA."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.case import CHECKED, Maker, Rival, Work
from benchmarks.rivals.tensorflows_words import taped_step, words


def slope_and_curvature(f: Callable[[Any], Any], value: Any) -> list[Any]:
    """∇f and ∇²f·1, forward over reverse."""
    with tf.autodiff.ForwardAccumulator(value, tf.ones_like(value)) as forward:
        with tf.GradientTape() as tape:
            tape.watch(value)
            answer = f(value)
        slope = tape.gradient(answer, value)
    return [slope, forward.jvp(slope)]


def track(
    fn: Callable[[Any, Any], Any], start: Sequence[Any], rows: Any, pick: Callable[[Any], Any]
) -> Any:
    """One part of what a loop carries, after each row, in a TensorArray."""
    count = rows.shape[0]
    like = pick(start)
    met = tf.TensorArray(like.dtype, size=count, element_shape=like.shape)

    def body(number: Any, carried: Any, met: Any) -> Any:
        after = tuple(fn(carried, rows[number]))
        return number + 1, after, met.write(number, pick(after))

    loop = tf.while_loop(
        lambda number, *_: number < count,
        body,
        (0, tuple(start), met),
        maximum_iterations=count,
    )
    return loop[2].stack()


WORDS = words(tf, slope_and_curvature=slope_and_curvature, track=track)
COMPILERS: dict[str, Callable[[Any], Any]] = {
    "TensorFlow, eager": lambda f: f,
    "TensorFlow, function": tf.function,
    "TensorFlow, XLA": lambda f: tf.function(f, jit_compile=True),
}


def calls(work: Work, arrays: Sequence[np.ndarray]) -> dict[str, Maker]:
    def way(name: str) -> Rival:
        given = [tf.constant(one) for one in arrays]
        run = COMPILERS[name](lambda *values: work(WORDS, *values))

        def once() -> Any:
            return run(*given)

        return Rival(once, 1, once)

    return {name: partial(way, name) for name in COMPILERS}


def descents(
    loss: Work, starts: Sequence[np.ndarray], data: Sequence[np.ndarray], rate: float, steps: int
) -> dict[str, Maker]:
    def way(name: str) -> Rival:
        given = [tf.constant(one) for one in data]
        variables = [tf.Variable(start) for start in starts]
        step = taped_step(tf, lambda: loss(WORDS, variables, given), variables, rate)
        once = COMPILERS[name](step)

        def answer() -> list[Any]:
            for _ in range(CHECKED):
                once()
            return [variable.numpy() for variable in variables]

        return Rival(once, 1, answer)

    def loop() -> Rival:
        given = [tf.constant(one) for one in data]
        values = [tf.constant(start) for start in starts]

        def looped(values: Any, given: Any, count: Any) -> Any:
            def body(number: Any, now: Any) -> Any:
                slopes = WORDS.gradient(lambda *now: loss(WORDS, list(now), given), now)
                return number + 1, [v - rate * g for v, g in zip(now, slopes, strict=True)]

            return tf.while_loop(lambda number, _: number < count, body, (0, values))[1]

        run = COMPILERS["TensorFlow, XLA"](looped)
        many, few = tf.constant(steps), tf.constant(CHECKED)
        return Rival(lambda: run(values, given, many), steps, lambda: run(values, given, few))

    return {**{name: partial(way, name) for name in COMPILERS}, "TensorFlow, XLA loop": loop}
