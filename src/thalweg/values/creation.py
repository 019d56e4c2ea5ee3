"""Creation: Tensors of zeros, ones, one value, an identity, whole ranges, made from a shape alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle
from thalweg.errors import ShapeError
from thalweg.ops.movement import broadcast_to
from thalweg.values.conversion import python_array
from thalweg.values.floatx import floatx
from thalweg.values.tensor import Tensor


def sizes_of(shape: Any) -> tuple[int, ...]:
    """A shape as the user writes it: one number, a list, a tuple, a Tensor.

    Raises:
        ShapeError: a negative size, or something that is no shape.
    """
    sizes = static(shape)
    sizes = sizes if isinstance(sizes, tuple) else (sizes,)
    if not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise ShapeError(f"a shape is made of whole numbers from 0 up, not {shape!r}")
    return sizes


def _dtype(dtype: Any) -> np.dtype[Any]:
    return floatx() if dtype is None else np.dtype(dtype)


def zeros(shape: Any, dtype: Any = None, name: Any = None, layout: Any = None) -> Tensor:
    """A Tensor of zeros.

    Args:
        shape: the sizes of its axes.
        dtype: float32 by default, or what `set_floatx` says.
        name: accepted for TensorFlow's sake.
        layout: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.zeros([2]).numpy()
    array([0., 0.], dtype=float32)
    """
    return Tensor(np.zeros(sizes_of(shape), _dtype(dtype))[()])


def ones(shape: Any, dtype: Any = None, name: Any = None, layout: Any = None) -> Tensor:
    """A Tensor of ones.

    Args:
        shape: the sizes of its axes.
        dtype: float32 by default, or what `set_floatx` says.
        name: accepted for TensorFlow's sake.
        layout: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.ones([2]).numpy()
    array([1., 1.], dtype=float32)
    """
    return Tensor(np.ones(sizes_of(shape), _dtype(dtype))[()])


def fill(dims: Any, value: Any, name: Any = None, layout: Any = None) -> Any:
    """A Tensor filled with one value, which a gradient reaches.

    Args:
        dims: the sizes of its axes.
        value: a number or a Tensor without axes.
        name: accepted for TensorFlow's sake.
        layout: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.fill([2], 7.0).numpy()
    array([7., 7.], dtype=float32)
    """
    return broadcast_to.eager(value, sizes_of(dims))


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = None,
    name: Any = None,
) -> Tensor:
    """Ones on the main diagonal, zeros elsewhere.

    Args:
        num_rows: the sizes; square by default.
        num_columns: likewise.
        batch_shape: sizes of leading axes along which it is repeated.
        dtype: float32 by default, or what `set_floatx` says.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.eye(2).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    rows = static(num_rows)
    matrix = np.eye(rows, rows if num_columns is None else static(num_columns), dtype=_dtype(dtype))
    if batch_shape is not None:
        matrix = np.broadcast_to(matrix, (*sizes_of(batch_shape), *matrix.shape))
    return Tensor(matrix)


def range(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = "range"
) -> Tensor:
    """Numbers from `start` up to but without `limit`, in steps.

    Args:
        start: the first, 0 when it is the only argument.
        limit: where to stop before.
        delta: the step.
        dtype: by default int32 for whole numbers, float32 (or `set_floatx`) otherwise.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.range(3).numpy()
    array([0, 1, 2], dtype=int32)
    """
    if limit is None:
        start, limit = 0, start
    ends = [one.array if isinstance(one, Handle) else one for one in (start, limit, delta)]
    if not ends[2]:
        raise ValueError("range: delta must not be 0")
    if dtype is None:
        arrays = [one for one in ends if isinstance(one, np.ndarray | np.generic)]
        weak = [one for one in ends if not isinstance(one, np.ndarray | np.generic)]
        dtype = np.result_type(*arrays, *weak) if arrays else python_array(weak).dtype
    return Tensor(np.arange(*[static(one) for one in ends], dtype=np.dtype(dtype)))


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool, name: Any = None) -> Tensor:
    """For each length, so many times true, then false.

    Args:
        lengths: whole numbers of any shape.
        maxlen: the size of the new last axis; by default the greatest length.
        dtype: of the answer.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.sequence_mask([1, 3]).numpy()
    array([[ True, False, False],
           [ True,  True,  True]])
    """
    counts = np.asarray(lengths.array if isinstance(lengths, Handle) else lengths)
    longest = int(np.max(counts, initial=0)) if maxlen is None else int(static(maxlen))
    return Tensor((np.arange(longest) < counts[..., None]).astype(np.dtype(dtype)))


PUBLIC: dict[str, Callable[..., Any]] = {
    "zeros": zeros,
    "ones": ones,
    "fill": fill,
    "eye": eye,
    "linalg.eye": eye,
    "range": range,
    "sequence_mask": sequence_mask,
}
"""What is public, by dotted name below `thalweg`."""
