"""Slicing: parts of an array by starts, sizes, ends and steps, or by a mask."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.errors import ShapeError
from thalweg.ops.indexing import getitem

SOURCE = "definition; the rule is the adjoint of a linear map"


def _numbers(value: Any) -> tuple[int, ...]:
    found = static(value)
    return found if isinstance(found, tuple) else (found,)


@composite(inputs="input_")
def slice(input_: Any, begin: Any, size: Any) -> Any:
    """A part of an array, by where it begins and how large it is.

    Args:
        input_: any shape.
        begin: for each axis, where to start.
        size: for each axis, how many; -1 for all that are left.

    Raises:
        ShapeError: not one number for each axis, or a part that goes beyond the array.

    >>> import thalweg as tw
    >>> tw.slice([1.0, 2.0, 3.0], [1], [-1]).numpy()
    array([2., 3.], dtype=float32)
    """
    starts, sizes = _numbers(begin), _numbers(size)
    shape = tuple(input_.shape)
    if not len(starts) == len(sizes) == len(shape):
        raise ShapeError(
            f"slice: begin {list(starts)} and size {list(sizes)} must have a number for each of "
            f"the {len(shape)} axes of shape {list(shape)}"
        )
    index = []
    for axis, (start, count, whole) in enumerate(zip(starts, sizes, shape, strict=True)):
        stop = whole if count == -1 else start + count
        if not 0 <= start <= stop <= whole:
            raise ShapeError(
                f"slice: axis {axis} has {whole} elements, begin {start} and size {count} go beyond"
            )
        index.append(builtins.slice(start, stop))
    return getitem(input_, tuple(index))


@composite(inputs="input_", public="strided_slice")
def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: Any = None,
) -> Any:
    """A part with steps: `input_[begin[0]:end[0]:strides[0], ...]`.

    Args:
        input_: any shape.
        begin: for each of the leading axes, where to start and where to stop before.
        end: likewise.
        strides: steps; 1 by default.
        begin_mask: bit i set: `begin[i]`, `end[i]` does not count.
        end_mask: likewise.
        ellipsis_mask: bit i set: entry i is `...`, a new axis, a
            single index.
        new_axis_mask: likewise.
        shrink_axis_mask: likewise.
        var: accepted for TensorFlow's sake.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.strided_slice([1.0, 2.0, 3.0, 4.0], [0], [4], [2]).numpy()
    array([1., 3.], dtype=float32)
    """
    starts, stops = _numbers(begin), _numbers(end)
    steps = (1,) * len(starts) if strides is None else _numbers(strides)
    index: list[Any] = []
    for at, (start, stop, step) in enumerate(zip(starts, stops, steps, strict=True)):
        bit = 1 << at
        if ellipsis_mask & bit:
            index.append(...)
        elif new_axis_mask & bit:
            index.append(None)
        elif shrink_axis_mask & bit:
            index.append(start)
        else:
            first = None if begin_mask & bit else start
            index.append(builtins.slice(first, None if end_mask & bit else stop, step))
    return getitem(input_, tuple(index))


def _mask_index(tensor: Any, mask: Any, axis: Any) -> tuple[Any, ...]:
    chosen = np.asarray(mask, dtype=bool)
    shape = tuple(tensor.shape)
    first = 0 if axis is None else one_axis(axis, len(shape))
    if not chosen.ndim or shape[first : first + chosen.ndim] != chosen.shape:
        raise ShapeError(
            f"boolean_mask: mask of shape {list(chosen.shape)} does not fit tensor of shape "
            f"{list(shape)} from axis {first} on"
        )
    return (*(builtins.slice(None),) * first, chosen)


@composite(inputs="tensor", public="boolean_mask")
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: Any = "boolean_mask") -> Any:
    """The elements, rows or blocks at which a mask is true.

    Args:
        tensor: shape `(..., *mask.shape, ...)`.
        mask: truth values.
        axis: where the mask's axes begin; 0 by default.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.boolean_mask([1.0, 2.0, 3.0], [True, False, True]).numpy()
    array([1., 3.], dtype=float32)
    """
    return getitem(tensor, _mask_index(tensor, static(mask), axis))
