"""Slopes of a model by the tape: one reverse sweep for a formula, forward sweeps for a callable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.descent.repeated import Work
from thalweg.descent.written import Written
from thalweg.fit.model import Array
from thalweg.ops.joining import stack
from thalweg.ops.movement import broadcast_to
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.map_fn import vectorized_map
from thalweg.values.tensor import Tensor

__all__ = [
    "column_slopes",
    "parameter_slopes",
    "written_columns",
    "written_slopes",
    "written_value",
]


def column_slopes(
    function: Callable[..., Any],
    params: Array,
    columns: Sequence[Array],
    count: int,
    work: Work | None = None,
) -> Array:
    """All derivatives of a function of single rows, by one reverse sweep.

    Args:
        function: of p parameters and the columns; its i-th answer depends on the i-th row alone.
        params: the parameters, `(p,)`.
        columns: the predictors, each `(n,)`.
        count: n.
        work: is told what that took.

    Returns:
        ∂fᵢ/∂bⱼ, `(n, p)`.
    """
    spread = [Tensor(np.full(count, value)) for value in params]
    with np.errstate(all="ignore"):
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(spread)
            answer = function(*spread, *columns)
        if work is not None:
            work.of(tape)
        slopes = np.zeros((count, params.size))
        if not isinstance(answer, Handle):
            return slopes
        for j, slope in enumerate(tape.gradient(answer, spread)):
            if slope is not None:
                slopes[:, j] = np.asarray(slope)
    return slopes


def written_columns(function: Callable[..., Any], size: int, count: int) -> Written:
    """The value and what `column_slopes` does, written in ops: parameters `(p,)`, columns ↦ p + 1 columns."""

    def written(params: Any, *columns: Any) -> list[Any]:
        spread = [broadcast_to.eager(params[j], (count,)) for j in range(size)]
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(spread)
            answer = function(*spread, *columns)
        slopes = tape.gradient(answer, spread)
        value = answer if isinstance(answer, Handle) else Tensor(np.full(count, answer))
        return [value, *[Tensor(np.zeros(count)) if one is None else one for one in slopes]]

    return written


def written_slopes(
    function: Callable[..., Any], size: int, in_a_loop: Callable[[], bool]
) -> Written:
    """What `parameter_slopes` does, written in ops: parameters ↦ all slopes, `(p, …)`.

    Args:
        function: of p numbers.
        size: p.
        in_a_loop: whether the sweeps are turns of a loop, asked when it is written down: long functions
            are then compiled once, short ones share their values where they are not.
    """

    def along(params: Any, direction: Any) -> Any:
        numbers, ways = ([one[j] for j in range(size)] for one in (params, direction))
        with ForwardAccumulator(numbers, ways) as forward:
            answer = function(*numbers)
        return forward.jvp(answer, unconnected_gradients="zero")

    def written(params: Any) -> list[Any]:
        axes = np.eye(size)
        if in_a_loop():
            return [vectorized_map(lambda axis: along(params, axis), Tensor(axes))]
        return [stack.eager([along(params, Tensor(axis)) for axis in axes])]

    return written


def written_value(function: Callable[..., Any], size: int) -> Written:
    """Parameters `(p,)` and whatever else ↦ the function's value."""
    return lambda params, *more: [function(*[params[j] for j in range(size)], *more)]


def parameter_slopes(function: Callable[..., Any], params: Array) -> list[Any]:
    """The derivative of an answer of any shape by each parameter, by forward sweeps.

    Args:
        function: of p numbers.
        params: the parameters, `(p,)`.

    Returns:
        For each parameter an array in the answer's shape, None where it is not connected.
    """
    numbers = [Tensor(np.array(value)) for value in params]
    slopes: list[Any] = []
    for one in numbers:
        with np.errstate(all="ignore"), ForwardAccumulator(one, Tensor(np.array(1.0))) as forward:
            answer = function(*numbers)
            slope = forward.jvp(answer) if isinstance(answer, Handle) else None
        slopes.append(None if slope is None else np.asarray(slope))
    return slopes
