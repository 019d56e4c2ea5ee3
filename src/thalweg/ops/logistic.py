"""The logistic function and its kin: sigmoid, softplus, log_sigmoid, logaddexp.

They are computed from exp(-|x|), which neither overflows nor cancels, so that values and gradients
keep full relative precision on both tails.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, elementwise
from thalweg.errors import ShapeError
from thalweg.ops.hyperbolic import tanh

SOURCE = "definition"

ANY = (-3.0, 3.0)
PAIRS = (sample((3, 4), (3, 4)), sample((3, 4), (4,)), sample((), (2, 3)), sample((2, 1), (1, 3)))


def _sigmoid_slope(x: Any) -> Any:
    if x.dtype.kind == "c":
        return 0.25 / np.cosh(0.5 * x) ** 2
    small = np.exp(-np.abs(x))
    return small / ((1 + small) * (1 + small))


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _log_sigmoid(x: Any) -> Any:
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


sigmoid = elementwise(
    "sigmoid", "x", lambda x: 1 / (1 + np.exp(-x)), public="sigmoid math.sigmoid nn.sigmoid",
    vjp={"x": lambda g, x: g * sigmoid_slope(x)}, domain=(ANY,),
    formula="σ(x) = 1 / (1 + e⁻ˣ)", note="The gradient is σ(x)·σ(-x), exact however far out.",
    special=(
        special(0.0, value=0.5, grad=(0.25,)),
        special(-1000.0, value=0.0, grad=(0.0,), why="the formula with eˣ/(1 + eˣ) gives NaN"),
        special(1000.0, value=1.0, grad=(0.0,)),
        special(20.0, value=1 / (1 + math.exp(-20.0)), grad=(2.0611536139418484e-09,),
                why="σ·(1 - σ) gives 0 in float32"),
        special(-20.0, value=2.0611536181902037e-09, grad=(2.0611536139418484e-09,)),
        special(300.0, value=1.0, grad=(math.exp(-300.0),), dtypes=("float64",)),
        special(720.0, value=1.0, grad=(math.exp(-720.0),), dtypes=("float64",), why="cosh² overflows"),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
sigmoid_slope: Op = elementwise(
    "sigmoid_slope", "x", _sigmoid_slope,
    vjp={"x": lambda g, ans, x: -g * ans * tanh(0.5 * x)}, domain=(ANY,), formula="σ(x)·σ(-x)",
    special=(special(0.0, value=0.25, grad=(0.0,)), special(-1e30, value=0.0, grad=(0.0,))),
)  # fmt: skip
softplus = elementwise(
    "softplus", "features", _softplus, public="math.softplus nn.softplus",
    vjp={"features": lambda g, features: g * sigmoid(features)}, domain=(ANY,),
    real_values=True, formula="log(1 + eˣ)",
    special=(
        special(0.0, value=math.log(2.0), grad=(0.5,)),
        special(1000.0, value=1000.0, grad=(1.0,)),
        special(-50.0, value=math.exp(-50.0), grad=(math.exp(-50.0),)),
        special(-600.0, value=math.exp(-600.0), grad=(math.exp(-600.0),), dtypes=("float64",)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
log_sigmoid = elementwise(
    "log_sigmoid", "x", _log_sigmoid, public="math.log_sigmoid",
    vjp={"x": lambda g, x: g * sigmoid(-x)}, domain=(ANY,), formula="log σ(x)",
    real_values=True,
    special=(
        special(0.0, value=-math.log(2.0), grad=(0.5,)),
        special(-1000.0, value=-1000.0, grad=(1.0,)),
        special(50.0, value=-math.exp(-50.0), grad=(math.exp(-50.0),)),
        special(np.inf, value=0.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
logaddexp = elementwise(
    "logaddexp", "x y", np.logaddexp, numpy=(np.logaddexp,),
    vjp={"x": lambda g, x, y: g * sigmoid(x - y), "y": lambda g, x, y: g * sigmoid(y - x)},
    domain=(ANY, ANY), samples=PAIRS, formula="log(eˣ + eʸ)",
    wrong=(wrong(np.ones(3), np.ones(2), error=ShapeError, words="broadcast"),),
    note="Of -inf and -inf the value is -inf and the gradient NaN: no share of nothing is right.",
    special=(
        special(1000.0, 1000.0, value=1000.0 + math.log(2.0), grad=(0.5, 0.5)),
        special(-np.inf, 0.0, value=0.0, grad=(0.0, 1.0)),
        special(-np.inf, -np.inf, value=-np.inf, grad=(np.nan, np.nan)),
        special(-50.0, 0.0, value=math.exp(-50.0), grad=(math.exp(-50.0), 1.0)),
    ),
)  # fmt: skip
