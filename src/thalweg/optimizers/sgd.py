"""Plain descent, momentum and Nesterov's momentum: a pure pair (init, update), and a shell that keeps the state."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from thalweg.optimizers.optimizer import Optimizer, Rate
from thalweg.optimizers.setting import weak

__all__ = ["SGD", "SGDState", "init", "update"]


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
    step = weak(learning_rate, grad) * grad
    velocity = state.velocity
    if velocity is None:
        return params - step, state
    velocity = momentum * velocity - step
    if nesterov:
        return params + (momentum * velocity - step), SGDState(velocity)
    return params + velocity, SGDState(velocity)


class SGD(Optimizer):
    """Gradient descent, with momentum where asked for; see `update` for the formulas.

    Args:
        learning_rate: α, a number or a schedule.
        momentum: μ, in [0, 1].
        nesterov: whether to look ahead.
        weight_decay, clipnorm, clipvalue, global_clipnorm: see `Optimizer`.
        name: shown in messages.

    >>> import thalweg as tw
    >>> w = tw.Variable([1.0])
    >>> tw.optimizers.SGD(learning_rate=0.1).apply_gradients([(tw.constant([2.0]), w)])
    1
    >>> w.numpy()
    array([0.8], dtype=float32)
    """

    memory: ClassVar[dict[str, str]] = {"velocity": "momentum"}

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "SGD",
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        if not 0.0 <= momentum <= 1.0:
            raise ValueError(f"momentum is {momentum!r}; a number from 0 to 1 was wanted.")
        self.momentum, self.nesterov = momentum, nesterov

    def init(self, params: Any) -> SGDState:
        """Make the state for one array of parameters."""
        return init(params, momentum=self.momentum)

    def update(self, grad: Any, state: SGDState, params: Any, rate: float) -> tuple[Any, SGDState]:
        """Give the new parameters and the new state."""
        return update(
            grad,
            state,
            params,
            learning_rate=rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
        )
