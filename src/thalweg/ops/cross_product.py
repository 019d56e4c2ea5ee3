"""Cross products."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.dead_branch import spared
from thalweg.ops.movement import moved_axis

SOURCE = "DLMF 1.6(i)"


def _numpy_cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """NumPy's cross, of vectors that lie along any axis."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = [one if hasattr(one, "shape") else np.asarray(one) for one in (a, b)]
    first, second = [
        moved_axis(one, one_axis(place, len(one.shape)), -1)
        for one, place in ((a, axisa), (b, axisb))
    ]
    answer = cross.eager(first, second)
    return moved_axis(answer, -1, one_axis(axisc, len(answer.shape)))


@row(
    inputs="a b", public="linalg.cross", multilinear="a b", bounded=True,
    numpy={
        np.cross: _numpy_cross,
        np.linalg.cross: lambda x1, x2, /, *, axis=-1: _numpy_cross(x1, x2, axis=axis),
    },
    vjp={
        "a": lambda g, b: spared(g, cross(b, g), (-1,)),
        "b": lambda g, a: spared(g, cross(g, a), (-1,)),
    },
    samples=(sample((3,), (3,)), sample((4, 3), (4, 3)), sample((2, 1, 3), (4, 3)), sample((0, 3), (3,))),
    special=(
        special([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], value=[0.0, 0.0, 1.0],
                grad=([1.0, 0.0, -1.0], [0.0, 1.0, -1.0])),
        special([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], value=[0.0, 0.0, 0.0]),
    ),
    wrong=(
        wrong(np.ones(2), np.ones(2), error=ShapeError, words="3 elements"),
        wrong(np.ones((2, 3)), np.ones((4, 3)), error=ShapeError, words="broadcast"),
    ),
    formula="a × b",
)  # fmt: skip
def cross(a: Any, b: Any) -> Any:
    """The cross product of vectors of three elements along the last axis.

    Args:
        a: shape `(..., 3)`.
        b: shape `(..., 3)`; leading axes broadcast.
    """
    if np.shape(a)[-1:] != (3,) or np.shape(b)[-1:] != (3,):
        raise ShapeError(
            f"cross wants vectors of 3 elements along the last axis; shapes {list(np.shape(a))} and "
            f"{list(np.shape(b))} came"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        return np.cross(a, b)
