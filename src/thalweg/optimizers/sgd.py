"""Plain descent, momentum and Nesterov's momentum as a pure pair (init, update)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["SGDState", "init", "update"]


class SGDState(NamedTuple):
    """The velocity, shaped like the parameters; None where there is no momentum."""

    velocity: Any


def init(params: Any, *, momentum: float = 0.0) -> SGDState:
    """Make the state that `update` carries: at rest.

    >>> init(np.ones(2), momentum=0.9).velocity
    array([0., 0.])
    """
    return SGDState(np.zeros_like(params) if momentum else None)


def update(
    grad: Any,
    state: SGDState,
    params: Any,
    *,
    learning_rate: Any = 0.01,
    momentum: float = 0.0,
    nesterov: bool = False,
) -> tuple[Any, SGDState]:
    r"""Take one step of gradient descent.

    Plain: θ ← θ − α·g. With momentum: v ← μ·v − α·g and θ ← θ + v, or, after Nesterov,
    θ ← θ + μ·v − α·g with the new v.

    Args:
        grad: g, shaped like the parameters.
        state: what `init` or the last `update` gave.
        params: θ, an array of any shape; it is not written to.
        learning_rate: α.
        momentum: μ, in [0, 1].
        nesterov: whether to look ahead.

    Returns:
        The new parameters and the new state.

    Source:
        Keras 3, `SGD`; Sutskever et al., "On the importance of initialization and momentum", 2013.

    >>> update(np.array([2.0]), init(np.array([1.0])), np.array([1.0]), learning_rate=0.1)[0]
    array([0.8])
    """
    step = learning_rate * grad
    velocity = state.velocity
    if velocity is None:
        return params - step, state
    velocity = momentum * velocity - step
    if nesterov:
        return params + (momentum * velocity - step), SGDState(velocity)
    return params + velocity, SGDState(velocity)
