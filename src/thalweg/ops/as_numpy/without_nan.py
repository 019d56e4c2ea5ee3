"""NumPy's reductions that leave NaN out, and what replaces NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.ops.as_numpy import sums
from thalweg.ops.as_numpy.arguments import number_like, plain, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.comparison import select
from thalweg.ops.complex_numbers import complex as joined
from thalweg.ops.complex_numbers import imag, real


def present(a: Any, where: Any = True) -> Any:
    """Where there is a number, and it is asked for."""
    there = ~np.isnan(plain(a))
    return there if where is True else there & plain(where)


def _filled(a: Any, where: Any, fill: Any) -> Any:
    return select(present(a, where), a, number_like(a, fill))


@form()
def nansum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """The sum along axes, NaN counting as 0."""
    a = value(a)
    return sums.sum_(_filled(a, where, 0), axis, dtype, None, keepdims, initial)


@form()
def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """The product along axes, NaN counting as 1."""
    a = value(a)
    return sums.prod(_filled(a, where, 1), axis, dtype, None, keepdims, initial)


@form()
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    *, where: Any = True,
) -> Any:  # fmt: skip
    """The mean of those that are numbers."""
    a = value(a)
    return sums.mean(a, axis, dtype, None, keepdims, where=present(a, where))


@form()
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False,
    *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The variance of those that are numbers."""
    a = value(a)
    there = present(a, where)
    spread = sums.var(
        a, axis, dtype, None, ddof, keepdims, where=there, mean=mean, correction=correction
    )
    return _with_freedom(
        spread, a, axis, keepdims, there, ddof if correction is None else correction
    )


@form()
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False,
    *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The standard deviation of those that are numbers."""
    a = value(a)
    there = present(a, where)
    spread = sums.std(
        a, axis, dtype, None, ddof, keepdims, where=there, mean=mean, correction=correction
    )
    return _with_freedom(
        spread, a, axis, keepdims, there, ddof if correction is None else correction
    )


def _with_freedom(spread: Any, a: Any, axis: Any, keepdims: Any, there: Any, ddof: Any) -> Any:
    """NaN where no degree of freedom is left."""
    free = sums.counted(a, axis, keepdims, there) > ddof
    return select(free, spread, number_like(spread, np.nan))


def _extreme(a: Any, axis: Any, keepdims: Any, initial: Any, where: Any, lowest: bool) -> Any:
    a = value(a)
    reduce = sums.min_ if lowest else sums.max_
    if a.dtype.kind != "f":
        return reduce(a, axis, None, keepdims, initial, where)
    if where is not True and initial is None:
        return reduce(a, axis, None, keepdims, initial, where)
    there = present(a, where)
    worst = np.inf if lowest else -np.inf
    extreme = reduce(_filled(a, where, worst), axis, None, keepdims, initial)
    if initial is not None:
        return extreme
    some = sums.counted(a, axis, keepdims, there) > 0
    return select(some, extreme, number_like(extreme, np.nan))


@form()
def nanmax(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    """The largest of those that are numbers."""
    return _extreme(a, axis, keepdims, initial, where, False)


@form()
def nanmin(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    """The smallest of those that are numbers."""
    return _extreme(a, axis, keepdims, initial, where, True)


@form()
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """NaN and infinities replaced by numbers, which carry no gradient."""
    x = value(x)
    if x.dtype.kind == "c":
        return joined(
            nan_to_num(real(x), copy, nan, posinf, neginf),
            nan_to_num(imag(x), copy, nan, posinf, neginf),
        )
    if x.dtype.kind != "f":
        return x
    limits = np.finfo(x.dtype)
    numbers = plain(x)
    for which, fill in (
        (np.isnan(numbers), nan),
        (np.isposinf(numbers), limits.max if posinf is None else posinf),
        (np.isneginf(numbers), limits.min if neginf is None else neginf),
    ):
        x = select(which, number_like(x, fill) if np.isscalar(fill) else value(fill), x)
    return x
