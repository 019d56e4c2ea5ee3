"""Residuals of data that a formula meets almost exactly, in more digits than float64 has.

Where the residuals are some 1e-13 of the data, float64 leaves three digits of their sum of squares,
and so of every standard error. Here the formula runs over NumPy's longdouble (64 bits of fraction on
x86), on the decimals that the data were written as: 0.1 in a file is a tenth, not the nearest
float64. Where longdouble is no wider than float64, nothing is gained and nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.expressions import NUMPY_FUNCTIONS, Equation, as_function
from thalweg.fit.least_squares import LeastSquares, sum_of_squares
from thalweg.fit.levenberg_marquardt import Valley
from thalweg.fit.model import Array
from thalweg.fit.polish import gauss_newton

__all__ = ["WideArray", "refine", "wide_residual"]

WideArray = npt.NDArray[np.longdouble]

_NEAR = 1e8  # residuals within so many roundings of zero have fewer than seven sound digits
_FUNCTIONS = {name: f for name, f in NUMPY_FUNCTIONS.items() if isinstance(f, np.ufunc)}


class _Wide:
    """A longdouble value with the arithmetic that a formula asks for."""

    __slots__ = ("value",)
    __array_ufunc__ = None  # NumPy's float64 scalars leave mixed arithmetic to this class

    def __init__(self, value: Any) -> None:
        self.value = value

    def __add__(self, other: Any) -> _Wide:
        return _Wide(self.value + _bare(other))

    def __radd__(self, other: Any) -> _Wide:
        return _Wide(_bare(other) + self.value)

    def __sub__(self, other: Any) -> _Wide:
        return _Wide(self.value - _bare(other))

    def __rsub__(self, other: Any) -> _Wide:
        return _Wide(_bare(other) - self.value)

    def __mul__(self, other: Any) -> _Wide:
        return _Wide(self.value * _bare(other))

    def __rmul__(self, other: Any) -> _Wide:
        return _Wide(_bare(other) * self.value)

    def __truediv__(self, other: Any) -> _Wide:
        return _Wide(self.value / _bare(other))

    def __rtruediv__(self, other: Any) -> _Wide:
        return _Wide(_bare(other) / self.value)

    def __pow__(self, other: Any) -> _Wide:
        return _Wide(self.value ** _bare(other))

    def __rpow__(self, other: Any) -> _Wide:
        return _Wide(_bare(other) ** self.value)

    def __neg__(self) -> _Wide:
        return _Wide(-self.value)


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, _Wide) else np.longdouble(value)


def _lifted(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: _Wide(function(*(_bare(one) for one in args)))


def _decimal(values: Array) -> _Wide:
    """A column as the decimals that print as its float64 numbers."""
    return _Wide(np.array([np.longdouble(repr(float(v))) for v in values]))


def wide_residual(
    equation: Equation, names: tuple[str, ...], data: Mapping[str, Array]
) -> Callable[[WideArray], Array] | None:
    """y − f(b) with longdouble inside and float64 outside, or None where that cannot be had.

    Args:
        equation: left and right side.
        names: the parameters.
        data: the columns by name, each `(n,)`.

    Returns:
        A function from longdouble parameters `(p,)` to residuals `(n,)`; None where longdouble is
        no wider than float64 here, or the formula calls what NumPy has in float64 only.
    """
    if np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps:
        return None
    used = {*equation.left.functions, *equation.right.functions}
    if not used <= set(_FUNCTIONS):
        return None
    table = {name: _lifted(_FUNCTIONS[name]) for name in used}
    left_names = list(equation.left.names)
    right_names = [name for name in equation.right.names if name not in names]
    left = as_function(equation.left, left_names, table)
    right = as_function(equation.right, [*names, *right_names], table)
    wide = {name: _decimal(data[name]) for name in {*left_names, *right_names}}
    target = left(*(wide[name] for name in left_names))
    predictors = [wide[name] for name in right_names]

    def residual(params: WideArray) -> Array:
        gap = target - right(*(_Wide(one) for one in params), *predictors)
        return np.asarray(gap.value, dtype=np.float64)

    return residual


def refine(
    problem: LeastSquares, valley: Valley, make: Callable[[], Callable[[WideArray], Array] | None]
) -> Valley:
    """The valley with its residuals, and so its sum of squares, to float64's own digits.

    Args:
        problem: the sum of squares and its box.
        valley: a minimum.
        make: makes the wide residual; called only where it is worth the while.

    Returns:
        The valley as it came, unless its residuals are so small that rounding shows in them.
    """
    near = np.sqrt(valley.chisqr) < _NEAR * problem.rounding()
    if not near or valley.reason in ("start", "slope"):
        return valley
    wide = make()
    free = problem.free(valley.params, valley.jacobian.T @ valley.residual)
    if wide is None or not np.any(free):
        return valley
    weight = 1.0 if problem.weight is None else problem.weight
    params = valley.params.astype(np.longdouble)
    best = valley
    best_step = np.inf
    with np.errstate(all="ignore"):
        for _ in range(20):
            residual = wide(params) * weight
            chisqr = sum_of_squares(residual)
            step = np.zeros_like(valley.params)
            step[free] = gauss_newton(valley.jacobian[:, free], residual)
            length = float(np.linalg.norm(valley.jacobian @ step))
            if not (np.isfinite(chisqr) and length < best_step):
                break
            best_step = length
            rounded = problem.inside(params.astype(np.float64))
            best = replace(valley, params=rounded, residual=residual, chisqr=chisqr)
            params = params + step
    return best
