"""Making Tensors of what the user has: `constant`, `convert_to_tensor`, `is_tensor`."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import leaves
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import ShapeError
from thalweg.ops.arithmetic import identity
from thalweg.ops.casting import cast
from thalweg.values.conversion import as_array, holds_handles, keeping, stack_nested, weak
from thalweg.values.creation import sizes_of
from thalweg.values.tensor import Tensor
from thalweg.values.variable import Variable


def constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Tensor:
    """A Tensor of a number, a list, an array; always a copy.

    Python floats become float32 (or what `set_floatx` says), ints int32; arrays keep their dtype.

    Args:
        value: numbers, truth values, texts; nestings and arrays of them.
        dtype: the dtype wanted.
        shape: the shape wanted; one number fills it.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: a ragged nesting, or elements that do not fill `shape`.
        DTypeError: no numbers.

    >>> import thalweg as tw
    >>> tw.constant([1.0, 2.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    """
    if isinstance(value, Handle):
        array = value.array
        if dtype is not None:
            array = array.astype(keeping(array.dtype, wanted_dtype("constant: dtype", dtype)))
        leaves(value, "tw.constant()")
    else:
        array = as_array(value, dtype)
    if shape is not None:
        sizes = sizes_of("constant", shape)
        array = np.asarray(array)
        if array.size == 1:
            array = np.full(sizes, array.reshape(())[()], array.dtype)
        elif array.size == np.prod(sizes, dtype=int):
            array = array.reshape(sizes)
        else:
            raise ShapeError(f"constant: {array.size} elements do not fill shape {sizes}")
    return Tensor(array)


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: Any = None
) -> Any:
    """A Tensor of anything that ops take; a Tensor comes back as it is.

    Args:
        value: a Tensor, a Variable, numbers, nestings of them.
        dtype: the dtype wanted; a Tensor of another dtype is refused, as in TensorFlow.
        dtype_hint: the dtype of numbers that have none of their own, where they fit it.
        name: accepted for TensorFlow's sake.
    """
    if isinstance(value, Handle):
        tensor = identity.eager(value) if isinstance(value, Variable) else value
        if dtype is not None:
            wanted = wanted_dtype("convert_to_tensor: dtype", dtype)
            if wanted != value.array.dtype:
                raise ValueError(
                    f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype "
                    f"{value.array.dtype.name}: {value!r}; use tw.cast"
                )
        return tensor
    if isinstance(value, list | tuple) and holds_handles(value):
        stacked = stack_nested(value)
        return stacked if dtype is None else cast.eager(stacked, dtype)
    if dtype is None and dtype_hint is not None and not isinstance(value, np.ndarray | np.generic):
        try:
            return Tensor(as_array(value, dtype_hint))
        except (TypeError, ValueError):  # a hint is no demand
            return Tensor(as_array(value, None))
    return Tensor(as_array(value, dtype))


def is_tensor(x: Any) -> bool:
    """Whether the value is a Tensor or a Variable."""
    return isinstance(x, Handle)


def lift(value: Any, dtype: Any = None, indices: bool = False) -> Any:
    """A Tensor or Variable as it is; anything else as a Tensor, its contents recorded.

    Args:
        value: what the user passed.
        dtype: what Python numbers stand beside, or None.
        indices: whether whole numbers stay whole.
    """
    if isinstance(value, Handle):
        return value
    if dtype is None or (isinstance(value, list | tuple) and holds_handles(value)):
        return convert_to_tensor(value)
    return Tensor(weak(value, dtype, indices))
