"""What a branch or a loop goes by: one truth value."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, note
from thalweg.errors import DTypeError, ShapeError
from thalweg.values.conversion import as_array


def truth(value: Any, asked_by: str) -> bool:
    """The truth of a predicate: of a Tensor, an array or a Python value with one element.

    It leaves the tape here, as it does in Python's `if`; `tape.explain` knows.

    Args:
        value: a truth value, or a number, true where it is not 0.
        asked_by: who wants to know, for messages: "cond: pred".

    Raises:
        ShapeError: several elements, or none.
        DTypeError: None, a text, or something that is no value.
    """
    if value is True or value is False:
        return value
    array = _seen(value, "bool()") if value is not None else None
    if array is None or array.dtype.kind not in "biufc":
        came = "a text" if array is not None else "None"
        raise DTypeError(f"{asked_by} must be a truth value, as comparisons give, but it is {came}")
    if array.size != 1:
        raise ShapeError(
            f"{asked_by} must be one truth value, but it has shape {array.shape}; the truth value of "
            f"an array with more than one element is ambiguous, use tw.reduce_any or tw.reduce_all"
        )
    return bool(array)


def whole_number(value: Any, asked_by: str) -> int:
    """A whole number that decides where to go on: of a Tensor, an array or Python.

    Raises:
        ShapeError: several elements.
        DTypeError: a truth value, a float, a text, None.
    """
    if type(value) is int:
        return value
    array = _seen(value, "int()") if value is not None else np.asarray(None)
    if array.dtype.kind not in "iu":
        kind = "None" if value is None else array.dtype.name
        raise DTypeError(f"{asked_by} must be a whole number, but it is {kind}")
    if array.ndim:
        raise ShapeError(f"{asked_by} must be one whole number, but it has shape {array.shape}")
    return int(array)


def _seen(value: Any, how: str) -> np.ndarray:
    if isinstance(value, Handle):
        if isinstance(value, Trainable):
            for recorder in STATE.recorders:
                recorder.read(value)
        note("escape", (value.key,), how, depth=2)
        return np.asarray(value.array)
    return np.asarray(as_array(value))
