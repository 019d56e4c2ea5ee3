"""RMSprop: a pure pair (init, update), and a shell that keeps the state."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from thalweg.optimizers.optimizer import Optimizer, Rate
from thalweg.optimizers.setting import setting, weak

__all__ = ["RMSprop", "RMSpropState", "init", "update"]


class RMSpropState(NamedTuple):
    """Running means of g² and, where centered, of g; the velocity where there is momentum."""

    square: Any
    mean: Any
    velocity: Any


def init(params: Any, *, momentum: float = 0.0, centered: bool = False) -> RMSpropState:
    """Make the state that `update` carries: all zero.

    >>> init(np.ones(2)).square
    array([0., 0.])
    """
    zeros = np.zeros_like(params)
    return RMSpropState(
        zeros, zeros.copy() if centered else None, zeros.copy() if momentum else None
    )


def update(
    grad: Any,
    state: RMSpropState,
    params: Any,
    *,
    learning_rate: Any = 0.001,
    rho: float = 0.9,
    momentum: float = 0.0,
    epsilon: float = 1e-7,
) -> tuple[Any, RMSpropState]:
    r"""Take one step of RMSprop.

    s ← ρ·s + (1 − ρ)·g², d = α·g/√(s + ε), θ ← θ − d. Centered, the running mean m of g is kept
    too and s − m² stands for s under the root. With momentum, u ← μ·u + d and θ ← θ − u.

    Args:
        grad: g, shaped like the parameters.
        state: what `init` or the last `update` gave; it decides whether centered.
        params: θ, an array of any shape; it is not written to.
        learning_rate: α.
        rho: ρ, how long the running means remember.
        momentum: μ.
        epsilon: ε, keeps the root away from zero.

    Returns:
        The new parameters and the new state.

    Source:
        Tieleman and Hinton, Coursera lecture 6.5 (2012); Graves, arXiv:1308.0850 (centered);
        in Keras 3's form, where ε stands under the root.

    >>> new, _ = update(np.array([3.0]), init(np.zeros(1)), np.array([1.0]),
    ...                 learning_rate=0.5, rho=0.0, epsilon=0.0)
    >>> new
    array([0.5])
    """
    forget = 1.0 - rho
    square = rho * state.square + forget * (grad * grad)
    mean = state.mean
    if mean is None:
        spread = square + epsilon
    else:
        mean = rho * mean + forget * grad
        spread = square - mean * mean + epsilon
    step = weak(learning_rate, grad) * grad / np.sqrt(spread)
    velocity = state.velocity
    if velocity is not None:
        velocity = momentum * velocity + step
        step = velocity
    return params - step, RMSpropState(square, mean, velocity)


class RMSprop(Optimizer):
    """RMSprop; see `update` for the formulas.

    Args:
        learning_rate: α, a number or a schedule.
        rho: ρ.
        momentum: μ.
        epsilon: ε.
        centered: whether the mean of g is taken off the mean of g².
        weight_decay, clipnorm, clipvalue, global_clipnorm: see `Optimizer`.
        name: shown in messages.

    >>> import thalweg as tw
    >>> w = tw.Variable([1.0])
    >>> tw.optimizers.RMSprop(0.5, rho=0.0, epsilon=0.0).apply_gradients([(tw.constant([3.0]), w)])
    1
    >>> w.numpy()
    array([0.5], dtype=float32)
    """

    memory: ClassVar[dict[str, str]] = {
        "square": "velocity",
        "velocity": "momentum",
        "mean": "average_gradient",
    }

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "rmsprop",
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.rho = setting("rho", rho, below=1.0)
        self.momentum = setting("momentum", momentum)
        self.epsilon, self.centered = setting("epsilon", epsilon), centered

    def init(self, params: Any) -> RMSpropState:
        """Make the state for one array of parameters."""
        return init(params, momentum=self.momentum, centered=self.centered)

    def update(
        self, grad: Any, state: RMSpropState, params: Any, rate: float
    ) -> tuple[Any, RMSpropState]:
        """Give the new parameters and the new state."""
        return update(
            grad,
            state,
            params,
            learning_rate=rate,
            rho=self.rho,
            momentum=self.momentum,
            epsilon=self.epsilon,
        )
