"""GradBench's gmm, lse, llsq, kmeans and lstm, written from their published definitions, float64.

Source: gradbench.dev, the pages of its evals; gmm and lstm are ADBench's (Šrajer, Kukelova, Fitzgibbon,
"A benchmark of selected algorithmic differentiation tools", 2018). Left out: ba and ht (sparse
Jacobians of a bundle and of a hand), det, ode, particle and saddle. The texts that lstm reads are
random bits here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_calls

GAMMA = 1.0
EXTRA = 0
"""The Wishart prior's scale and excess degrees of freedom."""


def gmm(m: Any, x: Any, alphas: Any, means: Any, logs: Any, lower: Any) -> Any:
    """The gradient of a Gaussian mixture's log-likelihood with a Wishart prior.

    Args:
        m: the library's words.
        x: the points, (n, d).
        alphas: unnormalised log weights, (k,).
        means: (k, d).
        logs: logarithms of the diagonals of the factors Q of the inverse covariances, (k, d).
        lower: what stands below those diagonals, (k, d(d - 1)/2).
    """
    n, d = x.shape
    k = means.shape[0]
    where = triangle(d)

    def likelihood(alphas: Any, means: Any, logs: Any, lower: Any) -> Any:
        diagonals = m.exp(logs)
        away = x[None, :, :] - means[:, None, :]
        padded = m.concat([0.0 * lower[:, :1], lower], 1)
        turned = m.turned(m.take(padded, where))
        scaled = away * diagonals[:, None, :] + away @ turned
        inner = (alphas + m.sum(logs, 1))[:, None] - 0.5 * m.sum(scaled**2, 2)
        fit = m.sum(m.logsumexp(inner, 0)) - n * m.logsumexp(alphas)
        prior = 0.5 * GAMMA**2 * (m.sum(diagonals**2) + m.sum(lower**2)) - EXTRA * m.sum(logs)
        return fit - prior + constant(n, d, k)

    return m.gradient(likelihood, [alphas, means, logs, lower])


def constant(n: int, d: int, k: int) -> float:
    """What the likelihood holds beside that: the normal density's factor and the prior's."""
    freedom = d + EXTRA + 1
    gammas = [math.lgamma(0.5 * freedom + 0.5 * (1 - j)) for j in range(1, d + 1)]
    multivariate = 0.25 * d * (d - 1) * math.log(math.pi) + sum(gammas)
    scale = freedom * d * math.log(GAMMA / math.sqrt(2))
    return -0.5 * n * d * math.log(2 * math.pi) + k * (scale - multivariate)


def lse(m: Any, x: Any) -> Any:
    """The gradient of a + log Σ exp(xᵢ - a), a = max x, in these parts, as the eval asks."""

    def value(x: Any) -> Any:
        top = m.max(x)
        return top + m.log(m.sum(m.exp(x - top)))

    return m.gradient(value, [x])


def llsq(m: Any, t: Any, s: Any, x: Any) -> Any:
    """The gradient of ½ Σᵢ (sᵢ - x₀ - x₁tᵢ - x₂tᵢ² - …)²."""

    def value(x: Any) -> Any:
        first, *rest = reversed(m.unstack(x))
        found = first
        for one in rest:
            found = found * t + one
        return 0.5 * m.sum((s - found) ** 2)

    return m.gradient(value, [x])


def kmeans(m: Any, points: Any, centres: Any) -> Any:
    """Newton's direction for Σᵢ minⱼ |cⱼ - pᵢ|²: the gradient over the Hessian's diagonal."""

    def cost(centres: Any) -> Any:
        squares = m.sum(points**2, 1)[None, :] + m.sum(centres**2, 1)[:, None]
        return m.sum(m.min(squares - 2.0 * (centres @ m.turned(points)), 0))

    slope, curvature = m.slope_and_curvature(cost, centres)
    return slope / curvature


def lstm(m: Any, state: Any, sequence: Any, main: Any, extra: Any) -> Any:
    """The gradient of the negative log-likelihood of ADBench's LSTM with diagonal weights.

    Args:
        m: the library's words.
        state: hidden and cell of each layer, (2·layers, bits).
        sequence: (characters, bits).
        main: weights and biases of each layer, (2·layers, 4·bits).
        extra: the input's weight, the output's weight and bias, (3, bits).
    """
    layers, bits = state.shape[0] // 2, state.shape[1]

    def loss(main: Any, extra: Any) -> Any:
        rows, (scale, out, shift) = m.unstack(main), m.unstack(extra)
        gates = [[row[bits * gate : bits * (gate + 1)] for gate in range(4)] for row in rows]

        def step(carried: Any, x: Any) -> Any:
            after = []
            for layer in range(layers):
                hidden, cell = carried[2 * layer : 2 * layer + 2]
                w, b = gates[2 * layer], gates[2 * layer + 1]
                forget = m.sigmoid(x * w[0] + b[0])
                let_in = m.sigmoid(hidden * w[1] + b[1])
                let_out = m.sigmoid(x * w[2] + b[2])
                cell = cell * forget + let_in * m.tanh(hidden * w[3] + b[3])
                x = let_out * m.tanh(cell)
                after += [x, cell]
            return after

        top = m.track(step, m.unstack(state), sequence[:-1] * scale, lambda after: after[-2])
        found = top * out + shift
        normal = found - m.log(m.sum(m.exp(found), 1) + 2.0)[:, None]
        return -m.mean(sequence[1:] * normal)

    return m.gradient(loss, [main, extra])


def triangle(d: int) -> np.ndarray:
    """Where each element of a strictly lower triangle stands in its columns, counted from 1; else 0."""
    where = np.zeros((d, d), np.int64)
    columns, rows = np.triu_indices(d, 1)
    where[rows, columns] = 1 + np.arange(len(rows))
    return where


def cases(sizes: Sizes) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    n, d, k = sizes.shorter(1000, 100), 10, 25
    arrays = [
        rng.normal(size=(n, d)), rng.normal(size=k), rng.normal(size=(k, d)),
        0.1 * rng.normal(size=(k, d)), 0.1 * rng.normal(size=(k, d * (d - 1) // 2)),
    ]  # fmt: skip
    yield of_calls(f"GradBench gmm, {n} points, d = {d}, k = {k}, a call", gmm, arrays)
    count = sizes.shorter(1_000_000, 1000)
    yield of_calls(f"GradBench lse, {count} elements, a call", lse, [rng.normal(size=count)])
    count, degree = sizes.shorter(100_000, 1000), 8
    t = np.linspace(-1, 1, count)
    x = rng.normal(size=degree)
    yield of_calls(f"GradBench llsq, n = {count}, m = {degree}, a call", llsq, [t, np.sign(t), x])
    n, d, k = sizes.shorter(10_000, 500), 16, 32
    points = rng.normal(size=(n, d))
    yield of_calls(
        f"GradBench kmeans, {n} points, d = {d}, k = {k}, a call",
        kmeans,
        [points, points[:k] + 0.01],
    )
    characters, bits, layers = sizes.shorter(1024, 12), 14, 2
    sequence = rng.integers(0, 2, (characters, bits)).astype(float)
    random = [rng.random((rows, width)) for rows, width in ((2 * layers, 4 * bits), (3, bits))]
    # Left out: eager ones (TensorFlow's takes half a minute a call), and `torch.compile`, which would
    # unroll Python's loop.
    yield of_calls(
        f"GradBench lstm, {layers} layers, {characters} characters, a call",
        lstm,
        [rng.random((2 * layers, bits)), sequence, *random],
        without=["thalweg, eager", "TensorFlow, eager", "PyTorch, compile"],
    )
