"""The shape of TensorFlow's issue 34144: Adam on ‖A·x - b‖², n = m = 100, step by step, eager."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import thalweg as tw

SIZE = 100
STEPS = 200


def problem() -> tuple[np.ndarray, np.ndarray]:
    """A and b."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(SIZE, SIZE)), rng.normal(size=(SIZE, 1))


def by_hand() -> Callable[[], object]:
    """Adam written out in NumPy."""
    a, b = problem()
    state = {"x": np.zeros((SIZE, 1)), "m": np.zeros((SIZE, 1)), "v": np.zeros((SIZE, 1)), "t": 0}

    def steps() -> object:
        x, m, v, t = state["x"], state["m"], state["v"], state["t"]
        for _ in range(STEPS):
            r = a @ x - b
            g = 2.0 * (a.T @ r)
            t += 1
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * (g * g)
            rate = 1e-3 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            x = x - rate * m / (np.sqrt(v) + 1e-7)
        state.update(x=x, m=m, v=v, t=t)
        return x

    return steps


def ours() -> Callable[[], object]:
    """The same with a tape and `tw.optimizers.Adam`."""
    a0, b0 = problem()
    a, b = tw.constant(a0), tw.constant(b0)
    x = tw.Variable(np.zeros((SIZE, 1)))
    adam = tw.optimizers.Adam(1e-3)

    def steps() -> object:
        for _ in range(STEPS):
            with tw.GradientTape() as tape:
                loss = tw.reduce_sum(tw.square(a @ x - b))
            adam.apply_gradients([(tape.gradient(loss, x), x)])
        return x

    return steps
