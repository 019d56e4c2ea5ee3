"""Joining: several arrays in one."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.indexing import getitem, pick_along, stretch

SOURCE = "definition; the rule is the adjoint of a linear map"


def _stack_axis(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (one_axis(params[0], np.ndim(inputs[0][0]) + 1),) if inputs[0] else params


@row(
    inputs="values*", public="stack", linear="values", bounded=True,
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


@row(
    inputs="values*", public="concat", linear="values", bounded=True, prepare=_concat_axis,
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
