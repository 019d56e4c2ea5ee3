"""What the two libraries with TensorFlow's names, TensorFlow and thalweg, are asked by: one table for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any


def words(library: ModuleType, **own: Callable[..., Any]) -> SimpleNamespace:
    """The words that a piece of work is written in.

    Args:
        library: TensorFlow, or thalweg.
        own: the words that the two do not say alike.
    """

    def gradient(f: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
        with library.GradientTape() as tape:
            tape.watch(list(values))
            answer = f(*values)
        return list(tape.gradient(answer, list(values)))

    return SimpleNamespace(
        exp=library.exp,
        log=library.math.log,
        sin=library.sin,
        cos=library.cos,
        tanh=library.tanh,
        sqrt=library.sqrt,
        sigmoid=library.sigmoid,
        relu=library.nn.relu,
        softmax=library.nn.softmax,
        softplus=library.nn.softplus,
        sum=library.reduce_sum,
        mean=library.reduce_mean,
        max=library.reduce_max,
        min=library.reduce_min,
        logsumexp=library.reduce_logsumexp,
        cross_entropy=library.nn.softmax_cross_entropy_with_logits,
        turned=library.linalg.matrix_transpose,
        take=lambda x, where: library.gather(x, where, axis=1),
        concat=library.concat,
        unstack=library.unstack,
        array=library.constant,
        gradient=gradient,
        **own,
    )


def taped_step(
    library: ModuleType, loss: Callable[[], Any], variables: Sequence[Any], rate: float
) -> Callable[[], None]:
    """One step of plain descent on a tape, θ ← θ - rate·∇loss."""

    def step() -> None:
        with library.GradientTape() as tape:
            value = loss()
        for variable, slope in zip(variables, tape.gradient(value, variables), strict=True):
            variable.assign_sub(rate * slope)

    return step
