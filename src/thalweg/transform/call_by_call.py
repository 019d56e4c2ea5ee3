"""The derivatives of a made row from what it does call by call, where its turns are not written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from thalweg.core.recording import STATE
from thalweg.ops.arithmetic import identity
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.script import floats

__all__ = ["gradients_by_tape", "refuse", "tangents_by_accumulator"]

Run = Callable[[list[Any]], Sequence[Any]]
"""From a row's operands to its answers, every call shown to whoever records."""


def refuse(why: tuple[Any, ...]) -> None:
    """Tell whoever writes a graph that the derivative is not written down, and why."""
    if STATE.here.tracer is not None:
        STATE.here.tracer.refuse(*why)


def gradients_by_tape(
    run: Run, operands: Sequence[Any], followed: tuple[int, ...], arrived: Sequence[Any]
) -> dict[int, Any]:
    """The gradients of inputs, by their places.

    Args:
        run: does what the row does.
        operands: what the row took.
        followed: the places of the inputs whose gradients are wanted.
        arrived: the cotangent of each answer, or None.
    """
    mine = _apart(operands)
    sources = [mine[at] for at in followed]
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(sources)
        answers = run(mine)
    pairs = [(one, g) for one, g in zip(answers, arrived, strict=True) if g is not None]
    targets, cotangents = [one for one, _ in pairs], [g for _, g in pairs]
    grads = tape.gradient(targets, sources, output_gradients=cotangents)
    return {at: g for at, g in zip(followed, grads, strict=True) if g is not None}


def tangents_by_accumulator(
    run: Run, operands: Sequence[Any], tangents: Sequence[Any]
) -> list[Any]:
    """The tangent of each answer, or None.

    Args:
        run: does what the row does.
        operands: what the row took.
        tangents: one for each operand, or None.
    """
    mine = _apart(operands)
    pairs = [(one, t) for one, t in zip(mine, tangents, strict=True) if t is not None]
    with ForwardAccumulator([one for one, _ in pairs], [t for _, t in pairs]) as accumulator:
        answers = run(mine)
    return [accumulator.jvp(one) if floats(one.array) else None for one in answers]


def _apart(operands: Sequence[Any]) -> list[Any]:
    """The same values as Tensors of their own: one may come in at two places, and is two sources."""
    return [identity.eager(one) for one in operands]
