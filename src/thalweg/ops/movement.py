"""Movement: the same elements in another shape or order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError

SOURCE = "definition; the rule is the adjoint of a linear map"


def _shape_param(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    shape = static(params[0])
    return (shape,) if type(shape) is tuple else ((shape,),)


@row(
    inputs="tensor", public="reshape", linear="tensor",
    bounded=True, vjp={"tensor": lambda g, tensor_shape: reshape(g, tensor_shape)},
    prepare=_shape_param,
    samples=(sample((2, 6), shape=(3, 4)), sample((2, 3), shape=(-1,)), sample((1,), shape=())),
    wrong=(wrong(np.ones(6), error=ShapeError, words="reshape", shape=(4, 2)),),
    formula="the same elements, row by row, in another shape",
)  # fmt: skip
def reshape(tensor: Any, shape: Any) -> Any:
    """The same elements in another shape, row by row.

    Args:
        tensor: any shape.
        shape: the sizes; one of them may be -1, which takes what is left.
    """
    return tensor.reshape(shape)


@row(
    inputs="input", public="broadcast_to", linear="input",
    bounded=True, vjp={"input": lambda g: g}, prepare=_shape_param,
    samples=(sample((3,), shape=(2, 3)), sample((2, 1), shape=(2, 4)), sample((), shape=(3,))),
    wrong=(wrong(np.ones(3), error=ShapeError, words="broadcast", shape=(2,)),),
    formula="the input repeated along new and single axes",
)  # fmt: skip
def broadcast_to(input: Any, shape: Any) -> Any:
    """The input repeated along new axes and axes of size 1.

    Args:
        input: a shape that broadcasts to `shape`.
        shape: the sizes wanted.
    """
    return np.broadcast_to(input, shape)


def _perm(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    perm, conjugate = params
    rank = inputs[0].ndim
    if perm is None:
        return REVERSED[rank] if conjugate is False else (LAST_FIRST[rank], bool(conjugate))
    order = axis_tuple(perm, rank)
    if len(order) != rank:
        raise ShapeError(f"transpose: perm {order} must name each of the {rank} axes once")
    return order, bool(conjugate)


LAST_FIRST = tuple(tuple(range(rank))[::-1] for rank in range(65))
REVERSED = tuple((order, False) for order in LAST_FIRST)


def _inverse(perm: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(range(len(perm)), key=perm.__getitem__))


@row(
    inputs="a", public="transpose linalg.transpose", linear="a",
    bounded=True, holomorphic=False, prepare=_perm,
    vjp={"a": lambda g, perm, conjugate: transpose(g, _inverse(perm), conjugate)},
    samples=(
        sample((2, 3)), sample((2, 3, 4), perm=(1, 2, 0)), sample((2, 3, 4), perm=[0, -1, 1]),
        sample((0, 3)), sample(()),
        sample(np.array([[1.0 + 2.0j, 0.5], [3.0j, -1.0], [2.0, 0.25j]]), conjugate=True),
    ),
    wrong=(
        wrong(np.ones((2, 3)), error=ShapeError, words="each of the 2 axes", perm=(0,)),
        wrong(np.ones((2, 3)), error=ShapeError, words="twice", perm=(0, 0)),
    ),
    formula="the axes in another order",
)  # fmt: skip
def transpose(a: Any, perm: Any = None, conjugate: Any = False) -> Any:
    """The axes in another order.

    Args:
        a: any shape.
        perm: the axes of `a` in their new order; by default reversed.
        conjugate: whether complex numbers are conjugated too.
    """
    turned = a.transpose(perm)
    return np.conjugate(turned) if conjugate and turned.dtype.kind == "c" else turned


@composite(inputs="input")
def expand_dims(input: Any, axis: Any) -> Any:
    """The same elements with a new axis of size 1.

    Args:
        input: any shape.
        axis: where the new axis stands in the answer.

    >>> import thalweg as tw
    >>> tw.expand_dims([1.0, 2.0], -1).shape
    TensorShape([2, 1])
    """
    shape = tuple(input.shape)
    place = one_axis(axis, len(shape) + 1)
    return reshape(input, (*shape[:place], 1, *shape[place:]))


@composite(inputs="input")
def squeeze(input: Any, axis: Any = None) -> Any:
    """The same elements without axes of size 1.

    Args:
        input: any shape.
        axis: which axes go; by default all of size 1.

    Raises:
        ShapeError: an axis is named whose size is not 1.

    >>> import thalweg as tw
    >>> tw.squeeze([[1.0, 2.0]]).shape
    TensorShape([2])
    """
    shape = tuple(input.shape)
    named = None if axis is None or static(axis) == () else axis_tuple(axis, len(shape))
    gone = [place for place, size in enumerate(shape) if size == 1] if named is None else named
    long = [place for place in gone if shape[place] != 1]
    if long:
        raise ShapeError(
            f"squeeze: axis {long[0]} of shape {list(shape)} has size {shape[long[0]]}, not 1"
        )
    return reshape(input, tuple(size for place, size in enumerate(shape) if place not in gone))


def _axes_param(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (axis_tuple(params[0], np.ndim(inputs[0])),)


@row(
    inputs="tensor", public="reverse", prepare=_axes_param, linear="tensor", bounded=True,
    vjp={"tensor": lambda g, axis: flipped(g, axis)}, name="reverse",
    samples=(sample((4,), axis=[0]), sample((2, 3), axis=(0, -1)), sample((2, 3), axis=1)),
    wrong=(wrong(np.ones(3), error=ShapeError, words="axis", axis=[1]),),
    formula="the elements in reverse order along axes",
)  # fmt: skip
def flipped(tensor: Any, axis: Any) -> Any:
    """The elements in reverse order along axes.

    Args:
        tensor: any shape.
        axis: a number or several.
    """
    return np.flip(tensor, axis)


def _roll_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    shift, axis = static(params[0]), static(params[1])
    axes = axis if isinstance(axis, tuple) else (axis,)
    shifts = shift if isinstance(shift, tuple) else (shift,) * len(axes)
    if len(shifts) != len(axes):
        raise ShapeError(f"roll: {len(shifts)} shifts for {len(axes)} axes")
    rank = np.ndim(inputs[0])
    return shifts, tuple([one_axis(one, rank) for one in axes])


@row(
    inputs="input", public="roll", prepare=_roll_params, linear="input",
    bounded=True, vjp={"input": lambda g, shift, axis: roll(g, tuple([-one for one in shift]), axis)},
    samples=(sample((5,), shift=2, axis=0), sample((3, 4), shift=[1, -2], axis=[0, -1])),
    wrong=(wrong(np.ones(3), error=ShapeError, words="shifts", shift=[1, 2], axis=0),),
    formula="the elements moved along axes, round the end",
)  # fmt: skip
def roll(input: Any, shift: Any, axis: Any) -> Any:
    """The elements moved along axes; what leaves at the end comes in at the start.

    Args:
        input: any shape.
        shift: how many places, one number or one for each axis.
        axis: a number or several.
    """
    return np.roll(input, shift, axis)


def ravel(a: Any) -> Any:
    """The elements in one row."""
    return reshape(a, (math.prod(a.shape),))


def swapped_axes(a: Any, axis1: Any, axis2: Any) -> Any:
    """NumPy's swapaxes: two axes exchanged."""
    rank = len(a.shape)
    perm = list(range(rank))
    one, two = one_axis(axis1, rank), one_axis(axis2, rank)
    perm[one], perm[two] = two, one
    return transpose(a, tuple(perm))


def moved_axis(a: Any, source: Any, destination: Any) -> Any:
    """NumPy's moveaxis: axes from places to places, the others in their order."""
    rank = len(a.shape)
    origin, goal = axis_tuple(source, rank), axis_tuple(destination, rank)
    perm = [place for place in range(rank) if place not in origin]
    for to, here in sorted(zip(goal, origin, strict=True)):
        perm.insert(to, here)
    return transpose(a, tuple(perm))


@composite(
    inputs="a", public="linalg.matrix_transpose",
)  # fmt: skip
def matrix_transpose(a: Any, name: Any = "matrix_transpose", conjugate: bool = False) -> Any:
    """The last two axes exchanged.

    Args:
        a: shape `(..., rows, columns)`.
        name: accepted for TensorFlow's sake.
        conjugate: whether complex numbers are conjugated too.
    """
    rank = len(a.shape)
    if rank < 2:
        raise ShapeError(
            f"matrix_transpose: a matrix has at least 2 axes, this has shape {list(a.shape)}"
        )
    return transpose(a, (*range(rank - 2), rank - 1, rank - 2), conjugate)


@composite(inputs="matrix", public="linalg.adjoint")
def adjoint(matrix: Any) -> Any:
    """The last two axes exchanged, and complex numbers conjugated."""
    return matrix_transpose(matrix, conjugate=True)


@row(
    inputs="input", public="", linear="input", bounded=True,
    vjp={"input": lambda g: g}, samples=(sample((2, 3), shape=(2, None)),),
    wrong=(wrong(np.ones((2, 3)), error=ShapeError, words="wanted", shape=(3, None)),),
    special=(special(1.5, value=1.5, grad=(1.0,), params={"shape": ()}),),
    formula="x, refused where its shape is another",
)  # fmt: skip
def shaped(input: Any, shape: Any) -> Any:
    """The input as it is, if it has the shape wanted; None stands for any size."""
    wanted = static(shape)
    have = np.shape(input)
    if wanted is not None and (
        len(wanted) != len(have)
        or any(want not in (None, size) for want, size in zip(wanted, have, strict=True))
    ):
        raise ShapeError(f"ensure_shape: shape {list(have)} came, {list(wanted)} was wanted")
    return input


@composite(inputs="x")
def ensure_shape(x: Any, shape: Any) -> Any:
    """The Tensor as it is, refused where it has another shape.

    Args:
        x: any shape.
        shape: the sizes wanted; None stands for any.
    """
    return shaped(x, shape)
