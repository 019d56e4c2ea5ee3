"""Adagrad: a pure pair (init, update), and a shell that keeps the state."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.optimizers.optimizer import Optimizer, Rate
from thalweg.optimizers.setting import setting, weak

__all__ = ["Adagrad", "AdagradState", "init", "update"]


class AdagradState(NamedTuple):
    """The sum of the squared gradients so far, shaped like the parameters."""

    accumulator: Any


def init(params: Any, *, initial_accumulator_value: float = 0.1) -> AdagradState:
    """Make the state that `update` carries.

    >>> init(np.ones(2)).accumulator
    array([0.1, 0.1])
    """
    return AdagradState(np.full_like(params, initial_accumulator_value))


def update(
    grad: Any,
    state: AdagradState,
    params: Any,
    *,
    learning_rate: Any = 0.001,
    epsilon: float = 1e-7,
) -> tuple[Any, AdagradState]:
    r"""Take one step of Adagrad: a ← a + g², θ ← θ − α·g/√(a + ε).

    Args:
        grad: g, shaped like the parameters.
        state: what `init` or the last `update` gave.
        params: θ, an array of any shape; it is not written to.
        learning_rate: α.
        epsilon: ε, keeps the root away from zero.

    Returns:
        The new parameters and the new state.

    Source:
        Duchi, Hazan and Singer, JMLR 12 (2011) 2121; in Keras 3's form.

    >>> new, _ = update(np.array([2.0]), init(np.zeros(1), initial_accumulator_value=0.0),
    ...                 np.array([1.0]), learning_rate=0.5, epsilon=0.0)
    >>> new
    array([0.5])
    """
    accumulator = state.accumulator + grad * grad
    moved = params - weak(learning_rate, grad) * grad / np.sqrt(accumulator + epsilon)
    return moved, AdagradState(accumulator)


class Adagrad(Optimizer):
    """Adagrad; see `update` for the formulas.

    Args:
        learning_rate: α, a number or a schedule.
        initial_accumulator_value: where the sum of squares begins.
        epsilon: ε.
        weight_decay, clipnorm, clipvalue, global_clipnorm: see `Optimizer`.
        name: shown in messages.

    >>> import thalweg as tw
    >>> w = tw.Variable([1.0])
    >>> tw.optimizers.Adagrad(0.5, 0.0, 0.0).apply_gradients([(tw.constant([2.0]), w)])
    1
    >>> w.numpy()
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str = "adagrad",
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.initial_accumulator_value = setting(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.epsilon = setting("epsilon", epsilon)

    def init(self, params: Any) -> AdagradState:
        """Make the state for one array of parameters."""
        return init(params, initial_accumulator_value=self.initial_accumulator_value)

    def update(
        self, grad: Any, state: AdagradState, params: Any, rate: float
    ) -> tuple[Any, AdagradState]:
        """Give the new parameters and the new state."""
        return update(grad, state, params, learning_rate=rate, epsilon=self.epsilon)
