"""Assertions about what a value is: its rank, its dtype, whether it is a scalar or iterable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle
from thalweg.core.recording import caller_site
from thalweg.core.sites import place
from thalweg.errors import DTypeError, ShapeError
from thalweg.values.conversion import as_array
from thalweg.values.floatx import floatx


def _array(value: Any) -> Any:
    if isinstance(value, Handle):
        return value.array
    return value if isinstance(value, np.ndarray | np.generic) else as_array(value)


def _where() -> str:
    return f"asserted at {place(caller_site(2))}"


def _head(message: Any) -> str:
    return f"{message}. " if message else ""


def _rank(value: Any) -> int:
    rank = static(value)
    if isinstance(rank, bool) or not isinstance(rank, int):
        raise DTypeError(f"a rank is a whole number, not {value!r}")
    return rank


def assert_rank(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Assert that a tensor has some number of axes.

    Args:
        x: any value that makes a tensor.
        rank: how many axes are wanted.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: with the shape that came and the line of the call.

    >>> import thalweg as tw
    >>> tw.debugging.assert_rank(tw.zeros([2, 3]), 2)
    """
    shape = np.shape(_array(x))
    if len(shape) != _rank(rank):
        raise ShapeError(
            f"{_head(message)}Tensor must have rank {_rank(rank)}. Received rank {len(shape)}, "
            f"shape {list(shape)}; {_where()}"
        )


def assert_rank_at_least(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Assert that a tensor has at least some number of axes.

    Args:
        x: any value that makes a tensor.
        rank: the least number of axes.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: with the shape that came and the line of the call.
    """
    shape = np.shape(_array(x))
    if len(shape) < _rank(rank):
        raise ShapeError(
            f"{_head(message)}Tensor must have rank at least {_rank(rank)}. Received rank {len(shape)}, "
            f"shape {list(shape)}; {_where()}"
        )


def assert_rank_in(x: Any, ranks: Any, message: Any = None, name: Any = None) -> None:
    """Assert that the number of a tensor's axes is one of several.

    Args:
        x: any value that makes a tensor.
        ranks: the numbers allowed.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: with the shape that came and the line of the call.
    """
    shape = np.shape(_array(x))
    allowed = tuple([_rank(one) for one in ranks])
    if len(shape) not in allowed:
        raise ShapeError(
            f"{_head(message)}Tensor must have rank in {allowed}. Received rank {len(shape)}, "
            f"shape {list(shape)}; {_where()}"
        )


def assert_scalar(tensor: Any, message: Any = None, name: Any = None) -> Any:
    """Assert that a tensor has no axes, and give it back.

    Args:
        tensor: any value that makes a tensor.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: with the shape that came and the line of the call.
    """
    shape = np.shape(_array(tensor))
    if shape:
        raise ShapeError(
            f"{_head(message)}Expected scalar shape, saw shape: {list(shape)}; {_where()}"
        )
    return tensor


def assert_type(tensor: Any, tf_type: Any, message: Any = None, name: Any = None) -> None:
    """Assert that a tensor has some dtype.

    Args:
        tensor: any value that makes a tensor.
        tf_type: the dtype wanted.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        DTypeError: with the dtype that came and the line of the call.

    >>> import thalweg as tw
    >>> tw.debugging.assert_type(tw.constant(1.0), tw.float32)
    """
    kind, wanted = _array(tensor).dtype, np.dtype(tf_type)
    if kind != wanted:
        raise DTypeError(
            f"{_head(message)}tensor must be of type {wanted.name}; got {kind.name}; {_where()}"
        )


def assert_integer(x: Any, message: Any = None, name: Any = None) -> None:
    """Assert that a tensor holds whole numbers.

    Args:
        x: any value that makes a tensor.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        DTypeError: with the dtype that came and the line of the call.
    """
    kind = _array(x).dtype
    if kind.kind not in "iu":
        raise DTypeError(
            f'{_head(message)}Expected "x" to be integer type. Found: {kind.name}; {_where()}'
        )


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> np.dtype[Any]:
    """Assert that tensors have one dtype of floats among them, and name it.

    Args:
        tensors: a list, or None.
        dtype: the dtype wanted, or None where any will do.

    Returns:
        The dtype; the default one where neither is given.

    Raises:
        ValueError: two dtypes, or one that is no float.
    """
    found = None if dtype is None else np.dtype(dtype)
    for number, tensor in enumerate(tensors or ()):
        kind = _array(tensor).dtype
        if found is not None and kind != found:
            raise ValueError(
                f"tensor {number} is {kind.name}, and must be of the same type ({found.name}) as the "
                f"others; {_where()}"
            )
        found = kind
    found = floatx() if found is None else found
    if found.kind != "f":
        raise ValueError(f"Expected floating point type, got {found.name}; {_where()}")
    return found


def assert_proper_iterable(values: Any) -> None:
    """Assert that a value is a list or another iterable, and no tensor, array or text.

    Args:
        values: the value.

    Raises:
        TypeError: what it is instead.
    """
    if isinstance(values, Handle | np.ndarray | str | bytes):
        raise DTypeError(
            f'Expected argument "values" to be a "proper" iterable. Found: {type(values).__name__}; {_where()}'
        )
    if not isinstance(values, Iterable):
        raise DTypeError(
            f'Expected argument "values" to be iterable. Found: {type(values).__name__}; {_where()}'
        )


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether a value is a Tensor or Variable of numbers; truth values and texts are none.

    Args:
        tensor: any value.

    >>> import thalweg as tw
    >>> tw.debugging.is_numeric_tensor(tw.constant(1)), tw.debugging.is_numeric_tensor(1)
    (True, False)
    """
    return isinstance(tensor, Handle) and tensor.array.dtype.kind in "iufc"
