"""Joining: several arrays in one."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.indexing import pick_along


def _stack_axis(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (one_axis(params[0], np.ndim(inputs[0][0]) + 1),) if inputs[0] else params


@row(
    inputs="values*", public="stack", numpy=(np.stack,), linear="values", bounded=True,
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
