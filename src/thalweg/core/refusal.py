"""What is said when a kernel cannot take what came."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.op import NONE_CAME, Op
from thalweg.errors import DTypeError, ShapeError, ThalwegError


def no_none(op: Op) -> DTypeError:
    """That None came as a value."""
    return DTypeError(f"{op.name} cannot take None; {NONE_CAME}")


def refusal(op: Op, values: tuple[Any, ...], error: Exception) -> Exception:
    """A kernel's exception in words that name the op and what came."""
    if any(value is None for value in values):
        return no_none(op)
    if isinstance(error, ThalwegError):
        return error
    came = ", ".join(describe(value) for value in values)
    told = f"{op.name} cannot take {came}: {error}"
    if str(error).startswith(f"{op.name}: "):  # of a parameter, and all is said
        told = str(error)
    if isinstance(error, np.exceptions.AxisError):
        return ShapeError(f"{op.name}: {error}; got {came}")
    if isinstance(error, ValueError) and not any(_is_text(value) for value in values):
        return ShapeError(told)
    if isinstance(error, IndexError) and _too_few_axes(str(error)):
        return ShapeError(f"{op.name} cannot take {came}: it needs more axes")
    if isinstance(error, IndexError) and "integer" in str(error):
        return DTypeError(f"{op.name} cannot take {came}: indices are whole numbers")
    if isinstance(error, TypeError | ValueError | OverflowError | AttributeError):
        return DTypeError(told)
    return error


def _too_few_axes(words: str) -> bool:
    told = ("tuple index out of range", "too many indices", "invalid index to scalar")
    return words.startswith(told)


def _is_text(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "SU"


def describe(value: Any) -> str:
    """A value in an error message: dtype and shape of an array, type of anything else."""
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype}{list(value.shape)}"
    return f"{type(value).__name__} {value!r}"[:60]
