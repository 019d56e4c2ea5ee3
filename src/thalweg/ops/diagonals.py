"""Diagonals: taken from matrices, put into them, and bands around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.reductions import reduce_sum

SOURCE = "definition; the rule is the adjoint of a linear map"


def _diag_rule(g: Any, x_shape: Any, k: int) -> Any:
    return put_diagonal(g, tuple(x_shape[-2:]), k)


def _matrix(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    if np.ndim(inputs[0]) < 2:
        raise ShapeError(
            f"a matrix has at least 2 axes, this has shape {list(np.shape(inputs[0]))}"
        )
    return tuple([static(value) for value in params])


@row(
    inputs="x", linear="x", bounded=True, vjp={"x": _diag_rule}, prepare=_matrix,
    samples=(sample((3, 3), k=0), sample((2, 3, 4), k=1), sample((3, 2), k=-1), sample((2, 2), k=5)),
    wrong=(wrong(np.ones(3), error=ShapeError, words="2 axes", k=0),),
    formula="xᵢ,ᵢ₊ₖ of the last two axes",
)  # fmt: skip
def diagonal(x: Any, k: int = 0) -> Any:
    """A diagonal of the last two axes."""
    return np.diagonal(x, k, -2, -1)


def _put_diagonal_symbols(x: Any, shape: Any, k: int) -> Any:
    """Every so many places of the rows laid one behind the other."""
    rows, columns = shape
    first = max(-k, 0) * columns + max(k, 0)
    flat = (*x.shape[:-1], rows * columns)
    count = x.shape[-1]
    part = slice(first, first + (count - 1) * (columns + 1) + 1 if count else first, columns + 1)
    return x.put_at(flat, (..., part)).reshape((*x.shape[:-1], rows, columns))


@row(
    inputs="x", linear="x", bounded=True, vjp={"x": lambda g, k: diagonal(g, k)},
    native=_put_diagonal_symbols,
    samples=(sample((3,), shape=(3, 3), k=0), sample((2, 2), shape=(3, 3), k=-1)),
    formula="a matrix of zeros with x on a diagonal",
    wrong=(wrong(np.ones(3), error=ShapeError, words="more axes", shape=(3,)),),
)  # fmt: skip
def put_diagonal(x: Any, shape: Any, k: int = 0) -> Any:
    """Matrices of zeros with `x` on a diagonal."""
    out = np.zeros((*x.shape[:-1], *shape), x.dtype)
    rows = np.arange(x.shape[-1]) + max(-k, 0)
    out[..., rows, rows + k] = x
    return out


@composite(
    inputs="x", public="linalg.trace",
)  # fmt: skip
def trace(x: Any) -> Any:
    """The sum of the main diagonal of the last two axes.

    Args:
        x: shape `(..., rows, columns)`.

    >>> import thalweg as tw
    >>> float(tw.linalg.trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0
    """
    return reduce_sum(diagonal(x, 0), -1)


@row(
    inputs="input", public="linalg.band_part", linear="input", bounded=True, prepare=_matrix,
    vjp={"input": lambda g, num_lower, num_upper: band_part(g, num_lower, num_upper)},
    samples=(
        sample((3, 3), num_lower=-1, num_upper=0), sample((2, 3, 4), num_lower=1, num_upper=1),
        sample((3, 2), num_lower=0, num_upper=-1),
    ),
    wrong=(wrong(np.ones(3), error=ShapeError, words="2 axes", num_lower=0, num_upper=0),),
    formula="xᵢⱼ where i - j ≤ lower and j - i ≤ upper, else 0",
)  # fmt: skip
def band_part(input: Any, num_lower: Any, num_upper: Any) -> Any:
    """The elements in a band around the main diagonal, zeros elsewhere.

    Args:
        input: shape `(..., rows, columns)`.
        num_lower: how many diagonals below and above stay; -1 for all.
        num_upper: likewise.
    """
    return _banded(
        input, None if num_lower < 0 else -num_lower, None if num_upper < 0 else num_upper
    )


@row(
    inputs="input", linear="input", bounded=True, prepare=_matrix,
    vjp={"input": lambda g, first, last: band(g, first, last)},
    samples=(sample((3, 4), first=1, last=None), sample((3, 4), first=None, last=-1)),
    formula="xᵢⱼ where first ≤ j - i ≤ last, else 0",
    wrong=(wrong(np.ones(3), error=ShapeError, words="at least 2 axes", first=0, last=0),),
)  # fmt: skip
def band(input: Any, first: Any, last: Any) -> Any:
    """The elements from one diagonal to another, zeros elsewhere; None is no bound."""
    return _banded(input, first, last)


def _banded(x: Any, first: Any, last: Any) -> Any:
    across = np.arange(x.shape[-1]) - np.arange(x.shape[-2])[:, None]
    stays = np.ones(across.shape, bool)
    if first is not None:
        stays &= across >= first
    if last is not None:
        stays &= across <= last
    return np.where(stays, x, x.dtype.type(0))
