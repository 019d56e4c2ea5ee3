"""What a Variable can be given: numbers of its kind, in its dtype, and of its shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.errors import DTypeError, ShapeError
from thalweg.values.conversion import as_array, holds_handles, operand
from thalweg.values.tensor import Tensor

ARRAYS = (np.ndarray, np.generic)

RANKS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
"""Which kinds of numbers hold which others: each holds itself and those before it."""

ADVICE = {
    "b": "compare them first, as in `x != 0`",
    "c": "take tw.math.real of them first",
    "f": "round them first, tw.cast(tw.round(x), v.dtype), or make the Variable of floats",
}


def taken(value: Any, name: str, dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """A user's value for a Variable, as an array and the key that tapes know it by.

    What is made of Python numbers takes the Variable's dtype, with all the digits that it holds;
    Tensors and arrays keep their own, so that a sum is formed in the wider of the two.

    Args:
        value: a number, list, array, Tensor or Variable.
        name: the Variable's, for messages.
        dtype: the Variable's.

    Raises:
        DTypeError: numbers that the dtype cannot hold, such as complex ones in a float, texts.
        ShapeError: a ragged nesting.
    """
    array: Any
    key: Any
    if type(value) is Tensor:
        array, key = value.array, value.key
    elif type(value) is float and dtype.kind == "f":
        return dtype.type(value), None
    else:
        try:
            array, key = operand(value)
            if not isinstance(array, ARRAYS):
                array = as_array(array)
        except (DTypeError, ShapeError) as error:
            raise type(error)(f"Cannot assign value to variable '{name}': {error}") from error
    if array.dtype != dtype:
        if array.size:
            _check_kind(array, name, dtype)
        texts = dtype.kind in "SU"  # of any length: the Variable's grows
        if key is None and not texts and not isinstance(value, ARRAYS) and not holds_handles(value):
            whole = dtype.kind in "iu"  # those may be out of range, which a cast does not tell
            array = narrowed(array if whole else as_array(value, dtype), name, dtype)
    return array, key


def _check_kind(array: Any, name: str, dtype: np.dtype[Any]) -> None:
    kind = array.dtype.kind
    if (kind in RANKS) != (dtype.kind in RANKS):
        raise DTypeError(
            f"Cannot assign value to variable '{name}': it is {dtype.name}, and "
            f"{'numbers' if kind in RANKS else 'texts'} came; convert them first"
        )
    if kind in RANKS and RANKS[kind] > RANKS[dtype.kind]:
        advice = ADVICE["b" if dtype.kind == "b" else kind]
        raise DTypeError(
            f"Cannot assign value to variable '{name}': it is {dtype.name}, and {array.dtype.name} "
            f"numbers came, such as {np.ravel(array)[:1].tolist()}; {advice}"
        )


def narrowed(array: Any, name: str, dtype: np.dtype[Any]) -> Any:
    """An array in a Variable's dtype, of whose kind it is.

    Raises:
        DTypeError: whole numbers out of the dtype's range.
    """
    if array.dtype == dtype or array.dtype.kind in "SU":
        return array
    new = array.astype(dtype)
    if dtype.kind in "iu" and not np.array_equal(new, array):
        bounds = np.iinfo(dtype)
        raise DTypeError(
            f"Cannot assign value to variable '{name}': {dtype.name} holds {bounds.min} to "
            f"{bounds.max}, and {array[new != array].ravel()[0]} came"
        )
    return new
