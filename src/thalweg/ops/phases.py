"""Phases of complex vectors: an eigenvector is one up to a factor e^(iφ), and a gradient wants one.

Of each column the component that is largest becomes real and positive. So the vectors are a function
of the matrix, with a derivative, and a loss that depends on phases has a definite gradient. Real
vectors keep the sign that LAPACK gives them; it does not change along small steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.ops.complex_numbers import conj, imag, real
from thalweg.ops.lapack import raw
from thalweg.ops.reductions import reduce_sum


def phases_of(vectors: Any) -> Any:
    """The phase of each column's largest component, shape `(..., 1, k)`; 1 for real vectors."""
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(-2)[..., None, :], -2)
    return largest / np.abs(largest)


def in_phase(vectors: Any, *others: Any) -> Any:
    """Complex columns with a real and positive largest component; the others turn with the first."""
    if vectors.dtype.kind == "c" and vectors.size:
        turn = np.conjugate(phases_of(vectors))
        vectors, others = vectors * turn, tuple([one * turn for one in others])
    return (vectors, *others) if others else vectors


def _largest(vectors: Any) -> Any:
    """1 at each column's largest component, 0 elsewhere."""
    size = np.abs(raw(vectors))
    if not size.size:
        return np.zeros(size.shape, size.dtype)
    mark = np.arange(size.shape[-2])[:, None] == size.argmax(-2)[..., None, :]
    return mark.astype(size.dtype)


def pull_phase(g: Any, vectors: Any, extra: Any = None) -> Any:
    """A cotangent of columns in phase, as one of columns whose phase does not turn.

    Args:
        g: the cotangent.
        vectors: the columns.
        extra: Re⟨cotangent, i·column⟩ of other vectors that turn along, shape `(..., 1, k)`.
    """
    mark = _largest(vectors)
    turning = turned_by(g, vectors)
    if extra is not None:
        turning = turning + extra
    size = reduce_sum(mark * real(conj(vectors) * vectors), -2, True)
    return g - mark * (1j * vectors) * (turning / size)


def turned_by(g: Any, vectors: Any) -> Any:
    """Re⟨g, i·v⟩ for each column, shape `(..., 1, k)`."""
    return reduce_sum(real(conj(g) * (1j * vectors)), -2, True)


def keep_phase(moved: Any, vectors: Any, *others: Any) -> Any:
    """Tangents of columns, turned so that the largest components stay real.

    Args:
        moved: tangents of the columns.
        vectors: the columns.
        *others: pairs of a tangent and its columns, which turn along.
    """
    mark = _largest(vectors)
    size = reduce_sum(mark * real(conj(vectors) * vectors), -2, True)
    angle = reduce_sum(mark * imag(conj(vectors) * moved), -2, True) / size
    turned = [one - 1j * columns * angle for one, columns in ((moved, vectors), *others)]
    return tuple(turned) if others else turned[0]
