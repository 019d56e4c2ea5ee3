"""Tiling and repeating: an array several times over."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.gathering import take
from thalweg.ops.movement import broadcast_to, ravel, reshape
from thalweg.ops.reductions import reduce_sum

SOURCE = "definition; the rule is the adjoint of a linear map"


def _multiples(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    multiples = static(params[0])
    multiples = multiples if isinstance(multiples, tuple) else (multiples,)
    rank = np.ndim(inputs[0])
    if len(multiples) != rank:
        raise ShapeError(
            f"tile: {len(multiples)} multiples for {rank} axes; one for each axis is wanted"
        )
    return (multiples,)


def _tile_rule(g: Any, input_shape: Any, multiples: Any) -> Any:
    pairs = tuple(n for pair in zip(multiples, input_shape, strict=True) for n in pair)
    return reduce_sum(reshape(g, pairs), tuple(range(0, len(pairs), 2)))


@row(
    inputs="input", public="tile", linear="input", bounded=True,
    prepare=_multiples, vjp={"input": _tile_rule},
    samples=(sample((3,), multiples=[2]), sample((2, 3), multiples=(2, 1)), sample((2,), multiples=[0])),
    wrong=(wrong(np.ones((2, 2)), error=ShapeError, words="multiples", multiples=[2]),),
    formula="the array laid several times along each axis",
)  # fmt: skip
def tile(input: Any, multiples: Any) -> Any:
    """The array laid several times along each axis.

    Args:
        input: any shape.
        multiples: how many times, one number for each axis.
    """
    return np.tile(input, multiples)


@composite(inputs="input")
def repeat(input: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element several times.

    Args:
        input: any shape.
        repeats: how often, one number or one for each place of the axis.
        axis: along which; by default of the flattened array.

    >>> import thalweg as tw
    >>> tw.repeat([1.0, 2.0], 2).numpy()
    array([1., 1., 2., 2.], dtype=float32)
    """
    if axis is None:
        input, axis = ravel(input), 0
    shape = tuple(input.shape)
    axis = one_axis(axis, len(shape))
    times = static(repeats)
    if isinstance(times, tuple) and len(times) == 1:
        (times,) = times
    if isinstance(times, tuple):
        if len(times) != shape[axis]:
            raise ShapeError(
                f"repeat: {len(times)} repeats for {shape[axis]} places of axis {axis}"
            )
        return take(input, np.repeat(np.arange(shape[axis]), times), axis)
    lead, size, rest = shape[:axis], shape[axis], shape[axis + 1 :]
    wide = broadcast_to(reshape(input, (*lead, size, 1, *rest)), (*lead, size, times, *rest))
    return reshape(wide, (*lead, size * times, *rest))
