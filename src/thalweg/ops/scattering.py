"""Scattering and gathering by coordinates: each index is a list of numbers, one for each axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.core.whole_number import whole_number
from thalweg.errors import ShapeError
from thalweg.ops.creation import zeros_like

SOURCE = "definition; the rule is the adjoint of a linear map"

COORDINATES = np.array([[0, 1], [2, 0], [0, 1]])
APART = np.array([[0, 1], [2, 0]])


def _index(indices: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The index arrays, one for each coordinate; each within its axis."""
    if not np.ndim(indices) or indices.shape[-1] > len(shape):
        raise ShapeError(
            f"indices of shape {list(np.shape(indices))} have more coordinates than shape {list(shape)} has axes"
        )
    index = tuple([indices[..., place] for place in range(indices.shape[-1])])
    for axis, places in enumerate(index):
        if places.size and not 0 <= places.min() <= places.max() < shape[axis]:
            raise IndexError(
                f"indices[..., {axis}] from {places.min()} to {places.max()} is out of bounds for "
                f"axis {axis} of size {shape[axis]}"
            )
    return index


def _places(indices: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The index arrays in words of a graph: a negative number is one beyond the end."""
    if not np.ndim(indices) or indices.shape[-1] > len(shape):
        raise ValueError("more coordinates than axes")
    return tuple([
        np.where(indices[..., place] < 0, shape[place], indices[..., place])
        for place in range(indices.shape[-1])
    ])  # fmt: skip


def refuse_outside(policy: Any) -> None:
    """Accept the policy under which places outside are refused; there is no other."""
    if policy not in ("", "DEFAULT", "ERROR"):
        raise ValueError(
            f"bad_indices_policy {policy!r}: places outside are refused here; drop them first, "
            "with boolean_mask"
        )


@row(
    inputs="indices", severs="indices carry no gradient",
    samples=(sample(np.array([[[1], [0]]]), batch_dims=1),),
    formula="coordinates with those of the batch in front",
    wrong=(wrong(np.array(1), error=ShapeError, words="in_batch", batch_dims=1),),
)  # fmt: skip
def in_batch(indices: Any, batch_dims: int) -> Any:
    """Coordinates with those of the batch axes in front."""
    shape = indices.shape[:-1]
    grids = np.indices(shape)[:batch_dims] if shape else np.zeros((0,), int)
    return np.concatenate([np.moveaxis(grids, 0, -1), indices], axis=-1)


@row(
    inputs="params indices", linear="params", bounded=True,
    vjp={
        "params": lambda g, params_shape, indices: scatter_nd(indices, g, params_shape),
        "indices": None,
    },
    native=lambda params, indices: params[_places(indices, params.shape)],
    samples=(sample((3, 2), COORDINATES), sample((3, 2), np.array([[2], [2]]))),
    wrong=(
        wrong(np.ones(3), np.array([[3]]), error=IndexError, words="out of bounds"),
        wrong(np.ones(3), np.array([[0, 0]]), error=ShapeError, words="coordinates"),
    ),
    formula="params[indices[..., 0], indices[..., 1], …]",
)  # fmt: skip
def picked(params: Any, indices: Any) -> Any:
    """The elements or blocks at coordinates."""
    return params[_index(indices, params.shape)]


@composite(inputs="params indices")
def gather_nd(
    params: Any, indices: Any, batch_dims: Any = 0, name: Any = None, bad_indices_policy: Any = ""
) -> Any:
    """The elements or blocks at coordinates.

    Args:
        params: any shape.
        indices: integers, shape `(..., coordinates)`.
        batch_dims: how many leading axes both share.
        name: accepted for TensorFlow's sake.
        bad_indices_policy: as in `scatter_nd`.

    Returns:
        Shape `indices.shape[:-1] + params.shape[batch_dims + coordinates:]`.

    >>> import thalweg as tw
    >>> tw.gather_nd([[1.0, 2.0], [3.0, 4.0]], [[0, 1], [1, 0]]).numpy()
    array([2., 3.], dtype=float32)
    """
    refuse_outside(bad_indices_policy)
    batch = whole_number("gather_nd: batch_dims", batch_dims, least=0)
    if batch and (batch >= len(indices.shape) or batch > len(params.shape)):
        raise ShapeError(
            f"gather_nd: batch_dims is {batch}; params of shape {list(params.shape)} and indices of "
            f"shape {list(indices.shape)} do not share so many leading axes"
        )
    return picked(params, in_batch(indices, batch) if batch else indices)


@row(
    inputs="indices updates", public="scatter_nd", linear="updates", bounded=True,
    prepare=lambda inputs, params: (static(params[0]), *params[1:]),
    vjp={"indices": None, "updates": lambda g, indices: picked(g, indices)},
    native=lambda indices, updates, shape, policy: updates.put_at(
        tuple(shape), _places(indices, tuple(shape))),
    samples=(sample(COORDINATES, (3,), shape=(3, 2)), sample(np.array([[2], [0]]), (2, 2), shape=[3, 2])),
    wrong=(wrong(np.array([[4]]), np.ones(1), error=IndexError, words="out of bounds", shape=(3,)),),
    formula="zeros of a shape, with updates added at coordinates",
)  # fmt: skip
def scatter_nd(indices: Any, updates: Any, shape: Any, bad_indices_policy: Any = "") -> Any:
    """Zeros of a shape, with updates added at coordinates.

    Args:
        indices: integers, shape `(..., coordinates)`.
        updates: shape `indices.shape[:-1] + shape[coordinates:]`; where coordinates come twice they
            are added.
        shape: the sizes of the answer.
        bad_indices_policy: "ERROR", which is the default: places outside are refused.
    """
    refuse_outside(bad_indices_policy)
    updates = np.asarray(updates)
    out = np.zeros(shape, updates.dtype)
    np.add.at(out, _index(indices, out.shape), updates)
    return out


@composite(inputs="tensor indices updates")
def tensor_scatter_nd_add(
    tensor: Any, indices: Any, updates: Any, bad_indices_policy: Any = ""
) -> Any:
    """The tensor with updates added at coordinates.

    Args:
        tensor: any shape.
        indices: integers, shape `(..., coordinates)`.
        updates: shape `indices.shape[:-1] + tensor.shape[coordinates:]`.
        bad_indices_policy: as in `scatter_nd`.

    >>> import thalweg as tw
    >>> tw.tensor_scatter_nd_add([1.0, 2.0], [[1], [1]], [10.0, 20.0]).numpy()
    array([ 1., 32.], dtype=float32)
    """
    return tensor + scatter_nd(indices, updates, tuple(tensor.shape), bad_indices_policy)


def _update_symbols(tensor: Any, indices: Any, updates: Any) -> Any:
    kind = np.result_type(tensor, updates)
    places = _places(indices, tensor.shape)
    return tensor.astype(kind).with_set(places, updates.astype(kind))


@row(
    inputs="tensor indices updates", public="tensor_scatter_nd_update", linear="tensor updates",
    bounded=True, native=_update_symbols,
    vjp={
        "tensor": lambda g, indices: tensor_scatter_nd_update(
            g, indices, zeros_like(picked(g, indices))),
        "indices": None,
        "updates": lambda g, indices: picked(g, indices),
    },
    samples=(sample((3, 2), APART, (2,)), sample((3, 2), np.array([[2]]), (1, 2))),
    special=(special([1.0, 2.0], np.array([[1]]), [5.0], value=[1.0, 5.0], grad=([1.0, 0.0], None, [1.0])),),
    wrong=(
        wrong(np.ones(3), np.array([[5]]), np.ones(1), error=IndexError, words="out of bounds"),
        wrong(np.ones(3), np.array([[0]]), np.ones(2), error=ShapeError, words="cannot take"),
    ),
    formula="the tensor, with updates in place of what stands at coordinates",
    note="Where coordinates come twice the last one stands, and each is given the gradient.",
)  # fmt: skip
def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any) -> Any:
    """The tensor with updates in place of what stands at coordinates.

    Args:
        tensor: any shape.
        indices: integers, shape `(..., coordinates)`, none twice.
        updates: shape `indices.shape[:-1] + tensor.shape[coordinates:]`.
    """
    out = np.array(tensor, dtype=np.result_type(tensor, updates))
    out[_index(indices, out.shape)] = updates
    return out
