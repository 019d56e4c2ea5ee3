"""QR factors, of tall and wide matrices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.complex_numbers import imag, real
from thalweg.ops.contraction import product
from thalweg.ops.diagonals import band
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.lapack import (
    SingularMatrixError,
    UndeterminedGradientError,
    matrices,
    negligible,
    raw,
    where_finite,
)
from thalweg.ops.linear_solve import adjoint_of
from thalweg.ops.phases import in_phase, keep_phase, pull_phase
from thalweg.ops.triangular import triangular_solve

TALL = np.array([[3.0, 0.2], [-0.5, 1.0], [0.7, 0.4]])


class Qr(NamedTuple):
    """TensorFlow's answer."""

    q: Any
    r: Any


class QRResult(NamedTuple):
    """NumPy's answer."""

    Q: Any
    R: Any


def _columns(x: Any, *edges: int | None) -> Any:
    return getitem(x, (..., slice(*edges)))


def _square_part(upper: Any, count: int) -> Any:
    """The leading k×k of R, refused where its columns depend on each other."""
    leading = getitem(upper, (..., slice(count), slice(count)))
    numbers = np.abs(raw(leading))
    limit = np.finfo(numbers.dtype).eps * max(upper.shape) * numbers.max((-2, -1), initial=0)
    if np.any(np.diagonal(numbers, 0, -2, -1) <= limit[..., None]):
        raise SingularMatrixError(
            "qr: leading columns of the matrix depend on each other; the factors have no gradient"
        )
    return leading


def _by_upper(x: Any, leading: Any, turned: bool) -> Any:
    """X·R⁻¹, or X·R⁻ᴴ."""
    return adjoint_of(triangular_solve(leading, adjoint_of(x), False, not turned))


def _on_diagonal(x: Any, part: Any) -> Any:
    """A part, real or imaginary, of the diagonal, as a matrix."""
    return part(band(x, 0, 0))


def _pair_rule(g: Any, ans: Any) -> Any:
    (whole, upper), (of_whole, of_upper) = ans, g
    rows, columns = whole.shape[-2], upper.shape[-1]
    count = min(rows, columns)
    left, of_left = _columns(whole, count), _columns(of_whole, count)
    of_upper = getitem(of_upper, (..., slice(count), slice(None)))
    leading = _square_part(upper, count)
    wide = columns > count
    if wide:  # the columns beyond are Q times theirs in R
        behind, of_behind = _columns(upper, count, None), _columns(of_upper, count, None)
        of_left = of_left + product(product(left, behind), adjoint_of(of_behind))
        of_upper = _columns(of_upper, count)
    turn = product(adjoint_of(left), of_left)
    weight = product(of_upper, adjoint_of(leading))
    inner = band(weight, 1, None) + band(adjoint_of(weight) + turn - adjoint_of(turn), None, -1)
    inner = inner + _on_diagonal(weight, real)
    if whole.dtype.kind == "c":
        inner = inner + 1j * _on_diagonal(turn, imag)
    beyond = of_left - product(left, turn)
    if whole.shape[-1] > count:
        others, of_others = _columns(whole, count, None), _columns(of_whole, count, None)
        if whole.dtype.kind == "c":
            of_others = pull_phase(of_others, others)
        free = product(adjoint_of(others), of_others)
        if not negligible((raw(free) - raw(adjoint_of(free))) / 2, raw(of_others), rows):
            raise UndeterminedGradientError(
                "qr: the function depends on which columns fill Q up, which are any at right angles "
                "to the others; it has no gradient. full_matrices=False leaves them away"
            )
        beyond = beyond - product(others, product(adjoint_of(of_others), left))
    found = _by_upper(product(left, inner) + beyond, leading, True)
    return concat([found, product(left, of_behind)], -1) if wide else found


def _pair_tangent(g: Any, ans: Any) -> Any:
    whole, upper = ans
    rows, columns = whole.shape[-2], upper.shape[-1]
    count = min(rows, columns)
    left, leading = _columns(whole, count), _square_part(upper, count)
    change = _by_upper(_columns(g, count), leading, False)
    inner = product(adjoint_of(left), change)
    low = band(inner, None, -1)
    turn = low - adjoint_of(low)
    if whole.dtype.kind == "c":
        turn = turn + 1j * _on_diagonal(inner, imag)
    moved = product(left, turn) + change - product(left, inner)
    of_upper = product(inner - turn, leading)
    if columns > count:
        beyond = product(adjoint_of(moved), product(left, _columns(upper, count, None)))
        of_upper = concat(
            [of_upper, beyond + product(adjoint_of(left), _columns(g, count, None))], -1
        )
    if whole.shape[-1] > count:
        others = _columns(whole, count, None)
        filling = -product(left, product(adjoint_of(moved), others))
        if whole.dtype.kind == "c":
            filling = keep_phase(filling, others)
        moved = concat([moved, filling], -1)
        flat = np.zeros((*upper.shape[:-2], rows - count, columns), upper.dtype)
        of_upper = concat([of_upper, flat], -2)
    return moved, of_upper


def _reduced(x: Any) -> Any:
    return tuple(np.linalg.qr(x))


def _complete(x: Any) -> Any:
    whole, upper = np.linalg.qr(x, "complete")
    count = min(x.shape[-2:])
    if whole.dtype.kind == "c" and whole.shape[-1] > count:
        whole = np.concatenate([whole[..., :count], in_phase(whole[..., count:])], -1)
    return whole, upper


@row(
    inputs="input",
    native="LAPACK's reflections, and signs that depend on the values",
    holomorphic=False, vjp={"input": _pair_rule}, jvp={"input": _pair_tangent},
    samples=(
        sample(TALL), sample(TALL.T.copy()), sample(np.eye(3) * 3 + 0.2 * np.arange(9.0).reshape(3, 3)),
        sample(np.stack([TALL, 2 * TALL[::-1]])), sample(np.array([[-2.0]])), sample(np.zeros((0, 3))),
        sample(np.zeros((3, 0))), sample(TALL, full_matrices=True), sample(TALL.T.copy(), full_matrices=True),
    ),
    special=(
        special([[np.nan, 0.0], [0.0, 1.0]], value=(np.full((2, 2), np.nan), np.full((2, 2), np.nan))),
    ),
    wrong=(wrong(np.ones(3), error=ShapeError, words="matrices"),),
    formula="A = Q·R", source="Walter & Lehmann 2010; Roberts & Roberts 2020, QR and LQ decomposition "
    "matrix backpropagation algorithms",
    note="Signs are LAPACK's. Where leading columns depend on each other there is no gradient.",
)  # fmt: skip
def orthogonal_and_upper(input: Any, full_matrices: Any = False) -> Any:
    """Q with orthonormal columns, and R, upper triangular."""
    matrices("qr", input)
    return where_finite(_complete if static(full_matrices) else _reduced, input)


def _numpy_qr(a: Any, mode: str = "reduced") -> Any:
    """NumPy's qr, by its modes."""
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(
            f"np.linalg.qr of a Tensor takes mode 'reduced', 'complete' or 'r', not {mode!r}"
        )
    factors = QRResult(*orthogonal_and_upper.eager(a, mode == "complete"))
    return factors.R if mode == "r" else factors


@composite(inputs="input", public="linalg.qr", numpy={np.linalg.qr: _numpy_qr})
def qr(input: Any, full_matrices: Any = False) -> Any:
    """A = Q·R, with orthonormal columns in Q and an upper triangular R.

    Args:
        input: A, shape `(..., m, n)`, wide or tall.
        full_matrices: whether Q is filled up to m×m.

    Returns:
        A named tuple `(q, r)`.

    Raises:
        SingularMatrixError: a gradient is asked for where leading columns depend on each other.
        UndeterminedGradientError: it depends on which columns fill Q up.

    >>> import thalweg as tw
    >>> q, r = tw.linalg.qr([[0.0, 1.0], [2.0, 3.0]])
    >>> abs(r.numpy()[0, 0])
    np.float32(2.0)
    """
    return Qr(*orthogonal_and_upper(input, bool(static(full_matrices))))
