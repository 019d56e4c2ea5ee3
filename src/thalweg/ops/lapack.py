"""What LAPACK wants and how it fails: square matrices, two precisions, numbers that are finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import numbers_seen
from thalweg.errors import DTypeError, ShapeError, ThalwegError

PRECISIONS = frozenset("fdFD")
"""The dtypes that LAPACK computes in, by NumPy's letters."""


class SingularMatrixError(ThalwegError, np.linalg.LinAlgError):
    """A matrix without an inverse; NumPy's `LinAlgError` catches it too."""


class NotPositiveDefiniteError(ThalwegError, np.linalg.LinAlgError):
    """A matrix without a Cholesky factor; NumPy's `LinAlgError` catches it too."""


class UndeterminedGradientError(ThalwegError, np.linalg.LinAlgError):
    """A derivative that does not exist, or that a cotangent alone does not determine."""


LARGEST = 256
"""Larger matrices are LAPACK's alone: its blocks are quicker than any plain loop."""


def for_graphs(*given: Any) -> list[Any]:
    """Stacks of matrices in one of the two floats, with the same leading axes, in words of a graph."""
    if max(given[0].shape[-2:]) > LARGEST:
        raise ValueError(f"matrices of more than {LARGEST} rows are LAPACK's alone")
    kinds = [np.dtype(np.float64) if one.dtype.kind in "iub" else one.dtype for one in given]
    dtype = np.result_type(*kinds)
    lead = np.broadcast_shapes(*[one.shape[:-2] for one in given])
    return [np.broadcast_to(one.astype(dtype), lead + one.shape[-2:]) for one in given]


def raw(x: Any) -> Any:
    """The numbers of an array or a Tensor."""
    return numbers_seen(x, "a function that goes by the values of a matrix")


def lapack_dtype(x: Any) -> Any:
    """In a dtype that LAPACK computes in: float16 as float32, whole numbers as float64."""
    if x.dtype.char in PRECISIONS:
        return x
    if x.dtype == np.float16:
        return x.astype(np.float32)
    if x.dtype.kind in "iub":
        return x.astype(np.float64)
    raise DTypeError(f"matrices are factored in float32 or float64, real or complex, not {x.dtype}")


def like_input(answer: Any, *inputs: Any) -> Any:
    """An answer in the dtype of the inputs, where those are inexact."""
    for one in inputs:
        if one.dtype.char in PRECISIONS:
            return answer
    dtype = np.result_type(*inputs)
    if dtype == np.float16:
        return answer.astype(np.float32 if answer.dtype.kind == "c" else dtype)
    return answer


def matrices(name: str, x: Any) -> None:
    """Refuse what has fewer than 2 axes."""
    if len(np.shape(x)) < 2:
        raise ShapeError(f"{name} wants matrices, shape (..., m, n); {list(np.shape(x))} came")


def square(name: str, matrix: Any) -> None:
    """Refuse what is not square."""
    shape = np.shape(matrix)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(f"{name} wants square matrices, shape (..., n, n); {list(shape)} came")


def where_finite(function: Callable[[Any], Any], x: Any, *, lower: bool = False) -> Any:
    """LAPACK's answers for each matrix of a stack; NaN for a matrix that holds a NaN or an infinity.

    LAPACK itself fails there, or answers as if nothing were wrong, or does so for the whole stack.

    Args:
        function: of a stack of matrices; answers with an array or a tuple of them.
        x: shape `(..., m, n)`.
        lower: whether the function reads the lower triangle alone, so that nothing else counts.
    """
    given = lapack_dtype(x)
    finite = np.isfinite(given)
    if finite.all():
        return _narrowed(function(given), x)
    if lower:
        given = np.tril(given)
        finite = np.isfinite(given)
    bad = ~finite.all(axis=(-2, -1))
    filled = np.where(bad[..., None, None], np.eye(*given.shape[-2:], dtype=given.dtype), given)

    def marked(answer: Any) -> Any:
        if answer.dtype.kind not in "fc":
            return answer
        spread = bad.reshape(bad.shape + (1,) * (np.ndim(answer) - bad.ndim))
        return np.where(spread, answer.dtype.type(np.nan), answer)[()]

    return _narrowed(_each(marked, function(filled)), x)


def _narrowed(answers: Any, x: Any) -> Any:
    if x.dtype.char in PRECISIONS:
        return answers
    return _each(lambda answer: like_input(answer, x), answers)


def _each(function: Callable[[Any], Any], answers: Any) -> Any:
    if isinstance(answers, tuple):
        return tuple([function(answer) for answer in answers])
    return function(answers)


def negligible(part: Any, beside: Any, size: int) -> bool:
    """Whether numbers are no more than what rounding leaves, beside others. NaN counts as nothing."""
    part, beside = np.abs(raw(part)), np.abs(raw(beside))
    with np.errstate(invalid="ignore"):
        limit = 1000 * max(size, 1) * np.finfo(part.dtype).eps * beside.max(initial=0)
        return not np.any(part > limit)
