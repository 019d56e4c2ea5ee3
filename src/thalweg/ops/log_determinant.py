"""Sign and logarithm of determinants."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import special
from thalweg.core.op import row
from thalweg.ops.casting import cast
from thalweg.ops.comparison import select
from thalweg.ops.complex_numbers import conj, imag, real
from thalweg.ops.contraction import swap_last
from thalweg.ops.creation import zeros_like
from thalweg.ops.determinant import EVERY_SHAPE, NOT_SQUARE, spread
from thalweg.ops.lapack import SingularMatrixError, lapack_dtype, like_input, raw, square
from thalweg.ops.linear_solve import SINGULAR, adjoint_of, inverse
from thalweg.ops.reductions import reduce_sum


class LogMatrixDeterminant(NamedTuple):
    """TensorFlow's answer: det = sign · exp(log_abs_determinant)."""

    sign: Any
    log_abs_determinant: Any


class SlogdetResult(NamedTuple):
    """NumPy's: det = sign · exp(logabsdet)."""

    sign: Any
    logabsdet: Any


def _regular(name: str, needed: Any, matrix: Any) -> Any:
    """The inverse, where it is needed; singular matrices whose cotangent is 0 are passed over."""
    numbers = raw(matrix)
    singular = np.linalg.slogdet(lapack_dtype(numbers))[0] == 0
    if np.any(singular):
        if np.any(singular & (raw(needed) != 0)):
            raise SingularMatrixError(
                f"{name}: a matrix of shape {list(numbers.shape)} is singular; its logarithm is "
                f"-inf there and has no gradient. det has one"
            )
        unit = np.eye(numbers.shape[-1], dtype=numbers.dtype)
        matrix = select(singular[..., None, None], np.broadcast_to(unit, numbers.shape), matrix)
    return inverse(matrix)


def _log_rule(g: Any, ans: Any, input: Any) -> Any:
    sign, length = g
    weight = sign if ans[0].dtype.kind == "c" else length
    if ans[0].dtype.kind == "c":
        # sign′ = i·sign·Im tr(A⁻¹·A′), the logarithm's derivative is Re tr(A⁻¹·A′).
        weight = length + 1j * real(conj(sign) * 1j * ans[0])
    found = spread(weight) * adjoint_of(_regular("slogdet", weight, input))
    empty = spread(raw(weight) == 0)
    return select(empty, zeros_like(found), found) if np.any(empty) and _lost(found) else found


def _lost(found: Any) -> bool:
    return not bool(np.all(np.isfinite(raw(found))))


def _log_tangent(g: Any, ans: Any, input: Any) -> Any:
    needed = np.abs(raw(g)).max(axis=(-2, -1), initial=0)
    change = reduce_sum(swap_last(_regular("slogdet", needed, input)) * g, (-2, -1))
    if ans[0].dtype.kind == "c":
        return 1j * ans[0] * imag(change), real(change)
    return zeros_like(ans[0]), change


@row(
    inputs="input",
    native="LAPACK's factors, and a derivative that depends on how singular the matrix is",
    several=True, vjp={"input": _log_rule}, jvp={"input": _log_tangent},
    holomorphic=False, samples=EVERY_SHAPE,
    special=(
        special([[-3.0]], value=(-1.0, np.log(3.0)), grad=([[-1 / 3]],)),
        special(SINGULAR, value=(0.0, -np.inf)),
        special(np.diag([1e-200, 1e-200]), value=(1.0, 2 * np.log(1e-200)),
                grad=([[1e200, 0.0], [0.0, 1e200]],), dtypes=("float64",), why="det itself is 0 here"),
        special(np.zeros((0, 0)), value=(1.0, 0.0)),
        special([[np.nan, 0.0], [0.0, 1.0]], value=(np.nan, np.nan)),
    ),
    wrong=NOT_SQUARE, formula="sign and log |det A|", source="Giles 2008, 2.2.4",
    note="For a singular matrix 0 and -inf; a gradient is refused there.",
)  # fmt: skip
def sign_and_log(input: Any) -> Any:
    """The sign of the determinant and the logarithm of its size, a real number."""
    square("slogdet", input)
    sign, length = np.linalg.slogdet(lapack_dtype(input))
    lost = length != length
    if lost.any():
        sign = np.where(lost, length, sign)[()]
    return like_input(sign + 0, input), like_input(length, input)


@composite(
    inputs="input", public="linalg.slogdet",
    numpy={np.linalg.slogdet: lambda a: SlogdetResult(*sign_and_log.eager(a))},
)  # fmt: skip
def slogdet(input: Any) -> Any:
    """The sign of the determinant and the logarithm of its size: no overflow on the way.

    Args:
        input: shape `(..., n, n)`.

    Returns:
        A named tuple `(sign, log_abs_determinant)`; for a singular matrix 0 and -inf.

    Raises:
        SingularMatrixError: a gradient through a singular matrix is asked for.

    >>> import thalweg as tw
    >>> sign, log = tw.linalg.slogdet([[0.0, 2.0], [3.0, 0.0]])
    >>> float(sign), round(float(log), 6)
    (-1.0, 1.791759)
    """
    sign, length = sign_and_log(input)
    if sign.dtype.kind == "c":
        length = cast(length, sign.dtype)  # as TensorFlow has it
    return LogMatrixDeterminant(sign, length)
