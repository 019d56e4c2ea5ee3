"""Equal eigenvalues and singular values: which derivatives exist there, and the refusal of the rest.

Values count as equal when they differ by less than LAPACK can tell apart. What has a derivative, and
has the same one for every choice of vectors inside of a group of equal values, comes out right. Where
a cotangent does not determine the derivative, and where there is none, an error says so:

- cotangents of equal values are shared equally between them, as `reduce_max` does at a tie: a
  symmetric function of the values has its gradient, the largest of several has the mean of theirs;
- vectors alone: a function that does not depend on the choice of vectors inside of the group (such
  as a projector) is differentiated; any other is refused;
- values and vectors together, such as V·f(Λ)·Vᴴ: the derivative of f is not in the cotangents, so
  that they say too little. It is refused, unless no direction inside of the group stands out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.ops.comparison import select
from thalweg.ops.lapack import UndeterminedGradientError, negligible, raw
from thalweg.ops.movement import reshape
from thalweg.ops.reductions import reduce_sum

WIDE = 4.0
"""Values closer than this times size times the unit roundoff of the largest count as equal."""


def resolution(values: Any, size: int) -> Any:
    """How near values may be without being told apart, for each stack, shape `(..., 1)`."""
    numbers = np.abs(raw(values))
    return WIDE * size * np.finfo(numbers.dtype).eps * numbers.max(-1, initial=0, keepdims=True)


def equal_values(values: Any, size: int) -> Any:
    """Which values of a sorted list count as equal: truth values of shape `(..., k, k)`."""
    numbers = raw(values)
    steps = np.abs(np.diff(numbers, axis=-1)) > resolution(numbers, size)
    group = np.zeros(numbers.shape, np.intp)
    np.cumsum(steps, axis=-1, out=group[..., 1:])
    return group[..., :, None] == group[..., None, :]


def repeated(same: Any) -> bool:
    """Whether any value is there more than once."""
    return bool(np.count_nonzero(same) > int(np.prod(same.shape[:-1])))


def shared(g: Any, same: Any) -> Any:
    """Cotangents of values, shared between equal ones."""
    if not repeated(same):
        return g
    weights = same / same.sum(-1, keepdims=True)
    return reduce_sum(weights.astype(g.dtype) * reshape(g, (*g.shape[:-1], 1, g.shape[-1])), -1)


def over_gaps(values: Any, same: Any) -> Any:
    """1 / (λⱼ - λᵢ), and 0 where the two are equal."""
    lead, size = values.shape[:-1], values.shape[-1]
    gaps = reshape(values, (*lead, 1, size)) - reshape(values, (*lead, size, 1))
    one, zero = gaps.dtype.type(1), gaps.dtype.type(0)
    return select(same, zero, 1 / select(same, one, gaps))


def refuse(name: str, what: str) -> None:
    """Raise UndeterminedGradientError."""
    raise UndeterminedGradientError(
        f"{name}: {what}: the vectors that belong to equal values can be chosen freely. A symmetric "
        f"function of the values alone has a gradient here, and so has one of the whole matrix (expm, "
        f"inv, cholesky, a product); for the rest make the values differ"
    )


def uneven(part: Any, same: Any) -> Any:
    """What a matrix holds inside of the groups beside a multiple of the identity."""
    numbers = np.where(same, raw(part), 0)
    mean = (np.diagonal(numbers, 0, -2, -1)[..., None, :] * same).sum(-1) / same.sum(-1)
    alone = same.sum(-1) == 1
    level = np.where(alone, 0, mean)[..., None] * np.eye(same.shape[-1])
    return np.where(alone[..., None] & same, 0, numbers - level)


def no_choice_inside(name: str, part: Any, beside: Any, same: Any, weights: Any, size: int) -> None:
    """Refuse cotangents that equal values leave undetermined.

    Args:
        name: the function's, for the message.
        part: Vᴴ times the cotangent of the vectors (of both kinds, added, for singular ones).
        beside: what its rounding errors are measured by.
        same: which values are equal.
        weights: the cotangent of the values, or None where none came.
        size: of the matrix.
    """
    if not repeated(same):
        return
    turning = (raw(part) - np.conjugate(np.swapaxes(raw(part), -1, -2))) / 2
    if not negligible(np.where(same, turning, 0), beside, size):
        refuse(name, "values are equal, and the function depends on the choice of vectors")
    if weights is None:
        return
    numbers = raw(weights)
    means = raw(shared(numbers, same))
    if not (
        negligible(uneven(part, same), beside, size) and negligible(numbers - means, numbers, size)
    ):
        refuse(
            name, "values are equal, and with their vectors they leave the derivative undetermined"
        )
