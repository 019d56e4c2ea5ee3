"""Joining: several arrays in one."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.indexing import getitem, pick_along, stretch
from thalweg.ops.movement import ravel, reshape


def _stack_axis(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (one_axis(params[0], np.ndim(inputs[0][0]) + 1),) if inputs[0] else params


@row(
    inputs="values*", public="stack", linear="values", bounded=True,
    numpy={np.stack: lambda arrays, axis=0: stack.eager(arrays, axis)},
    vjp={"values": lambda g, axis, i: pick_along(g, i, axis)}, prepare=_stack_axis,
    samples=(sample([(2, 3), (2, 3)], axis=0), sample([(2, 3), (2, 3), (2, 3)], axis=-1)),
    wrong=(wrong([np.ones(2), np.ones(3)], error=ShapeError, words="same shape"),),
    formula="the arrays along a new axis",
)  # fmt: skip
def stack(values: Any, axis: Any = 0) -> Any:
    """The arrays along a new axis.

    Args:
        values: a list of arrays of one shape.
        axis: where the new axis stands in the answer.
    """
    return np.stack(values, axis)


def _concat_axis(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (one_axis(params[0], np.ndim(inputs[0][0])),) if inputs[0] else params


def _own_stretch(g: Any, values_shape: Any, axis: int, i: int) -> Any:
    start = sum([shape[axis] for shape in values_shape[:i]])
    return getitem(g, stretch(axis, start, start + values_shape[i][axis]))


def _numpy_concatenate(arrays: Any, axis: Any = 0, out: Any = None) -> Any:
    """NumPy's concatenate; without an axis, of the flattened arrays."""
    if axis is None:
        return concat.eager([ravel(_with_rank(one, 0)) for one in arrays], 0)
    return concat.eager(list(arrays), axis)


def _with_rank(array: Any, rank: int) -> Any:
    """An array with axes of size 1 in front, to have a rank at least."""
    shape = tuple(np.shape(array) if not hasattr(array, "shape") else array.shape)
    if not hasattr(array, "shape"):
        array = np.asarray(array)
    return array if len(shape) >= rank else reshape(array, (1,) * (rank - len(shape)) + shape)


def _numpy_vstack(tup: Any) -> Any:
    return concat.eager([_with_rank(one, 2) for one in tup], 0)


def _numpy_hstack(tup: Any) -> Any:
    parts = [_with_rank(one, 1) for one in tup]
    return concat.eager(parts, 0 if len(parts[0].shape) == 1 else 1)


def _numpy_column_stack(tup: Any) -> Any:
    columns = [_with_rank(one, 1) for one in tup]
    return concat.eager(
        [reshape(one, (*one.shape, 1)) if len(one.shape) == 1 else one for one in columns], 1
    )


@row(
    inputs="values*", public="concat", linear="values", bounded=True, prepare=_concat_axis,
    numpy={np.concatenate: _numpy_concatenate, np.vstack: _numpy_vstack, np.hstack: _numpy_hstack,
           np.column_stack: _numpy_column_stack},
    vjp={"values": _own_stretch},
    samples=(
        sample([(2, 3), (1, 3)], axis=0), sample([(2, 3), (2, 1), (2, 2)], axis=-1),
        sample([(0,), (3,)], axis=0), sample([(2,)], axis=0),
    ),
    wrong=(
        wrong([np.ones((2, 2)), np.ones((2, 3))], error=ShapeError, words="match", axis=0),
        wrong([np.ones(2)], error=ShapeError, words="axis", axis=1),
    ),
    formula="the arrays one after the other along an axis",
)  # fmt: skip
def concat(values: Any, axis: Any) -> Any:
    """The arrays one after the other along an axis.

    Args:
        values: a list of arrays whose shapes agree but for that axis.
        axis: along which.
    """
    return np.concatenate(values, axis)
