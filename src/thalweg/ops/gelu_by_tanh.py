"""gelu by Hendrycks' and Gimpel's tanh formula, with its slope: x·σ(h), h = √(8/π)·(x + 0.044715·x³)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.evidence import special
from thalweg.core.op import Op, elementwise
from thalweg.ops.clipping import clip
from thalweg.ops.hyperbolic import tanh
from thalweg.ops.in_double import in_double
from thalweg.ops.logistic import sigmoid_slope

SOURCE = "Hendrycks and Gimpel, arXiv:1606.08415"

ANY = ((-3.0, 3.0),)
SCALE = math.sqrt(8 / math.pi)
CUBIC = 0.044715
FAR = 30.0  # σ(-h(30)) is 0 in every dtype, and h(30) has no large powers.


def _height(x: Any) -> Any:
    return SCALE * (x + CUBIC * x * x * x)


def _shares(x: Any) -> tuple[Any, Any]:
    """σ(h) and σ(h)·σ(-h), without overflow on either side."""
    height = _height(x)
    small = np.exp(-np.abs(height))
    return np.where(height < 0, small, 1) / (1 + small), small / ((1 + small) * (1 + small))


@in_double
def _gelu(x: Any) -> Any:
    share = _shares(np.clip(x, -FAR, FAR))[0]
    return np.where(share == 0, 0.0, x * share)


@in_double
def _slope(x: Any) -> Any:
    near = np.clip(x, -FAR, FAR)
    share, product = _shares(near)
    return share + product * near * (SCALE * (1 + 3 * CUBIC * near * near))


def _bend(x: Any) -> Any:
    """The second derivative, in ops."""
    near = clip(x, -FAR, FAR)
    height = SCALE * (near + CUBIC * near * near * near)
    slope = SCALE * (1 + 3 * CUBIC * near * near)
    bend = 6 * SCALE * CUBIC * near
    curved = 2 * slope + near * (bend - slope * slope * tanh(0.5 * height))
    return sigmoid_slope(height) * curved


gelu_by_tanh = elementwise(
    "gelu_by_tanh", "x", _gelu, vjp={"x": lambda g, x: g * gelu_by_tanh_slope(x)}, domain=ANY,
    formula="x·σ(h), h = √(8/π)·(x + 0.044715·x³)", real_values=True,
    special=(
        special(0.0, value=0.0, grad=(0.5,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(np.inf, value=np.inf, grad=(1.0,)),
        special(1e200, value=1e200, grad=(1.0,), dtypes=("float64",), why="x³ overflows"),
        special(-1e200, value=0.0, grad=(0.0,), dtypes=("float64",)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
gelu_by_tanh_slope: Op = elementwise(
    "gelu_by_tanh_slope", "x", _slope, vjp={"x": lambda g, x: g * _bend(x)}, domain=ANY,
    formula="σ(h) + x·h′·σ(h)·σ(-h)", real_values=True,
    special=(
        special(0.0, value=0.5, grad=(SCALE / 2,)),
        special(np.inf, value=1.0, grad=(0.0,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(1e200, value=1.0, grad=(0.0,), dtypes=("float64",)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
