"""Slopes of a model by the tape: one reverse sweep for a formula, forward sweeps for a callable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.fit.model import Array
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.values.tensor import Tensor

__all__ = ["column_slopes", "parameter_slopes"]


def column_slopes(
    function: Callable[..., Any], params: Array, columns: Sequence[Array], count: int
) -> Array:
    """All derivatives of a function of single rows, by one reverse sweep.

    Args:
        function: of p parameters and the columns; its i-th answer depends on the i-th row alone.
        params: the parameters, `(p,)`.
        columns: the predictors, each `(n,)`.
        count: n.

    Returns:
        ∂fᵢ/∂bⱼ, `(n, p)`.
    """
    spread = [Tensor(np.full(count, value)) for value in params]
    with np.errstate(all="ignore"):
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(spread)
            answer = function(*spread, *columns)
        slopes = np.zeros((count, params.size))
        if not isinstance(answer, Handle):
            return slopes
        for j, slope in enumerate(tape.gradient(answer, spread)):
            if slope is not None:
                slopes[:, j] = np.asarray(slope)
    return slopes


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
