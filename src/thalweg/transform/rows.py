"""Nestings taken apart along their first axis, and put together again."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.trees import flatten, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.joining import stack
from thalweg.ops.splitting import unstack
from thalweg.transform.carry import in_dtype
from thalweg.values.constant import convert_to_tensor
from thalweg.values.tensor import Tensor


def arrays_of(elems: Any, asked_by: str) -> list[Any]:
    """The Tensors of a nesting, each with a first axis to go along.

    Raises:
        ValueError: there is none.
        ShapeError: one has no axes.
    """
    leaves = flatten(elems)
    if not leaves:
        raise ValueError(
            f"{asked_by}: elems must be a Tensor or (possibly nested) sequence of Tensors. Got "
            f"{elems!r}, which does not contain any Tensors."
        )
    if any(leaf is None for leaf in leaves):
        raise DTypeError(f"{asked_by}: there is a None in elems")
    arrays = [convert_to_tensor(leaf) for leaf in leaves]
    for leaf in arrays:
        if not leaf.array.ndim:
            raise ShapeError(
                f"{asked_by}: Elements in elems must be 1+ dimensional Tensors, not scalars; a list is "
                f"a nesting of several, write tw.constant([…]) for one Tensor"
            )
    return arrays


def rows_in(arrays: list[Any], asked_by: str) -> int:
    """How many rows Tensors have.

    Raises:
        ShapeError: first axes of different sizes.
    """
    sizes = [leaf.array.shape[0] for leaf in arrays]
    if len(set(sizes)) > 1:
        raise ShapeError(
            f"{asked_by}: the first axes of elems must have one size, but they have {sizes}"
        )
    return int(sizes[0])


def rows_of(elems: Any, arrays: list[Any], asked_by: str) -> list[Any]:
    """What `elems` holds at each place of the first axis, in its structure.

    Args:
        elems: the nesting.
        arrays: its Tensors, as `arrays_of` gives them.
        asked_by: for messages.

    Raises:
        ShapeError: first axes of different sizes.
    """
    rows_in(arrays, asked_by)
    columns = [unstack.eager(leaf) for leaf in arrays]
    return [pack(elems, list(row)) for row in zip(*columns, strict=True)]


def joined(rows: list[list[Any]], dtypes: list[Any], asked_by: str) -> list[Any]:
    """Answers, a flat list for each row, put together along a new first axis.

    Args:
        rows: at least one.
        dtypes: for each leaf the dtype that it must have.
        asked_by: for messages.

    Raises:
        DTypeError: another dtype, or an answer that is no value.
        ShapeError: shapes that differ from row to row.
    """
    columns = zip(*rows, strict=True)
    return [
        _column(list(column), dtype, asked_by)
        for column, dtype in zip(columns, dtypes, strict=True)
    ]


def _column(column: list[Any], dtype: np.dtype[Any], asked_by: str) -> Any:
    column = [answer_in(leaf, dtype, asked_by, row) for row, leaf in enumerate(column)]
    shape = column[0].array.shape
    for row, leaf in enumerate(column):
        if leaf.array.shape != shape:
            raise ShapeError(
                f"{asked_by}: fn's answers must have one shape, but the first has {shape} and that of "
                f"row {row} has {leaf.array.shape}"
            )
    return stack.eager(column)


def answer_in(leaf: Any, dtype: np.dtype[Any], asked_by: str, row: int) -> Any:
    """A function's answer as a Tensor of the dtype that it must have.

    Raises:
        DTypeError: it has another, or is no value.
    """
    if leaf is None:
        raise DTypeError(
            f"{asked_by}: fn returned None for row {row}; did it forget to return a value?"
        )
    tensor = convert_to_tensor(leaf) if isinstance(leaf, Handle) else Tensor(in_dtype(leaf, dtype))
    if tensor.array.dtype != dtype:
        raise DTypeError(
            f"{asked_by}: fn's answer for row {row} is {tensor.array.dtype.name}, but it must be "
            f"{dtype.name}"
        )
    return tensor
