"""Creation: Tensors of zeros, ones, one value, an identity, whole ranges, made from a shape alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen
from thalweg.core.recording import STATE
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.core.whole_number import whole_number
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.comparison import greater
from thalweg.ops.indexing import getitem
from thalweg.ops.movement import broadcast_to
from thalweg.values.conversion import python_array
from thalweg.values.floatx import floatx
from thalweg.values.tensor import Tensor

MOST = 2**62
"""No array of so many elements is made, on any machine."""


def sizes_of(function: str, shape: Any) -> tuple[int, ...]:
    """A shape as the user writes it: one number, a list, a tuple, a Tensor.

    Args:
        function: the function that was called, for an error's words.
        shape: what came.

    Raises:
        ShapeError: a negative size, or something that is no shape.
    """
    sizes = static(shape)
    sizes = sizes if isinstance(sizes, tuple) else (sizes,)
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise ShapeError(
            f"{function}: a shape is made of whole numbers from 0 up, not {shape!r:.60}"
        )
    if math.prod(sizes) > MOST:
        raise ShapeError(f"{function}: no array has the shape {shape!r:.60}")
    return sizes


def dtype_of(function: str, dtype: Any) -> np.dtype[Any]:
    """The dtype that was asked for, or the default one."""
    return floatx() if dtype is None else wanted_dtype(f"{function}: dtype", dtype)


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
    return Tensor(np.zeros(sizes_of("zeros", shape), dtype_of("zeros", dtype))[()])


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
    return Tensor(np.ones(sizes_of("ones", shape), dtype_of("ones", dtype))[()])


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
    return broadcast_to.eager(value, sizes_of("fill", dims))


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
    rows = whole_number("eye: num_rows", num_rows, least=0)
    columns = rows
    if num_columns is not None:
        columns = whole_number("eye: num_columns", num_columns, least=0)
    sizes_of("eye", (rows, columns))
    matrix = np.eye(rows, columns, dtype=dtype_of("eye", dtype))
    if batch_shape is not None:
        matrix = np.broadcast_to(matrix, (*sizes_of("eye", batch_shape), *matrix.shape))
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
    ends = [numbers_seen(one, "tw.range()") for one in (start, limit, delta)]
    for word, end in zip(("start", "limit", "delta"), ends, strict=True):
        _check_end(word, end)
    if not ends[2]:
        raise ValueError("range: delta must not be 0")
    if dtype is None:
        arrays = [one for one in ends if isinstance(one, np.ndarray | np.generic)]
        weak = [one for one in ends if not isinstance(one, np.ndarray | np.generic)]
        dtype = np.result_type(*arrays, *weak) if arrays else python_array(weak).dtype
    kind = wanted_dtype("range: dtype", dtype)
    if kind.kind not in "iuf":
        raise DTypeError(f"range: real numbers are counted up, and {kind.name} is no dtype of them")
    try:
        return Tensor(np.arange(*[static(one) for one in ends], dtype=kind))
    except (ValueError, OverflowError) as error:  # more than an array holds, or than the dtype does
        raise ValueError(
            f"range: no {kind.name} array from {static(start)} to {static(limit)} in steps of "
            f"{static(delta)}: {error}"
        ) from error


def _check_end(word: str, end: Any) -> None:
    """Refuse what is no finite real number."""
    if end is None or np.ndim(end) or np.asarray(end).dtype.kind not in "iufb":
        raise DTypeError(f"range: {word} is {end!r:.60}; one real number was wanted")
    if not -math.inf < end < math.inf:
        raise ValueError(f"range: {word} is {end}; a finite number was wanted")


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
    if maxlen is not None and isinstance(lengths, Handle) and STATE.here.tracer is not None:
        return _mask_by_ops(lengths, whole_number("sequence_mask: maxlen", maxlen, least=0), dtype)
    counts = np.asarray(numbers_seen(lengths, "tw.sequence_mask()"))
    if counts.dtype.kind not in "iu" and counts.size:
        raise DTypeError(f"sequence_mask: lengths are whole numbers, not {lengths!r:.60}")
    if maxlen is None:
        longest = int(np.max(counts, initial=0))
    else:
        longest = whole_number("sequence_mask: maxlen", maxlen, least=0)
    sizes_of("sequence_mask", (*counts.shape, longest))
    kind = wanted_dtype("sequence_mask: dtype", dtype)
    return Tensor((np.arange(longest) < counts[..., None]).astype(kind))


def _mask_by_ops(lengths: Any, longest: int, dtype: Any) -> Tensor:
    """The same for lengths that who writes it down must not take for constants."""
    if lengths.array.dtype.kind not in "iu":
        raise DTypeError(f"sequence_mask: lengths are whole numbers, not {lengths!r:.60}")
    places = Tensor(np.arange(longest, dtype=lengths.array.dtype))
    there = greater.eager(getitem.eager(lengths, (..., None)), places)
    mask: Tensor = cast.eager(there, wanted_dtype("sequence_mask: dtype", dtype))
    return mask


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
