"""The exponential of matrices."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.lapack import lapack_dtype, square, where_finite
from thalweg.ops.linear_solve import WELL, adjoint_of
from thalweg.ops.norms import magnitude

NILPOTENT = [[0.0, 1.0], [0.0, 0.0]]


@functools.cache
def _expm() -> Any:
    """SciPy's, read when the first exponential comes."""
    from scipy.linalg import expm as exponential

    return exponential


def along(matrix: Any, way: Any) -> Any:
    """The Fréchet derivative along a direction: a corner of the exponential of [[A, E], [0, A]].

    It is linear in E, which is brought to the size of 1 first so as not to cost squarings.
    """
    size = matrix.shape[-1]
    if not size:
        return way
    scale = magnitude(way, (-2, -1), True)
    upper = concat([matrix, way / scale], -1)
    lower = concat([matrix * 0, matrix], -1)
    whole = expm(concat([upper, lower], -2))
    return scale * getitem(whole, (..., slice(size), slice(size, None)))


def _rule(g: Any, input: Any) -> Any:
    return along(adjoint_of(input), g)


def _tangent(g: Any, input: Any) -> Any:
    return along(input, g)


@row(
    inputs="input",
    native="the number of its squarings depends on the values",
    public="linalg.expm", holomorphic=False,
    vjp={"input": _rule}, jvp={"input": _tangent},
    samples=(
        sample(WELL / 4), sample(np.stack([WELL / 8, WELL.T / 8])), sample(np.array([[0.7]])),
        sample(np.zeros((2, 2))), sample(np.zeros((0, 0))),
    ),
    special=(
        special([[0.0, 0.0], [0.0, 0.0]], value=[[1.0, 0.0], [0.0, 1.0]], grad=(np.ones((2, 2)),)),
        special(NILPOTENT, value=[[1.0, 1.0], [0.0, 1.0]], grad=([[1.5, 1.0], [1.0 + 1 / 6 + 1.0, 1.5]],)),
        special([[2.0]], value=[[np.exp(2.0)]]), special([[0.0]], value=[[1.0]], grad=([[1.0]],)),
        special([[np.nan, 0.0], [0.0, 1.0]], value=np.full((2, 2), np.nan)),
    ),
    wrong=(wrong(np.ones((2, 3)), error=ShapeError, words="square"),),
    formula="Σₖ Aᵏ / k!",
    source="Al-Mohy & Higham 2009, A new scaling and squaring algorithm for the matrix exponential; "
           "the derivative by Mathias 1996 (Higham 2008, Functions of Matrices, 3.6)",
)  # fmt: skip
def expm(input: Any) -> Any:
    """The exponential of square matrices.

    Args:
        input: shape `(..., n, n)`.

    Raises:
        ShapeError: matrices that are not square.
    """
    square("expm", input)
    lapack_dtype(input)
    return where_finite(lambda x: _expm()(x) if x.size else x, input)
