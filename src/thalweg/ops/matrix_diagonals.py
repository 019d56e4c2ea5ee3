"""TensorFlow's words for diagonals: diag_part, diag, set_diag, of one diagonal or of a band of them.

A band stands packed: one row for each diagonal, the highest first, each as long as the longest and
filled up on the side that `align` says.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.errors import ShapeError
from thalweg.ops.comparison import select
from thalweg.ops.diagonals import diagonal as taken
from thalweg.ops.diagonals import put_diagonal
from thalweg.ops.indexing import getitem

SOURCE = "definition; the rules are those of taking and putting elements"

ALIGNMENTS = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")


def _band(k: Any) -> tuple[int, int, bool]:
    """Return the lowest and the highest diagonal, and whether one alone was asked for."""
    k = static(k)
    places = [int(k)] if np.ndim(k) == 0 else [int(place) for place in k]
    if not 1 <= len(places) <= 2 or places[0] > places[-1]:
        raise ValueError(f"k is one diagonal, or the lowest and the highest: {k!r} came")
    return places[0], places[-1], places[0] == places[-1]


def _length(place: int, rows: int, columns: int) -> int:
    return max(min(rows + min(place, 0), columns - max(place, 0)), 0)


def _packed_places(
    low: int, high: int, rows: int, columns: int, align: str
) -> tuple[Any, Any, Any]:
    """Return, for each cell of the packed band, its row and column in the matrix, and if it is one."""
    if align not in ALIGNMENTS:
        raise ValueError(f"align is one of {', '.join(ALIGNMENTS)}: {align!r} came")
    above, below = align.split("_")
    places = np.arange(high, low - 1, -1)[:, None]
    lengths = np.array([_length(place, rows, columns) for place in places[:, 0]])[:, None]
    longest = int(lengths.max())
    side = np.where(places >= 0, above == "RIGHT", below == "RIGHT")
    along = np.arange(longest) - np.where(side, longest - lengths, 0)
    real = (along >= 0) & (along < lengths)
    along = np.where(real, along, 0)
    return along + np.maximum(-places, 0), along + np.maximum(places, 0), real


def _in_range(low: int, high: int, rows: int, columns: int) -> None:
    for place in (low, high):
        if place != 0 and not -rows < place < columns:
            raise ShapeError(
                f"diagonal {place} is outside a matrix of {rows} rows and {columns} columns"
            )


def _matrix_sizes(matrix: Any) -> tuple[int, int]:
    if len(matrix.shape) < 2:
        raise ShapeError(f"a matrix has at least 2 axes, this has shape {list(matrix.shape)}")
    rows, columns = matrix.shape[-2:]
    return int(rows), int(columns)


@composite(inputs="input", public="linalg.diag_part")
def diag_part(
    input: Any,
    name: Any = "diag_part",
    k: Any = 0,
    padding_value: Any = 0,
    align: Any = "RIGHT_LEFT",
) -> Any:
    """A diagonal of the last two axes, or a band of diagonals packed in rows.

    Args:
        input: shape `(..., rows, columns)`.
        name: accepted for TensorFlow's sake.
        k: which diagonal, above 0 above the main one; or the lowest and the highest.
        padding_value: what fills up the shorter diagonals of a band.
        align: on which side the diagonals above and below the main one stand in their rows.

    >>> import thalweg as tw
    >>> tw.linalg.diag_part([[1.0, 2.0], [3.0, 4.0]]).numpy()
    array([1., 4.], dtype=float32)
    >>> tw.linalg.diag_part([[1.0, 2.0], [3.0, 4.0]], k=(-1, 0)).numpy()
    array([[1., 4.],
           [3., 0.]], dtype=float32)
    """
    low, high, alone = _band(k)
    rows, columns = _matrix_sizes(input)
    _in_range(low, high, rows, columns)
    if alone:
        return taken(input, low)
    i, j, real = _packed_places(low, high, rows, columns, align)
    padding = np.asarray(static(padding_value), input.dtype)
    return select(real, getitem(input, (..., i, j)), padding)


@composite(inputs="diagonal", public="linalg.diag")
def diag(
    diagonal: Any,
    name: Any = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: Any = "RIGHT_LEFT",
) -> Any:
    """Matrices with the given values on a diagonal, or on a band of diagonals.

    Args:
        diagonal: shape `(..., n)`; of a band `(..., diagonals, n)`, packed as `diag_part` has it.
        name: accepted for TensorFlow's sake.
        k: which diagonal, above 0 above the main one; or the lowest and the highest.
        num_rows: how many rows; by default as few as hold the diagonal, in a square if possible.
        num_cols: likewise.
        padding_value: what stands everywhere else.
        align: as in `diag_part`.

    >>> import thalweg as tw
    >>> tw.linalg.diag([1.0, 2.0]).numpy()
    array([[1., 0.],
           [0., 2.]], dtype=float32)
    """
    low, high, alone = _band(k)
    if len(diagonal.shape) < (1 if alone else 2):
        raise ShapeError(
            f"diag: shape {list(diagonal.shape)} holds no {'' if alone else 'band of '}diagonal"
        )
    longest = int(diagonal.shape[-1])
    least = (longest - min(high, 0), longest + max(low, 0))
    rows, columns = int(static(num_rows)), int(static(num_cols))
    if rows < 0 and columns < 0:
        rows = columns = max(least)
    rows, columns = (least[0] if rows < 0 else rows), (least[1] if columns < 0 else columns)
    spare = (rows - least[0], columns - least[1])
    if min(spare) != 0:  # the last element stands in the last row or in the last column
        raise ShapeError(
            f"diag: {longest} values on diagonal {k} need {least[0]} rows or {least[1]} columns; {(rows, columns)} came"
        )
    matrix = np.full(
        (*diagonal.shape[: -1 if alone else -2], rows, columns),
        static(padding_value),
        diagonal.dtype,
    )
    return _put(matrix, diagonal, low, high, alone, align)


def _put(matrix: Any, values: Any, low: int, high: int, alone: bool, align: str) -> Any:
    rows, columns = (int(size) for size in matrix.shape[-2:])
    across = np.arange(columns) - np.arange(rows)[:, None]
    inside = (across >= low) & (across <= high)
    if alone:
        return select(inside, put_diagonal(values, (rows, columns), low), matrix)
    i, j, real = _packed_places(low, high, rows, columns, align)
    if tuple(values.shape[-2:]) != real.shape:
        raise ShapeError(
            f"the band from {low} to {high} of {rows} x {columns} matrices has shape "
            f"{list(real.shape)}; {list(values.shape[-2:])} came"
        )
    row = np.zeros((rows, columns), int)
    place = np.zeros((rows, columns), int)
    at, along = np.nonzero(real)
    row[i[real], j[real]], place[i[real], j[real]] = at, along
    return select(inside, getitem(values, (..., row, place)), matrix)


@composite(inputs="input diagonal", public="linalg.set_diag")
def set_diag(
    input: Any, diagonal: Any, name: Any = "set_diag", k: Any = 0, align: Any = "RIGHT_LEFT"
) -> Any:
    """Matrices with other values on a diagonal, or on a band of diagonals.

    Args:
        input: shape `(..., rows, columns)`.
        diagonal: shape `(..., n)`; of a band `(..., diagonals, n)`, packed as `diag_part` has it.
        name: accepted for TensorFlow's sake.
        k: which diagonal, above 0 above the main one; or the lowest and the highest.
        align: as in `diag_part`.

    >>> import thalweg as tw
    >>> tw.linalg.set_diag([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0]).numpy()
    array([[5., 2.],
           [3., 6.]], dtype=float32)
    """
    low, high, alone = _band(k)
    rows, columns = _matrix_sizes(input)
    _in_range(low, high, rows, columns)
    wanted = [
        *input.shape[:-2],
        *([] if alone else [high - low + 1]),
        max(_length(place, rows, columns) for place in range(low, high + 1)),
    ]
    if list(diagonal.shape) != wanted:
        raise ShapeError(
            f"set_diag: the diagonal has shape {list(diagonal.shape)}, {wanted} was wanted"
        )
    return _put(input, diagonal, low, high, alone, align)
