"""NumPy's covariances, correlations and convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.sums import average
from thalweg.ops.complex_numbers import complex as joined
from thalweg.ops.complex_numbers import conj, imag, real
from thalweg.ops.contraction import matmul, swap_last
from thalweg.ops.convolving import convolution
from thalweg.ops.diagonals import diagonal
from thalweg.ops.exponential import sqrt
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.movement import flipped, reshape, squeeze


def _rows(m: Any, rowvar: bool, dtype: Any) -> Any:
    shape = shape_of(m)
    if len(shape) > 2:
        raise ValueError("m has more than 2 dimensions")
    m = cast_to(m, dtype)
    if len(shape) < 2:
        return reshape(m, (1, -1))
    return m if rowvar or shape[0] == 1 else swap_last(m)


def _weights(w: Any, name: str, count: int) -> Any:
    w = value(w)
    if len(shape_of(w)) > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if shape_of(w)[0] != count:
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    if np.any(plain(w) < 0):
        raise ValueError(f"{name} cannot be negative")
    return cast_to(w, np.float64)


@form()
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """The covariances of rows; gradients go to the observations and to `aweights`."""
    m = value(m)
    second = None if y is None else value(y)
    if dtype is None:
        dtype = np.result_type(m.dtype, np.float64, *[] if second is None else [second.dtype])
    x = _rows(m, rowvar, dtype)
    if second is not None:
        x = concat([x, _rows(second, rowvar, dtype)], 0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    count = shape_of(x)[1]
    w = None
    if fweights is not None:
        w = _weights(fweights, "fweights", count)
    if aweights is not None:
        own = _weights(aweights, "aweights", count)
        w = own if w is None else w * own
    middle, whole = average(x, 1, w, True)
    whole = getitem(whole, 0)
    if w is None:
        free = count - ddof
    elif ddof == 0:
        free = whole
    elif aweights is None:
        free = whole - ddof
    else:
        free = whole - ddof * matmul(w, own) / whole
    x = x - reshape(middle, (-1, 1))
    product = matmul(x, conj(swap_last(x if w is None else x * w)))
    return squeeze(product / free)


@form()
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations of rows."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not shape_of(c):
        return c / c
    spread = sqrt(real(diagonal(c)))
    c = c / reshape(spread, (-1, 1)) / reshape(spread, (1, -1))
    if c.dtype.kind == "c":
        return joined(_held(real(c)), _held(imag(c)))
    return _held(c)


def _held(c: Any) -> Any:
    """Within -1 and 1, which rounding may pass; nothing else is held back, so slopes are whole."""
    return c + (np.clip(plain(c), -1, 1) - plain(c))


def _mode(full: Any, n: int, m: int, mode: str, short_left: int) -> Any:
    if mode == "full":
        return full
    small, large = min(n, m), max(n, m)
    if mode == "valid":
        return getitem(full, slice(small - 1, large))
    if mode == "same":
        return getitem(full, slice(short_left, short_left + large))
    raise ValueError(f"mode is 'full', 'same' or 'valid', not {mode!r}")


def _two_rows(a: Any, v: Any) -> tuple[Any, Any]:
    a, v = [reshape(one, (-1,)) if not shape_of(one) else one for one in (value(a), value(v))]
    if not shape_of(a)[0] or not shape_of(v)[0]:
        raise ValueError("a and v cannot be empty")
    return a, v


@form()
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The convolution of two rows."""
    a, v = _two_rows(a, v)
    n, m = shape_of(a)[0], shape_of(v)[0]
    return _mode(convolution(a, v), n, m, mode, (min(n, m) - 1) // 2)


@form()
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The correlation of two rows: the convolution with the second one turned round."""
    a, v = _two_rows(a, v)
    n, m = shape_of(a)[0], shape_of(v)[0]
    left = (m - 1) // 2 if n >= m else n // 2
    return _mode(convolution(a, flipped(conj(v), 0)), n, m, mode, left)
