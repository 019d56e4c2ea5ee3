"""Compiled calls and whole loops beside JAX at its best and PyTorch eager: seconds a step.

Each case gives names and calls of some steps; what is shown is a step's share. JAX is timed as one
jitted `fori_loop`, which is its best where nothing has to come back between steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import thalweg as tw

Calls = dict[str, Callable[[], object]]
Case = tuple[Calls, int]
"""The rivals, and how many steps a call takes."""


def _jax() -> Any:
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    return jax


def _jax_loop(jax: Any, step: Callable[[Any], Any], state: Any, steps: int) -> Callable[[], object]:
    """Steps in one jitted loop."""
    run = jax.jit(lambda state: jax.lax.fori_loop(0, steps, lambda _, now: step(now), state))
    return lambda: jax.block_until_ready(run(state))


def _descent(
    loss: Callable[..., Any],
    starts: list[Any],
    rate: float,
    steps: int,
    jax_loss: Callable[..., Any] | None,
) -> Case:
    """Plain descent on a loss of some arrays: our loop, JAX's loop."""
    variables = [tw.Variable(start) for start in starts]
    optimizer = tw.optimizers.SGD(rate)

    def ours() -> object:
        for variable, start in zip(variables, starts, strict=True):
            variable.assign(start)
        found = optimizer.minimize(lambda: loss(*variables), variables, steps=steps)
        if optimizer.why_not_compiled:
            raise RuntimeError(optimizer.why_not_compiled)
        return found

    calls: Calls = {"thalweg": ours}
    jax = _jax()
    if jax is not None and jax_loss is not None:
        slope = jax.grad(lambda values: jax_loss(*values))
        begun = [jax.numpy.asarray(start) for start in starts]

        def step(values: Any) -> Any:
            return [
                value - value.dtype.type(rate) * g
                for value, g in zip(values, slope(values), strict=True)
            ]

        calls["jax"] = _jax_loop(jax, step, begun, steps)
    return calls, steps


def perceptron() -> Case:
    """The gradient of MSE(softmax(x·w + b)), one call after the other."""
    rng = np.random.default_rng(0)
    x0, w0 = rng.normal(size=(2, 4)).astype("f"), rng.normal(size=(4, 3)).astype("f")
    y0, b0 = np.eye(3, dtype="f")[[2, 0]], np.zeros(3, "f")
    x, y, w, b = (tw.constant(one) for one in (x0, y0, w0, b0))

    @tw.function
    def gradient(x: Any, y: Any, w: Any, b: Any) -> Any:
        with tw.GradientTape() as tape:
            tape.watch([w, b])
            loss = tw.reduce_mean(tw.losses.MSE(y, tw.nn.softmax(x @ w + b)))
        return tape.gradient(loss, [w, b])

    calls: Calls = {"thalweg": lambda: gradient(x, y, w, b)}
    jax = _jax()
    if jax is not None:
        np_ = jax.numpy

        def loss(w: Any, b: Any, x: Any, y: Any) -> Any:
            return np_.mean((y - jax.nn.softmax(x @ w + b)) ** 2)

        theirs = jax.jit(jax.grad(loss, (0, 1)))
        given = [np_.asarray(one) for one in (w0, b0, x0, y0)]
        calls["jax"] = lambda: jax.block_until_ready(theirs(*given))
    return calls, 1


def cubic() -> Case:
    """N4.3: (x³ + 2x - 3)², from 1.5 with rate 0.001."""
    f = lambda x: (x**3 + 2 * x - 3) ** 2  # noqa: E731 # one text for both
    return _descent(f, [np.array(1.5)], 1e-3, 2_000_000, f)


def waves() -> Case:
    """N4.4: (sin(½x² - ¼y² + 3)·cos(2x + 1 - eʸ))², rate 0.02."""
    jax = _jax()

    def written(library: Any) -> Callable[..., Any]:
        return lambda x, y: (
            (library.sin(0.5 * x * x - 0.25 * y * y + 3) * library.cos(2 * x + 1 - library.exp(y)))
            ** 2
        )

    theirs = None if jax is None else written(jax.numpy)
    return _descent(written(tw), [np.array(0.3), np.array(0.2)], 0.02, 500_000, theirs)


def fit() -> Case:
    """N4.5: 300 points, 1-10-1 with ReLU, rate 0.1."""
    rng = np.random.default_rng(0)
    x0 = np.linspace(-1, 1, 300, dtype="f")[:, None]
    y0 = (x0**2 - 0.5 + rng.normal(0, 0.05, x0.shape)).astype("f")
    starts = [
        rng.normal(size=(1, 10)),
        np.full((1, 10), 0.1),
        rng.normal(size=(10, 1)),
        np.full((1, 1), 0.1),
    ]
    jax = _jax()

    def written(library: Any, relu: Any, mean: Any) -> Callable[..., Any]:
        x, y = (
            (library.asarray(x0), library.asarray(y0))
            if library is not tw
            else (tw.constant(x0), tw.constant(y0))
        )

        def loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
            out = relu(x @ w1 + b1) @ w2 + b2
            return mean((y - out) ** 2)

        return loss

    theirs = None if jax is None else written(jax.numpy, jax.nn.relu, jax.numpy.mean)
    given = [one.astype("f") for one in starts]
    return _descent(written(tw, tw.nn.relu, tw.reduce_mean), given, 0.1, 20_000, theirs)


def network(batch: int) -> Callable[[], Case]:
    """A step of 784-128-10 with ReLU and softmax cross-entropy, plain descent."""

    def case() -> Case:
        rng = np.random.default_rng(0)
        x0 = rng.normal(size=(batch, 784)).astype("f")
        y0 = np.eye(10, dtype="f")[rng.integers(0, 10, batch)]
        starts = [
            (rng.normal(size=(784, 128)) * 0.05).astype("f"), np.zeros(128, "f"),
            (rng.normal(size=(128, 10)) * 0.05).astype("f"), np.zeros(10, "f"),
        ]  # fmt: skip
        jax = _jax()
        x, y = tw.constant(x0), tw.constant(y0)

        def ours(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
            logits = tw.nn.relu(x @ w1 + b1) @ w2 + b2
            return tw.reduce_mean(tw.nn.softmax_cross_entropy_with_logits(y, logits))

        theirs = None
        if jax is not None:
            np_ = jax.numpy
            jx, jy = np_.asarray(x0), np_.asarray(y0)

            def theirs(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
                logits = jax.nn.relu(jx @ w1 + b1) @ w2 + b2
                return -np_.mean(np_.sum(jy * jax.nn.log_softmax(logits), 1))

        return _descent(ours, starts, 0.01, max(200, 8000 // batch), theirs)

    return case


def rosenbrock(size: int) -> Callable[[], Case]:
    """Σ 100(xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)², plain descent."""

    def case() -> Case:
        f = lambda x: (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()  # noqa: E731 # as above
        ours = lambda x: tw.reduce_sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)  # noqa: E731 # as above
        return _descent(ours, [np.full(size, 0.5)], 1e-4, 200_000 if size < 10 else 20_000, f)

    return case


def chain(count: int) -> Callable[[], Case]:
    """tanh(x·y + sin x)·exp(-x²) over many elements, float32, one call."""

    def case() -> Case:
        rng = np.random.default_rng(0)
        x0, y0 = rng.normal(size=(2, count)).astype("f")
        x, y = tw.constant(x0), tw.constant(y0)
        ours = tw.function(lambda x, y: tw.tanh(x * y + tw.sin(x)) * tw.exp(-x * x))
        calls: Calls = {
            "thalweg": lambda: ours(x, y),
            "numpy": lambda: np.tanh(x0 * y0 + np.sin(x0)) * np.exp(-x0 * x0),
        }
        jax = _jax()
        if jax is not None:
            np_ = jax.numpy
            theirs = jax.jit(lambda x, y: np_.tanh(x * y + np_.sin(x)) * np_.exp(-x * x))
            jx, jy = np_.asarray(x0), np_.asarray(y0)
            calls["jax"] = lambda: theirs(jx, jy).block_until_ready()
        return calls, 1

    return case


CASES: dict[str, Callable[[], Case]] = {
    "perceptron gradient, a compiled call": perceptron,
    "N4.3 in a loop": cubic,
    "N4.4 in a loop": waves,
    "N4.5's fit in a loop": fit,
    **{f"784-128-10, batch {batch}, in a loop": network(batch) for batch in (1, 16, 128, 512)},
    "Rosenbrock, 2 dimensions, in a loop": rosenbrock(2),
    "Rosenbrock, 1000 dimensions, in a loop": rosenbrock(1000),
    "fused elementwise, 10⁴": chain(10_000),
    "fused elementwise, 10⁶": chain(1_000_000),
}
