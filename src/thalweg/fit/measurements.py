"""The measurements of a fit, checked: columns by name, the target, its standard deviations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.errors import DescentError
from thalweg.fit.model import Array

__all__ = ["column", "columns", "deviations", "finite", "in_range"]

# Half the exponents of a float64, less a few digits for what is left of a square: beyond them sums
# of squares overflow, or vanish, and a fit would see a perfect fit in any parameters.
_SMALLEST, _LARGEST = 1e-140, 1e150


def column(name: str, values: Any) -> Array:
    """One column of numbers, float64, of whatever shape it came in.

    Args:
        name: what an error calls it.
        values: anything NumPy reads as real numbers.

    Raises:
        DescentError: it is not real numbers.
    """
    try:
        found = np.asarray(values)
    except ValueError as error:
        raise DescentError(f"{name} is not a regular array: {error}") from None
    if isinstance(values, np.ma.MaskedArray) and np.any(np.ma.getmaskarray(values)):
        raise DescentError(f"{name} has masked values; leave those rows out of every column")
    if found.dtype == object:
        try:
            found = found.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            raise DescentError(
                f"{name} holds values that are no float64 numbers; give an array of numbers"
            ) from None
    if found.dtype.kind not in "biuf":
        raise DescentError(f"{name} holds {found.dtype}; a fit takes real numbers")
    return found.astype(np.float64)


def finite(name: str, values: Array) -> Array:
    """The column itself, once every number in it is finite.

    Raises:
        DescentError: names the first row that is not, counted from 1.
    """
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        more = f" (and {bad.size - 1} more)" if bad.size > 1 else ""
        raise DescentError(
            f"{name} is {values.flat[bad[0]]} in row {bad[0] + 1}, counted from 1{more}; "
            "a fit needs a number in every row: leave such rows out of every column"
        )
    return values


def in_range(name: str, values: Array) -> None:
    """Refuse a column whose squares a float64 cannot add up.

    Raises:
        DescentError: its largest number is beyond 1e150, or below 1e-140 and not 0.
    """
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest > _LARGEST or 0 < largest < _SMALLEST:
        side = "overflow" if largest > 1 else "vanish"
        raise DescentError(
            f"{name} reaches {largest:.3g}, whose squares {side} in float64; give it in other units, "
            f"between {_SMALLEST:g} and {_LARGEST:g}"
        )


def columns(data: Mapping[Any, Any]) -> dict[str, Array]:
    """Columns by name, all one-dimensional, finite and of one length.

    Raises:
        DescentError: a name is no text, a column has more than one dimension, lengths differ.
    """
    found: dict[str, Array] = {}
    for name, values in data.items():
        if not isinstance(name, str):
            raise DescentError(f"columns are named by texts; {name!r} came")
        one = column(name, values)
        if one.ndim != 1:
            raise DescentError(
                f"{name} has shape {one.shape}; a column has one dimension, a number a row"
            )
        found[name] = finite(name, one)
    same_length(found)
    return found


def same_length(found: Mapping[str, Array]) -> None:
    """Refuse columns of different lengths.

    Raises:
        DescentError: names all lengths.
    """
    if len({one.size for one in found.values()}) > 1:
        told = ", ".join(f"{name} has {one.size}" for name, one in found.items())
        raise DescentError(f"the columns' lengths differ: {told}; each row needs all of them")


def deviations(sigma: Any, count: int) -> Array | None:
    """The target's standard deviations, `(n,)`, or None where every row weighs the same.

    Args:
        sigma: None, one positive number, or one a row.
        count: rows.

    Raises:
        DescentError: zero, negative or not finite, or of another length.
    """
    if sigma is None:
        return None
    found = column("sigma", sigma)
    if found.ndim == 2:
        raise DescentError(
            f"sigma has shape {found.shape}; a covariance matrix between rows is not supported: "
            "give one standard deviation a row"
        )
    if found.ndim == 1 and found.size == 1:
        found = found[0]
    if found.ndim == 1 and found.size != count:
        raise DescentError(f"sigma has {found.size} values for {count} rows; give one a row")
    flat = np.array(np.broadcast_to(found, (count,)))
    bad = np.flatnonzero(~(np.isfinite(flat) & (flat > 0)))
    if bad.size:
        raise DescentError(
            f"sigma is {flat[bad[0]]} in row {bad[0] + 1}, counted from 1; "
            "a standard deviation is positive and finite"
        )
    return flat
