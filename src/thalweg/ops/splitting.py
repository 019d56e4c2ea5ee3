"""Splitting: one array in several."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.indexing import stretch
from thalweg.ops.joining import concat, stack
from thalweg.ops.movement import broadcast_to, reshape

SOURCE = "definition; the rule is the adjoint of a linear map"


def _split_params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    sizes, axis = static(params[0]), one_axis(params[1], np.ndim(inputs[0]))
    whole = np.shape(inputs[0])[axis]
    if sum(sizes) != whole:
        raise ShapeError(f"split: sizes {list(sizes)} make {sum(sizes)}, axis {axis} has {whole}")
    return sizes, axis


@row(
    inputs="value", linear="value", bounded=True, prepare=_split_params,
    vjp={"value": lambda g, axis: concat(list(g), axis)},
    samples=(sample((5, 2), sizes=(2, 3), axis=0), sample((2, 3), sizes=(1, 0, 2), axis=-1)),
    wrong=(wrong(np.ones(3), error=ShapeError, words="sizes", sizes=(1, 1), axis=0),),
    formula="stretches of an axis, of given sizes",
)  # fmt: skip
def split_at(value: Any, sizes: Any, axis: Any) -> Any:
    """Stretches of an axis, of given sizes."""
    ends = [0, *itertools.accumulate(sizes)]
    return tuple([value[stretch(axis, start, stop)] for start, stop in itertools.pairwise(ends)])


@composite(inputs="value")
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None) -> Any:
    """A list of parts along an axis.

    Args:
        value: any shape.
        num_or_size_splits: how many equal parts, or the sizes of the parts; one of them may be -1.
        axis: along which.
        num: accepted for TensorFlow's sake.

    Raises:
        ShapeError: the axis does not divide into that many equal parts, or sizes do not add up.

    >>> import thalweg as tw
    >>> [part.shape for part in tw.split(tw.zeros([2, 6]), 3, axis=1)]
    [TensorShape([2, 2]), TensorShape([2, 2]), TensorShape([2, 2])]
    """
    axis = one_axis(axis, len(value.shape))
    whole = value.shape[axis]
    sizes = static(num_or_size_splits)
    if not isinstance(sizes, tuple):
        if sizes < 1 or whole % sizes:
            raise ShapeError(
                f"split: axis {axis} of size {whole} does not make {sizes} equal parts"
            )
        sizes = (whole // sizes,) * sizes
    elif -1 in sizes:
        rest = whole - sum(size for size in sizes if size != -1)
        sizes = tuple(rest if size == -1 else size for size in sizes)
    return list(split_at(value, sizes, axis))


@row(
    inputs="value", linear="value", bounded=True,
    prepare=lambda inputs, params: (one_axis(params[0], np.ndim(inputs[0])),),
    vjp={"value": lambda g, axis: stack(list(g), axis)},
    samples=(sample((3, 2), axis=0), sample((2, 3), axis=-1)),
    wrong=(wrong(np.ones(3), error=ShapeError, words="axis", axis=1),),
    formula="the parts of x along an axis, each without it",
)  # fmt: skip
def unstack_at(value: Any, axis: Any) -> Any:
    """The parts along an axis, each without it."""
    return tuple(np.moveaxis(value, axis, 0))


@composite(inputs="value")
def unstack(value: Any, num: Any = None, axis: Any = 0) -> Any:
    """A list of the parts along an axis, each without it.

    Args:
        value: at least one axis.
        num: the axis's size, checked where it is given.
        axis: along which.

    >>> import thalweg as tw
    >>> [float(part) for part in tw.unstack([1.0, 2.0])]
    [1.0, 2.0]
    """
    axis = one_axis(axis, len(value.shape))
    size = value.shape[axis]
    if num is not None and static(num) != size:
        raise ShapeError(f"unstack: axis {axis} has size {size}, not num={static(num)}")
    return list(unstack_at(value, axis)) if size else []


@composite(
    inputs="args",
)
def meshgrid(*args: Any, **kwargs: Any) -> Any:
    """Grids of coordinates, one for each vector.

    Args:
        *args: vectors.
        **kwargs: `indexing`: "xy" (the first two axes exchanged) or "ij".

    >>> import thalweg as tw
    >>> x, y = tw.meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])
    >>> x.shape
    TensorShape([3, 2])
    """
    indexing = kwargs.pop("indexing", "xy")
    if kwargs or indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid takes indexing='xy' or 'ij', not {kwargs or indexing!r}")
    sizes = [int(np.prod(one.shape, dtype=int)) for one in args]
    order = list(range(len(args)))
    if indexing == "xy" and len(args) > 1:
        order[:2] = [1, 0]
    whole = tuple(sizes[place] for place in order)
    grids = []
    for place, one in enumerate(args):
        lying = tuple(sizes[place] if here == place else 1 for here in order)
        grids.append(broadcast_to(reshape(one, lying), whole))
    return grids
