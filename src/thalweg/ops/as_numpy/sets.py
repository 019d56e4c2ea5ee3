"""NumPy's sets: the values that are there, once each, in order; gradients go to the first of equals."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.ops.as_numpy.arguments import alike, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.gathering import take
from thalweg.ops.joining import concat
from thalweg.ops.movement import ravel


def _first_ones(x: Any, equal_nan: bool = True) -> Any:
    return take(ravel(x), np.unique(plain(x), return_index=True, equal_nan=equal_nan)[1], 0)


@form()
def unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: Any = None, *, equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    """The values that are there, in order, and where, and how often, if that is wanted."""
    ar = value(ar)
    wanted = (True, return_inverse, return_counts)
    numpys: Any = np.unique
    _, first, *more = numpys(plain(ar), *wanted, axis, equal_nan=equal_nan)
    found = take(ravel(ar), first, 0) if axis is None else take(ar, first, axis)
    answers = (found, *((first,) if return_index else ()), *more)
    return answers if len(answers) > 1 else found


def _named(name: str, x: Any, *wanted: bool) -> Any:
    x = value(x)
    kind = type(getattr(np, name)(plain(x)))
    answers = unique(x, *wanted, equal_nan=False)
    return kind(*answers)


@form()
def unique_all(x: Any) -> Any:
    """Values, first places, numbers and counts."""
    return _named("unique_all", x, True, True, True)


@form()
def unique_counts(x: Any) -> Any:
    """Values and counts."""
    return _named("unique_counts", x, False, False, True)


@form()
def unique_inverse(x: Any) -> Any:
    """Values and the number of each element."""
    return _named("unique_inverse", x, False, True, False)


@form()
def unique_values(x: Any) -> Any:
    """The values that are there; here always in order."""
    return _first_ones(value(x), False)


@form()
def intersect1d(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """What both have; gradients go to the first."""
    one = ravel(value(ar1))
    _, first, second = np.intersect1d(plain(one), plain(ar2), assume_unique, True)
    found = take(one, first, 0)
    return (found, first, second) if return_indices else found


@form()
def union1d(ar1: Any, ar2: Any) -> Any:
    """What either has."""
    return _first_ones(concat([ravel(one) for one in alike(ar1, ar2)], 0))


@form()
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """What the first has and the second has not."""
    one = ravel(value(ar1)) if assume_unique else _first_ones(value(ar1))
    return take(one, np.flatnonzero(np.isin(plain(one), plain(ar2), invert=True)), 0)


@form()
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """What one of the two has."""
    both = [ravel(one) if assume_unique else _first_ones(one) for one in alike(ar1, ar2)]
    joint = concat(both, 0)
    if not shape_of(joint)[0]:
        return joint
    order = np.argsort(plain(joint), kind="stable")
    ordered = plain(joint)[order]
    new = np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))
    return take(joint, order[new[1:] & new[:-1]], 0)
