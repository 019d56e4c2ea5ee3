"""What a solver needs to know of the function it goes down: `Problem`."""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Negated", "Problem", "Residuals", "SquaredMiss", "Vector"]

Vector: TypeAlias = NDArray[np.float64]


@runtime_checkable
class Problem(Protocol):
    """A function of `size` float64 numbers with its exact derivatives.

    Points and directions are flat arrays, shape `(size,)`. A gradient that was handed out is the
    caller's: it is never written to again. `nfev`, `njev` and `nhev` count the values, the
    gradients and the Hessians (a Hessian-vector product counts as one) that were asked for.
    """

    size: int
    nfev: int
    njev: int
    nhev: int

    def value(self, x: Vector) -> float:
        """Give f(x)."""
        ...

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """Give f(x) and ∇f(x), shape `(size,)`."""
        ...

    def hvp(self, x: Vector, v: Vector) -> Vector:
        """Give ∇²f(x)·v, shape `(size,)`."""
        ...

    def hessian(self, x: Vector) -> Vector:
        """Give ∇²f(x), shape `(size, size)`."""
        ...


@runtime_checkable
class Residuals(Protocol):
    """A map from `size` numbers to a vector of residuals, with its exact Jacobian."""

    size: int
    nfev: int
    njev: int

    def residual(self, x: Vector) -> Vector:
        """Give r(x), shape `(m,)`."""
        ...

    def residual_and_jacobian(self, x: Vector) -> tuple[Vector, Vector]:
        """Give r(x), shape `(m,)`, and ∂r/∂x, shape `(m, size)`."""
        ...


class _Wrapped:
    """A problem made from another one; the counters are the inner problem's."""

    def __init__(self, inner: Problem) -> None:
        self.inner = inner
        self.size = inner.size

    @property
    def nfev(self) -> int:
        return self.inner.nfev

    @nfev.setter
    def nfev(self, count: int) -> None:
        self.inner.nfev = count

    @property
    def njev(self) -> int:
        return self.inner.njev

    @njev.setter
    def njev(self, count: int) -> None:
        self.inner.njev = count

    @property
    def nhev(self) -> int:
        return self.inner.nhev

    @nhev.setter
    def nhev(self, count: int) -> None:
        self.inner.nhev = count


class Negated(_Wrapped):
    """−f: whoever goes down it goes up f."""

    def value(self, x: Vector) -> float:
        """Give −f(x)."""
        return -self.inner.value(x)

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """Give −f(x) and −∇f(x)."""
        value, gradient = self.inner.value_and_gradient(x)
        return -value, -gradient

    def hvp(self, x: Vector, v: Vector) -> Vector:
        """Give −∇²f(x)·v."""
        return -self.inner.hvp(x, v)

    def hessian(self, x: Vector) -> Vector:
        """Give −∇²f(x)."""
        return -self.inner.hessian(x)


class SquaredMiss(_Wrapped):
    """(f(x) − target)²: zero where f takes the value wanted.

    With r = f − target the gradient is 2·r·∇f and the Hessian 2·(∇f·∇fᵀ + r·∇²f). The same object
    is a `Residuals` of one residual, r, which Gauss-Newton brings to zero to the last bit where
    the square has long lost half of its digits.
    """

    def __init__(self, inner: Problem, target: float) -> None:
        super().__init__(inner)
        self.target = target

    def value(self, x: Vector) -> float:
        """Give (f(x) − target)²."""
        miss = self.inner.value(x) - self.target
        return miss * miss

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """Give (f(x) − target)² and 2·(f(x) − target)·∇f(x)."""
        value, gradient = self.inner.value_and_gradient(x)
        miss = value - self.target
        return miss * miss, (2.0 * miss) * gradient

    def hvp(self, x: Vector, v: Vector) -> Vector:
        """Give 2·(∇f·(∇f·v) + r·∇²f·v)."""
        value, gradient = self.inner.value_and_gradient(x)
        bent = (value - self.target) * self.inner.hvp(x, v)
        product: Vector = 2.0 * (gradient * float(gradient @ v) + bent)
        return product

    def hessian(self, x: Vector) -> Vector:
        """Give 2·(∇f·∇fᵀ + r·∇²f)."""
        value, gradient = self.inner.value_and_gradient(x)
        bent = (value - self.target) * self.inner.hessian(x)
        matrix: Vector = 2.0 * (np.outer(gradient, gradient) + bent)
        return matrix

    def residual(self, x: Vector) -> Vector:
        """Give the one residual f(x) − target."""
        return np.array([self.inner.value(x) - self.target])

    def residual_and_jacobian(self, x: Vector) -> tuple[Vector, Vector]:
        """Give f(x) − target and ∇f(x) as one row."""
        value, gradient = self.inner.value_and_gradient(x)
        return np.array([value - self.target]), gradient[np.newaxis, :]
