"""One descent under way: where it began, the box it stays in, who watches, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thalweg.descent.problem import Problem, Vector

if TYPE_CHECKING:
    from thalweg.descent.judge import Finding

__all__ = ["End", "Run", "StoppedByCallback", "Watcher", "Why"]

Watcher = Callable[[Vector, float, Vector, int], bool]

_RUN_OFF = 1e10  # times the start's size: nobody means a minimum as far out as this
_FAR_OUT = 1e60  # and here f need not even fall fast to be called unbounded


class StoppedByCallback(Exception):  # noqa: N818 - it is no error, it carries a wish
    """The callback returned True or raised StopIteration."""


class Why(Enum):
    """What made a solver stop; the verdict turns it into a status."""

    JUDGED = "the judge has spoken"
    STALLED = "no step that rounding lets one see goes down"
    STEPS = "the steps are used up"
    NOT_FINITE = "f or its gradient is not finite"
    FELL = "f falls without end"
    GREW = "f grows from step to step"
    CALLBACK = "the callback asked for the end"


@dataclass(slots=True)
class End:
    """Where a solver stopped, and why.

    Attributes:
        x: the best point, `(n,)`.
        fun: f there.
        jac: ∇f there, `(n,)`.
        nit: steps taken.
        why: what made it stop.
        finding: the judge's words on `x`, where it was asked.
        where: the point at fault, where `x` is not it (a trial point outside the domain).
    """

    x: Vector
    fun: float
    jac: Vector
    nit: int
    why: Why
    finding: Finding | None = None
    where: Vector | None = None


@dataclass(slots=True)
class Run:
    """What every solver shares.

    Attributes:
        problem: the function.
        start: first point, `(n,)`, inside the box.
        max_steps: steps allowed.
        tol: the relative error in x at which the descent may rest.
        lower, upper: the box, `(n,)`, ±inf where free; both None without bounds.
        watcher: called after each step; True ends the descent.
        path: the points visited, where recorded.
        names: what the numbers are called in messages.
    """

    problem: Problem
    start: Vector
    max_steps: int
    tol: float = 1e-8
    lower: Vector | None = None
    upper: Vector | None = None
    watcher: Watcher | None = None
    path: list[Vector] | None = None
    names: list[str] | None = None
    first_value: float = nan
    first_slope: float = nan
    last_steps: list[float] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many numbers x has."""
        return int(self.start.size)

    @property
    def watched(self) -> bool:
        """Whether anybody wants to be told of each step."""
        return self.watcher is not None or self.path is not None

    def begin(self) -> tuple[float, Vector]:
        """Evaluate the start and note it."""
        value, gradient = self.problem.value_and_gradient(self.start)
        self.first_value = value
        self.first_slope = float(np.max(np.abs(gradient), initial=0.0))
        if self.watched:
            self.see(self.start, value, gradient, 0)
        return value, gradient

    def see(self, x: Vector, value: float, gradient: Vector, step: int) -> None:
        """Record a point and tell the watcher."""
        if self.path is not None:
            self.path.append(x.copy())
        if self.watcher is not None and self.watcher(x, value, gradient, step):
            raise StoppedByCallback

    def project(self, x: Vector) -> Vector:
        """Give the nearest point of the box."""
        if self.lower is None or self.upper is None:
            return x
        return np.minimum(np.maximum(x, self.lower), self.upper)

    def free(self, x: Vector, gradient: Vector) -> NDArray[np.bool_]:
        """Tell which numbers may move: not those at a bound that −∇f pushes against."""
        if self.lower is None or self.upper is None:
            return np.ones(x.size, dtype=np.bool_)
        held = ((x <= self.lower) & (gradient >= 0)) | ((x >= self.upper) & (gradient <= 0))
        held |= self.lower == self.upper
        free: NDArray[np.bool_] = ~held
        return free

    def slope(self, x: Vector, gradient: Vector) -> Vector:
        """Give the gradient without the part that the bounds hold."""
        if self.lower is None:
            return gradient
        return np.where(self.free(x, gradient), gradient, 0.0)

    def sizes(self, x: Vector) -> Vector:
        """Give the size to which an error in each number is compared, `(n,)`, never zero."""
        sizes = np.maximum(np.abs(x), 0.01 * np.abs(self.start))
        largest = float(np.max(sizes, initial=0.0))
        return np.maximum(sizes, 1e-16 * largest) if largest > 0 else np.ones_like(sizes)

    def reach(self, x: Vector) -> Vector:
        """Give how far around x it is fair to look in each number, `(n,)`, never zero.

        A number that began at zero says nothing of its own size; the largest other one stands in.
        """
        largest = float(np.max(np.maximum(np.abs(x), np.abs(self.start)), initial=0.0)) or 1.0
        return np.where(self.start == 0.0, largest, np.maximum(np.abs(x), np.abs(self.start)))

    def fell(self, x: Vector, value: float) -> bool:
        """Tell whether f falls without end: far out, and far below where it began."""
        if value == -np.inf:
            return True
        far = float(np.max(np.abs(x), initial=0.0))
        home = float(np.max(np.abs(self.start), initial=0.0)) or 1.0
        if far <= _RUN_OFF * home or not isfinite(value):
            return False
        drop = self.first_value - value
        return drop > _RUN_OFF * (abs(self.first_value) + self.first_slope * home) or (
            far > _FAR_OUT * home and drop > 0
        )

    def point(self, x: Vector) -> str:
        """Write a point for a message: `x = 5`, `(x, y) = (1, 2)`, or its length."""
        if self.names is not None and len(self.names) == x.size <= 4:
            return ", ".join(
                f"{name} = {number:.6g}" for name, number in zip(self.names, x, strict=True)
            )
        if x.size == 1:
            return f"x = {float(x[0]):.6g}"
        if x.size <= 4:
            return "x = (" + ", ".join(f"{number:.6g}" for number in x) + ")"
        return f"a point of length |x| = {float(np.linalg.norm(x)):.4g}"
