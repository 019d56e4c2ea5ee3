"""Selection: one of two by a condition, where a condition holds, values held within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import NO_NONE, sample
from thalweg.core.op import row
from thalweg.ops.comparison import select

SOURCE = "definition"


@row(
    inputs="condition",
    native="the shape of its answer depends on the values",
    severs="places are whole numbers",
    samples=(sample(np.array([[True, False], [True, True]])), sample(np.array([0.0, 2.0]))),
    formula="the coordinates at which a condition holds, row by row",
    wrong=NO_NONE,
)  # fmt: skip
def places(condition: Any) -> Any:
    """The coordinates at which a condition holds, shape `(count, rank)`, int64."""
    return np.argwhere(condition.astype(bool))


def weak(value: Any, beside: Any) -> Any:
    """A Python number in the dtype of what stands beside it, as NumPy's weak numbers; else as it is."""
    if type(value) in (int, float, bool) and hasattr(beside, "dtype"):
        kind = beside.dtype.kind
        if kind in "fc" or (kind in "iu" and type(value) is not float):
            return beside.dtype.type(value)
    return value


@composite(inputs="condition", alone=select)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """`x` where the condition holds, else `y`; the condition alone gives its coordinates.

    The branch that is not taken receives a gradient of exactly 0, also where its own derivative is
    infinite or NaN.

    Args:
        condition: truth values.
        x: shapes that broadcast with the condition's; both or neither.
        y: likewise.

    Returns:
        The choice; or without x and y the coordinates, shape `(count, rank)`, int64.

    >>> import thalweg as tw
    >>> x = tw.Variable(0.0)
    >>> with tw.GradientTape() as tape:
    ...     y = tw.where(x > 0, tw.math.log(x), 0.0)
    >>> float(tape.gradient(y, x))
    0.0
    """
    if (x is None) != (y is None):
        raise ValueError("where takes both x and y, or neither")
    if x is None:
        return places(condition)
    return select(condition, weak(x, y), weak(y, x))
