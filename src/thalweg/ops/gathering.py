"""Gathering: elements or rows picked by arrays of indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.core.whole_number import whole_number
from thalweg.errors import DTypeError, ShapeError

SOURCE = "definition; the rule is the adjoint of a linear map"

ROWS = np.array([2, 0, 2])
IN_BATCH = np.array([[2, 0], [1, 1]])


def _take_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    axis, batch_dims, rest = params
    if type(axis) is int and type(batch_dims) is int and axis >= 0 == batch_dims:
        indices, rank = inputs[-1], len(rest) if isinstance(rest, tuple) else np.ndim(inputs[0])
        if axis < rank and indices.dtype.kind in "iu":
            return params
    rank = len(rest) if isinstance(rest, tuple) else np.ndim(inputs[0])
    indices = inputs[-1]
    if np.asarray(indices).dtype.kind not in "iu":
        raise DTypeError(f"gather takes integers as indices, not {np.asarray(indices).dtype.name}")
    batch = static(batch_dims)
    batch = batch + np.ndim(indices) if batch < 0 else batch
    axis = one_axis(axis, rank)
    if not 0 <= batch <= min(axis, np.ndim(indices)):
        raise ShapeError(
            f"gather: batch_dims {batch_dims} is beyond axis {axis} or the indices' rank"
        )
    return axis, batch, rest


def _places(indices: Any, batch: int) -> tuple[Any, ...]:
    """The index arrays of batch axes and of the axis behind them."""
    shape = np.shape(indices)
    rank = len(shape)
    return (
        *[np.arange(shape[at]).reshape((-1,) + (1,) * (rank - at - 1)) for at in range(batch)],
        indices,
    )


def _take_symbols(params: Any, indices: Any, axis: Any, batch_dims: Any, from_end: bool) -> Any:
    """The same in words of a graph: a negative number that is refused is one beyond the end."""
    if not from_end:
        indices = np.where(indices < 0, params.shape[axis], indices)
    return _taken(params, indices, axis, batch_dims)


def _taken(params: Any, indices: Any, axis: Any, batch_dims: Any) -> Any:
    if not batch_dims:
        return params.take(indices, axis)
    moved = np.moveaxis(params, axis, batch_dims)[_places(indices, batch_dims)]
    own = np.ndim(indices) - batch_dims
    return np.moveaxis(
        moved, tuple(range(batch_dims, batch_dims + own)), tuple(range(axis, axis + own))
    )


@row(
    inputs="params indices", linear="params", bounded=True, prepare=_take_params,
    native=_take_symbols,
    vjp={
        "params": lambda g, params_shape, indices, axis, batch_dims: put_back(
            g, indices, axis, batch_dims, params_shape),
        "indices": None,
    },
    samples=(
        sample((3, 4), ROWS), sample((3, 4), ROWS, axis=1), sample((3,), np.array(1)),
        sample((2, 3, 4), IN_BATCH, axis=1, batch_dims=1),
        sample((2, 5, 3), IN_BATCH, axis=2, batch_dims=1), sample((3, 2), np.zeros((0,), int)),
        sample((3, 4), np.array([[0, -1]]), axis=-1),
    ),
    wrong=(
        wrong(np.ones(3), np.array([3]), error=IndexError, words="out of bounds"),
        wrong(np.ones(3), np.array([-1]), error=IndexError, words="negative", from_end=False),
        wrong(np.ones(3), np.array([0.5]), error=DTypeError, words="integers"),
    ),
    formula="params[..., indices, ...]",
)  # fmt: skip
def take(
    params: Any, indices: Any, axis: Any = 0, batch_dims: Any = 0, from_end: bool = True
) -> Any:
    """Rows picked by indices along an axis; negative ones count from the end, if they may."""
    if not from_end and np.minimum.reduce(indices, axis=None, initial=0) < 0:
        raise IndexError(
            f"gather: index {np.min(indices)} is negative; TensorFlow refuses it too. "
            f"np.take(params, indices) counts from the end"
        )
    return _taken(params, indices, axis, batch_dims)


def _put_back_symbols(x: Any, indices: Any, axis: Any, batch_dims: Any, shape: Any) -> Any:
    own = np.ndim(indices) - batch_dims
    rows = np.moveaxis(
        x, tuple(range(axis, axis + own)), tuple(range(batch_dims, batch_dims + own))
    )
    rest = [*shape[:axis], *shape[axis + 1 :]]
    turned = (*rest[:batch_dims], shape[axis], *rest[batch_dims:])
    return np.moveaxis(rows.put_at(turned, _places(indices, batch_dims)), batch_dims, axis)


@row(
    inputs="x indices", linear="x", bounded=True, prepare=_take_params, native=_put_back_symbols,
    vjp={
        "x": lambda g, indices, axis, batch_dims: take(g, indices, axis, batch_dims),
        "indices": None,
    },
    samples=(
        sample((3, 4), ROWS, axis=0, batch_dims=0, shape=(3, 4)),
        sample((2, 5, 2), IN_BATCH, axis=2, batch_dims=1, shape=(2, 5, 3)),
        sample((2, 2, 3), IN_BATCH, axis=1, batch_dims=1, shape=(2, 3, 3)),
        sample((2, 2, 2, 3), np.array([[[2, 0], [1, 1]], [[0, 0], [2, 1]]]), axis=2, batch_dims=2,
               shape=(2, 2, 3, 3)),
        sample((4, 3), np.array([1, 1, 0]), axis=-1, batch_dims=0, shape=(4, 2)),
        sample((2, 2, 4), IN_BATCH, axis=0, batch_dims=0, shape=(3, 4)),
    ),
    wrong=(wrong(np.ones((1, 4)), np.array([7]), error=IndexError, words="out of bounds",
                 axis=0, batch_dims=0, shape=(3, 4)),),
    formula="zeros of a shape, with rows of x added at indices along an axis",
)  # fmt: skip
def put_back(x: Any, indices: Any, axis: Any, batch_dims: Any, shape: Any) -> Any:
    """Zeros of a shape with rows added at indices along an axis; rows named twice are summed."""
    out = np.zeros(shape, x.dtype)
    own = np.ndim(indices) - batch_dims
    rows = np.moveaxis(x, range(axis, axis + own), range(batch_dims, batch_dims + own))
    np.add.at(np.moveaxis(out, axis, batch_dims), _places(indices, batch_dims), rows)
    return out


@composite(inputs="params indices")
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: Any = 0,
    name: Any = None,
) -> Any:
    """Rows picked by indices along an axis.

    Args:
        params: any shape.
        indices: integers of any shape, from 0 up.
        validate_indices: accepted for TensorFlow's sake.
        name: accepted for TensorFlow's sake.
        axis: along which; by default `batch_dims`.
        batch_dims: how many leading axes `params` and `indices` share.

    Returns:
        Shape `params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:]`.

    Raises:
        IndexError: an index is negative or out of bounds.

    >>> import thalweg as tw
    >>> tw.gather([10.0, 20.0, 30.0], [2, 0]).numpy()
    array([30., 10.], dtype=float32)
    """
    batch = whole_number("gather: batch_dims", batch_dims)
    batch = batch + len(indices.shape) if batch < 0 else batch
    return take(params, indices, batch if axis is None else axis, batch, False)


@row(
    inputs="x indices", linear="x", bounded=True,
    prepare=lambda inputs, params: (one_axis(params[0], np.ndim(inputs[0])),),
    vjp={
        "x": lambda g, x_shape, indices, axis: put_along(g, indices, x_shape, axis),
        "indices": None,
    },
    samples=(
        sample((3, 4), np.array([[0, 3], [1, 1], [2, 0]]), axis=-1),
        sample((3, 4), np.array([[2, 0, 1, 2]]), axis=0),
    ),
    special=(special([1.0, 2.0], np.array([1, 1]), value=[2.0, 2.0], grad=([0.0, 2.0], None),
                     params={"axis": 0}),),
    wrong=(
        wrong(np.ones((2, 3)), np.array([[5]]), error=IndexError, words="out of bounds", axis=0),
        wrong(np.ones((2, 3)), np.array([1]), error=ShapeError, words="dimensions", axis=0),
    ),
    formula="along one axis, the elements that indices name",
)  # fmt: skip
def take_along(x: Any, indices: Any, axis: Any) -> Any:
    """Along one axis, the elements that indices of the same rank name."""
    return np.take_along_axis(x, indices, axis)


def _along(shape: Any, axis: Any, indices: Any) -> tuple[Any, ...]:
    """The places of indices along one axis; axes of size 1 broadcast, as take_along_axis has them."""
    grid = np.ogrid[tuple(slice(0, size) for size in shape)]
    return (*grid[:axis], indices, *grid[axis + 1 :])


@row(
    inputs="x indices", linear="x", bounded=True,
    vjp={"x": lambda g, indices, axis: take_along(g, indices, axis), "indices": None},
    native=lambda x, indices, shape, axis: x.put_at(shape, _along(shape, axis, indices)),
    samples=(
        sample((2, 2), np.array([[0, 3], [1, 1]]), shape=(2, 4), axis=1),
        sample((3, 2), np.array([[0, 3], [1, 1], [0, 2]]), shape=(4, 2), axis=0),
    ),
    wrong=(wrong(np.ones((1, 2)), np.array([[9, 3]]), error=IndexError, words="out of bounds",
                 shape=(1, 4), axis=1),),
    formula="zeros of a shape, with elements added along one axis at indices",
)  # fmt: skip
def put_along(x: Any, indices: Any, shape: Any, axis: Any) -> Any:
    """Zeros of a shape with elements added along one axis at indices."""
    out = np.zeros(shape, x.dtype)
    np.add.at(out, _along(shape, axis, indices), x)
    return out
