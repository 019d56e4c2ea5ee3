"""Linear combinations: the sum of several arrays of one shape, the multiple by one number."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.handle import Handle
from thalweg.core.op import row
from thalweg.errors import DTypeError, ShapeError

SOURCE = "definition"

NO_SUMMANDS = (
    "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape."
)


@row(
    inputs="inputs*", public="add_n math.add_n", linear="inputs", bounded=True,
    vjp={"inputs": lambda g: g},
    samples=(sample([(2, 3), (2, 3)]), sample([(2, 3), (2, 3), (2, 3)]), sample([(3,)])),
    special=(special([np.float64(np.inf), np.float64(-np.inf)], value=np.nan, grad=(1.0, 1.0)),),
    wrong=(
        wrong([np.ones(2), np.ones(3)], error=ShapeError, words="one shape"),
        wrong([np.ones(2), np.float64(1.0)], error=ShapeError, words="one shape"),
        wrong([np.array([True])], error=DTypeError, words="bool"),
    ),
    formula="x₁ + x₂ + … + xₙ",
)  # fmt: skip
def add_n(inputs: Any) -> Any:
    """The sum of arrays of one shape; nothing is broadcast.

    Args:
        inputs: a list of arrays.
    """
    if not inputs:
        raise ShapeError(NO_SUMMANDS)
    shapes = [np.shape(one) for one in inputs]
    if len(set(shapes)) > 1:
        raise ShapeError(f"add_n takes arrays of one shape, not of {shapes}; + broadcasts")
    for one in inputs:
        if one.dtype.kind not in "iufc":
            raise DTypeError(f"add_n takes numbers, not {one.dtype.name}")
    return functools.reduce(np.add, inputs)


@composite(inputs="x", public="scalar_mul math.scalar_mul")
def scalar_mul(scalar: Any, x: Any, name: Any = None) -> Any:
    """The multiple of an array by one number.

    Args:
        scalar: one number; what is no Tensor takes the dtype of `x`.
        x: any shape.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: the first argument has axes.
        DTypeError: it cannot be given in the dtype of `x`.

    >>> import thalweg as tw
    >>> tw.math.scalar_mul(2.0, [1.0, 2.0]).numpy()
    array([2., 4.], dtype=float32)
    """
    shape = np.shape(scalar.array if isinstance(scalar, Handle) else scalar)
    if shape != ():
        raise ShapeError(f"The input scalar must be a 0-D value. Received shape {shape}.")
    if not isinstance(scalar, Handle):
        plain = np.asarray(scalar)
        if not np.can_cast(plain.dtype, x.dtype, "same_kind") or plain.dtype.kind not in "iufc":
            raise DTypeError(f"scalar_mul: {scalar!r} is no number of dtype {x.dtype.name}")
        scalar = plain.astype(x.dtype)[()]
    return scalar * x
