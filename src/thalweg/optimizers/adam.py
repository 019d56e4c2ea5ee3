"""Adam and AMSGrad: a pure pair (init, update), and a shell that keeps the state."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np

from thalweg.optimizers.optimizer import Optimizer, Rate
from thalweg.optimizers.setting import setting, weak

__all__ = ["Adam", "AdamState", "init", "update"]


class AdamState(NamedTuple):
    """Steps taken, running means of g and g², and, for AMSGrad, the largest mean of g² so far."""

    steps: Any
    mean: Any
    square: Any
    largest: Any


def init(params: Any, *, amsgrad: bool = False) -> AdamState:
    """Make the state that `update` carries: all zero.

    >>> init(np.ones(2)).mean
    array([0., 0.])
    """
    zeros = np.zeros_like(params)
    return AdamState(0, zeros, zeros.copy(), zeros.copy() if amsgrad else None)


def update(
    grad: Any,
    state: AdamState,
    params: Any,
    *,
    learning_rate: Any = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[Any, AdamState]:
    r"""Take one step of Adam.

    m ← m + (1 − β₁)·(g − m), v ← v + (1 − β₂)·(g² − v),
    θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε), in step t = 1, 2, …; AMSGrad divides by the root of
    the largest v so far.

    Args:
        grad: g, shaped like the parameters.
        state: what `init` or the last `update` gave; it decides whether AMSGrad.
        params: θ, an array of any shape; it is not written to.
        learning_rate: α.
        beta_1: β₁, how long the mean of g remembers.
        beta_2: β₂, how long the mean of g² remembers.
        epsilon: ε, "epsilon hat" of the paper.

    Returns:
        The new parameters and the new state.

    Source:
        Kingma and Ba, arXiv:1412.6980, the form above its section 2.1; Reddi, Kale and Kumar,
        arXiv:1904.09237 (AMSGrad, whose root Keras 3 corrects for bias as Adam's).

    >>> new, _ = update(np.array([5.0]), init(np.zeros(1)), np.array([1.0]),
    ...                 learning_rate=0.25, epsilon=0.0)
    >>> new
    array([0.75])
    """
    steps, last_mean, last_square, largest = state
    steps += 1
    rate = learning_rate * (1.0 - beta_2**steps) ** 0.5 / (1.0 - beta_1**steps)
    # What is made here is written over in place: that saves an array an operation.
    mean = grad - last_mean
    mean *= 1.0 - beta_1
    mean += last_mean
    square = grad * grad - last_square
    square *= 1.0 - beta_2
    square += last_square
    if largest is None:
        root = np.sqrt(square)
    else:
        largest = np.maximum(largest, square)
        root = np.sqrt(largest)
    root += epsilon
    if type(rate) is not float:
        rate = weak(rate, params)
    moved = params - mean * rate / root
    return moved, AdamState(steps, mean, square, largest)


class Adam(Optimizer):
    """Adam; see `update` for the formulas.

    Args:
        learning_rate: α, a number or a schedule.
        beta_1: β₁.
        beta_2: β₂.
        epsilon: ε.
        amsgrad: whether to divide by the root of the largest mean of g² so far.
        weight_decay, clipnorm, clipvalue, global_clipnorm: see `Optimizer`.
        name: shown in messages.

    >>> import thalweg as tw
    >>> w = tw.Variable([1.0])
    >>> tw.optimizers.Adam(0.25, epsilon=0.0).apply_gradients([(tw.constant([5.0]), w)])
    1
    >>> w.numpy()
    array([0.75], dtype=float32)
    """

    memory: ClassVar[dict[str, str]] = {
        "mean": "momentum",
        "square": "velocity",
        "largest": "velocity_hat",
        "steps": "steps",
    }

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "adam",
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.beta_1 = setting("beta_1", beta_1, below=1.0)
        self.beta_2 = setting("beta_2", beta_2, below=1.0)
        self.epsilon, self.amsgrad = setting("epsilon", epsilon), amsgrad

    def init(self, params: Any) -> AdamState:
        """Make the state for one array of parameters."""
        return init(params, amsgrad=self.amsgrad)

    def update(
        self, grad: Any, state: AdamState, params: Any, rate: float
    ) -> tuple[Any, AdamState]:
        """Give the new parameters and the new state."""
        return update(
            grad,
            state,
            params,
            learning_rate=rate,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )
