"""Groups of equal eigenvalues or singular values: what of a direction lies inside, and what bends it.

What stands here is numbers alone; `second_at_equal` says what for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.ops.degenerate import refuse, uneven
from thalweg.ops.lapack import lapack_dtype, negligible, raw

NO_SECOND = "values are equal, and the second derivative does not exist or is not determined"


class Groups(NamedTuple):
    """Which values are equal, which groups count as 0, and the vectors of both sides.

    Attributes:
        left: shape `(..., m, k)`.
        right: shape `(..., n, k)`; of eigenvectors the same as `left`.
        same: which values are equal, shape `(..., k, k)`.
        zero: which values are in a group that counts as 0, shape `(..., k)`.
        falling: whether the values fall, as singular values do.
    """

    left: Any
    right: Any
    same: Any
    zero: Any
    falling: bool


def groups(left: Any, right: Any, same: Any, zero: Any = None) -> Groups:
    """The groups of equal singular values; of eigenvalues where no zeros are named."""
    none = np.zeros(same.shape[:-1], bool)
    whole = none if zero is None else (same & zero[..., None, :]).any(-1)
    left, right = lapack_dtype(raw(left)), lapack_dtype(raw(right))
    return Groups(left, right, same, whole, zero is not None)


def _adjoint(x: Any) -> Any:
    return np.conjugate(np.swapaxes(x, -1, -2))


def _inside(way: Any, at: Groups) -> tuple[Any, Any]:
    """The part of a matrix inside of the groups: as the vectors see it, and of what these leave over."""
    part = _adjoint(at.left) @ way @ at.right
    live = ~at.zero
    inner = np.where(live[..., None] & live[..., None, :], (part + _adjoint(part)) / 2, 0)
    rest = np.where(at.zero.any(-1)[..., None, None], way, 0)
    left, right = at.left * live[..., None, :], at.right * live[..., None, :]
    rest = rest - left @ (_adjoint(left) @ rest)
    return uneven(inner, at.same), rest - (rest @ right) @ _adjoint(right)


def free_part(way: Any, at: Groups) -> tuple[Any, Any, Any]:
    """What of a direction, shape `(..., m, n)`, tells equal values apart.

    Returns:
        The part itself; its size, for each value that of its group; and its own eigenvalues (singular
        values) in each group, in the order of the group's values.
    """
    way = lapack_dtype(raw(way))
    inner, rest = _inside(way, at)
    limit = 1000 * max(way.shape[-2:]) * np.finfo(way.dtype).eps
    limit = limit * np.abs(way).max((-2, -1), initial=0)[..., None, None]
    inner = np.where(np.abs(inner) > limit, inner, 0)
    rest = np.where((np.abs(rest) > limit).any((-2, -1), keepdims=True), rest, 0)
    sizes, slopes = np.zeros((2, *at.zero.shape), np.abs(inner).dtype)
    for where, own in _each(inner, rest, at):
        sizes[where] = np.sqrt(np.sum(np.abs(own) ** 2))
        slopes[where] = _own_values(own, where, at)
    return at.left @ inner @ _adjoint(at.right) + rest, sizes, slopes


def _each(inner: Any, rest: Any, at: Groups) -> Any:
    """Each group that has a part: the places of its values, and the part."""
    for place in np.ndindex(at.zero.shape[:-1]):
        start = 0
        while start < at.zero.shape[-1]:
            stop = start + int(np.count_nonzero(at.same[(*place, start)]))
            zero = at.zero[(*place, start)]
            own = rest[place] if zero else inner[place][start:stop, start:stop]
            if np.any(own):
                yield (*place, slice(start, stop)), own
            start = stop


def _own_values(own: Any, where: tuple[Any, ...], at: Groups) -> Any:
    if np.any(at.zero[where]):
        return np.linalg.svd(own, compute_uv=False)[: at.zero[where].size]
    values = np.linalg.eigvalsh(own)
    return values[::-1] if at.falling else values


def added(name: str, weights: Any, trail: Any, at: Groups) -> Any:
    """What a second sweep adds to the gradient, beside the mean of each group: a·P.

    Args:
        name: the function's, for the message.
        weights: the cotangent of the values.
        trail: the cotangent of the trail.
        at: the groups.
    """
    weights, trail = lapack_dtype(raw(weights)), lapack_dtype(raw(trail))
    rows, count = at.left.shape[-2], at.zero.shape[-1]
    inner, rest = _inside(trail[..., :rows, :], at)
    sizes = trail[..., rows, :count].real
    made, beyond, untold = np.zeros_like(inner), np.zeros_like(rest), np.where(at.zero, 0, weights)
    smooth = np.sqrt(np.finfo(sizes.dtype).eps) * np.abs(weights).max(-1, initial=0)
    for where, own in _each(inner, rest, at):
        came, slopes = weights[where], _own_values(own, where, at)
        zero = np.any(at.zero[where])
        came = came if zero else came - came.mean()
        whole = np.sqrt(np.sum(np.abs(own) ** 2))
        bend = np.vdot(slopes, came) / np.vdot(slopes, slopes)
        roundoff = 1000 * max(own.shape) * np.finfo(sizes.dtype).eps
        apart = np.any(np.abs(sizes[where] - whole) > roundoff * whole)
        if apart or np.any(np.abs(came - bend * slopes) > smooth[where[:-1]]):
            refuse(name, NO_SECOND)
        untold[where] = 0
        if zero:
            beyond[where[:-1]] = bend * own
        else:
            made[(*where, where[-1])] = bend * own
    if np.any(np.abs(_above_mean(untold, at)) > smooth[..., None]):
        refuse(name, NO_SECOND)
    return at.left @ made @ _adjoint(at.right) + beyond


def _above_mean(weights: Any, at: Groups) -> Any:
    total = (weights[..., None, :] * at.same).sum(-1)
    return weights - total / at.same.sum(-1).astype(weights.dtype)


def _touched(way: Any, kinks: Any, at: Groups) -> bool:
    """Whether a direction does anything to the groups of some values but move them all alike."""
    live = ~at.zero[..., None, :]
    left, right = at.left * live, at.right * live
    own = np.diagonal(_adjoint(at.left) @ way @ at.right, 0, -2, -1)
    level = (own - _above_mean(own, at))[..., None, :]
    mark = kinks[..., None, :] & live
    of_left = mark * (_adjoint(way) @ left - np.conjugate(level) * right)
    of_right = mark * (way @ right - level * left)
    mark = (kinks & at.zero).any(-1)[..., None, None]
    below = mark * (way - left @ (_adjoint(left) @ way))
    beside = mark * (way - (way @ right) @ _adjoint(right))
    size = max(way.shape[-2:])
    return not all(negligible(one, way, size) for one in (of_left, of_right, below, beside))


def smooth_part(way: Any, weights: Any, at: Groups, name: str) -> tuple[Any, Any, Any]:
    """The free part of a direction, along which a function with these cotangents is smooth.

    Those of equal values are equal, and those of singular values that are 0 are 0.
    """
    way, weights = lapack_dtype(raw(way)), lapack_dtype(raw(weights))
    uneven_ones = np.abs(np.where(at.zero, weights, _above_mean(weights, at)))
    limit = 1000 * max(way.shape[-2:]) * np.finfo(weights.dtype).eps
    kinks = uneven_ones > limit * np.abs(weights).max(-1, initial=0, keepdims=True)
    if np.any(kinks) and _touched(way, (at.same & kinks[..., None, :]).any(-1), at):
        refuse(name, NO_SECOND)
    return free_part(way, at)


def even(weights: Any, at: Groups) -> bool:
    """Whether the tangents of equal values' cotangents are equal."""
    weights = raw(weights)
    smooth = np.sqrt(np.finfo(weights.dtype).eps) * np.abs(weights).max(initial=0)
    return not np.any(np.abs(np.where(at.zero, 0, _above_mean(weights, at))) > smooth)
