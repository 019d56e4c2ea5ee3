"""Functions with derivatives written by hand, for the solvers' tests; published minima."""

from __future__ import annotations

import numpy as np


class Landscape:
    """A `Problem` from three closed forms on flat arrays."""

    def __init__(self, size, f, g, h=None, hv=None):
        self.size = size
        self.f, self.g, self.h, self.hv = f, g, h, hv
        self.nfev = self.njev = self.nhev = 0

    def value(self, x):
        self.nfev += 1
        return float(self.f(x))

    def value_and_gradient(self, x):
        self.nfev += 1
        self.njev += 1
        return float(self.f(x)), np.asarray(self.g(x), dtype=float).reshape(self.size)

    def hessian(self, x):
        self.nhev += 1
        return np.asarray(self.h(x), dtype=float).reshape(self.size, self.size)

    def hvp(self, x, v):
        self.nhev += 1
        return self.hv(x, v) if self.hv is not None else self.h(x) @ v


def line(f, d, dd):
    """One number."""
    return Landscape(1, lambda x: f(x[0]), lambda x: [d(x[0])], lambda x: np.array([[dd(x[0])]]))


def quadratic(A, b=None):
    """½xᵀAx − bᵀx."""
    A = np.asarray(A, dtype=float)
    b = np.zeros(len(A)) if b is None else np.asarray(b, dtype=float)
    return Landscape(len(A), lambda x: 0.5 * x @ A @ x - b @ x, lambda x: A @ x - b, lambda x: A)


def rosenbrock(n):
    """Σ 100(x_{i+1} − x_i²)² + (1 − x_i)²; 0 at (1, …, 1)."""

    def f(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    def g(x):
        out = np.zeros(n)
        gap = x[1:] - x[:-1] ** 2
        out[:-1] = -400 * x[:-1] * gap - 2 * (1 - x[:-1])
        out[1:] += 200 * gap
        return out

    def parts(x):
        diagonal = np.zeros(n)
        diagonal[:-1] = 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
        diagonal[1:] += 200
        return diagonal, -400 * x[:-1]

    def h(x):
        d, o = parts(x)
        return np.diag(d) + np.diag(o, 1) + np.diag(o, -1)

    def hv(x, v):
        d, o = parts(x)
        out = d * v
        out[:-1] += o * v[1:]
        out[1:] += o * v[:-1]
        return out

    return Landscape(n, f, g, h, hv)


def plane(f, fx, fy, fxx, fxy, fyy):
    """Two numbers."""
    return Landscape(
        2,
        lambda x: f(*x),
        lambda x: [fx(*x), fy(*x)],
        lambda x: np.array([[fxx(*x), fxy(*x)], [fxy(*x), fyy(*x)]]),
    )


def himmelblau():
    """(x² + y − 11)² + (x + y² − 7)²; four minima of 0, one maximum, four saddles."""
    return plane(
        lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
        lambda x, y: 4 * x * (x * x + y - 11) + 2 * (x + y * y - 7),
        lambda x, y: 2 * (x * x + y - 11) + 4 * y * (x + y * y - 7),
        lambda x, y: 12 * x * x + 4 * y - 42,
        lambda x, y: 4 * (x + y),
        lambda x, y: 4 * x + 12 * y * y - 26,
    )


def beale():
    """Σ (c_k − x + x·yᵏ)²; 0 at (3, ½)."""
    c = np.array([1.5, 2.25, 2.625])
    k = np.array([1.0, 2.0, 3.0])

    def rows(x, y):
        r = c - x + x * y**k
        jx, jy = y**k - 1, x * k * y ** (k - 1)
        return r, jx, jy

    def f(v):
        return np.sum(rows(*v)[0] ** 2)

    def g(v):
        r, jx, jy = rows(*v)
        return [2 * r @ jx, 2 * r @ jy]

    def h(v):
        x, y = v
        r, jx, jy = rows(x, y)
        xy = np.sum(r * k * y ** (k - 1))
        yy = np.sum(r * x * k * (k - 1) * np.where(k > 1, y ** np.maximum(k - 2, 0), 0.0))
        return 2 * np.array([[jx @ jx, jx @ jy + xy], [jx @ jy + xy, jy @ jy + yy]])

    return Landscape(2, f, g, h)


def booth():
    """(x + 2y − 7)² + (2x + y − 5)²; 0 at (1, 3)."""
    return plane(
        lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
        lambda x, y: 10 * x + 8 * y - 34,
        lambda x, y: 8 * x + 10 * y - 38,
        lambda x, y: 10.0,
        lambda x, y: 8.0,
        lambda x, y: 10.0,
    )


def sum_of_distances(places):
    """Σ|x_k − a_k|, a kink in every number; 0 at a."""
    a = np.asarray(places, dtype=float)
    return Landscape(
        len(a),
        lambda x: np.sum(np.abs(x - a)),
        lambda x: np.sign(x - a),
        lambda x: np.zeros((len(a), len(a))),
    )


def scaled(inner, height=1.0, width=1.0):
    """The same valley `height` times as deep and `width` times as wide."""
    c, w = height, width
    hv = None if inner.hv is None else lambda x, v: c * inner.hv(x / w, v) / w**2
    return Landscape(
        inner.size,
        lambda x: c * inner.f(x / w),
        lambda x: c * np.asarray(inner.g(x / w)) / w,
        lambda x: c * inner.h(x / w) / w**2,
        hv,
    )
