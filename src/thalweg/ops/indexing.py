"""Indexing: parts of an array, by slices, by numbers, by lists of them; and putting them back."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError


@row(
    inputs="x", linear="x", bounded=True,
    vjp={"x": lambda g, x_shape, index: put_at(g, shape=x_shape, index=index)},
    samples=(
        sample((3, 4), index=1),
        sample((3, 4), index=(slice(None, None, -2), slice(1, 3))),
        sample((3, 4), index=(np.array([0, 0, 2]),)),
        sample((3, 4), index=(..., None, 1)),
    ),
    wrong=(wrong(np.ones(3), error=IndexError, words="out of bounds", index=5),),
    formula="x[index]",
)  # fmt: skip
def getitem(x: Any, index: Any) -> Any:
    """The part of an array that an index names, by NumPy's rules."""
    return x[index]


@row(
    inputs="x", linear="x", bounded=True, vjp={"x": lambda g, index: getitem(g, index)},
    samples=(
        sample((2,), shape=(3, 2), index=1),
        sample((3, 2), shape=(4, 2), index=(np.array([0, 0, 2]),)),
    ),
    formula="zeros of a shape, with x added at an index",
)  # fmt: skip
def put_at(x: Any, shape: Any, index: Any) -> Any:
    """Zeros of a shape with `x` added at `index`; places named twice receive the sum."""
    out = np.zeros(shape, np.asarray(x).dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, np.ndarray | list) for part in parts):
        np.add.at(out, index, x)
    else:
        out[index] = x
    return out


@row(
    inputs="x", linear="x", bounded=True,
    vjp={"x": lambda g, x_shape, place, axis: put_at(
        g, shape=x_shape, index=(slice(None),) * axis + (place,))},
    prepare=lambda inputs, params: (params[0], one_axis(params[1], np.ndim(inputs[0]))),
    samples=(sample((3, 4), place=1, axis=0), sample((3, 4), place=2, axis=-1)),
    formula="the part of x at one place of one axis",
)  # fmt: skip
def pick_along(x: Any, place: int, axis: int) -> Any:
    """The part of an array at one place of one axis."""
    return x[(slice(None),) * axis + (place,)]


def stretch(axis: int, *edges: int | None) -> tuple[Any, ...]:
    """The index of a stretch of one axis: `x[..., start:stop, ...]`."""
    return (*(slice(None),) * axis, slice(*edges))


slice_type = slice


def _numbers(value: Any) -> tuple[int, ...]:
    found = static(value)
    return found if isinstance(found, tuple) else (found,)


def part(input_: Any, begin: Any, size: Any) -> Any:
    """What `tw.slice` does."""
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
        index.append(slice(start, stop))
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
            index.append(slice(first, None if end_mask & bit else stop, step))
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
    return (*(slice(None),) * first, chosen)


@composite(inputs="tensor", public="boolean_mask")
def boolean_mask(tensor: Any, mask: Any, name: Any = "boolean_mask", axis: Any = None) -> Any:
    """The elements, rows or blocks at which a mask is true.

    Args:
        tensor: shape `(..., *mask.shape, ...)`.
        mask: truth values.
        name: accepted for TensorFlow's sake.
        axis: where the mask's axes begin; 0 by default.

    >>> import thalweg as tw
    >>> tw.boolean_mask([1.0, 2.0, 3.0], [True, False, True]).numpy()
    array([1., 3.], dtype=float32)
    """
    return getitem(tensor, _mask_index(tensor, static(mask), axis))
