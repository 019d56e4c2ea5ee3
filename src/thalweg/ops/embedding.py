"""Embedding: rows of a table by their numbers, and numbers as rows of an identity."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.core.whole_number import whole_number
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.clipping import clip_by_norm
from thalweg.ops.gathering import gather

SOURCE = "definition; the rule is the adjoint of a linear map"


@composite(inputs="params ids", public="nn.embedding_lookup")
def embedding_lookup(params: Any, ids: Any, max_norm: Any = None) -> Any:
    """Rows of a table by their numbers; their gradient adds up where a number comes twice.

    Args:
        params: shape `(vocabulary, ...)`.
        ids: integers of any shape.
        max_norm: rows longer than this are scaled to it; None leaves them.
    """
    rows = gather(params, ids)
    if max_norm is None:
        return rows
    return clip_by_norm(rows, max_norm, tuple(range(len(ids.shape), len(rows.shape))))


def _params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    if inputs[0].dtype.kind not in "iu":
        raise DTypeError(f"one_hot takes whole numbers as indices, not {inputs[0].dtype.name}")
    rank = len(inputs[0].shape)
    depth, on, off, axis, dtype = params
    if dtype is not None:
        dtype = wanted_dtype("one_hot: dtype", dtype)
    else:  # that of the values, where they have one
        dtype = next((value.dtype for value in (on, off) if hasattr(value, "dtype")), None)
        params = (depth, on, off, axis, dtype)
    try:
        return _settled(rank, *params)
    except TypeError:  # a Tensor, which cannot be looked up
        return _settled(rank, *[static(value) for value in params])


@functools.lru_cache(maxsize=256, typed=True)
def _settled(rank: int, depth: Any, on: Any, off: Any, axis: Any, dtype: Any) -> tuple[Any, ...]:
    depth, on, off, axis = [static(value) for value in (depth, on, off, axis)]
    if dtype is None:
        given = [value for value in (on, off) if value is not None]
        whole = given and all(isinstance(value, int) for value in given)
        dtype = np.int32 if whole else np.float32
    place = one_axis(-1 if axis is None else axis, rank + 1)
    on, off = (1 if on is None else on), (0 if off is None else off)
    for name, value in (("on_value", on), ("off_value", off)):
        if not isinstance(value, int | float | complex):
            raise DTypeError(f"one_hot: {name} is {value!r}; one number was wanted")
    return whole_number("one_hot: depth", depth, least=0), on, off, place, np.dtype(dtype)


@functools.lru_cache(maxsize=64)
def _places(depth: int, behind: int) -> Any:
    """0, 1, … depth - 1 along an axis with some more axes behind it."""
    return np.arange(depth).reshape((depth,) + (1,) * behind)


@row(
    inputs="indices", public="one_hot", prepare=_params, severs="indices carry no gradient",
    samples=(
        sample(np.array([2, 0, 1]), depth=3), sample(np.array([[2, 0]]), depth=4, axis=0, dtype="float64"),
    ),
    special=(special(np.array([1, -1, 3]), value=[[0.0, 1.0, 0.0], [0.0] * 3, [0.0] * 3],
                     params={"depth": 3}, why="what is out of range is a row of zeros"),),
    wrong=(
        wrong(np.array([1]), error=ShapeError, words="axis", depth=3, axis=4),
        wrong(np.array([1]), error=DTypeError, words="float99", depth=3, dtype="float99"),
    ),
    formula="1 at the index, 0 elsewhere",
)  # fmt: skip
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
) -> Any:
    """Rows with `on_value` at the index and `off_value` elsewhere.

    Args:
        indices: integers of any shape; those out of range give a row of `off_value`.
        depth: the size of the new axis.
        on_value: 1 and 0 by default.
        off_value: likewise.
        axis: where the new axis stands; last by default.
        dtype: by default that of the values; of Python's numbers int32 where they are whole, else
            float32.
    """
    shape = indices.shape
    places = _places(depth, len(shape) - axis)
    hit = indices.reshape((*shape[:axis], 1, *shape[axis:])) == places
    if on_value == 1 and off_value == 0:
        return hit.astype(dtype)
    return np.where(hit, dtype.type(on_value), dtype.type(off_value))
