"""Eager steps against PyTorch eager: the perceptron's gradient, N4.3, and the fit of N4.5."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import thalweg as tw

THREADS = 2


def perceptron() -> dict[str, Callable[[], object]]:
    """The gradient of MSE(softmax(x·w + b)), x [2, 4], w [4, 3], as the first note writes it."""
    rng = np.random.default_rng(0)
    x0 = rng.normal(size=(2, 4)).astype(np.float32)
    w0 = rng.normal(size=(4, 3)).astype(np.float32)
    x, w, b = tw.constant(x0), tw.constant(w0), tw.zeros([3])
    y = tw.constant([2, 0])

    def ours() -> object:
        with tw.GradientTape() as tape:
            tape.watch([w, b])
            prob = tw.nn.softmax(x @ w + b, axis=1)
            loss = tw.reduce_mean(tw.losses.MSE(tw.one_hot(y, depth=3), prob))
        return tape.gradient(loss, [w, b])

    calls: dict[str, Callable[[], object]] = {"thalweg": ours, "numpy by hand": _by_hand(x0, w0)}
    try:
        import torch
        from torch.nn import functional
    except ImportError:
        return calls
    torch.set_num_threads(THREADS)
    tx, ty = torch.tensor(x0), torch.tensor([2, 0])
    tv = torch.tensor(w0, requires_grad=True)
    tb = torch.zeros(3, requires_grad=True)

    def theirs() -> object:
        prob = torch.softmax(tx @ tv + tb, 1)
        loss = functional.mse_loss(prob, functional.one_hot(ty, 3).float())
        return torch.autograd.grad(loss, [tv, tb])

    onehot = functional.one_hot(ty, 3).float()

    def theirs_at_best() -> object:
        prob = torch.softmax(tx @ tv + tb, 1)
        return torch.autograd.grad(functional.mse_loss(prob, onehot), [tv, tb])

    return {**calls, "torch": theirs, "torch, one_hot made before": theirs_at_best}


def _by_hand(x: np.ndarray, w: np.ndarray) -> Callable[[], object]:
    b = np.zeros(3, np.float32)
    y = np.eye(3, dtype=np.float32)[[2, 0]]

    def step() -> object:
        z = x @ w + b
        e = np.exp(z - z.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        g = (p - y) * np.float32(2 / 6)
        s = p * (g - (g * p).sum(1, keepdims=True))
        return x.T @ s, s.sum(0)

    return step


def cubic() -> dict[str, Callable[[], object]]:
    """A step of N4.3: x ← x - rate·∇(x³ + 2x - 3)²."""
    v = tw.Variable(1.5)

    def ours() -> object:
        with tw.GradientTape() as tape:
            loss = (v**3 + 2 * v - 3) ** 2
        return v.assign_sub(1e-6 * tape.gradient(loss, v))

    calls: dict[str, Callable[[], object]] = {"thalweg": ours}
    try:
        import torch
    except ImportError:
        return calls
    t = torch.tensor(1.5, requires_grad=True)

    def theirs() -> object:
        loss = (t**3 + 2 * t - 3) ** 2
        (grad,) = torch.autograd.grad(loss, [t])
        with torch.no_grad():
            t.sub_(1e-6 * grad)
        return t

    return {**calls, "torch": theirs}


def fit() -> dict[str, Callable[[], object]]:
    """A step of N4.5's fit: 300 points, 1-10-1 with ReLU, plain descent with rate 0.1."""
    rng = np.random.default_rng(0)
    x0 = np.linspace(-1, 1, 300, dtype=np.float32)[:, None]
    y0 = (x0**2 - 0.5 + rng.normal(0, 0.05, x0.shape)).astype(np.float32)
    starts = [
        rng.normal(size=(1, 10)), np.full((1, 10), 0.1), rng.normal(size=(10, 1)), np.full((1, 1), 0.1)
    ]  # fmt: skip
    starts = [start.astype(np.float32) for start in starts]
    x, y = tw.constant(x0), tw.constant(y0)
    w1, b1, w2, b2 = variables = [tw.Variable(start) for start in starts]

    def ours() -> object:
        with tw.GradientTape() as tape:
            out = tw.nn.relu(x @ w1 + b1) @ w2 + b2
            loss = tw.reduce_mean(tw.reduce_sum(tw.square(y - out), axis=1))
        for variable, grad in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.1 * grad)
        return loss

    calls: dict[str, Callable[[], object]] = {"thalweg": ours}
    try:
        import torch
    except ImportError:
        return calls
    tx, ty = torch.tensor(x0), torch.tensor(y0)
    ps = [torch.tensor(start, requires_grad=True) for start in starts]

    def theirs() -> object:
        out = torch.relu(tx @ ps[0] + ps[1]) @ ps[2] + ps[3]
        loss = ((ty - out) ** 2).sum(1).mean()
        grads = torch.autograd.grad(loss, ps)
        with torch.no_grad():
            for p, grad in zip(ps, grads, strict=True):
                p.sub_(0.1 * grad)
        return loss

    return {**calls, "torch": theirs}


CASES = {"perceptron gradient": perceptron, "N4.3 step": cubic, "N4.5 step": fit}
