"""Singular values and vectors.

With P = Uᴴ·A′·V, the turns Ωᵤ = Uᴴ·U′ and Ωᵥ = Vᴴ·V′ are, off the diagonal,
Ωᵤ + Ωᵥ = (P + Pᴴ) / (sⱼ - sᵢ) and Ωᵤ - Ωᵥ = (P - Pᴴ) / (sⱼ + sᵢ): equal values hurt the first alone,
zeros both. The rules are written by these two.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.handle import Handle
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.comparison import select
from thalweg.ops.complex_numbers import real
from thalweg.ops.contraction import product
from thalweg.ops.degenerate import (
    equal_values,
    no_choice_inside,
    over_gaps,
    refuse,
    repeated,
    resolution,
    shared,
    uneven,
)
from thalweg.ops.diagonals import diagonal, put_diagonal
from thalweg.ops.equal_groups import groups
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.lapack import matrices, negligible, raw, where_finite
from thalweg.ops.linear_solve import adjoint_of
from thalweg.ops.movement import reshape
from thalweg.ops.phases import in_phase, keep_phase, pull_phase, turned_by
from thalweg.ops.second_at_equal import no_bend_seen, once, some_equal, trail_of, with_second

TALL = np.array([[3.0, 0.2], [-0.5, 1.0], [0.7, 0.4]])
EVERY = (
    sample(TALL), sample(TALL.T.copy()), sample(np.diag([3.0, 2.0, 0.7]) + 0.1 * np.arange(9.0).reshape(3, 3)),
    sample(np.stack([TALL, 2 * TALL[::-1]])), sample(np.array([[-2.0]])), sample(np.zeros((0, 3))),
)  # fmt: skip
VECTORS = (wrong(np.ones(3), error=ShapeError, words="matrices"),)
NOTE = (
    "Cotangents of equal values are shared equally; where the gradient depends on which of their "
    "vectors were chosen, it is refused. The gradient of a value that is 0 is 0, as that of |x| at 0. "
    "Of complex vectors the largest component of each column of U is real."
    " Second derivatives of symmetric functions of equal values are right by a tape over a tape; all others "
    "at equal values, those with vectors and those of the third order are refused."
)


class SVDResult(NamedTuple):
    """NumPy's answer: A = U·diag(S)·Vh."""

    U: Any
    S: Any
    Vh: Any


def _is_zero(values: Any, shape: Any) -> Any:
    """Which singular values are nothing but rounding."""
    return raw(values) <= resolution(values, max(shape))


def _over(values: Any, zero: Any) -> Any:
    """1 / s along the columns, and 0 where s counts as 0."""
    values = reshape(values, (*values.shape[:-1], 1, values.shape[-1]))
    flat = zero[..., None, :]
    one, nought = values.dtype.type(1), values.dtype.type(0)
    return select(flat, nought, 1 / select(flat, one, values))


def _over_sums(values: Any, zero: Any) -> Any:
    """1 / (sᵢ + sⱼ), and 0 where both count as 0."""
    lead, size = values.shape[:-1], values.shape[-1]
    sums = reshape(values, (*lead, 1, size)) + reshape(values, (*lead, size, 1))
    both = zero[..., None, :] & zero[..., :, None]
    one, nought = values.dtype.type(1), values.dtype.type(0)
    return select(both, nought, 1 / select(both, one, sums))


def _rest(vectors: Any, way: Any) -> Any:
    """What of some columns lies outside of the span of the vectors."""
    return way - product(vectors, product(adjoint_of(vectors), way))


def _parts(vectors: Any, count: int) -> tuple[Any, Any]:
    """The vectors that belong to values, and those that fill the space up, None without any."""
    if vectors.shape[-1] == count:
        return vectors, None
    return getitem(vectors, (..., slice(count))), getitem(vectors, (..., slice(count, None)))


def _outside(name: str, vectors: Any, of_vectors: Any, zero: Any) -> Any:
    """The cotangent that turns vectors out of their span, and the vectors that fill up into it."""
    count = zero.shape[-1]
    mine, others = _parts(vectors, count)
    of_mine, of_others = _parts(of_vectors, count)
    if others is None:
        found = _rest(mine, of_mine)
    else:
        turning = product(adjoint_of(others), of_others)
        if not negligible(
            (raw(turning) - raw(adjoint_of(turning))) / 2, raw(of_others), vectors.shape[-2]
        ):
            refuse(name, "the function depends on which vectors fill the space up")
        found = _rest(mine, of_mine) - product(others, product(adjoint_of(of_others), mine))
    if np.any(zero) and not negligible(
        np.where(zero[..., None, :], raw(found), 0), of_vectors, vectors.shape[-2]
    ):
        refuse(name, "a value is 0, and the function depends on the choice of vectors")
    return found


def _of_values(g: Any, trail: Any, tensor: Any, values: Any, left: Any, right: Any) -> Any:
    """The gradient of a function of the values alone."""
    of_values, of_trail = g
    shape = (left.shape[-2], right.shape[-2])
    same, zero = equal_values(values, max(shape)), _is_zero(values, shape)
    weights = values * 0 if of_values is None else of_values
    found = _weighted(_kinked(shared(weights, same), zero), left, right)
    if some_equal(same, zero):
        at = groups(left, right, same, zero)
        found = with_second("svd", found, weights, of_trail, trail, tensor, at)
    return found


def _triple_rule(g: Any, ans: Any, tensor: Any) -> Any:
    (values, left, right, trail), (of_values, of_left, of_right, of_trail) = ans, g
    count, shape = values.shape[-1], (left.shape[-2], right.shape[-2])
    same, zero = equal_values(values, max(shape)), _is_zero(values, shape)
    mine, theirs = _parts(left, count)[0], _parts(right, count)[0]
    if of_left is None and of_right is None:
        if some_equal(same, zero) and isinstance(tensor, Handle):
            # By vectors of their own, a second sweep sees that the function had none.
            values, mine, theirs, _ = singular_triples(tensor, False)
        return _of_values((of_values, of_trail), trail, tensor, values, mine, theirs)
    if of_trail is not None and np.any(raw(of_trail)) and some_equal(same, zero):
        refuse("svd", "values are equal, and with their vectors they have no second derivative")
    of_left = left * 0 if of_left is None else of_left
    of_right = right * 0 if of_right is None else of_right
    if left.dtype.kind == "c":
        of_left, of_right = _unphased(of_left, of_right, left, right, count)
    beyond_left = _outside("svd", left, of_left, zero)
    beyond_right = _outside("svd", right, of_right, zero)
    turn_left = product(adjoint_of(mine), _parts(of_left, count)[0])
    turn_right = product(adjoint_of(theirs), _parts(of_right, count)[0])
    beside = np.maximum(np.abs(raw(of_left)).max(initial=0), np.abs(raw(of_right)).max(initial=0))
    _refuse_zeros(turn_left, turn_right, of_values, beside, zero, shape)
    no_choice_inside("svd", turn_left + turn_right, beside, same, of_values, max(shape))
    turn_left, turn_right = turn_left - adjoint_of(turn_left), turn_right - adjoint_of(turn_right)
    inner = (turn_left + turn_right) * over_gaps(values, same) / 2
    inner = inner + (turn_left - turn_right) * _over_sums(values, zero) / 2
    if of_values is not None:
        inner = inner + put_diagonal(shared(of_values, same), (count, count), 0)
    over = _over(values, zero)
    found = product(product(mine, inner) + beyond_left * over, adjoint_of(theirs))
    found = found + product(mine, adjoint_of(beyond_right * over))
    several = _several(zero, shape)
    if some_equal(same, several):
        found = once(found, *groups(mine, theirs, same, several)[:4], "svd")
    return found


def _several(zero: Any, shape: Any) -> Any:
    """Values 0 whose vectors can be chosen: several, or one beside a space that is filled up."""
    return zero & ((zero.sum(-1, keepdims=True) > 1) | (shape[0] != shape[1]))


def _weighted(weights: Any, left: Any, right: Any) -> Any:
    """U·diag(w)·Vᴴ."""
    across = reshape(weights, (*weights.shape[:-1], 1, weights.shape[-1]))
    return product(left * across, adjoint_of(right))


def _kinked(weights: Any, zero: Any) -> Any:
    """Cotangents of values alone: a singular value is a size, whose gradient at 0 is 0."""
    return select(zero, weights.dtype.type(0), weights) if np.any(zero) else weights


def _refuse_zeros(
    turn_left: Any, turn_right: Any, of_values: Any, beside: Any, zero: Any, shape: Any
) -> None:
    """Refuse cotangents of vectors that belong to values 0 and can be chosen."""
    several = _several(zero, shape)
    if not np.any(several):
        return
    both = several[..., None, :] & several[..., :, None]
    for turn in (raw(turn_left), raw(turn_right)):
        turning = (turn - np.conjugate(np.swapaxes(turn, -1, -2))) / 2
        if not negligible(np.where(both, turning, 0), beside, max(shape)):
            refuse("svd", "a value is 0, and the function depends on the choice of vectors")
    if of_values is None:
        return
    weights = np.where(several, raw(of_values), 0)
    if not negligible(weights, raw(of_values), 1) and np.any(weights):
        refuse("svd", "a value is 0, and with its vectors it leaves the derivative undetermined")


def _unphased(of_left: Any, of_right: Any, left: Any, right: Any, count: int) -> tuple[Any, Any]:
    """Cotangents of columns in phase, as those of columns that do not turn."""
    (mine, others), (of_mine, of_others) = _parts(left, count), _parts(of_left, count)
    (theirs, more), (of_theirs, of_more) = _parts(right, count), _parts(of_right, count)
    of_mine = pull_phase(of_mine, mine, turned_by(of_theirs, theirs))
    if others is not None:
        of_mine = concat([of_mine, pull_phase(of_others, others)], -1)
    if more is not None:
        of_theirs = concat([of_theirs, pull_phase(of_more, more)], -1)
    return of_mine, of_theirs


def _triple_tangent(g: Any, ans: Any) -> Any:
    values, left, right, _ = ans
    count, shape = values.shape[-1], (left.shape[-2], right.shape[-2])
    same, zero = equal_values(values, max(shape)), _is_zero(values, shape)
    (mine, others), (theirs, more) = _parts(left, count), _parts(right, count)
    part = product(product(adjoint_of(mine), g), theirs)
    beyond_left = _rest(mine, product(g, theirs))
    beyond_right = _rest(theirs, product(adjoint_of(g), mine))
    _refuse_moves(part, beyond_left, beyond_right, same, zero, g)
    over, sums = _over(values, zero), _over_sums(values, zero)
    even, odd = (
        (part + adjoint_of(part)) * over_gaps(values, same),
        (part - adjoint_of(part)) * sums,
    )
    move_left = product(mine, (even + odd) / 2) + beyond_left * over
    move_right = product(theirs, (even - odd) / 2) + beyond_right * over
    if left.dtype.kind == "c":
        move_left, move_right = keep_phase(move_left, mine, (move_right, theirs))
    fill_left = _filling(mine, others, move_left)
    fill_right = _filling(theirs, more, move_right)
    return (
        shared(real(diagonal(part, 0)), same),
        move_left if others is None else concat([move_left, fill_left], -1),
        move_right if more is None else concat([move_right, fill_right], -1),
        None,
    )


def _filling(mine: Any, others: Any, moved: Any) -> Any:
    """Tangents of the vectors that fill the space up: they stay at right angles, and do not turn."""
    if others is None:
        return None
    found = -product(mine, product(adjoint_of(moved), others))
    return keep_phase(found, others) if others.dtype.kind == "c" else found


def _refuse_moves(part: Any, left: Any, right: Any, same: Any, zero: Any, g: Any) -> None:
    """Refuse tangents of vectors that can be chosen freely."""
    size = max(g.shape[-2:])
    numbers = raw(part)
    even = numbers + np.conjugate(np.swapaxes(numbers, -1, -2))
    free = repeated(same) and not negligible(uneven(even, same), g, size)
    several = zero & (zero.sum(-1, keepdims=True) > 1)
    both = several[..., None, :] & several[..., :, None]
    free = free or not negligible(np.where(both, numbers, 0), g, size)
    for beyond in (left, right):
        free = free or not negligible(np.where(zero[..., None, :], raw(beyond), 0), g, size)
    if free:
        refuse(
            "svd",
            "values are equal or 0, and their vectors have no tangent (the values have, by compute_uv=False)",
        )


def _triple(full: bool) -> Any:
    def kernel(x: Any) -> Any:
        left, values, right = np.linalg.svd(x, full_matrices=full)
        return _signed(values, left, np.conjugate(np.swapaxes(right, -1, -2)))

    return kernel


def _signed(values: Any, left: Any, right: Any) -> tuple[Any, ...]:
    """The answer with complex columns in phase."""
    if left.dtype.kind != "c" or not left.size or not right.size:
        return values, left, right
    count = values.shape[-1]
    first, second = in_phase(left[..., :count], right[..., :count])
    left, right = [
        np.concatenate([one, in_phase(whole[..., count:])], -1)
        for one, whole in ((first, left), (second, right))
    ]
    return values, left, right


@row(
    inputs="tensor",
    native="LAPACK's iterations, whose number depends on the values",
    knows_absent=True, holomorphic=False,
    vjp={"tensor": _triple_rule}, jvp={"tensor": _triple_tangent},
    samples=(*EVERY, sample(TALL, full_matrices=True), sample(TALL.T.copy(), full_matrices=True)),
    special=(
        special([[np.nan, 0.0], [0.0, 1.0]], value=([np.nan] * 2, [[np.nan] * 2] * 2, [[np.nan] * 2] * 2, np.zeros((3, 2)))),
    ),
    wrong=VECTORS, formula="A = U·diag(s)·Vᴴ, s descending",
    source="Wan & Zhang 2019, Automatic differentiation for complex valued SVD; Townsend 2016",
    note=NOTE,
)  # fmt: skip
def singular_triples(tensor: Any, full_matrices: Any = False) -> Any:
    """Singular values, the vectors of both sides as columns, and the trail."""
    matrices("svd", tensor)
    return (*where_finite(_triple(bool(full_matrices)), tensor), trail_of(tensor))


def _values_rule(g: Any, ans: Any, tensor: Any) -> Any:
    values, left, right, _ = singular_triples(tensor, False)
    return _of_values(g, ans[1], tensor, values, left, right)


def _values_tangent(g: Any, tensor: Any) -> Any:
    values, left, right, _ = singular_triples(tensor, False)
    shape = tensor.shape[-2:]
    same, zero = equal_values(values, max(shape)), _is_zero(values, shape)
    if some_equal(same, zero):
        at = groups(left, right, same, zero)
        left, right = (no_bend_seen("svd", one, g, at) for one in (left, right))
    part = real(diagonal(product(product(adjoint_of(left), g), right), 0))
    return shared(_kinked(part, zero), same), None


@row(
    inputs="tensor",
    native="LAPACK's iterations, whose number depends on the values",
    several=True, knows_absent=True, holomorphic=False,
    vjp={"tensor": _values_rule}, jvp={"tensor": _values_tangent}, samples=EVERY,
    special=(special([[np.nan, 0.0], [0.0, 1.0]], value=([np.nan] * 2, np.zeros((3, 2)))),),
    wrong=VECTORS, formula="s descending, A = U·diag(s)·Vᴴ", source="Giles 2008, 3.2", note=NOTE,
)  # fmt: skip
def values_alone(tensor: Any) -> Any:
    """Singular values, descending, and the trail by which second derivatives find equal ones."""
    matrices("svd", tensor)
    return where_finite(lambda x: np.linalg.svd(x, compute_uv=False), tensor), trail_of(tensor)


@composite(
    inputs="tensor", public="",
    numpy={np.linalg.svdvals: lambda x, /: values_alone.eager(x)[0]},
)  # fmt: skip
def singular_values(tensor: Any) -> Any:
    """Singular values, descending.

    Args:
        tensor: shape `(..., m, n)`.
    """
    return values_alone(tensor)[0]


def _numpy_svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """NumPy's svd; `hermitian` asks for a quicker way to the same."""
    if not compute_uv:
        return singular_values.eager(a)
    values, left, right, _ = singular_triples.eager(a, full_matrices)
    return SVDResult(left, values, adjoint_of(right))


@composite(inputs="tensor", public="linalg.svd", numpy={np.linalg.svd: _numpy_svd})
def svd(tensor: Any, full_matrices: Any = False, compute_uv: Any = True) -> Any:
    """Singular values and vectors: A = U·diag(s)·Vᴴ.

    Args:
        tensor: A, shape `(..., m, n)`, wide or tall.
        full_matrices: whether U and V are square, filled up with vectors at right angles.
        compute_uv: whether the vectors are wanted.

    Returns:
        `(s, u, v)` with s descending and V, not Vᴴ; or s alone.

    Raises:
        UndeterminedGradientError: singular values are equal or 0, and the gradient depends on
            which vectors were chosen.

    >>> import thalweg as tw
    >>> tw.linalg.svd([[0.0, 2.0], [-3.0, 0.0]], compute_uv=False).numpy()
    array([3., 2.], dtype=float32)
    """
    if not static(compute_uv):
        return singular_values(tensor)
    return singular_triples(tensor, bool(static(full_matrices)))[:3]
