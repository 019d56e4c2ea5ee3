"""Eigenvalues and eigenvectors of symmetric and Hermitian matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.handle import Handle
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.complex_numbers import real
from thalweg.ops.contraction import product
from thalweg.ops.degenerate import (
    equal_values,
    no_choice_inside,
    over_gaps,
    refuse,
    repeated,
    shared,
    uneven,
)
from thalweg.ops.diagonals import diagonal, put_diagonal
from thalweg.ops.equal_groups import groups
from thalweg.ops.hermitian import from_lower, to_lower
from thalweg.ops.lapack import negligible, raw, square, where_finite
from thalweg.ops.linear_solve import adjoint_of
from thalweg.ops.movement import reshape
from thalweg.ops.phases import in_phase, keep_phase, pull_phase
from thalweg.ops.second_at_equal import no_bend_seen, once, some_equal, trail_of, with_second

APART = np.array([[4.0, 9.0, 9.0], [1.0, 1.0, 9.0], [0.5, -1.0, -3.0]])
NOTE = (
    "The lower triangle is read and receives the gradient. Cotangents of equal eigenvalues are shared "
    "equally; where the gradient depends on which of their eigenvectors were chosen, it is refused. "
    "Of complex eigenvectors the largest component is real."
    " Second derivatives of symmetric functions of equal values are right by a tape over a tape; all others "
    "at equal values, those with vectors and those of the third order are refused."
)


class EighResult(NamedTuple):
    """NumPy's answer."""

    eigenvalues: Any
    eigenvectors: Any


def _weighted(weights: Any, vectors: Any) -> Any:
    """V·diag(w)·Vᴴ."""
    across = reshape(weights, (*weights.shape[:-1], 1, weights.shape[-1]))
    return product(vectors * across, adjoint_of(vectors))


def _of_values(g: Any, trail: Any, tensor: Any, values: Any, vectors: Any) -> Any:
    """The gradient of a function of the values alone."""
    of_values, of_trail = g
    same = equal_values(values, vectors.shape[-1])
    weights = values * 0 if of_values is None else of_values
    found = _weighted(shared(weights, same), vectors)
    if some_equal(same):
        at = groups(vectors, vectors, same)
        found = with_second("eigh", found, weights, of_trail, trail, tensor, at)
    return to_lower(found)


def _pair_rule(g: Any, ans: Any, tensor: Any) -> Any:
    (values, vectors, trail), (of_values, of_vectors, of_trail) = ans, g
    size = vectors.shape[-1]
    same = equal_values(values, size)
    if of_vectors is None:
        if some_equal(same) and isinstance(tensor, Handle):
            # By vectors of their own, a second sweep sees that the function had none.
            values, vectors, _ = eigen_pairs(tensor)
        return _of_values((of_values, of_trail), trail, tensor, values, vectors)
    if of_trail is not None and np.any(raw(of_trail)) and some_equal(same):
        refuse("eigh", "values are equal, and with their vectors they have no second derivative")
    if vectors.dtype.kind == "c":
        of_vectors = pull_phase(of_vectors, vectors)
    part = product(adjoint_of(vectors), of_vectors)
    no_choice_inside("eigh", part, of_vectors, same, of_values, size)
    inner = (part - adjoint_of(part)) / 2 * over_gaps(values, same)
    if of_values is not None:
        inner = inner + put_diagonal(shared(of_values, same), (size, size), 0)
    found = product(product(vectors, inner), adjoint_of(vectors))
    if some_equal(same):
        found = once(found, *groups(vectors, vectors, same)[:4], "eigh")
    return to_lower(found)


def _pair_tangent(g: Any, ans: Any) -> Any:
    values, vectors, _ = ans
    same = equal_values(values, vectors.shape[-1])
    change = from_lower(g)
    part = product(product(adjoint_of(vectors), change), vectors)
    if repeated(same) and not negligible(uneven(part, same), part, vectors.shape[-1]):
        refuse(
            "eigh",
            "values are equal, and their vectors have no tangent (the values have, by eigvalsh)",
        )
    moved = product(vectors, part * over_gaps(values, same))
    if vectors.dtype.kind == "c":
        moved = keep_phase(moved, vectors)
    return shared(real(diagonal(part, 0)), same), moved, None


def _sorted_pair(x: Any) -> Any:
    values, vectors = np.linalg.eigh(x)
    return values, in_phase(vectors) if vectors.dtype.kind == "c" else vectors


@row(
    inputs="tensor",
    native="LAPACK's iterations, whose number depends on the values",
    several=True, knows_absent=True, holomorphic=False,
    vjp={"tensor": _pair_rule}, jvp={"tensor": _pair_tangent},
    samples=(
        sample(APART), sample(np.stack([APART, 2 * APART + np.eye(3)])), sample(np.array([[3.0]])),
        sample(np.zeros((0, 0))),
    ),
    special=(
        special([[2.0, 9.0], [0.0, 3.0]], value=([2.0, 3.0], [[1.0, 0.0], [0.0, 1.0]], np.zeros((3, 2))),
                why="the upper triangle is not read"),
        special([[np.nan, 0.0], [0.0, 1.0]], value=([np.nan] * 2, [[np.nan] * 2] * 2, np.zeros((3, 2)))),
    ),
    wrong=(wrong(np.ones((2, 3)), error=ShapeError, words="square"),),
    formula="A = V·diag(λ)·Vᴴ, λ ascending", source="Giles 2008, 3.1; Magnus 1985, On differentiating eigenvalues and eigenvectors",
    note=NOTE,
)  # fmt: skip
def eigen_pairs(tensor: Any) -> Any:
    """Eigenvalues, real and ascending, eigenvectors as columns, and the trail."""
    square("eigh", tensor)
    return (*where_finite(_sorted_pair, tensor, lower=True), trail_of(tensor))


def _values_rule(g: Any, ans: Any, tensor: Any) -> Any:
    values, vectors, _ = eigen_pairs(tensor)
    return _of_values(g, ans[1], tensor, values, vectors)


def _values_tangent(g: Any, tensor: Any) -> Any:
    values, vectors, _ = eigen_pairs(tensor)
    same = equal_values(values, vectors.shape[-1])
    change = from_lower(g)
    if some_equal(same):
        vectors = no_bend_seen("eigh", vectors, change, groups(vectors, vectors, same))
    part = product(product(adjoint_of(vectors), change), vectors)
    return shared(real(diagonal(part, 0)), same), None


@row(
    inputs="tensor",
    native="LAPACK's iterations, whose number depends on the values",
    several=True, knows_absent=True, holomorphic=False,
    vjp={"tensor": _values_rule}, jvp={"tensor": _values_tangent},
    samples=(
        sample(APART), sample(np.stack([APART, 2 * APART + np.eye(3)])), sample(np.array([[3.0]])),
        sample(np.zeros((0, 0))),
    ),
    special=(
        special([[np.nan, 0.0], [0.0, 1.0]], value=([np.nan] * 2, np.zeros((3, 2)))),
    ),
    wrong=(wrong(np.ones((2, 3)), error=ShapeError, words="square"),),
    formula="λ ascending, A = V·diag(λ)·Vᴴ", source="Magnus 1985", note=NOTE,
)  # fmt: skip
def eigenvalues(tensor: Any) -> Any:
    """Eigenvalues, real and ascending, and the trail by which second derivatives find equal ones."""
    square("eigvalsh", tensor)
    return where_finite(np.linalg.eigvalsh, tensor, lower=True), trail_of(tensor)


def _triangle(a: Any, UPLO: Any) -> Any:
    """The matrix whose lower triangle is the one that NumPy was told to read."""
    if UPLO not in ("L", "U", "l", "u"):
        raise ValueError(f"UPLO is 'L' or 'U', not {UPLO!r}")
    return adjoint_of(a) if UPLO in "Uu" else a


def _as_tensorflow(values: Any, dtype: Any) -> Any:
    return cast(values, dtype) if dtype.kind == "c" else values


@composite(
    inputs="tensor", public="linalg.eigh",
    numpy={np.linalg.eigh: lambda a, UPLO="L": EighResult(*eigen_pairs.eager(_triangle(a, UPLO))[:2])},
)  # fmt: skip
def eigh(tensor: Any) -> Any:
    """Eigenvalues and eigenvectors of symmetric (Hermitian) matrices.

    Args:
        tensor: A, shape `(..., n, n)`. The upper triangle is not read, and receives no gradient.

    Returns:
        `(e, v)`: the eigenvalues in ascending order, and the eigenvectors as columns.

    Raises:
        UndeterminedGradientError: eigenvalues are equal, and the gradient depends on which
            eigenvectors were chosen.

    >>> import thalweg as tw
    >>> e, v = tw.linalg.eigh([[2.0, 0.0], [1.0, 2.0]])
    >>> e.numpy()
    array([1., 3.], dtype=float32)
    """
    values, vectors, _ = eigen_pairs(tensor)
    return _as_tensorflow(values, tensor.dtype), vectors


@composite(
    inputs="tensor", public="linalg.eigvalsh",
    numpy={np.linalg.eigvalsh: lambda a, UPLO="L": eigenvalues.eager(_triangle(a, UPLO))[0]},
)  # fmt: skip
def eigvalsh(tensor: Any) -> Any:
    """Eigenvalues of symmetric (Hermitian) matrices, in ascending order.

    Args:
        tensor: A, shape `(..., n, n)`. The upper triangle is not read, and receives no gradient.

    The gradient of a symmetric function of the eigenvalues is right where some are equal; the
    cotangents of equal eigenvalues are shared between them.

    >>> import thalweg as tw
    >>> tw.linalg.eigvalsh([[2.0, 0.0], [1.0, 2.0]]).numpy()
    array([1., 3.], dtype=float32)
    """
    return _as_tensorflow(eigenvalues(tensor)[0], tensor.dtype)
