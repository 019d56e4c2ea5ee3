"""The Hessian's eigenvalues at a point, and the Newton step that remains from there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thalweg.descent.problem import Vector
from thalweg.descent.run import Run

__all__ = ["Spectrum"]

_EPS = float(np.finfo(np.float64).eps)


class Spectrum:
    """The Hessian on the free numbers, in its own axes.

    Attributes:
        free: indices of the numbers that the bounds do not hold, `(k,)`.
        curvatures: eigenvalues, ascending, `(k,)`.
        axes: eigenvectors as columns, `(k, k)`.
        slopes: the gradient in those axes, `(k,)`.
        remaining: the Newton step from here, relative to the sizes of the numbers. A slope that
            is no larger than the change which rounding x makes in it counts as zero.
        length: the same step's length, absolute.
        gain: how much f would fall by that step, ½·Σ slope²/|curvature|.
        noise: below this a curvature cannot be told from zero.
    """

    __slots__ = (
        "axes",
        "curvatures",
        "free",
        "gain",
        "hessian",
        "length",
        "noise",
        "remaining",
        "slopes",
    )

    def __init__(self, run: Run, x: Vector, gradient: Vector, hessian: Vector) -> None:
        self.free: NDArray[np.intp] = np.flatnonzero(run.free(x, gradient))
        inner = hessian[np.ix_(self.free, self.free)]
        self.hessian = 0.5 * (inner + inner.T)
        if not np.all(np.isfinite(self.hessian)):
            # Where the curvature is infinite or unknown nothing can be promised about the step.
            self.hessian = np.nan_to_num(self.hessian, nan=0.0, posinf=1e300, neginf=-1e300)
        self.curvatures, self.axes = np.linalg.eigh(self.hessian)
        self.slopes = self.axes.T @ gradient[self.free]
        largest = float(np.max(np.abs(self.curvatures), initial=0.0))
        self.noise = 8 * _EPS * self.free.size * largest
        blur = np.abs(self.axes).T @ (np.abs(self.hessian) @ np.abs(x[self.free]))
        seen = np.where(np.abs(self.slopes) <= 16 * _EPS * blur, 0.0, self.slopes)
        steps = seen / np.maximum(np.abs(self.curvatures), 1e-300)
        moves = np.abs(self.axes @ steps)
        self.length = float(np.max(moves, initial=0.0))
        self.remaining = float(np.max(moves / run.sizes(x)[self.free], initial=0.0))
        self.gain = 0.5 * float(np.sum(np.abs(seen * steps)))

    def spread(self, part: Vector, size: int) -> Vector:
        """Write a vector over the free numbers as one over all, zero where held."""
        whole = np.zeros(size)
        whole[self.free] = part
        return whole
