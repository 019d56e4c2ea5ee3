"""NumPy's polynomials, as rows of coefficients from the highest power down."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.ops.arithmetic import power
from thalweg.ops.as_numpy.arguments import alike, cast_to, floating, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.complex_numbers import real
from thalweg.ops.contraction import product, swap_last
from thalweg.ops.convolving import convolution
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat, stack
from thalweg.ops.linear_solve import solve
from thalweg.ops.movement import flipped, ravel, reshape


def _row(p: Any) -> Any:
    p = value(p)
    return p if shape_of(p) else reshape(p, (1,))


def _without_leading_zeros(p: Any) -> Any:
    numbers = plain(p)
    there = np.flatnonzero(numbers)
    return getitem(p, slice(int(there[0]) if there.size else max(len(numbers) - 1, 0), None))


def _longer(p: Any, size: int) -> Any:
    short = size - shape_of(p)[0]
    return concat([np.zeros(short, p.dtype), p], 0) if short > 0 else p


def _both(a1: Any, a2: Any) -> tuple[Any, Any]:
    one, two = alike(_row(a1), _row(a2))
    size = max(shape_of(one)[0], shape_of(two)[0])
    return _longer(one, size), _longer(two, size)


@form()
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum."""
    one, two = _both(a1, a2)
    return one + two


@form()
def polysub(a1: Any, a2: Any) -> Any:
    """The difference."""
    one, two = _both(a1, a2)
    return one - two


@form()
def polymul(a1: Any, a2: Any) -> Any:
    """The product."""
    one, two = alike(_row(a1), _row(a2))
    return convolution(_without_leading_zeros(one), _without_leading_zeros(two))


@form()
def polydiv(u: Any, v: Any) -> Any:
    """The quotient and the remainder."""
    u, v = [_row(one) for one in (u, v)]
    w = np.result_type(u.dtype, v.dtype, np.float16)
    rest, v = (
        cast_to(floating(u), np.result_type(w, floating(u).dtype)),
        cast_to(v, np.result_type(w, floating(v).dtype)),
    )
    m, n = shape_of(u)[0] - 1, shape_of(v)[0] - 1
    scale = 1.0 / getitem(v, 0)
    quotient = []
    for place in range(max(m - n + 1, 1) if m >= n else 0):
        share = scale * getitem(rest, place)
        quotient.append(share)
        taken = concat([np.zeros(place, v.dtype), v, np.zeros(m - n - place, v.dtype)], 0)
        rest = rest - share * taken
    found = stack(quotient, 0) if quotient else np.zeros(1, rest.dtype)
    numbers = plain(rest)
    first = 0
    while first < len(numbers) - 1 and np.allclose(numbers[first], 0, rtol=1e-14):
        first += 1
    return found, getitem(rest, slice(first, None))


@form()
def polyder(p: Any, m: int = 1) -> Any:
    """The derivative, `m` times over."""
    if int(m) < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = _row(p)
    for _ in range(int(m)):
        p = getitem(p, slice(None, -1)) * np.arange(shape_of(p)[0] - 1, 0, -1)
    return p


@form()
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The antiderivative, `m` times over, with constants `k`."""
    if int(m) < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    p = _row(p)
    constants = np.zeros(int(m)) if k is None else ravel(value(k))
    if shape_of(constants)[0] == 1 < int(m):
        constants = concat([constants] * int(m), 0)
    if shape_of(constants)[0] < int(m):
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    for place in range(int(m)):
        whole = p / np.arange(shape_of(p)[0], 0, -1)
        p = concat([whole, getitem(constants, slice(place, place + 1))], 0)
    return p


@form()
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with given roots."""
    zeros = _row(seq_of_zeros)
    if len(shape_of(zeros)) != 1:
        raise ValueError(
            "np.poly of a Tensor takes roots in one row; of a matrix, np.linalg.eigvals first"
        )
    numbers = plain(zeros)
    answer = np.ones(
        1, np.result_type(numbers, np.float16) if numbers.dtype.kind in "fc" else float
    )
    for place in range(len(numbers)):
        factor = stack([np.ones((), answer.dtype), -getitem(zeros, place)], 0)
        answer = convolution(answer, factor)
    if numbers.dtype.kind == "c" and np.poly(numbers).dtype.kind == "f":
        return real(answer)
    return answer


@form()
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The powers of each element in a row."""
    x = value(x)
    if len(shape_of(x)) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    powers = np.arange(shape_of(x)[0] if N is None else N)
    x = cast_to(x, np.result_type(x.dtype, int))
    columns = power(reshape(x, (-1, 1)), powers.astype(x.dtype))
    return columns if increasing else flipped(columns, 1)


@form()
def polyfit(
    x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    """The polynomial of least squares; gradients go to x, y and weights."""
    if full or cov:
        raise ValueError(
            "np.polyfit of a Tensor answers with the coefficients alone, full=False, cov=False"
        )
    x, y = floating(value(x)), floating(value(y))
    x, y = cast_to(x, np.float64), cast_to(y, np.result_type(y.dtype, np.float64))
    left = vander(x, int(deg) + 1)
    right = reshape(y, (-1, 1)) if len(shape_of(y)) == 1 else y
    if w is not None:
        weights = reshape(cast_to(value(w), np.float64), (-1, 1))
        left, right = left * weights, right * weights
    # The columns are first turned into nearly orthonormal ones by a constant matrix, so that the
    # normal equations lose no digits; the answer does not depend on that matrix.
    numbers = plain(left)
    turn = np.linalg.inv(np.linalg.qr(numbers / np.sqrt((numbers**2).sum(0)), mode="r"))
    turn = turn / np.sqrt((numbers**2).sum(0))[:, None]
    turned = product(left, turn)
    found = product(
        turn, solve(product(swap_last(turned), turned), product(swap_last(turned), right))
    )
    return reshape(found, (-1,)) if len(shape_of(y)) == 1 else found
