"""Hermitian matrices of which one triangle is read: the whole from the half, and back.

Cholesky factors and eigenvalues of Hermitian matrices are made from the lower triangle alone, as
LAPACK and TensorFlow make them. So the exact gradient has zeros above the diagonal, and below it what
belongs to both halves. TensorFlow gives that for `eigh`; for `cholesky` it shares it between the
halves, so that a step keeps a symmetric matrix symmetric. Both are kept here. Along symmetric changes
they are the same derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.diagonals import band
from thalweg.ops.linear_solve import adjoint_of

SOURCE = "definition; the triangle that LAPACK reads"


def _half(x: Any) -> Any:
    return (x + adjoint_of(x)) / 2


def from_lower(x: Any) -> Any:
    """The Hermitian matrix whose lower triangle is that of x; the diagonal's imaginary part is 0."""
    below = band(x, None, -1)
    return below + adjoint_of(below) + _half(band(x, 0, 0))


def to_lower(g: Any) -> Any:
    """The transpose of `from_lower`: a gradient by the whole, as one by the lower triangle."""
    both = g + adjoint_of(g)
    return band(both, None, -1) + band(both, 0, 0) / 2


def _shared(g: Any) -> Any:
    """The same as a gradient by both triangles, half each."""
    below = band(g, None, -1)
    return (below + adjoint_of(below)) / 2 + _half(band(g, 0, 0))


@row(
    inputs="x fixed", bounded=True, holomorphic=False, vjp={"x": _shared, "fixed": None},
    jvp={"x": lambda g: band(_half(g), None, 0)},
    samples=(
        sample((3, 3), np.arange(9.0).reshape(3, 3)), sample((2, 2, 2), np.ones((2, 2, 2))),
    ),
    special=(
        special([[1.0, 2.0], [2.0, 3.0]], [[1.0, 2.0], [2.0, 3.0]], value=[[1.0, 0.0], [2.0, 3.0]],
                grad=([[1.0, 0.5], [0.5, 1.0]], None)),
        special([[1.0, np.nan], [2.0, 3.0]], [[1.0, np.nan], [2.0, 3.0]], value=[[1.0, 0.0], [2.0, 3.0]],
                why="what stands above the diagonal is not read"),
    ),
    formula="the lower triangle of y, moved by that of ½(D + Dᴴ), D = x - y",
    wrong=(wrong(np.ones(3), np.ones(3), error=ShapeError, words="axis"),),
)  # fmt: skip
def read_lower(x: Any, fixed: Any) -> Any:
    """The lower triangle of a matrix, with a derivative that is shared between the triangles.

    Called with one matrix twice, the second time severed, so that D is 0 and its derivative is not.
    """
    same = (x == fixed) | ((x != x) & (fixed != fixed))
    moved = np.where(same, x.dtype.type(0), x - fixed)
    moved = (moved + np.conjugate(np.swapaxes(moved, -1, -2))) / 2
    return np.tril(fixed + moved)
