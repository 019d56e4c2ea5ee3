"""Movement: the same elements in another shape or order."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError


def _shape_param(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    shape = static(params[0])
    return (shape if isinstance(shape, tuple) else (shape,), *params[1:])


@row(
    inputs="tensor", public="reshape", numpy={np.reshape: None}, linear="tensor", bounded=True,
    vjp={"tensor": lambda g, tensor_shape: reshape(g, tensor_shape)}, prepare=_shape_param,
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
    return np.reshape(tensor, shape)


@row(
    inputs="input", public="broadcast_to", numpy={np.broadcast_to: None}, linear="input",
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
