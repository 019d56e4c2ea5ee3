"""Padding: more elements around an array, constant or mirrored."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.gathering import take
from thalweg.ops.indexing import getitem

SOURCE = "definition; the rule is the adjoint of a linear map"

Widths = tuple[tuple[int, int], ...]


def _widths(paddings: Any, rank: int) -> Widths:
    pairs = static(paddings)
    if len(pairs) != rank or any(len(pair) != 2 for pair in pairs):
        raise ShapeError(
            f"pad: paddings {pairs} must be {rank} pairs (before, after), one for each axis"
        )
    if any(width < 0 for pair in pairs for width in pair):
        raise ShapeError(f"pad: paddings {pairs} must not be negative")
    return tuple((int(before), int(after)) for before, after in pairs)


def _inner(g: Any, tensor_shape: Any, paddings: Widths) -> Any:
    """The part of a padded array that is not padding."""
    index = [
        slice(before, before + n) for (before, _), n in zip(paddings, tensor_shape, strict=True)
    ]
    return getitem(g, tuple(index))


@row(
    inputs="tensor", bounded=True, vjp={"tensor": _inner},
    prepare=lambda inputs, params: (_widths(params[0], np.ndim(inputs[0])), static(params[1])),
    jvp={"tensor": lambda g, paddings: pad_with(g, paddings, 0)},
    samples=(
        sample((3,), paddings=[[1, 2]]), sample((2, 3), paddings=((0, 1), (2, 0)), value=1.5),
        sample((0,), paddings=[[1, 1]]),
    ),
    wrong=(wrong(np.ones((2, 2)), error=ShapeError, words="pairs", paddings=[[1, 1]]),),
    formula="x with a constant around it",
    special=(special([np.inf, -0.0], value=[2.0, np.inf, -0.0], grad=([1.0, 1.0],),
                     params={"paddings": [[1, 0]], "value": 2.0}),),
)  # fmt: skip
def pad_with(tensor: Any, paddings: Any, value: Any = 0) -> Any:
    """The array with a constant around it."""
    return np.pad(tensor, paddings, constant_values=value) if paddings else tensor


MIRRORS = {"REFLECT": "reflect", "SYMMETRIC": "symmetric"}


def _mirrored(x: Any, widths: Widths, mode: str) -> Any:
    """Padded with the array's own elements: along each axis the rows that NumPy would take."""
    for axis, pair in enumerate(widths):
        if any(pair):
            x = take(x, np.pad(np.arange(x.shape[axis]), pair, mode=mode), axis)  # type: ignore[call-overload]  # the mode is checked
    return x


@composite(inputs="tensor")
def pad(tensor: Any, paddings: Any, mode: Any = "CONSTANT", constant_values: Any = 0) -> Any:
    """The array with elements around it.

    Args:
        tensor: any shape.
        paddings: shape `(rank, 2)`: how many before and after, for each axis.
        mode: "CONSTANT", "REFLECT" (mirrored, the edge not repeated) or "SYMMETRIC" (repeated).
        constant_values: the constant.

    >>> import thalweg as tw
    >>> tw.pad([1.0, 2.0], [[1, 2]]).numpy()
    array([0., 1., 2., 0., 0.], dtype=float32)
    """
    widths = _widths(paddings, len(tensor.shape))
    wanted = str(mode).upper()
    if wanted == "CONSTANT":
        return pad_with(tensor, widths, constant_values)
    if wanted not in MIRRORS:
        raise ValueError(f"pad takes mode 'CONSTANT', 'REFLECT' or 'SYMMETRIC', not {mode!r}")
    reach = 1 if wanted == "REFLECT" else 0
    for (before, after), size in zip(widths, tensor.shape, strict=True):
        if max(before, after) > size - reach:
            raise ShapeError(
                f"pad: {wanted} by {(before, after)} goes beyond an axis of size {size}"
            )
    return _mirrored(tensor, widths, MIRRORS[wanted])
