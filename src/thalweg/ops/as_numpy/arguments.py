"""What NumPy takes as an array, a dtype, a condition, for functions that are written in ops."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen
from thalweg.core.trees import flatten
from thalweg.ops.casting import cast
from thalweg.ops.joining import stack


def value(x: Any) -> Any:
    """An argument as np.asarray would make it, but that a Tensor stays one.

    A nesting of lists with Tensors in it becomes one Tensor.
    """
    if isinstance(x, Handle):
        return x
    if isinstance(x, list | tuple) and any(isinstance(leaf, Handle) for leaf in flatten(x)):
        return stack(values(x))
    return np.asarray(x)


def values(many: Any) -> list[Any]:
    """Several arguments, each as `value` makes it; a Tensor is taken apart along its first axis."""
    if isinstance(many, Handle):
        return [many[place] for place in range(many.shape[0])]  # type: ignore[index, attr-defined]  # Tensors have both
    return [value(one) for one in many]


def plain(x: Any) -> Any:
    """The numbers of an argument alone, for places, signs and conditions: no gradient goes here."""
    return numbers_seen(value(x), "a function of NumPy's that goes by the values")


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape as a plain tuple."""
    return tuple(x.shape)


def cast_to(x: Any, dtype: Any) -> Any:
    """In another dtype, if one is asked for and it is another."""
    return x if dtype is None or x.dtype == np.dtype(dtype) else cast(x, dtype)


def floating(x: Any, dtype: Any = None) -> Any:
    """As the dtype asked for; otherwise integers and truth values as float64."""
    if dtype is None and x.dtype.kind in "iub":
        dtype = np.float64
    return cast_to(x, dtype)


def alike(*many: Any) -> list[Any]:
    """Several arguments in the dtype that NumPy would find for all of them."""
    ready = values(many)
    dtype = np.result_type(*[one.dtype for one in ready])
    return [cast_to(one, dtype) for one in ready]


def number_like(x: Any, number: Any) -> Any:
    """A number in the dtype of an array."""
    return np.dtype(x.dtype).type(number)
