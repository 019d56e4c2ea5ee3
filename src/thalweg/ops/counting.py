"""Counting: how often each whole number occurs, and which class was taken for which."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.creation import ones_like
from thalweg.ops.movement import reshape
from thalweg.ops.segment_functions import plain
from thalweg.ops.segments import unsorted_segment_sum

SOURCE = "definition"


def _bin_symbols(arr: Any, size: int, apart: bool) -> Any:
    if arr.dtype.kind not in "if":
        raise TypeError("no whole numbers")
    whole = arr.astype(np.int64)
    if arr.dtype.kind == "f":
        whole = whole.guarded(whole.astype(arr.dtype) == arr)
    bins = whole + size * np.arange(len(whole))[:, None] if apart else whole
    return np.where(whole < size, bins, -1)


@row(
    inputs="arr", severs="numbers of bins are whole numbers", native=_bin_symbols,
    samples=(sample(np.array([1, 0, 3]), size=4), sample(np.array([[1, 0], [3, 1]]), size=3, apart=True)),
    special=(
        special(np.array([1, 5]), value=[1, -1], params={"size": 4}, why="what has no bin is dropped"),
        special(np.array([[1, 0], [3, 1]]), value=[[1, 0], [-1, 4]], params={"size": 3, "apart": True}),
    ),
    wrong=(
        wrong(np.array([True]), error=DTypeError, words="whole numbers", size=4),
        wrong(np.array([0.5]), error=DTypeError, words="whole numbers", size=4),
    ),
    formula="the number of the bin of each element, -1 where it has none",
)  # fmt: skip
def bin_numbers(arr: Any, size: int, apart: bool = False) -> Any:
    """The number of each element's bin; with `apart` every row of a matrix has bins of its own."""
    whole = arr.astype(np.int64)
    if arr.dtype.kind not in "iuf" or not np.array_equal(whole, arr):
        raise DTypeError(f"bincount takes whole numbers, not {arr.dtype.name}")
    within = whole < size
    if apart:
        whole = whole + size * np.arange(len(whole))[:, None]
    return np.where(within, whole, -1)


def _numpy_bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    """NumPy's: counts are int64, weighted sums float64."""
    given = None if weights is None else cast.eager(weights, np.float64)
    return bincount.eager(x, given, minlength=minlength, dtype=np.int64)


@composite(inputs="arr weights", public="math.bincount", numpy={np.bincount: _numpy_bincount})
def bincount(
    arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None,
    dtype: Any = np.int32, name: Any = None, axis: Any = None, binary_output: Any = False,
) -> Any:  # fmt: skip
    """How often each whole number from 0 up occurs, or the sum of the weights where it does.

    Args:
        arr: whole numbers from 0 up, any shape; one or two axes with `axis=-1`.
        weights: of the same shape; they are added instead of 1, and gradients reach them.
        minlength: the answer has at least so many elements.
        maxlength: at most so many; larger numbers are not counted.
        dtype: of the counts; with weights the answer has theirs.
        name: accepted for TensorFlow's sake.
        axis: None or 0 counts over everything, -1 counts each row apart.
        binary_output: 1 where a number occurs at all.

    Returns:
        Shape `(max(arr) + 1,)` within the two lengths; with `axis=-1` and two axes one row each.

    >>> import thalweg as tw
    >>> tw.math.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)
    """
    if axis not in (None, 0, -1):
        raise ValueError(f"bincount: axis={axis!r}; only 0 and -1 are supported")
    if binary_output and weights is not None:
        raise ValueError("bincount: binary_output and weights exclude each other; give one of them")
    rank = len(arr.shape)
    apart = axis == -1 and rank > 1
    if apart and rank > 2:
        raise ShapeError(f"bincount: with axis=-1 arr has one or two axes, not {rank}")
    if weights is not None and weights.shape != arr.shape:
        raise ShapeError(
            f"bincount: weights of shape {list(weights.shape)} for numbers of shape {list(arr.shape)}"
        )
    top = plain(arr)
    if top.size and top.min() < 0:
        raise ValueError(f"bincount: the numbers cannot be negative, and {top.min()} came")
    size = int(top.max()) + 1 if top.size else 0
    size = max(size, int(static(minlength) or 0))
    size = size if maxlength is None else min(size, int(static(maxlength)))
    numbers = bin_numbers(arr, size, apart)
    count = size * arr.shape[0] if apart else size
    added = ones_like(numbers, dtype) if weights is None else weights
    sums = unsorted_segment_sum(added, numbers, count)
    if binary_output:
        sums = cast(sums > 0, dtype)
    return reshape(sums, (arr.shape[0], size)) if apart else sums


@composite(inputs="labels predictions weights", public="math.confusion_matrix")
def confusion_matrix(
    labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None,
    dtype: Any = np.int32,
) -> Any:  # fmt: skip
    """How often each class was taken for each: rows are labels, columns predictions.

    Args:
        labels: classes from 0 up, shape `(n,)`, or `(n, 1)` beside predictions of `(n,)`.
        predictions: likewise.
        num_classes: how many classes there are; one more than the largest by default.
        weights: shape `(n,)`, added instead of 1; gradients reach them where `dtype` is a float.
        dtype: of the answer.

    Returns:
        Shape `(num_classes, num_classes)`.

    >>> import thalweg as tw
    >>> tw.math.confusion_matrix([0, 1, 1], [0, 1, 0]).numpy()
    array([[1, 0],
           [1, 1]], dtype=int32)
    """
    rows, columns = _one_axis(plain(labels), plain(predictions))
    classes = 0 if num_classes is None else int(static(num_classes))
    if num_classes is None and rows.size:
        classes = int(max(rows.max(), columns.max())) + 1
    for name, found in (("labels", rows), ("predictions", columns)):
        if found.size and not 0 <= found.min() <= found.max() < classes:
            beyond = found.min() if found.min() < 0 else found.max()
            raise ValueError(
                f"confusion_matrix: {name} hold {beyond}, and classes go from 0 to {classes - 1}"
            )
    numbers = rows * classes + columns
    if weights is None:
        added = ones_like(cast(reshape(labels, numbers.shape), dtype))
    elif tuple(weights.shape) != numbers.shape:
        raise ShapeError(
            f"confusion_matrix: weights of shape {list(weights.shape)} for {len(numbers)} labels"
        )
    else:
        added = cast(weights, dtype)
    return reshape(unsorted_segment_sum(added, numbers, classes * classes), (classes, classes))


def _one_axis(labels: np.ndarray, predictions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as vectors of int64; the one with a last axis of 1 more than the other loses it."""
    if labels.ndim == predictions.ndim + 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    elif predictions.ndim == labels.ndim + 1 and predictions.shape[-1] == 1:
        predictions = predictions[..., 0]
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise ShapeError(
            f"confusion_matrix takes labels and predictions of one shape (n,), not "
            f"{list(labels.shape)} and {list(predictions.shape)}"
        )
    return labels.astype(np.int64), predictions.astype(np.int64)
