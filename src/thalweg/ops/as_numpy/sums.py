"""NumPy's sums, products, means and extremes along axes, with `where`, `initial` and `dtype`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple
from thalweg.ops.arithmetic import maximum, minimum
from thalweg.ops.as_numpy.arguments import cast_to, floating, number_like, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.comparison import select
from thalweg.ops.complex_numbers import conj, real
from thalweg.ops.extremes import reduce_max, reduce_min
from thalweg.ops.movement import broadcast_to, reshape, transpose
from thalweg.ops.norms import euclidean
from thalweg.ops.reductions import count_along, reduce_mean, reduce_prod, reduce_sum


def widened(a: Any, dtype: Any) -> Any:
    """The dtype that NumPy adds and multiplies in: small integers become the platform's."""
    if dtype is None and a.dtype.kind in "biu":
        dtype = np.result_type(a.dtype, np.uint if a.dtype.kind == "u" else np.int_)
    return cast_to(a, dtype)


def held(a: Any, where: Any, fill: Any) -> Any:
    """The elements where a condition holds, a number elsewhere."""
    return a if where is True or where is None else select(plain(where), a, number_like(a, fill))


def counted(a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    """How many elements go into each answer."""
    axes = axis_tuple(axis, len(a.shape))
    if where is True or where is None:
        return count_along(shape_of(a), axes)
    taken: Any = np.broadcast_to(plain(where), shape_of(a))
    return np.sum(taken, axis=axes, keepdims=bool(keepdims), dtype=np.intp)


@form("sum")
def sum_(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """The sum along axes."""
    total = reduce_sum(held(widened(value(a), dtype), where, 0), axis, keepdims)
    return total if initial is None else total + initial


@form("prod")
def prod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """The product along axes."""
    total = reduce_prod(held(widened(value(a), dtype), where, 1), axis, keepdims)
    return total if initial is None else total * initial


@form()
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    *, where: Any = True,
) -> Any:  # fmt: skip
    """The mean along axes."""
    a = floating(value(a), dtype)
    if where is True:
        return reduce_mean(a, axis, keepdims)
    count = counted(a, axis, keepdims, where).astype(a.dtype)
    return reduce_sum(held(a, where, 0), axis, keepdims) / count


def _deviations(a: Any, axis: Any, given: Any, where: Any) -> Any:
    middle = mean(a, axis, keepdims=True, where=where) if given is None else value(given)
    return held(a - middle, where, 0)


def _free(a: Any, axis: Any, keepdims: Any, where: Any, ddof: Any, correction: Any) -> Any:
    count = counted(a, axis, keepdims, where) - (ddof if correction is None else correction)
    kind = np.finfo(a.dtype).dtype
    return np.maximum(count, 0).astype(kind) if isinstance(count, np.ndarray) else max(count, 0)


@form()
def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False,
    *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The sum of squared deviations over n - ddof."""
    a = floating(value(a), dtype)
    away = _deviations(a, axis, mean, where)
    squares = real(conj(away) * away) if a.dtype.kind == "c" else away * away
    total = reduce_sum(squares, axis, keepdims)
    return total / np.asarray(_free(a, axis, keepdims, where, ddof, correction), total.dtype)[()]


@form()
def std(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False,
    *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The length of the deviations over √(n - ddof); its gradient where all are equal is 0."""
    a = floating(value(a), dtype)
    away = _deviations(a, axis, mean, where)
    length = euclidean(away, axis_tuple(axis, len(a.shape)), bool(keepdims))
    free = np.sqrt(_free(a, axis, keepdims, where, ddof, correction))
    return length / np.asarray(free, length.dtype)[()]


def _extreme(
    a: Any, axis: Any, keepdims: Any, initial: Any, where: Any, reduce: Any, join: Any, name: str
) -> Any:
    a = value(a)
    if where is not True and initial is None:
        raise ValueError(f"np.{name} with `where` needs `initial`: of nothing there is no extreme")
    if initial is None and math.prod(a.shape[n] for n in axis_tuple(axis, len(a.shape))) == 0:
        raise ValueError(f"np.{name} of nothing needs `initial`: of nothing there is no extreme")
    if initial is None:
        return reduce(a, axis, keepdims)
    a = held(a, where, initial)
    if not math.prod(a.shape):
        return broadcast_to(number_like(a, initial), reduce_sum(a, axis, keepdims).shape)
    return join(reduce(a, axis, keepdims), number_like(a, initial))


@form("max", "amax")
def max_(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    """The largest along axes; ties share the gradient."""
    return _extreme(a, axis, keepdims, initial, where, reduce_max, maximum, "max")


@form("min", "amin")
def min_(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    """The smallest along axes; ties share the gradient."""
    return _extreme(a, axis, keepdims, initial, where, reduce_min, minimum, "min")


@form()
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The largest less the smallest."""
    return max_(a, axis, None, keepdims) - min_(a, axis, None, keepdims)


@form()
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    """The mean, with weights where they are given."""
    a = value(a)
    if weights is None:
        middle = mean(a, axis, keepdims=keepdims)
        whole = number_like(middle, counted(a, axis, False, True))
    else:
        w = _weights(value(weights), a, axis)
        kind = np.result_type(a.dtype, w.dtype, *[np.float64] * (a.dtype.kind in "iub"))
        a, w = cast_to(a, kind), cast_to(w, kind)
        whole = reduce_sum(w, axis, keepdims)
        if not np.all(plain(whole)):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        middle = reduce_sum(a * w, axis, keepdims) / whole
    return (middle, broadcast_to(whole, shape_of(middle))) if returned else middle


def _weights(w: Any, a: Any, axis: Any) -> Any:
    """Weights in the shape of `a`: they come in it, or in the shape of the axes averaged over."""
    shape = shape_of(a)
    if shape_of(w) == shape:
        return w
    if axis is None:
        raise TypeError("np.average: weights of another shape than a's need an axis")
    axes = axis_tuple(axis, len(shape))
    if shape_of(w) != tuple(shape[one] for one in axes):
        raise ValueError(
            f"np.average: weights of shape {shape_of(w)} do not fit axes {axes} of shape {shape}"
        )
    lying = transpose(w, tuple(np.argsort(axes).tolist()))
    sizes = tuple(size if place in axes else 1 for place, size in enumerate(shape))
    return broadcast_to(reshape(lying, sizes), shape)
