"""Costs of an error that grow like its square near 0 and like its size far out: Huber's, log cosh."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.evidence import NO_TEXT, sample, special
from thalweg.core.op import elementwise, row
from thalweg.ops.clipping import clip_by_value
from thalweg.ops.hyperbolic import tanh

SOURCE = "definition"

ANY = ((-3.0, 3.0),)
LN2 = math.log(2.0)


def _size(error: Any) -> Any:
    """|e|; of complex errors it would be real, and the sweep could not tell that the rule is wrong."""
    if error.dtype.kind == "c":
        raise TypeError("it is for real errors; take tw.abs of the error first")
    return np.abs(error)


@row(
    inputs="error", elementwise=True, domain=((-0.9, 0.9),), real_values=True,
    prepare=lambda inputs, params: (float(static(params[0])),),
    vjp={"error": lambda g, error, delta: g * clip_by_value(error, -delta, delta)},
    samples=(sample(np.array([-3.0, -0.5, 0.5, 3.0])), sample(np.array([-0.5, 0.05]), delta=0.1)),
    formula="e²/2 where |e| ≤ δ, else δ·(|e| - δ/2)", source="Huber 1964, doi:10.1214/aoms/1177703732",
    note="The gradient is e held within ±δ: at 0 it is 0, at the joints ±δ.",
    special=(
        special(0.0, value=0.0, grad=(0.0,)),
        special(1.0, value=0.5, grad=(1.0,)),
        special(-1e30, value=1e30, grad=(-1.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
    wrong=NO_TEXT,
)  # fmt: skip
def huber_cost(error: Any, delta: Any = 1.0) -> Any:
    """Huber's cost of an error.

    Args:
        error: any shape.
        delta: where the parabola ends and the line begins.
    """
    size = _size(error)
    near = np.minimum(size, delta)
    return near * (size - 0.5 * near)


def _log_cosh(x: Any) -> Any:
    size = _size(x)
    half = np.sinh(0.5 * np.minimum(size, 1))
    far = (size - LN2) + np.log1p(np.exp(-2 * size))
    return np.where(size < 1, np.log1p(2 * half * half), far)[()]


log_cosh_cost = elementwise(
    "log_cosh_cost", "x", _log_cosh, vjp={"x": lambda g, x: g * tanh(x)}, domain=ANY,
    formula="log cosh x", real_values=True,
    special=(
        special(0.0, value=0.0, grad=(0.0,)),
        special(1e-10, value=5e-21, grad=(1e-10,), why="x + softplus(-2x) - log 2 gives 0"),
        special(-1000.0, value=1000.0 - LN2, grad=(-1.0,)),
        special(1e30, value=1e30, grad=(1.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
