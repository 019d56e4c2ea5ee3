"""NumPy's medians, percentiles and quantiles: a number between two neighbours in order of size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple
from thalweg.core.handle import Handle
from thalweg.ops.as_numpy.arguments import cast_to, floating, number_like, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.comparison import select
from thalweg.ops.gathering import take_along
from thalweg.ops.movement import reshape, transpose
from thalweg.ops.sorting import sort

BETWEEN = {
    "linear": (1.0, 1.0), "interpolated_inverted_cdf": (0.0, 1.0), "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0), "median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip
"""α and β of Hyndman and Fan, "Sample quantiles in statistical packages" (1996), types 4 to 9."""

STEPPED = ("lower", "higher", "nearest", "midpoint")


def _places(q: Any, count: Any, method: str) -> Any:
    """At which place, from 0, of `count` sorted elements a quantile stands."""
    if method in BETWEEN:
        alpha, beta = BETWEEN[method]
        return (
            q * (count - 1)
            if alpha == beta == 1
            else q * count + (alpha + q * (1 - alpha - beta)) - 1
        )
    place = plain(q) * (count - 1)
    if method == "midpoint":
        return 0.5 * (np.floor(place) + np.ceil(place))
    return {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}[method](place)


def _flat(a: Any, axis: Any) -> tuple[Any, tuple[int, ...], tuple[int, ...]]:
    """Shape `(rows, n)` with the reduced axes in the last one; the shapes without and with them."""
    shape = shape_of(a)
    axes = axis_tuple(axis, len(shape))
    outside = tuple(place for place in range(len(shape)) if place not in axes)
    left = tuple(shape[place] for place in outside)
    kept = tuple(1 if place in axes else size for place, size in enumerate(shape))
    n = math.prod(shape[place] for place in axes)
    turned = transpose(a, (*outside, *axes))
    return reshape(turned, (math.prod(left), n)), left, kept


def _ranked(a: Any, q: Any, axis: Any, keepdims: Any, method: str, skip_nan: bool) -> Any:
    """The elements at shares `q` of the way through the sorted ones, shape `(q..., rest...)`."""
    if method not in BETWEEN and method not in STEPPED:
        raise ValueError(
            f"np.quantile of a Tensor takes method {', '.join([*BETWEEN, *STEPPED])}, not {method!r}"
        )
    shares = plain(q)
    if not np.all((shares >= 0) & (shares <= 1)):
        raise ValueError("Quantiles must be in the range [0, 1]")
    rows, left, kept = _flat(a, axis)
    missing = np.isnan(plain(rows)) if a.dtype.kind == "f" else np.zeros(shape_of(rows), bool)
    n = shape_of(rows)[1]
    count = (n - np.add.reduce(missing, axis=1) if skip_nan else np.full(len(missing), n))[:, None]
    places = _places(reshape(q, (1, shares.size)), count.astype(q.dtype), method)
    last = np.maximum(count - 1, 0)
    lower = np.clip(np.floor(plain(places)), 0, last).astype(np.intp)
    upper = np.minimum(lower + 1, last)
    share = select(
        (plain(places) >= 0) & (plain(places) <= last),
        places - lower.astype(q.dtype),
        number_like(q, 0),
    )
    share = cast_to(share, a.dtype)
    answer = (
        _between(sort(rows, 1), lower, upper, share) if n else np.full(lower.shape, np.nan, a.dtype)
    )
    lost = count == 0 if skip_nan else np.logical_or.reduce(missing, axis=1, keepdims=True)
    if lost.any():
        answer = select(lost, number_like(answer, np.nan), answer)
    return reshape(transpose(answer, (1, 0)), (*shape_of(q), *(kept if keepdims else left)))


def _between(ordered: Any, lower: Any, upper: Any, share: Any) -> Any:
    low, high = take_along(ordered, lower, 1), take_along(ordered, upper, 1)
    rest = low + (high - low) * share
    at_low = plain(share) == 0
    # An infinite neighbour at share 0 is not looked at: 0·∞ would be NaN. A Tensor of shares wants
    # its slope there all the same.
    return (
        rest
        if isinstance(share, Handle) or not at_low.any()
        else select(at_low, low + 0 * share, rest)
    )


def _quantile(
    a: Any, q: Any, axis: Any, method: str, keepdims: Any, weights: Any, skip_nan: bool, whole: int
) -> Any:
    if weights is not None:
        raise ValueError("np.quantile of a Tensor takes no weights; sort, and use np.interp")
    a = value(a)
    if a.dtype.kind == "c":
        raise TypeError("a must be an array of real numbers")
    a = floating(a)
    weak = isinstance(q, int | float)
    q = floating(value(q))
    if weak:
        q = cast_to(q, a.dtype)
    elif method in BETWEEN or method == "midpoint":
        a = cast_to(a, np.result_type(a.dtype, q.dtype))
    return _ranked(a, q / whole if whole != 1 else q, axis, keepdims, method, skip_nan)


@form()
def quantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """What share `q` of the elements lie below; gradients go to the two neighbours and to `q`."""
    return _quantile(a, q, axis, method, keepdims, weights, False, 1)


@form()
def percentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """What `q` per cent of the elements lie below."""
    return _quantile(a, q, axis, method, keepdims, weights, False, 100)


@form()
def nanquantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """What share `q` of those that are numbers lie below."""
    return _quantile(a, q, axis, method, keepdims, weights, True, 1)


@form()
def nanpercentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """What `q` per cent of those that are numbers lie below."""
    return _quantile(a, q, axis, method, keepdims, weights, True, 100)


@form()
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """The one in the middle, or the mean of the two in the middle."""
    return _quantile(a, 0.5, axis, "linear", keepdims, None, False, 1)


@form()
def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """The median of those that are numbers."""
    return _quantile(a, 0.5, axis, "linear", keepdims, None, True, 1)
